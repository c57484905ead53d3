"""Measure how far annotators agree, with whom, on what, and where they differ most.

Usage::

    weerklank-train agreement [--corpus DIR] [-o agreement.html]
"""

from training.agreement.alpha import Agreement, label_agreement, measure_agreement, stance_agreement
from training.agreement.codes import ANNOTATIONS, SideBySide, lay_side_by_side, read_annotations
from training.agreement.pairs import Disputed, Kappa, label_confusion, most_disputed, pairwise_kappa

__all__ = [
    "ANNOTATIONS",
    "Agreement",
    "Disputed",
    "Kappa",
    "SideBySide",
    "label_agreement",
    "label_confusion",
    "lay_side_by_side",
    "measure_agreement",
    "most_disputed",
    "pairwise_kappa",
    "read_annotations",
    "stance_agreement",
]
