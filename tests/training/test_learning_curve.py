"""learning_curve.py: shares of writers, never the test writers, written where reports find it."""

import json

import numpy as np
import pytest

from models import load_codebook
from models.errors import CorpusError
from tests.complaints import CODEBOOK, CONFIG, CORPUS
from training.corpus import fingerprint
from training.evaluation.background import read_background
from training.learning_curve import SHARES, measure


@pytest.fixture(scope="module")
def curve(read, complaints):
    return measure(read.sentences, read.examples, complaints.codebook, complaints.config, "f" * 64)


def test_each_share_of_the_writers_is_measured_on_every_fold(curve):
    assert [point.share for point in curve.points] == list(SHARES)
    assert curve.n_folds == 3
    # Two writers are left when one of three is held out.
    assert [point.n_writers for point in curve.points] == [1, 1, 1, 2, 2]
    sizes = [point.n_sentences for point in curve.points]
    assert sizes == sorted(sizes)


def test_figures_are_shares_and_the_mean_lies_between_the_folds(curve):
    for point in curve.points:
        assert 0 <= point.low <= point.mean_average_precision <= point.high <= 1
        assert 0 <= point.macro_f1 <= 1


def test_the_same_writers_give_the_same_figures(curve):
    first, second, third, *_ = (point.model_copy(update={"share": 0}) for point in curve.points)
    assert first == second == third


def test_as_many_folds_are_held_out_as_wanted(read, complaints):
    found = measure(read.sentences, read.examples, complaints.codebook, complaints.config, "f" * 64, n_folds=1)
    assert found.n_folds == 1
    assert all(point.low == point.high for point in found.points)


def test_two_writers_are_too_few(read, complaints):
    rows = np.array(read.examples.writers) != "c1"
    sentences = [s for s, keep in zip(read.sentences, rows, strict=True) if keep]
    with pytest.raises(CorpusError, match="three training writers"):
        measure(sentences, read.examples.take(rows), complaints.codebook, complaints.config, "f" * 64)


def test_the_command_writes_a_file_that_the_report_reads(run, word_file, tmp_path, complaints):
    where = ["--corpus", CORPUS, "--config", CONFIG, "--codebook", CODEBOOK, "--vectors", word_file]
    done = run("learning-curve", *where, "--folds", "1", "-o", tmp_path / "learning_curve.json")
    assert done.code == 0
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert rows[0] == ["share", "writers", "sentences", "mean_average_precision", "macro_f1"]
    assert len(rows) == 1 + len(SHARES)
    curve = read_background(tmp_path, complaints.codebook).learning_curve
    assert [f"{point.macro_f1:.3f}" for point in curve.points] == [row[4] for row in rows[1:]]
    train = [text for text in complaints.texts if text.writer != "c4"]
    assert curve.data_fingerprint == fingerprint(train)


def test_a_curve_of_another_codebook_is_left_aside(curve, tmp_path, complaints):
    (tmp_path / "learning_curve.json").write_text(json.dumps(curve.model_dump()), encoding="utf-8")
    assert read_background(tmp_path, complaints.codebook).learning_curve == curve
    assert read_background(tmp_path, load_codebook()).learning_curve is None
