"""plots.py: a plot is an element of the page, readable by who does not see it, in the page's own colours."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from models.manifest import ReliabilityBin
from training.evaluation.background import CurvePoint, LearningCurve
from training.evaluation.plots import COLOURS, Curve, learning_curve_plot, precision_recall_plot, reliability_plot

BINS = (ReliabilityBin(stated=0.25, observed=0.5, n=100), ReliabilityBin(stated=1, observed=0, n=10_000))
CURVE = Curve(np.array([1.0, 0.5, 0.0]), np.array([0.3, 0.6, 1.0]), [(0.5, 0.6)])
POINTS = [
    CurvePoint(share=s, n_writers=4, n_sentences=1000 * s, mean_average_precision=s, low=s / 2, high=s, macro_f1=s)
    for s in (0.5, 1.0)
]
LEARNED = LearningCurve(
    codebook="x", learner="a learner", n_folds=1, seed=1, data_fingerprint="y", points=tuple(POINTS)
)
PLOTS = [
    ("reliability", lambda: reliability_plot({"fast": BINS, "accurate": BINS}), "0.25 stated 0.50 observed"),
    ("one profile", lambda: reliability_plot({"fast": BINS}), "1.00 stated 0.00 observed"),
    ("precision-recall", lambda: precision_recall_plot({f"l{i}": {"fast": CURVE} for i in range(7)}), "7 labels"),
    ("one label", lambda: precision_recall_plot({"delay": {"fast": CURVE, "accurate": CURVE}}), "fast, accurate"),
    ("learning-curve", lambda: learning_curve_plot(LEARNED), "500 sentences: mean average precision 0.500"),
]


@pytest.fixture(params=PLOTS, ids=[name for name, _, _ in PLOTS])
def plot(request):
    _, draw, words = request.param
    return draw, draw(), words


def test_a_plot_has_a_title_and_its_numbers_in_words(plot):
    _, text, words = plot
    root = ElementTree.fromstring(text)  # noqa: S314 # our own plot
    assert root.get("role") == "img"
    title, description = (root.find(name) for name in ("title", "desc"))
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert words in description.text


def test_a_plot_takes_its_colours_from_the_page(plot):
    _, text, _ = plot
    assert not any(drawn in text for drawn in COLOURS)
    assert set(re.findall(r"#[0-9a-f]{6}", text)) == set()
    assert "currentColor" in text


def test_what_a_plot_refers_to_is_there_and_its_own(plot):
    _, text, _ = plot
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', text)) <= set(ids)
    assert len({name.split("-")[0] for name in ids}) == 1


def test_a_plot_brings_no_style_for_the_whole_page_and_no_address(plot):
    _, text, _ = plot
    assert "<style" not in text
    assert "http" not in text


def test_the_same_figures_give_the_same_plot(plot):
    draw, text, _ = plot
    assert draw() == text


def test_markup_in_a_label_is_text():
    text = precision_recall_plot({"<b>": {"fast": CURVE}})
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
