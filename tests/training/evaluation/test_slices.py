"""slices.py: each sentence falls into one slice of each facet, and a slice has its own figures."""

import numpy as np
import pytest

from tests.training.evaluation.cases import predictions
from training.corpus import AnnotatedSentence, AnnotatedText, Annotation, examples_of
from training.evaluation.bootstrap import Resamples
from training.evaluation.slices import facets_of, slices


def text(name, kind, sector, *sentences):
    units = tuple(
        AnnotatedSentence(text=words, tags=(Annotation(label="delay", stance="reported"),) if tagged else ())
        for words, tagged in sentences
    )
    return AnnotatedText(id=name, writer="c9", kind=kind, sector=sector, sentences=units)


ADDRESS = [
    ("Kunt u mij helpen?", "polite (u)"),
    ("Uw brief kwam te laat.", "polite (u)"),
    ("Je hoort nooit iets.", "familiar (je, jij, jullie)"),
    ("Jullie zijn laat", "familiar (je, jij, jullie)"),
    ("Het pakket was zoek.", "nobody addressed"),
    ("De jeugd at uien.", "nobody addressed"),
]
WRITING = [
    ("Het pakket was zoek.", "careful"),
    ("'Te laat!'", "careful"),
    ("3 weken gewacht.", "careful"),
    ("het pakket was zoek.", "careless (no capital or no full stop)"),
    ("Het pakket was zoek", "careless (no capital or no full stop)"),
    ("😀", "careless (no capital or no full stop)"),
]
LENGTH = [(1, "1-7 words"), (7, "1-7 words"), (8, "8-14 words"), (24, "15-24 words"), (25, "25 words or more")]


@pytest.mark.parametrize(("sentence", "value"), ADDRESS)
def test_the_pronoun_tells_how_somebody_is_addressed(sentence, value):
    assert facets_of([text("x", "survey", "zorg", (sentence, False))])["register: address"] == [value]


@pytest.mark.parametrize(("sentence", "value"), WRITING)
def test_a_capital_and_a_full_stop_tell_care(sentence, value):
    assert facets_of([text("x", "survey", "zorg", (sentence, False))])["register: writing"] == [value]


@pytest.mark.parametrize(("n", "value"), LENGTH)
def test_sentences_are_banded_by_words(n, value):
    assert facets_of([text("x", "survey", "zorg", ("woord " * n, False))])["length"] == [value]


def test_small_sectors_stand_together():
    large = text("x", "survey", "zorg", *[("Zin.", False)] * 40)
    small = text("y", "survey", "bouw", *[("Zin.", False)] * 39)
    assert set(facets_of([large, small])["sector"]) == {"zorg", "(other)"}


@pytest.fixture(scope="module")
def found(complaints):
    texts = [
        text("x", "survey", "zorg", ("Te laat.", True), ("Goed.", False)),
        text("y", "article", "zorg", ("Te laat.", True), ("Goed.", False)),
    ]
    examples = examples_of(texts, complaints.codebook)
    delay = complaints.codebook.label_ids.index("delay")
    table = np.zeros(examples.labels.shape)
    table[[0, 3], delay] = 0.9  # right in the survey; in the article one miss and one false alarm
    rows = slices(texts, examples, predictions(table), Resamples.of(examples, 30, 1))
    return {(row.facet, row.value): row for row in rows}


def test_each_slice_has_its_own_figures(found):
    survey, article = found["kind", "survey"], found["kind", "article"]
    assert (survey.n_sentences, survey.n_tags, survey.precision, survey.recall) == (2, 1, 1.0, 1.0)
    assert (survey.f1.value, survey.false_alarm_rate, survey.stance_accuracy) == (1.0, 0.0, 1.0)
    assert (article.precision, article.recall, article.f1.value, article.false_alarm_rate) == (0.0, 0.0, 0.0, 1.0)
    assert article.stance_accuracy is None


def test_the_slices_of_each_facet_hold_all_sentences(found):
    for facet in {facet for facet, _ in found}:
        assert sum(row.n_sentences for key, row in found.items() if key[0] == facet) == 4
