"""suggest/: budgets add up, what is chosen is uncertain and diverse, and it comes out in the tools' formats."""

import csv
import json

import numpy as np
import pytest

from models.errors import InputError
from tests.complaints import CODEBOOK, CONFIG, CORPUS
from training.formats.catalogue import FORMATS
from training.formats.vocabulary import Vocabulary
from training.suggest.choose import choose, quotas, uncertainty
from training.suggest.curve import curve_plot, summary, table
from training.suggest.pool import read_texts, split
from training.suggest.simulate import RANDOM, STRATEGIES, SUGGESTED, Plan, Point, simulate

HALF = np.array([0.5, 0.5])
TEXTS = [
    "Ik wacht nu al drie weken op het pakket 😀. De koerier schold mij uit aan de deur.",
    "Ja.",
    "De doos is bruin en stevig. Ik wacht nu al drie weken op het pakket 😀.",
    "Mijn baas Jansen was onbeleefd tegen de klant.",
]


def cloud(n=300, seed=0):
    """Probabilities and vectors of sentences, two of which are near each threshold for every five."""
    random = np.random.default_rng(seed)
    return random.beta(0.3, 2.0, (n, 2)), random.normal(size=(n, 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("counts", "n", "fixed", "expected"),
    [
        ([0, 0], 10, None, [5, 5]),
        ([0, 3], 9, None, [6, 3]),  # by one over the square root of examples and one
        ([99, 24, 0], 13, None, [1, 2, 10]),
        ([0, 0, 0], 10, {1: 4}, [3, 4, 3]),
        ([0, 0], 10, {0: 2, 1: 3}, [2, 3]),
        ([5, 5], 0, None, [0, 0]),
    ],
)
def test_rare_labels_get_more_and_budgets_are_kept(counts, n, fixed, expected):
    assert quotas(counts, n, fixed) == expected


def test_budgets_beyond_the_sentences_asked_for_are_refused():
    with pytest.raises(InputError, match="sum to 12, more than the 10"):
        quotas([0, 0], 10, {0: 12})


def test_uncertainty_is_highest_at_the_threshold_and_nothing_where_the_model_is_sure():
    found = uncertainty(np.array([[0.0], [0.15], [0.3], [0.65], [1.0]]), np.array([0.3]))
    np.testing.assert_allclose(found[:, 0], [0, 0.5, 1, 0.5, 0])


def test_as_many_as_asked_are_chosen_each_once_and_by_budget():
    probabilities, vectors = cloud()
    chosen = choose(probabilities, HALF, vectors, [30, 10], 50, seed=1, chance=0.2)
    assert len({choice.row for choice in chosen}) == len(chosen) == 50
    by_label = [sum(choice.label == j for choice in chosen) for j in (0, 1, None)]
    assert by_label == [30, 10, 10]


def test_what_is_chosen_is_more_uncertain_than_what_is_not():
    probabilities, vectors = cloud()
    unsure = uncertainty(probabilities, HALF)
    for j in (0, 1):
        quota = [20 * (j == 0), 20 * (j == 1)]
        rows = [c.row for c in choose(probabilities, HALF, vectors, quota, 20, seed=1, chance=0)]
        assert unsure[rows, j].mean() > unsure[:, j].mean() + 0.1


def test_of_sentences_that_are_alike_few_are_chosen():
    # Ninety equal, most uncertain sentences, and ten others as uncertain, each apart.
    vectors = np.zeros((100, 10), dtype=np.float32)
    vectors[90:] = 5 * np.eye(10)
    chosen = choose(np.full((100, 1), 0.5), np.array([0.5]), vectors, [11], 11, seed=1, chance=0)
    assert sum(choice.row >= 90 for choice in chosen) == 10


def test_the_same_seed_chooses_the_same():
    probabilities, vectors = cloud()
    one, other = (choose(probabilities, HALF, vectors, [5, 5], 12, seed=4) for _ in range(2))
    assert one == other


def test_a_pool_smaller_than_what_is_asked_is_taken_whole():
    probabilities, vectors = cloud(n=7)
    chosen = choose(probabilities, HALF, vectors, [50, 50], 100, seed=1)
    assert sorted(choice.row for choice in chosen) == list(range(7))


def write(folder, name):
    """Write the texts as a file of a kind."""
    path = folder / name
    if path.suffix == ".txt":
        path.write_text("\n".join(TEXTS), encoding="utf-8")
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", "text"], *([f"a{i}", text] for i, text in enumerate(TEXTS))])
    else:
        lines = [json.dumps({"id": f"a{i}", "text": text}) for i, text in enumerate(TEXTS)]
        path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["texts.txt", "texts.jsonl", "texts.csv"])
