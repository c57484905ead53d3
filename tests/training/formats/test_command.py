"""command.py: import, export and labelling-config as a user calls them."""

import json
import shutil

import pytest

from tests.complaints import CODEBOOK, CORPUS
from tests.training.formats.corpora import BOOK, by_id
from training.corpus import read_corpus
from training.formats.catalogue import FORMATS

ON = ["--codebook", CODEBOOK]
LATE = [
    {"id": "a", "from_name": "complaint", "to_name": "text", "type": "choices", "value": {"choices": ["delay"]}},
    {"id": "b", "from_name": "stance_delay", "to_name": "text", "type": "choices", "value": {"choices": ["reported"]}},
]
ROGUE = [
    {"id": "a", "from_name": "complaint", "to_name": "text", "type": "choices", "value": {"choices": ["lateness"]}}
]
LONE = [{"id": "a", "from_name": "complaint", "to_name": "text", "type": "choices", "value": {"choices": ["delay"]}}]
OUTSIDE = [
    {
        "id": "r",
        "from_name": "labels",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 0, "end": 900, "labels": ["delay"]},
    }
]
PRIVATE = "Mijn buurman Jansen kwam te laat."


def task(number, *annotations, text=PRIVATE, predictions=()):
    made = [
        {"id": number * 10 + i, "completed_by": i, "was_cancelled": False, "result": x} if isinstance(x, list) else x
        for i, x in enumerate(annotations, 1)
    ]
    return {"id": number, "data": {"text": text}, "annotations": made, "predictions": [*predictions]}


# One export, broken in all the ways that leave a file readable, and what is said of each.
BROKEN = [
    (task(1, LATE, LATE), None),
    (task(2, ROGUE), ("task 2, annotation 1", "rejected", "label 'lateness' is not in the codebook")),
    (task(3, LONE), ("task 3, annotation 1", "rejected", "has no stance")),
    (task(4, LATE, text="  "), ("task 4", "rejected", "is empty")),
    (
        {"id": 5, "data": {"zin": PRIVATE}, "annotations": []},
        ("task 5", "rejected", "there is no 'text' (fields: 'zin')"),
    ),
    (task(1, LATE, text="Anders."), ("task 6, annotation 1", "rejected", "duplicate id")),
    (task(7, OUTSIDE), ("task 7, annotation 1", "rejected", "outside the text")),
    ({"id": 8, "data": PRIVATE, "annotations": []}, ("task 8", "rejected", "data: must hold fields with values")),
    (PRIVATE, ("task 9", "rejected", "wrong nesting")),
    (
        task(10, {"completed_by": 1, "result": {"choices": ["delay"]}}),
        ("task 10, annotation 1", "rejected", "result: "),
    ),
    (
        task(11, {"completed_by": 1, "was_cancelled": True, "result": LATE}),
        ("task 11, annotation 1", "skipped", "cancelled"),
    ),
    (task(12, predictions=[{"result": LATE}]), ("task 12", "skipped", "only a model's prediction")),
    (task(13), ("task 13", "skipped", "not annotated yet")),
    (task(14, LATE, {"completed_by": 1, "result": []}), ("task 14, annotation 2", "rejected", "conflicting labels")),
    (task(15, LATE, text="Kapot \ud83d"), ("task 15", "rejected", "half an emoji")),
]


def test_a_broken_export_is_read_as_far_as_it_goes_and_every_break_is_named(run, tmp_path):
    (tmp_path / "project.json").write_text(json.dumps([record for record, _ in BROKEN]), encoding="utf-8")
    done = run("import", "label-studio", tmp_path / "project.json", "-o", tmp_path / "mine", *ON)
    assert done.code == 3
    assert "1 sentences in 1 texts by 1 writers, read by 2 annotators: 1 (1 texts), 2 (1 texts)" in done.out
    assert "12 records rejected, 3 skipped" in done.out
    left_out = (tmp_path / "mine" / "left_out.csv").read_text(encoding="utf-8")
    for place, kind, reason in (expected for _, expected in BROKEN if expected):
        assert f"project.json: {place}: " in done.err
        (line,) = [
            x
            for x in left_out.splitlines()
            if x.startswith(f"project.json,{place},") or x.startswith(f'project.json,"{place}",')
        ]
        assert kind in line
        assert reason in line
    assert "Jansen" not in done.out + done.err + left_out
    assert [text.id for text in read_corpus(tmp_path / "mine", BOOK)] == ["1"]


