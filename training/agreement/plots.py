"""Draw agreement as SVG: alpha with its interval per label, and which labels are confused."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.agreement.alpha import Agreement
from training.drawing import STYLE, svg_of

# Krippendorff (2018, p. 356): conclusions from data below 0.667 are not tenable, tentative up to 0.800.
TENTATIVE, RELIABLE = 0.667, 0.8
INK = "#1f6f8b"
ROW_HEIGHT = 0.26
"""Inches per row."""


def alpha_plot(rows: Sequence[Agreement]) -> str:
    """Draw alpha with its 95% interval, one row per label or stance that anybody gave."""
    shown = [row for row in rows if row.n]
    with rc_context(STYLE):
        figure = Figure(figsize=(7, 0.9 + ROW_HEIGHT * max(1, len(shown))), layout="tight")
        axes = figure.add_subplot()
        for y, row in enumerate(shown):
            axes.plot([row.low, row.high], [y, y], color=INK, linewidth=1.5)
            axes.plot([row.alpha], [y], "o", color=INK, markersize=4)
        for bar in (TENTATIVE, RELIABLE):
            axes.axvline(bar, color="#5c6877", linewidth=0.8, linestyle="--")
        axes.set_yticks(range(len(shown)), [f"{row.name} ({row.n})" for row in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlim(min([0.0, *(row.low for row in shown)]) - 0.02, 1.02)
        axes.set_xlabel("Krippendorff's alpha with 95% interval; dashed: 0.667 and 0.800")
        return svg_of(figure)


def confusion_plot(confusion: NDArray[np.float64], labels: Sequence[str]) -> str:
    """Draw which label one annotator gave where another gave another, as shares of each row.

    Parameters
    ----------
    confusion : array of shape (n_labels, n_labels + 1)
        As `training.agreement.pairs.label_confusion` counts.
    labels : sequence of str
    """
    total = confusion.sum(axis=1, keepdims=True)
    shares = np.divide(confusion, total, out=np.zeros_like(confusion), where=total > 0)
    side = 1.8 + ROW_HEIGHT * max(4, len(labels))
    with rc_context(STYLE):
        figure = Figure(figsize=(side + ROW_HEIGHT, side), layout="tight")
        axes = figure.add_subplot()
        axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1)
        axes.invert_yaxis()
        axes.set_aspect("equal")
        axes.set_xticks(np.arange(len(labels) + 1) + 0.5, [*labels, "no label"], rotation=90)
        axes.set_yticks(np.arange(len(labels)) + 0.5, list(labels))
        axes.set_ylabel("one annotator gave")
        axes.set_xlabel("the other gave")
        for i, j in zip(*np.nonzero(np.round(100 * shares)), strict=True):
            shade = "white" if shares[i, j] > 0.5 else "black"
            axes.text(j + 0.5, i + 0.5, f"{100 * shares[i, j]:.0f}", ha="center", va="center", color=shade, fontsize=6)
        return svg_of(figure)