def test_texts_are_read_and_split_into_sentences_each_once(name, complaints, trained, tmp_path):
    texts, left_out = read_texts([write(tmp_path, name)], Vocabulary(complaints.codebook), None)
    assert (len(texts), left_out) == (4, [])
    pool = split(texts, trained.tagger.pipeline)
    assert [item.text for item in pool.items] == [
        "Ik wacht nu al drie weken op het pakket 😀.",
        "De koerier schold mij uit aan de deur.",
        "De doos is bruin en stevig.",
        "Mijn baas Jansen was onbeleefd tegen de klant.",
    ]
    first, second = pool.items[:2]
    assert (first.origin.text_id, first.origin.sentence, second.origin.sentence) == (texts[0].id, 1, 2)
    assert second.id == f"{texts[0].id}#2"
    assert len(pool.sentences) == 4


def test_sentences_that_are_annotated_already_are_not_offered_again(complaints, trained, tmp_path):
    texts, _ = read_texts([write(tmp_path, "texts.jsonl")], Vocabulary(complaints.codebook), None)
    pool = split(texts, trained.tagger.pipeline, ["de koerier schold mij uit aan de deur"])
    assert len(pool.items) == 3


def test_texts_that_cannot_be_used_are_named_by_line_and_not_quoted(complaints, tmp_path):
    path = tmp_path / "texts.jsonl"
    records = [{"id": 1, "text": "Goed."}, {"id": 2}, {"id": 1, "text": "Mijn baas Jansen."}]
    path.write_text("\n".join([*map(json.dumps, records), "{"]), encoding="utf-8")
    texts, left_out = read_texts([path], Vocabulary(complaints.codebook), None)
    assert [text.id for text in texts] == ["1"]
    assert [line.split(":")[1].strip() for line in left_out] == ["line 2", "line 3", "line 4"]
    assert "Jansen" not in "".join(left_out)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_suggestions_are_written_in_each_format(form, run, trained, tmp_path):
    out = tmp_path / f"to_label{FORMATS[form].suffix}"
    words = [write(tmp_path, "texts.jsonl"), "-n", "3", "--model", trained.folder, "--format", form, "-o", out]
    done = run("suggest", *words)
    assert done.code == 0, done.err
    assert out.stat().st_size > 0
    first, header, *rows = done.out.splitlines()
    assert (first, header) == (f"{form}: {out}", "label\tsentences")
    assert sum(int(row.split("\t")[1]) for row in rows) == 3
    assert "Jansen" not in done.out + done.err


def test_suggestions_carry_the_models_tags_and_where_they_come_from(run, trained, tmp_path):
    out = tmp_path / "to_label.json"
    done = run("suggest", write(tmp_path, "texts.jsonl"), "-n", "9", "--model", trained.folder, "-o", out)
    assert done.code == 0, done.err
    tasks = json.loads(out.read_text(encoding="utf-8"))
    assert {(task["data"]["text_id"], task["data"]["sentence"]) for task in tasks} == {
        ("a0", 1),
        ("a0", 2),
        ("a2", 1),
        ("a3", 1),
    }
    assert {task["predictions"][0]["model_version"] for task in tasks} == {"klachten-nl 0.1.0"}
    assert any(task["predictions"][0]["result"] for task in tasks)


