"""What stands beside the tagger: simpler systems below it, and the agreement of annotators above.

No tagger can be judged to agree with an annotator more than annotators agree with each other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.codebook import Codebook
from models.pipeline import Pipeline
from training.baselines.run import nothing
from training.baselines.table import HEADER
from training.corpus import AnnotatedText, Examples, examples_of
from training.evaluation.bootstrap import Interval, Resamples, interval
from training.evaluation.judge import Evaluation
from training.evaluation.metrics import Counts, Table
from training.evaluation.predictions import Predictions
from training.lexicon import LEXICON_FOLDER, has_lexicon, read_lexicon

# What the tagger and what is measured here anyway are called in the page of baselines.
SHOWN_ELSEWHERE = re.compile(r"tagger, \w+|nothing|keywords")


@dataclass(frozen=True, slots=True)
class Yardstick:
    """One system or pair of people, judged as the tagger is."""

    name: str
    what: str
    macro_f1: Interval
    micro_f1: float | None
    labels: tuple[float, ...] | None = None
    """F1 of each label, where it is known."""


def simple_systems(evaluation: Evaluation, codebook: Codebook, pipeline: Pipeline) -> list[Yardstick]:
    """Judge what needs no learning: no tag at all, and the keyword lexicon where the codebook has one."""
    examples = evaluation.examples
    found: list[tuple[str, str, Predictions]] = [
        ("nothing", "the majority answer for every label: no tag", nothing(examples))
    ]
    if has_lexicon(LEXICON_FOLDER, codebook):
        present, stances = read_lexicon(LEXICON_FOLDER, codebook, pipeline).predict(evaluation.sentences)
        found.append(
            ("keywords", "the lexicon in training/lexicon", Predictions(present.astype(float), present, stances))
        )
    return [_yardstick(name, what, examples.labels, p.present, evaluation.resamples) for name, what, p in found]


def learned_systems(page: str, examples: Examples) -> list[Yardstick]:
    """Read the learned baselines off the page that ``weerklank-train baselines`` wrote for the same test part."""
    told = f"on {len(examples.texts)} sentences by the {len(set(examples.writers))} test writers"
    if told not in page:
        return []
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(HEADER) or not re.fullmatch(r"[01]\.\d+", cells[2]) or SHOWN_ELSEWHERE.fullmatch(cells[0]):
            continue
        low, high = (float(number) for number in cells[3].split(" to "))
        found.append(Yardstick(cells[0], cells[1], Interval(float(cells[2]), low, high), float(cells[4])))
    return found


def agreement_ceiling(
    annotations: Mapping[str, Sequence[AnnotatedText]], evaluation: Evaluation, codebook: Codebook
) -> Yardstick | None:
    """Judge annotators by each other on the test part: F1 of one against another, which is the same both ways.

    Pairs of annotators who read the same texts are counted together. None where no test text was read twice.
    """
    sizes = {text.id: len(text.sentences) for text in evaluation.texts}
    first, second, ids, writers = [], [], [], []
    for one, other in combinations(annotations.values(), 2):
        by_id = {text.id: text for text in other}
        for text in one:
            twin = by_id.get(text.id)
            if twin is not None and len(text.sentences) == len(twin.sentences) == sizes.get(text.id):
                first.append(examples_of([text], codebook).labels)
                second.append(examples_of([twin], codebook).labels)
                ids += [text.id] * len(text.sentences)
                writers += [text.writer] * len(text.sentences)
    if not first:
        return None
    gold, found = np.vstack(first), np.vstack(second)
    stances = np.zeros(gold.shape, dtype=np.int64)
    both = Examples(("",) * len(ids), tuple(ids), tuple(writers), ("",) * len(ids), gold, stances)
    resamples = Resamples.of(both, evaluation.settings.bootstrap_samples, evaluation.settings.seed)
    n = len({*ids})
    return _yardstick("annotators", f"one annotator judged by another, on {n} test texts", gold, found, resamples)


def _yardstick(name: str, what: str, gold: Table, found: Table, resamples: Resamples) -> Yardstick:
    once, draws = Counts.of(gold, found), Counts.resampled(gold, found, resamples)
    macro = interval(float(once.macro_f1), draws.macro_f1)
    return Yardstick(name, what, macro, float(once.micro_f1), tuple(once.f1.tolist()))
