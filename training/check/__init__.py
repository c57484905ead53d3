"""Check a corpus: what must be mended before anything is trained on it, what it is made of, which labels are doubtful.

Usage::

    weerklank-train check [--corpus DIR] [--noise doubts.tsv]
"""

from training.check.inventory import Inventory, LabelCount, take_inventory
from training.check.noise import Doubt, cross_validated, find_doubts
from training.check.problems import Place, Problem, find_problems

__all__ = [
    "Doubt",
    "Inventory",
    "LabelCount",
    "Place",
    "Problem",
    "cross_validated",
    "find_doubts",
    "find_problems",
    "take_inventory",
]
