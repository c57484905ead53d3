"""baselines/: systems learn from training writers, choose thresholds on held-out ones, and are judged in pairs."""

import importlib.util

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from models.errors import InputError
from tests.training.conftest import CONFIG, CORPUS, config_with
from training.baselines.command import baselines
from training.baselines.fasttext import learn_fasttext
from training.baselines.run import difference, held_out_rows, judge_baselines, nothing
from training.baselines.systems import Baseline, Part, Task, log_odds
from training.baselines.textcat import BAG_OF_WORDS, TOK2VEC, learn_textcat
from training.corpus import Examples, examples_of
from training.sample import sample_texts

LABELS = ("delay", "rudeness")
TEXTS = ["het pakket is te laat", "de man was grof", "alles is prima", "te laat en ook nog grof"] * 20
TRUTH = np.array([[True, False], [False, True], [False, False], [True, True]] * 20)


@pytest.fixture
def call():
    app = typer.Typer()
    app.command()(baselines)

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def examples(labels, text_ids):
    n = len(labels)
    return Examples(("x",) * n, text_ids, ("w",) * n, ("survey",) * n, labels, np.where(labels, 0, -1))


@pytest.mark.parametrize("model", [BAG_OF_WORDS, TOK2VEC])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_spacy_learns_words_and_gives_the_same_twice(model):
    first, second = (learn_textcat(TEXTS, TRUTH, LABELS, model, 40, 1)(TEXTS[:4]) for _ in range(2))
    np.testing.assert_allclose(first, second, atol=1e-4)
    for j in range(2):
        assert first[TRUTH[:4, j], j].min() > first[~TRUTH[:4, j], j].max()


@pytest.mark.skipif(importlib.util.find_spec("fasttext") is None, reason="fasttext-community is not installed")
def test_fasttext_learns_words_and_untagged_sentences():
    probabilities = learn_fasttext(TEXTS, TRUTH, 1)(TEXTS[:4])
    assert probabilities.shape == (4, 2)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    for j in range(2):
        assert probabilities[TRUTH[:4, j], j].min() > probabilities[~TRUTH[:4, j], j].max()


def test_thresholds_come_from_the_writers_that_the_encoder_held_out(read, complaints, tmp_path):
    writers = read.examples.writers
    settings = complaints.config.encoder.model_copy(update={"held_out_writers": ("c2",)})
    rows = held_out_rows(writers, complaints.config.model_copy(update={"encoder": settings}))
    assert set(np.array(writers)[rows]) == {"c2"}
    one_fold = held_out_rows(writers, complaints.config)
    assert len(set(np.array(writers)[one_fold])) == 1


def test_a_baseline_learns_again_from_all_training_writers(read, complaints):
    seen = []

    def learn(part, task):
        seen.append(set(part.examples.writers))
        return lambda other: np.where(other.examples.labels, 3.0, -3.0)

    part = Part(read.sentences, read.examples)
    task = Task(complaints.config, LABELS, lambda line: None)
    ((baseline, found),) = judge_baselines([Baseline("oracle", "always right", learn)], part, part, task)
    assert baseline.name == "oracle"
    assert len(seen[0]) == 2
    assert seen[1] == {"c1", "c2", "c3"}
    assert (found.present == read.examples.labels).all()


def test_what_was_encoded_is_kept_when_a_part_is_taken(read):
    vectors = np.arange(len(read.sentences), dtype=np.float32)[:, None]
    part = Part(read.sentences, read.examples, {"use": vectors})
    rows = np.arange(len(vectors)) % 2 == 0
    np.testing.assert_array_equal(part.take(rows).encoded(lambda line: None), vectors[rows])


def test_nothing_gives_no_tag(read):
    assert not nothing(read.examples).present.any()


def test_the_difference_is_zero_between_equals_and_sure_between_unequals():
    random = np.random.default_rng(2)
    gold = random.random((300, 3)) < 0.4
    ids = tuple(f"t{i // 3}" for i in range(300))
    noisy = gold ^ (random.random(gold.shape) < 0.3)
    same = difference(noisy, noisy, examples(gold, ids), 200, 1)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    worse = difference(noisy, gold, examples(gold, ids), 200, 1)
    assert worse.low < worse.value < worse.high < 0
    hits, size = (noisy & gold).sum(axis=0), noisy.sum(axis=0) + gold.sum(axis=0)
    assert worse.value == pytest.approx((2 * hits / size).mean() - 1)


def test_pairing_makes_the_interval_narrower_than_that_of_one_system():
    random = np.random.default_rng(4)
    gold = random.random((200, 2)) < 0.3
    ids = tuple(f"t{i // 2}" for i in range(200))
    one = gold ^ (random.random(gold.shape) < 0.25)
    other = one.copy()
    other[:4] = gold[:4]
    paired = difference(one, other, examples(gold, ids), 300, 1)
    alone = difference(one, np.zeros_like(gold), examples(gold, ids), 300, 1)
    assert paired.high - paired.low < alone.high - alone.low


def test_log_odds_stay_finite():
    assert np.isfinite(log_odds(np.array([0.0, 0.5, 1.0]))).all()


def test_a_sample_is_whole_texts_in_the_order_of_the_corpus(complaints):
    drawn = sample_texts(complaints.texts, 30, seed=1)
    places = [complaints.texts.index(text) for text in drawn]
    assert places == sorted(places)
    assert 30 <= len(examples_of(drawn, complaints.codebook).texts) < 40
    assert sample_texts(complaints.texts, None, seed=1) == complaints.texts


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_command_writes_the_table(call, trained, tmp_path):
    out = tmp_path / "page.md"
    options = ("--model", trained.folder, "--corpus", CORPUS, "--config", CONFIG, "--out", out)
    done = call(*options, "--only", "nothing", "--only", "keywords", "--only", "spaCy bag of words", "--sentences", 60)
    assert (done.exit_code, done.stdout) == (0, f"baselines: {out}\n")
    page = out.read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == ["| tagger, fast", "| nothing", "| spaCy bag of words"]
    assert rows[0][2] == f"{trained.metrics.macro_f1:.3f}"
    assert (rows[1][2], rows[1][6]) == ("0.000", "")
    assert "keywords: this codebook has no lexicon" in page


def test_keywords_are_judged_with_their_stances_where_there_is_a_lexicon(call, trained, tmp_path):
    for label, word in zip(LABELS, ("laat", "grof"), strict=True):
        (tmp_path / f"{label}.tsv").write_text(f"{word}\t-\n", encoding="utf-8")
    options = ("--model", trained.folder, "--corpus", CORPUS, "--config", CONFIG, "--lexicon", tmp_path)
    done = call(*options, "--out", tmp_path / "page.md", "--only", "keywords")
    assert done.exit_code == 0
    assert "| keywords | the lexicon in training/lexicon |" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_without_test_writers_there_is_nothing_to_judge(call, trained, tmp_path):
    config = config_with('["c4"]', "[]", tmp_path)
    done = call("--model", trained.folder, "--corpus", CORPUS, "--config", config, "--out", tmp_path / "page.md")
    assert isinstance(done.exception, InputError)
    assert "test writer" in str(done.exception)


def test_an_unknown_baseline_is_refused(call, tmp_path):
    done = call("--only", "magic", "--out", tmp_path / "page.md")
    assert isinstance(done.exception, InputError)
    assert "'magic'" in str(done.exception)