WRONG = [
    (["nowhere.txt"], ["nowhere.txt"]),
    (["texts.jsonl", "--format", "word"], ["'word'", "label-studio"]),
    (["texts.jsonl", "--profile", "slow"], ["'slow'", "accurate"]),
    (["texts.jsonl", "--budget", "lateness=4"], ["lateness=4", "delay"]),
    (["texts.jsonl", "--budget", "delay=many"], ["delay=many"]),
    (["texts.jsonl", "--budget", "delay=400"], ["400", "200"]),
    (["texts.jsonl", "--corpus", "nowhere"], ["nowhere"]),
    (["empty.txt"], ["empty"]),
    (["short.txt"], ["too short"]),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_input_is_told_in_one_line(arguments, words, run, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "texts.jsonl")
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    (tmp_path / "short.txt").write_text("Ja.\n", encoding="utf-8")
    done = run("suggest", *arguments, "--model", trained.folder, "-o", "out.json")
    assert (done.code, done.out) == (2, "")
    assert all(word in done.err.splitlines()[-1] for word in words), done.err
    assert not (tmp_path / "out.json").exists()


def test_budgets_of_the_user_decide(run, trained, tmp_path):
    words = ["--model", trained.folder, "--format", "csv", "-o", tmp_path / "out.csv", "--chance", "0"]
    budgets = ["--budget", "delay=0", "--budget", "rudeness=2"]
    done = run("suggest", write(tmp_path, "texts.jsonl"), "-n", "2", *budgets, *words)
    assert done.out.splitlines()[2:] == ["delay\t0", "rudeness\t2", "(by chance)\t0"], done.err


@pytest.fixture(scope="module")
def points(complaints, trained):
    texts = [text for text in complaints.texts if text.writer != "c4"]
    plan = Plan(seed=1, start=20, step=15, rounds=2, pool=200)
    return simulate(texts, complaints.codebook, complaints.config, trained.tagger.pipeline, plan)


def test_all_strategies_start_from_the_same_sentences_and_take_as_many(points):
    assert [point.strategy for point in points] == [name for name in STRATEGIES for _ in range(3)]
    assert [point.n_sentences for point in points] == [20, 35, 50] * 3
    starts = {point.mean_average_precision for point in points if point.n_sentences == 20}
    assert len(starts) == 1
    assert all(0 < point.mean_average_precision <= 1 for point in points)


def test_the_curve_sums_up_over_seeds(points):
    more = [Point(p.strategy, 2, p.n_sentences, p.mean_average_precision / 2, 0.1, 0.5) for p in points]
    rows = summary([*points, *more])
    assert len(rows) == len(points)
    first = rows[0]
    assert (first.strategy, first.n_sentences, first.better) == (RANDOM, 20, (0, 2))
    assert (first.low, first.high) == pytest.approx((first.high / 2, points[0].mean_average_precision))
    lines = table(rows).splitlines()
    assert lines[0].startswith("strategy\tsentences\t")
    assert sum(line.startswith(SUGGESTED) for line in lines) == 3
    drawn = curve_plot(rows)
    assert "<svg" in drawn
    assert all(name in drawn for name in STRATEGIES)
    assert drawn == curve_plot(rows)


def test_the_trial_writes_table_and_plot(run, word_file, tmp_path):
    options = ["--corpus", CORPUS, "--codebook", CODEBOOK, "--config", CONFIG, "--vectors", word_file]
    plan = ["--seeds", "2", "--start", "15", "--step", "10", "--rounds", "1", "--pool", "60"]
    done = run("suggest-trial", "-o", tmp_path / "curve.tsv", *plan, *options)
    assert (done.code, done.out) == (0, f"learning curve: {tmp_path / 'curve.tsv'}\n"), done.err
    assert len((tmp_path / "curve.tsv").read_text(encoding="utf-8").splitlines()) == 7
    assert (tmp_path / "curve.svg").exists()
