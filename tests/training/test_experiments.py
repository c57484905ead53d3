"""experiments/: each variant is measured on writers that it has not seen, and the table says what was measured."""

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from models.errors import InputError
from models.features import mean_vectors
from tests.training.conftest import CODEBOOK, CONFIG, CORPUS
from training.calibrate import fit_calibration, out_of_fold_scores
from training.experiments import learners, mixing
from training.experiments.command import experiments
from training.experiments.material import LEARNED, Fold, Material, max_vectors, previous_rows
from training.experiments.run import Ground, measure
from training.experiments.table import HEADER, markdown
from training.experiments.variants import (
    HELD_OUT_VARIANTS,
    NGRAMS,
    REFERENCE,
    TUNED,
    VARIANTS,
    VECTORS,
    Variant,
)

LABELS = ("delay", "rudeness")
FACTS = {"n_sentences": 89, "n_writers": 3, "n_folds": 3, "n_train": 59}
# What can be measured without an optional package or a file.
CHEAP = [v for v in VARIANTS if v.blocks <= LEARNED | {"mean", "mean 50", "max", "previous mean"}]


@pytest.fixture(scope="module")
def material(read, complaints, trained):
    means = mean_vectors(read.sentences)
    truth = read.examples.labels.astype(np.float32)
    makers = {
        "mean": lambda: means,
        "mean 50": lambda: means[:, :50],
        "max": lambda: max_vectors(read.sentences, trained.tagger.pipeline),
        "previous mean": lambda: np.vstack([means, np.zeros_like(means[:1])])[previous_rows(read.examples)],
        "tuned": lambda: 4 * truth - 2,  # an encoder that is always right
    }
    return Material(read.sentences, read.examples, complaints.config, makers)


@pytest.fixture(scope="module")
def ground(material):
    return Ground.of_folds(material, 3)


@pytest.fixture
def call():
    app = typer.Typer()
    app.command()(experiments)

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def test_the_reference_scores_as_training_does(ground, read, complaints):
    expected = out_of_fold_scores(read.sentences, read.examples, complaints.config)
    for learner, scores in zip((NGRAMS, VECTORS), expected, strict=True):
        np.testing.assert_allclose(ground.score(learner).scores, scores, atol=1e-3)


def test_the_reference_is_calibrated_as_training_does(ground, read):
    scores = tuple(ground.score(learner).scores.astype(float) for learner in REFERENCE.learners)
    expected = fit_calibration(scores, read.examples.labels).probabilities(scores)
    np.testing.assert_allclose(mixing.sigmoid(scores, read.examples.labels)(scores), expected, atol=1e-6)


def test_names_are_unique_and_each_variant_differs_from_the_reference():
    variants = [*VARIANTS, *HELD_OUT_VARIANTS]
    assert len({v.name for v in variants}) == len(variants)
    made_of = [(v.learners, v.mixer, v.thresholds) for v in VARIANTS]
    assert len(set(made_of)) == len(made_of)
    assert all(v.reason for v in variants)


@pytest.mark.parametrize("variant", CHEAP, ids=lambda v: v.name)
def test_a_variant_is_measured(variant, ground):
    (row,) = measure(ground, [variant], LABELS)
    assert row.metrics.n_sentences == 89
    assert 0.2 < row.metrics.mean_average_precision <= 1
    assert 0 < row.brier < 0.5
    assert row.train_seconds > 0
    assert row.speed > 0


def test_a_fold_learns_nothing_from_the_writers_that_it_scores(material, complaints):
    """Other labels of held-out sentences change no score; without a vocabulary of their own, nor do other words."""
    fold = Ground.of_folds(material, 3).folds[0]
    changed = material.examples.labels.copy()
    changed[fold.held_out] = ~changed[fold.held_out]
    assert not (fold.kept & fold.held_out).any()
    other = Material(
        material.sentences,
        type(material.examples)(
            material.examples.texts,
            material.examples.text_ids,
            material.examples.writers,
            material.examples.kinds,
            changed,
            material.examples.stances,
        ),
        complaints.config,
        material.makers,
    )
    block = fold.stack(("lemmas", "mean"))
    again = Fold(other, fold.kept, fold.held_out)
    scores = learners.logistic(block.train, fold.labels, complaints.config)(block.test)
    same = learners.logistic(again.stack(("lemmas", "mean")).train, again.labels, complaints.config)(block.test)
    np.testing.assert_array_equal(scores, same)


@pytest.mark.parametrize(
    "fit",
    [
        learners.nb_logistic,
        learners.ridge,
        learners.logistic,
        learners.dense_logistic,
        learners.svm,
        learners.boosting,
        learners.network,
        learners.shared_network,
        learners.chain,
    ],
)
def test_a_learner_ranks_what_it_was_shown_and_bears_a_label_that_never_occurs(fit, complaints):
    random = np.random.default_rng(5)
    labels = np.column_stack([random.random((200, 2)) < 0.4, np.zeros(200, dtype=bool)])
    x = (labels @ random.random((3, 6)) + random.random((200, 6)) / 4).astype(np.float32)
    scores = fit(x, labels, complaints.config)(x)
    assert scores.shape == (200, 3)
    for j in range(2):
        assert scores[labels[:, j], j].mean() > scores[~labels[:, j], j].mean()
    assert scores[:, 2].max() < 0.5


