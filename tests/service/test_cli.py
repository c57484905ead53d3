"""service/cli.py: `weerklank tag` and `weerklank labels`, run as a user runs them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest

from models.errors import InputError
from models.manifest import OPERATING_POINTS, PROFILES
from service.cli import Row, read_rows
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN, MARK, weerklank

ITEM_FIELDS = {"id", "status", "reason", "language", "sentences", "summary"}
TEXTS = [
    f"😀 {AUTONOMY} {DISTRUST}",
    "",
    "ok",
    GERMAN,
    "Het regent vandaag.",
    "café, dhr. Jansen: 'prima' <b>&amp;</b>",
]
# More than the command line tags at a time, so that order and number hold across its chunks.
MANY = ["ok"] * 300
ROWS = [
    json.dumps({"id": "a", "text": AUTONOMY}),
    '{"id": "b", "text": "' + MARK,
    json.dumps(["text", MARK]),
    json.dumps({"id": 7, "text": DISTRUST, "group": MARK}),
    json.dumps({"id": "c", "tekst": MARK}),
    json.dumps({"text": "ok"}),
]


def jsonl(texts) -> bytes:
    return "".join(f"{json.dumps({'id': f'nr {i}', 'text': text})}\n" for i, text in enumerate(texts)).encode()


@pytest.fixture(scope="module")
def runs(quick, tmp_path_factory):
    """The runs that need a process of their own, two at a time: each takes seconds to load its libraries."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "texts.txt").write_bytes("\n".join([AUTONOMY, DISTRUST + "\r", "", *MANY]).encode() + b"\n")
    (folder / "rows.jsonl").write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    (folder / "latin.txt").write_bytes(f"{MARK} één\n".encode("latin-1"))
    files = [str(folder / name) for name in ("texts.txt", "rows.jsonl")]
    commands = {
        "stdin": (["tag"], jsonl(TEXTS)),
        "files": (["tag", *files, "--model", quick], b""),
        "missing file": (["tag", str(folder / "nergens.txt"), "--model", quick], b""),
        "not UTF-8": (["tag", str(folder / "latin.txt"), "--model", quick], b""),
    }
    with ThreadPoolExecutor(2) as pool:
        started = {name: pool.submit(weerklank, *given, stdin=stdin) for name, (given, stdin) in commands.items()}
        return {name: future.result() for name, future in started.items()}


def results(run) -> list[dict]:
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def test_every_line_of_a_text_file_gets_one_line_in_order(runs):
    found = results(runs["files"])
    texts = [AUTONOMY, DISTRUST, "", *MANY]
    assert len(found) == len(texts) + len(ROWS)
    assert [item["id"] for item in found[: len(texts)]] == [str(n) for n in range(1, len(texts) + 1)]
    assert [item["status"] for item in found[:3]] == ["ok", "ok", "abstained"]
    assert [sentence["end"] for item in found[:2] for sentence in item["sentences"]] == [len(AUTONOMY), len(DISTRUST)]


def test_a_broken_line_is_listed_and_the_rest_goes_on(runs):
    run = runs["files"]
    found = results(run)[-len(ROWS) :]
    assert [item["status"] for item in found] == ["ok", "failed", "failed", "ok", "failed", "abstained"]
    assert [found[n]["id"] for n in (0, 1, 2, 3, 5)] == ["a", "2", "3", "7", "6"]
    assert all(f"line {n}" in found[n - 1]["reason"] for n in (2, 3, 5))
    assert run.returncode == 3
    assert run.stderr.decode() == "weerklank: 3 rows failed; see their status in the output.\n"
    assert MARK.encode() not in run.stdout


def test_a_line_is_the_item_of_the_contract_without_the_model(runs):
    assert all(set(item) == ITEM_FIELDS for item in results(runs["files"]) if item["status"] != "failed")


def test_a_failed_line_has_the_fields_of_every_other_line(runs):
    failed = [item for item in results(runs["files"]) if item["status"] == "failed"]
    assert len(failed) == 3
    for item in failed:
        assert set(item) == ITEM_FIELDS
        assert item["sentences"] == []


def test_a_line_without_a_text_keeps_its_id(runs):
    assert results(runs["files"])[-2]["id"] == "c"


def test_http_python_and_command_line_give_the_same_answer(runs, client, tagger):
    run = runs["stdin"]
    assert (run.returncode, run.stderr) == (0, b"")
    items = [{"id": f"nr {i}", "text": text} for i, text in enumerate(TEXTS)]
    assert results(run) == client.post("/v1/analyze/batch", json={"items": items}).json()["items"]
    for item, tagging in zip(results(run), tagger.tag(TEXTS), strict=True):
        said = json.loads(json.dumps(asdict(tagging)), parse_float=lambda number: round(float(number), 4))
        assert all(item[key] == said[key] for key in ("status", "reason", "language", "sentences"))
        climate = item["summary"]["climate"]
        assert (climate["trust"], climate["control"]) == (said["balance"]["toward"], said["balance"]["against"])
        assert item["summary"]["tags"] == said["summary"]
    assert len(results(run)[0]["summary"]["tags"]) >= 2


