"""Measure the search for label noise: plant wrong annotations at a fixed seed and count how many of them it finds.

Usage::

    noisy, planted = plant(examples, share=0.05, seed=7)
    rows = judge(find_doubts(cross_validated(sentences, noisy, config), noisy, codebook), planted)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.check.noise import Doubt
from training.corpus import Examples

UNTOUCHED: Final = ""
REPLACED: Final = "label replaced by another"
REMOVED: Final = "label removed"
ADDED: Final = "label added where there was none"
KINDS = (REPLACED, REMOVED, ADDED)
HEADER = ("what", "planted", "found", "recall")
LISTED_HEADER = ("listed", "of these planted", "precision", "recall")
# Part of the doubts, the most doubtful first, at which precision is given: how far down the list reading on pays.
DEPTHS = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Found:
    """How many of the sentences with a planted error were listed."""

    kind: str
    planted: int
    found: int


@dataclass(frozen=True, slots=True)
class Listed:
    """How many of the first sentences of the list have a planted error."""

    n: int
    right: int
    planted: int
    """Planted in all."""


def plant(examples: Examples, share: float, seed: int) -> tuple[Examples, NDArray[np.str_]]:
    """Make a share of the annotations wrong.

    Of the sentences that are drawn, one that carries a label loses one or gets another in its place, by turns; one that
    carries none gets one. The stance stays, or is the codebook's first.

    Parameters
    ----------
    examples : Examples
    share : float
        Share of sentences, 0-1.
    seed : int

    Returns
    -------
    (noisy examples, what was done to each sentence)
        The latter of shape (n_sentences,).
    """
    random = np.random.default_rng(seed)
    stances = examples.stances.copy()
    done = np.full(len(stances), UNTOUCHED, dtype=f"<U{max(map(len, KINDS))}")
    turn = 0
    for row in random.permutation(len(stances))[: round(share * len(stances))]:
        given, absent = np.flatnonzero(stances[row] >= 0), np.flatnonzero(stances[row] < 0)
        if not len(given):
            stances[row, random.choice(absent)] = 0
            done[row] = ADDED
            continue
        old = random.choice(given)
        turn += 1
        if turn % 2 and len(absent):
            stances[row, random.choice(absent)] = stances[row, old]
            done[row] = REPLACED
        else:
            done[row] = REMOVED
        stances[row, old] = -1
    return replace(examples, labels=stances >= 0, stances=stances), done


def judge(doubts: Sequence[Doubt], planted: NDArray[np.str_]) -> tuple[list[Found], list[Listed]]:
    """Compare a list of doubts, the most doubtful first, with what was planted; sentences are counted, not labels."""
    rows = np.array(list(dict.fromkeys(doubt.row for doubt in doubts)), dtype=np.int64)
    hits = planted[rows] != UNTOUCHED
    n_planted = int((planted != UNTOUCHED).sum())
    found = [Found(kind, int((planted == kind).sum()), int((planted[rows] == kind).sum())) for kind in KINDS]
    depths = sorted({round(depth * len(rows)) for depth in DEPTHS} | {min(n_planted, len(rows))})
    return [*found, Found("all", n_planted, int(hits.sum()))], [
        Listed(n, int(hits[:n].sum()), n_planted) for n in depths if n
    ]


def table(found: Sequence[Found], listed: Sequence[Listed], **facts: float) -> str:
    """Write what was tried (`facts`) and both results as tab-separated values, with an empty line between them."""
    tables: list[list[tuple[object, ...]]] = [
        [tuple(facts), tuple(facts.values())],
        [HEADER, *((f.kind, f.planted, f.found, _share(f.found, f.planted)) for f in found)],
        [
            LISTED_HEADER,
            *((item.n, item.right, _share(item.right, item.n), _share(item.right, item.planted)) for item in listed),
        ],
    ]
    return "\n".join("".join("\t".join(map(str, row)) + "\n" for row in part) for part in tables)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"
