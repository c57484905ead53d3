"""Tagging by Python call: the time for one text, and sentences per second beside the bare tokenizer."""

import json
import statistics
from collections.abc import Iterator
from pathlib import Path

from models import load_tagger
from tests.bench.figures import FIVE_SENTENCES, Figure, median_time

RUNS = 5
CORPUS = Path("training/corpus")


def texts(n: int) -> list[str]:
    """Give texts of the corpus."""
    found = [
        " ".join(sentence["text"] for sentence in json.loads(line)["sentences"])
        for file in sorted(CORPUS.glob("w1*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return found[:n]


def measure() -> Iterator[Figure]:
    """Measure tagging."""
    tagger = load_tagger()
    tagger.tag([FIVE_SENTENCES])
    one = median_time(lambda: tagger.tag([FIVE_SENTENCES]), 50)
    yield Figure("five-sentence text by Python call", 1000 * one, "ms")

    sample = texts(1000)
    n = sum(len(tagging.sentences) for tagging in tagger.tag(sample))
    stated = ["nl"] * len(sample)
    rates: dict[str, list[float]] = {"detect": [], "stated": [], "bare": []}
    for _ in range(RUNS):
        rates["detect"].append(n / median_time(lambda: tagger.tag(sample), 1))
        rates["stated"].append(n / median_time(lambda: tagger.tag(sample, stated), 1))
        rates["bare"].append(n / median_time(lambda: [tagger.pipeline.nlp.tokenizer(text) for text in sample], 1))
    share = [a / b for a, b in zip(rates["stated"], rates["bare"], strict=True)]
    yield Figure("tagging, language detected", statistics.median(rates["detect"]), "sentences/s")
    yield Figure("tagging, language stated", statistics.median(rates["stated"]), "sentences/s")
    yield Figure("tagging beside the bare tokenizer", statistics.median(share), "ratio")
