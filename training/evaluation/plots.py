"""Plots of the report: SVG that stands in the page, with a title and a description for who does not see it.

Colours are names of the page's own, so that plots follow its light and dark scheme. Every plot's numbers stand in a
table beside it.
"""

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.manifest import ReliabilityBin
from training.evaluation.background import LearningCurve
from training.evaluation.bootstrap import Floats

# Colours that matplotlib draws with, and what the page calls them.
INK, LINE = "#010203", "#040506"
SERIES = ("#070809", "#0a0b0c")
COLOURS = {INK: "currentColor", LINE: "var(--line)", SERIES[0]: "var(--bar)", SERIES[1]: "var(--bar-2)"}
DASHES = ("-", "--")
MARKERS = ("o", "s")
PANEL_COLUMNS = 5
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision over recall of one label in one profile, and where its operating points stand."""

    recall: Floats
    precision: Floats
    points: Sequence[tuple[float, float]]
    """(recall, precision) at each operating point."""


def reliability_plot(profiles: Mapping[str, Sequence[ReliabilityBin]]) -> str:
    """Plot stated probability against observed share, one line per profile."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.2), layout="tight")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        for k, (profile, bins) in enumerate(profiles.items()):
            stated, observed = [b.stated for b in bins], [b.observed for b in bins]
            axes.plot(stated, observed, color=SERIES[k], linestyle=DASHES[k], linewidth=1.4, label=profile)
            sizes = [6 + 2 * math.sqrt(b.n) for b in bins]
            axes.scatter(stated, observed, s=sizes, color=SERIES[k], marker=MARKERS[k], alpha=0.8, linewidths=0)
        _unit(axes)
        axes.set_xlabel("stated probability")
        axes.set_ylabel("observed share")
        axes.legend(loc="upper left")
        title = "Reliability: observed share of right labels over stated probability"
        text = "; ".join(
            f"{profile}: " + ", ".join(f"{b.stated:.2f} stated {b.observed:.2f} observed" for b in bins)
            for profile, bins in profiles.items()
        )
        return _svg(figure, "reliability", title, text)


def precision_recall_plot(labels: Mapping[str, Mapping[str, Curve]]) -> str:
    """Plot precision over recall: one panel per label, one line per profile, a mark at each operating point."""
    with mpl.rc_context(STYLE):
        n_columns = min(PANEL_COLUMNS, len(labels))
        n_rows = math.ceil(len(labels) / n_columns)
        figure = Figure(figsize=(2.0 * n_columns + 0.4, 1.9 * n_rows + 0.4), layout="tight")
        panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes in panels[len(labels) :]:
            axes.remove()
        for axes, (label, curves) in zip(panels[: len(labels)], labels.items(), strict=True):
            for k, (profile, curve) in enumerate(curves.items()):
                axes.plot(curve.recall, curve.precision, color=SERIES[k], linestyle=DASHES[k], lw=1.2, label=profile)
                if curve.points:
                    recalls, precisions = np.array(curve.points).T
                    axes.plot(recalls, precisions, MARKERS[k], color=SERIES[k], markersize=3)
            axes.set_title(label, fontsize=9)
            _unit(axes)
        figure.supxlabel("recall", fontsize=9)
        figure.supylabel("precision", fontsize=9)
        panels[0].legend(loc="lower left", fontsize=7)
        profiles = ", ".join(next(iter(labels.values())))
        text = (
            f"One panel for each of {len(labels)} labels, one line per profile ({profiles}), "
            "with a mark at each operating point. The tables of thresholds hold the numbers."
        )
        return _svg(figure, "precision-recall", "Precision over recall of each label", text)


def learning_curve_plot(curve: LearningCurve) -> str:
    """Plot mean average precision and macro-F1 over the number of sentences learned from."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.6, 3.4), layout="tight")
        axes = figure.subplots()
        size = [point.n_sentences for point in curve.points]
        mean = [point.mean_average_precision for point in curve.points]
        axes.fill_between(size, [p.low for p in curve.points], [p.high for p in curve.points], color=LINE, linewidth=0)
        axes.plot(size, mean, color=SERIES[0], marker=MARKERS[0], label="mean average precision")
        f1 = [point.macro_f1 for point in curve.points]
        axes.plot(size, f1, color=SERIES[1], linestyle=DASHES[1], marker=MARKERS[1], label="macro-F1")
        axes.set_xlim(0, None)
        axes.set_xlabel("sentences learned from")
        axes.grid(axis="y", color=LINE, linewidth=0.5)
        axes.legend(loc="lower right")
        text = "; ".join(
            f"{n:.0f} sentences: mean average precision {p.mean_average_precision:.3f}, macro-F1 {p.macro_f1:.3f}"
            for n, p in zip(size, curve.points, strict=True)
        )
        return _svg(figure, "learning-curve", "Learning curve: quality over sentences learned from", text)


def _unit(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.grid(color=LINE, linewidth=0.4)


def _svg(figure: Figure, name: str, title: str, description: str) -> str:
    """Give a figure as an element of the page: titled, without ids that two plots would share."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name}):  # the same figure gives the same bytes
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 # matplotlib's own output
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("metadata", "style")):  # a style would hold for the whole page
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
        for key in list(element.attrib):
            value = element.attrib.pop(key)
            if key == "id" and element.tag == "g":
                continue  # names of matplotlib's groups, which nothing refers to
            value = f"{name}-{value}" if key == "id" else re.sub(r"^(url\(#|#(?=[a-zA-Z]))", rf"\1{name}-", value)
            element.set(key.split("}")[-1], value)
    for old in ("width", "height", "version"):
        root.attrib.pop(old, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    root.set("class", "plot")
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    for drawn, shown in COLOURS.items():
        body = body.replace(drawn, shown)
    attributes = " ".join(f'{key}="{escape(value)}"' for key, value in root.attrib.items())
    heads = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    body = re.sub(r">\s+<", "><", re.sub(r"(\.\d)\d+", r"\1", body))  # a tenth of a point is finer than any screen
    return f"<svg {attributes}>{heads}{body}</svg>"