UNREADABLE = [
    ("label-studio", b'[{"id": 1, "data": {"text": "Jansen"', ["cut off or no valid JSON at line 1"]),
    ("label-studio", b'{\n "tasks": [\n {"id": 1}]}', ["one object over several lines", "list of tasks"]),
    ("label-studio", b"[]", ["holds no record"]),
    ("prodigy", '{"text": "café Jansen"}\n'.encode("cp1252"), ["not utf-8 (line 1, byte 13)", "--encoding cp1252"]),
    ("doccano", b"  \n", ["is empty"]),
    ("label-studio", b'[{"id": 1, "text": "Jansen", "annotator": 1, "mening": "delay"}]', ["--question"]),
    ("csv", b"zin,labels\nJansen,delay\n", ["no column 'text'", "--text-field"]),
    ("xlsx", b"Jansen", ["no workbook"]),
    ("excel", b"", ["There is no format 'excel'", "label-studio-min"]),
]


@pytest.mark.parametrize(("form", "content", "words"), UNREADABLE)
def test_a_file_that_cannot_be_read_at_all_is_exit_code_2(form, content, words, run, tmp_path):
    file = tmp_path / f"project{FORMATS[form].suffix if form in FORMATS else '.xls'}"
    file.write_bytes(content)
    done = run("import", form, file, "-o", tmp_path / "mine", *ON)
    assert done.refuses(*words)
    assert "Jansen" not in done.err
    assert not (tmp_path / "mine").exists()


def test_a_line_that_was_cut_off_is_named_and_the_others_go_on(run, tmp_path):
    line = json.dumps({"text": PRIVATE, "accept": ["delay:reported"], "answer": "accept"})
    (tmp_path / "anna.jsonl").write_text(f"{line}\n{line[:40]}", encoding="utf-8")
    done = run("import", "prodigy", tmp_path / "anna.jsonl", "-o", tmp_path / "mine", *ON)
    assert done.code == 3
    assert done.err == "anna.jsonl: line 2: this line is cut off or no valid JSON\n"


def test_an_encoding_and_a_default_stance_can_be_named(run, tmp_path):
    (tmp_path / "anna.csv").write_bytes("tekst;labels;cliënt\nTe laat in café;vertraging;k9\n".encode("cp1252"))
    options = [
        "--encoding",
        "cp1252",
        "--default-stance",
        "reported",
        "--text-field",
        "tekst",
        "--writer-field",
        "cliënt",
    ]
    done = run("import", "csv", tmp_path / "anna.csv", "-o", tmp_path / "mine", *options, *ON)
    assert (done.code, done.err) == (0, "")
    (text,) = read_corpus(tmp_path / "mine", BOOK)
    assert (text.writer, text.sentences[0].text) == ("k9", "Te laat in café")


