"""The test part in slices: how good the tagger is on each kind of text, sector, length and register.

Kind and sector are the corpus's own. Register is read off the sentence: whom it addresses and how (Dutch has a polite
*u*), and whether it was written with care.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.corpus import AnnotatedText, Examples
from training.evaluation.bootstrap import Interval, Resamples, interval
from training.evaluation.predictions import Predictions

# Upper ends of the bands of sentence length, in words.
LENGTHS = (7, 14, 24)
# A sector with fewer test sentences goes with the others: its figures would be chance.
MIN_SENTENCES = 40
POLITE = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)
FAMILIAR = re.compile(r"\b(je|jij|jou|jouw|jezelf|jullie|ge|gij)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slice:
    """Quality on the sentences that share a property, over the tags of all labels together."""

    facet: str
    value: str
    n_sentences: int
    n_tags: int
    precision: float | None
    """None where no tag was found."""
    recall: float | None
    """None where no sentence has a tag."""
    f1: Interval | None
    false_alarm_rate: float | None
    """None where every sentence has a tag."""
    stance_accuracy: float | None
    """None where no tag was found rightly."""


def slices(
    texts: Sequence[AnnotatedText], examples: Examples, predictions: Predictions, resamples: Resamples
) -> list[Slice]:
    """Judge every slice of a test part."""
    found = []
    for facet, values in facets_of(texts).items():
        column = np.array(values)
        for value in _in_order(facet, values):
            found.append(_slice(facet, value, column == value, examples, predictions, resamples))
    return found


def facets_of(texts: Sequence[AnnotatedText]) -> dict[str, list[str]]:
    """Give the value of each facet for each sentence."""
    pairs = [(text, sentence.text) for text in texts for sentence in text.sentences]
    sectors = Counter(text.sector for text, _ in pairs)
    return {
        "kind": [text.kind for text, _ in pairs],
        "sector": [text.sector if sectors[text.sector] >= MIN_SENTENCES else "(other)" for text, _ in pairs],
        "length": [_length(sentence) for _, sentence in pairs],
        "register: address": [_address(sentence) for _, sentence in pairs],
        "register: writing": [_writing(sentence) for _, sentence in pairs],
    }


def _length(sentence: str) -> str:
    n = len(sentence.split())
    low = 1
    for high in LENGTHS:
        if n <= high:
            return f"{low}-{high} words"
        low = high + 1
    return f"{low} words or more"


def _address(sentence: str) -> str:
    if POLITE.search(sentence):
        return "polite (u)"
    return "familiar (je, jij, jullie)" if FAMILIAR.search(sentence) else "nobody addressed"


def _writing(sentence: str) -> str:
    """Tell care by a capital (or figure, or quotation mark) at the start and a full stop or the like at the end."""
    text = sentence.strip().strip("\"'“”‘’()")
    careful = bool(text) and not text[0].islower() and text[-1] in ".!?…:;"
    return "careful" if careful else "careless (no capital or no full stop)"


def _in_order(facet: str, values: Sequence[str]) -> list[str]:
    """Order bands of length by length, and other values by their number, the rest last."""
    counts = Counter(values)
    if facet == "length":
        return sorted(counts, key=lambda value: int(re.split(r"\D", value)[0]))
    return sorted(counts, key=lambda value: (value == "(other)", -counts[value], value))


def _slice(
    facet: str, value: str, rows: NDArray[np.bool_], examples: Examples, predictions: Predictions, resamples: Resamples
) -> Slice:
    gold, found = examples.labels, predictions.present
    tables = (gold & found, found, gold)
    counts = np.stack([table.sum(axis=1) for table in tables], axis=1) * rows[:, None]
    hits, n_found, n_gold = counts.sum(axis=0).tolist()
    right, found_too, gold_too = resamples.sums(counts).T
    either = found_too + gold_too
    draws = np.where(either > 0, 2 * right / np.maximum(1, either), np.nan)
    untagged = rows & ~gold.any(axis=1)
    stances = (predictions.stances == examples.stances)[gold & found & rows[:, None]]
    return Slice(
        facet,
        value,
        int(rows.sum()),
        n_gold,
        hits / n_found if n_found else None,
        hits / n_gold if n_gold else None,
        interval(2 * hits / (n_found + n_gold), draws) if n_found + n_gold else None,
        float(found[untagged].any(axis=1).mean()) if untagged.any() else None,
        float(stances.mean()) if stances.size else None,
    )