def test_the_sentence_before_is_that_of_the_same_text(read):
    before = previous_rows(read.examples)
    for i, j in enumerate(before):
        first = i == 0 or read.examples.text_ids[i - 1] != read.examples.text_ids[i]
        assert j == (-1 if first else i - 1)


def test_the_maximum_is_taken_over_known_words_only(read, trained):
    pooled = max_vectors(read.sentences, trained.tagger.pipeline)
    vectors = trained.tagger.pipeline.word_vectors([word.form for word in read.sentences[0].words])
    np.testing.assert_array_equal(pooled[0], vectors[vectors.any(axis=1)].max(axis=0))


def test_one_threshold_for_all_keeps_the_ceiling(complaints):
    random = np.random.default_rng(3)
    labels = random.random((400, 3)) < 0.2
    probabilities = np.clip(labels * 0.4 + random.random((400, 3)) * 0.5, 0, 1)
    thresholds = mixing.one_for_all(probabilities, labels, complaints.config)
    untagged = ~labels.any(axis=1)
    assert len(set(thresholds)) == 1
    assert (probabilities[untagged] >= thresholds).any(axis=1).mean() <= 0.08
    free = mixing.best_f1(probabilities, labels, complaints.config)
    assert (free <= thresholds + 0.2).all()


def test_a_better_encoder_shows_in_the_blend_on_the_writers_that_it_held_out(material):
    held_out = np.isin(material.examples.writers, ["c1", "c2"])
    ground = Ground.of_held_out(material, held_out)
    (fold,) = ground.folds
    assert set(np.array(material.examples.writers)[fold.kept]) == {"c3"}
    linear, encoder, blend = measure(ground, HELD_OUT_VARIANTS, LABELS)
    assert linear.metrics.test_writers == ("c1", "c2")
    assert encoder.metrics.mean_average_precision == pytest.approx(1)
    assert blend.metrics.mean_average_precision > linear.metrics.mean_average_precision
    assert (encoder.train_seconds, blend.speed) == (None, None)
    assert linear.train_seconds > 0


def test_a_shared_learner_is_learned_once(material):
    ground = Ground.of_folds(material, 2)
    first = ground.score(NGRAMS)
    list(measure(ground, [REFERENCE, Variant("x", "features", "x", (NGRAMS,))], LABELS))
    assert ground.score(NGRAMS) is first
    assert TUNED not in ground._scored


def test_the_page_has_a_row_per_variant_and_says_what_was_left_out(ground):
    rows = list(measure(ground, [REFERENCE], LABELS))
    page = markdown(rows, [], ["lexicon alone: none."], **FACTS)
    assert "89 sentences by 3 training writers" in page
    assert page.count("\n| features | reference |") == 1
    assert page.endswith("Left out:\n\n- lexicon alone: none.\n")
    assert all(name in page for name in HEADER)


def test_the_command_writes_both_files(call, word_file, tmp_path):
    out = tmp_path / "page.md"
    options = ("--corpus", CORPUS, "--codebook", CODEBOOK, "--config", CONFIG, "--vectors", word_file)
    done = call(*options, "--out", out, "--only", "words", "--only", "lexicon alone", "--sentences", 60)
    assert (done.exit_code, done.stdout) == (0, f"experiments: {out}\n")
    header, *rows = (tmp_path / "page.tsv").read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == list(HEADER)
    assert [row.split("\t")[1] for row in rows] == ["reference", "words"]
    assert "lexicon alone: this codebook has no lexicon" in out.read_text(encoding="utf-8")
    assert "words: mAP" in done.stderr


def test_the_lexicon_is_a_feature_where_there_is_one(call, word_file, tmp_path):
    for label, word in zip(LABELS, ("laat", "grof"), strict=True):
        (tmp_path / f"{label}.tsv").write_text(f"{word}\t-\n", encoding="utf-8")
    options = ("--corpus", CORPUS, "--codebook", CODEBOOK, "--config", CONFIG, "--vectors", word_file)
    done = call(*options, "--out", tmp_path / "page.md", "--only", "with lexicon", "--lexicon", tmp_path)
    assert done.exit_code == 0
    assert "with lexicon: mAP" in done.stderr


def test_an_unknown_variant_is_refused(call, tmp_path):
    done = call("--only", "magic", "--out", tmp_path / "page.md")
    assert isinstance(done.exception, InputError)
    assert "'magic'" in str(done.exception)
    assert "reference" in str(done.exception)