def test_nothing_is_written_when_no_record_can_be_used(run, tmp_path):
    (tmp_path / "p.jsonl").write_text('{"text": "Jansen", "label": ["lateness"]}\n', encoding="utf-8")
    done = run("import", "doccano", tmp_path / "p.jsonl", "-o", tmp_path / "mine", *ON)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith("weerklank-train: Not one record in p.jsonl can be used")
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_holds_something_is_not_overwritten(run, tmp_path):
    (tmp_path / "p.jsonl").write_text('{"text": "Jansen", "label": []}\n', encoding="utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "w.jsonl").write_text("", encoding="utf-8")
    done = run("import", "doccano", tmp_path / "p.jsonl", "-o", tmp_path / "mine", *ON)
    assert done.refuses("not empty", "-o")


@pytest.mark.parametrize("form", FORMATS)
def test_a_corpus_goes_out_and_comes_in_the_same_by_command(form, run, tmp_path):
    file = tmp_path / f"corpus{FORMATS[form].suffix}"
    assert run("export", form, "-o", file, "--corpus", CORPUS, *ON).code == 0
    done = run("import", form, file, "-o", tmp_path / "mine", *ON)
    assert (done.code, done.err) == (0, "")
    assert by_id(read_corpus(tmp_path / "mine", BOOK)) == by_id(read_corpus(CORPUS, BOOK))


@pytest.fixture
def annotated(tmp_path):
    """The complaints with two annotators beside them, who differ on one writer."""
    folder = tmp_path / "complaints"
    shutil.copytree(CORPUS, folder)
    for name in ("anna@example.org", "bob"):
        (folder / "annotations" / name).mkdir(parents=True)
        shutil.copy(CORPUS / "c1.jsonl", folder / "annotations" / name)
    theirs = (CORPUS / "c2.jsonl").read_text(encoding="utf-8")
    (folder / "annotations" / "bob" / "c2.jsonl").write_text(theirs.replace("reported", "resolved"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("form", ["doccano", "label-studio", "argilla", "prodigy-textcat", "csv"])
def test_three_readings_come_back_and_can_be_compared(form, annotated, run, tmp_path):
    out = tmp_path / ("out" if form == "doccano" else f"out{FORMATS[form].suffix}")
    assert run("export", form, "-o", out, "--corpus", annotated, "--annotations", *ON).code == 0
    files = sorted(out.iterdir()) if out.is_dir() else [out]
    assert run("import", form, *files, "-o", tmp_path / "mine", *ON).code == 0
    for name in ("anna@example.org", "bob"):
        own = [by_id(read_corpus(folder / "annotations" / name, BOOK)) for folder in (annotated, tmp_path / "mine")]
        assert own[0] == own[1]
    done = run("agreement", "--corpus", tmp_path / "mine", *ON)
    assert done.code == 0, done.err


def test_texts_go_out_blank_to_be_annotated_and_come_back_as_not_yet_read(run, tmp_path):
    done = run(
        "export", "label-studio", "-o", tmp_path / "x.json", "--corpus", CORPUS, "--writer", "c1", "--blank", *ON
    )
    assert done.code == 0
    tasks = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert {x["data"]["writer"] for x in tasks} == {"c1"}
    assert not any(x["annotations"] for x in tasks)
    done = run("import", "label-studio", tmp_path / "x.json", "-o", tmp_path / "mine", *ON)
    assert done.code == 2
    assert "not annotated yet" in done.err


def test_marked_stretches_of_a_text_are_laid_on_its_sentences_as_tagging_splits_them(run, tmp_path):
    text = "😀 Het pakket kwam veel te laat. De man aan de deur was grof. Verder geen klachten."
    start = text.index("grof")
    record = {"text": text, "label": [[start + 1, start + 5, "rudeness:reported"]]}
    (tmp_path / "anna.jsonl").write_text(json.dumps(record), encoding="utf-8")
    assert run("import", "doccano", tmp_path / "anna.jsonl", "-o", tmp_path / "mine", *ON).code == 0
    (found,) = read_corpus(tmp_path / "mine", BOOK)
    assert [[t.label for t in s.tags] for s in found.sentences] == [[], ["rudeness"], []]


WRONG = [
    (["import", "doccano", "nowhere.jsonl", "-o", "mine"], ["nowhere.jsonl"]),
    (["import", "doccano", CODEBOOK, "-o", "mine", "--default-stance", "sought", *ON], ["sought", "reported"]),
    (["export", "doccano", "-o", "x.jsonl", "--corpus", "nowhere"], ["nowhere"]),
    (["export", "csv", "-o", "x.csv", "--corpus", CORPUS, "--unit", "text", *ON], ["--unit sentence"]),
    (["export", "csv", "-o", "x.csv", "--corpus", CORPUS, "--writer", "zz", *ON], ["no text"]),
    (["export", "csv", "-o", "x.csv", "--corpus", CORPUS, "--annotations", *ON], ["annotator"]),
    (["export", "csv", "-o", "x.csv", "--corpus", CORPUS, "--annotator", "a1", *ON], ["--annotations"]),
    (["labelling-config", "excel", *ON], ["excel", "label-studio"]),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_use_is_told_in_one_line(arguments, words, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments).refuses(*words)
    assert not list(tmp_path.iterdir())


def test_several_annotators_do_not_fit_one_file_of_doccano(annotated, run, tmp_path):
    assert run("export", "doccano", "-o", tmp_path / "x.jsonl", "--corpus", annotated, "--annotations", *ON).refuses(
        "--annotator"
    )


def test_the_labelling_configuration_is_printed(run):
    done = run("labelling-config", "prodigy", *ON)
    assert (done.code, done.out.splitlines()[0]) == (0, "delay:reported")