@pytest.mark.parametrize(("name", "words"), [("missing file", "nergens.txt"), ("not UTF-8", "latin.txt: not UTF-8")])
def test_a_file_that_cannot_be_read_ends_with_2_and_says_why(runs, name, words):
    run = runs[name]
    message = run.stderr.decode()
    assert (run.returncode, run.stdout) == (2, b"")
    assert words in message
    assert len(message.splitlines()) == 1
    assert MARK not in message


@pytest.mark.parametrize("name", ["table.csv", "texts"])
def test_a_file_of_another_kind_is_refused_in_words(run_here, quick, tmp_path, name):
    (tmp_path / name).write_text(f"{MARK}\n", encoding="utf-8")
    code, out, message = run_here("tag", str(tmp_path / name), "--model", quick)
    assert (code, out) == (2, "")
    assert name in message
    assert ".txt" in message
    assert ".jsonl" in message
    assert MARK not in message


def test_the_labels_are_the_codebook_as_a_table(run_here, tagger):
    code, out, message = run_here("labels")
    assert (code, message) == (0, "")
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == ["dimension", "label", "name", "definition"]
    assert [tuple(row) for row in rows[1:]] == [
        (label.dimension, label.id, label.name, label.definition_nl) for label in tagger.codebook.labels
    ]


@pytest.fixture(scope="module")
def complaint(tmp_path_factory, complaints):
    """A file of complaints."""
    path = tmp_path_factory.mktemp("complaints") / "texts.txt"
    texts = [sentence.text for text in complaints.texts for sentence in text.sentences]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def tags_of(lines: str) -> list[tuple[str, float]]:
    items = [json.loads(line) for line in lines.splitlines()]
    return [(tag["label"], tag["threshold"]) for item in items for s in item["sentences"] for tag in s["tags"]]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("point", OPERATING_POINTS)
def test_profile_and_operating_point_decide_the_thresholds(
    run_here, complaint, accurate_folder, accurate, profile, point
):
    options = ("--model", str(accurate_folder), "--profile", profile, "--operating-point", point)
    code, out, err = run_here("tag", str(complaint), *options)
    assert (code, err) == (0, "")
    thresholds = accurate.artefact.manifest.profiles[profile].thresholds[point]
    found = tags_of(out)
    assert found
    assert all(threshold == round(thresholds[label], 4) for label, threshold in found)


def test_without_options_the_most_accurate_profile_and_the_balanced_point_are_used(
    run_here, complaint, accurate_folder, monkeypatch
):
    plain = ("tag", str(complaint), "--model", str(accurate_folder))
    default = run_here(*plain)
    assert default == run_here(*plain, "--profile", "accurate", "--operating-point", "balanced")
    fast = run_here(*plain, "--profile", "fast")
    monkeypatch.setenv("WEERKLANK_PROFILE", "fast")
    assert run_here(*plain) == fast != default


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--profile", "slow"], ["--profile slow", "fast, accurate"]),
        (["--operating-point", "strict"], ["--operating-point strict", "balanced, precise, sensitive"]),
    ],
)
def test_an_unknown_profile_or_operating_point_is_refused_in_one_line(
    run_here, complaint, accurate_folder, options, words
):
    code, out, err = run_here("tag", str(complaint), "--model", str(accurate_folder), *options)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert all(word in err for word in words)


def test_a_profile_that_the_artefact_lacks_is_refused_in_one_line(run_here, complaint, quick):
    code, out, err = run_here("tag", str(complaint), "--model", quick, "--profile", "accurate")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "no profile 'accurate'; choose from fast" in err


def test_a_byte_order_mark_in_a_file_is_no_text(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes(b"\xef\xbb\xbfeen\ntwee")
    assert list(read_rows(str(path))) == [Row("1", "een"), Row("2", "twee")]


def test_the_place_of_a_wrong_byte_is_counted_from_the_start_of_the_file(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes(b"ok\n" * 10_000 + b"\xff\n")
    with pytest.raises(InputError, match="byte 30000"):
        list(read_rows(str(path)))


def test_a_folder_is_refused_in_words(tmp_path):
    (tmp_path / "texts.txt").mkdir()
    with pytest.raises(InputError, match=r"texts\.txt"):
        list(read_rows(str(tmp_path / "texts.txt")))


def test_an_endlessly_nested_line_is_a_failed_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("[" * 200_000 + "\n" + ROWS[0], encoding="utf-8")
    first, second = read_rows(str(path))
    assert (first.text, second.text) == (None, AUTONOMY)
