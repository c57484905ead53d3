"""Draw what a summary shows: stances per label, and changes since the previous wave.

Each stance has its own form, as on the web page: solid, hatched, open. Each drawing exists in two widths, one for
screens and paper and one for telephones. A count that is not shown stands in the drawing by name, at the height of
the bar that it would be.

Usage::

    svg = stance_plot(summary.whole.dimension("drive"), summary, "drijfveren", scale, WIDE, "drive-wide")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from matplotlib.axes import Axes

from service.survey.report import wording
from service.survey.report.drawing import INK, LINE, MUTED, SOFT, SURFACE, TONE, as_svg, drawing, panel
from service.survey.report.lettering import SIZE, clipped, width
from service.survey.report.ranking import stances
from service.survey.summary.schema import TOO_FEW, Cell, LabelFigure, Share, Summary

FORMS: Final[tuple[dict[str, Any], ...]] = (
    {"facecolor": TONE, "edgecolor": TONE, "linewidth": 1},
    {"facecolor": SOFT, "edgecolor": TONE, "linewidth": 1, "hatch": "////"},
    {"facecolor": SURFACE, "edgecolor": TONE, "linewidth": 1.4, "linestyle": (0, (4, 2.5))},
)
SMALL: Final = 11.5
# Between a name and what stands to its right, in pixels.
GAP: Final = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a drawing, in pixels."""

    name: str
    width: int
    row: int
    """Height of a row."""
    bar: int
    """From the top of the row to the middle of its bars."""
    names: int
    """Room for names to the left of the bars; 0 where they stand above them."""
    figures: int
    """Where the bars end and, if there is room, other columns begin."""


WIDE: Final = Layout("wide", 870, 34, 16, 164, 593)
NARROW: Final = Layout("narrow", 340, 72, 34, 0, 340)


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of the axes, the same for all drawings of a report so that lengths can be compared."""

    stance: float
    mention: float

    @classmethod
    def of(cls, figures: Sequence[LabelFigure]) -> "Scale":
        """Take the largest share of any stance, and of all mentions, with their intervals."""
        by_stance = [each.share.high for figure in figures for each in figure.stances if each.share]
        mentions = [max(share.high, share.adjusted or 0) for figure in figures if (share := figure.share)]
        return cls(max(by_stance, default=0.01), max(mentions, default=0.01))


def stance_plot(figures: Sequence[LabelFigure], summary: Summary, name: str, scale: Scale, at: Layout, key: str) -> str:
    """Draw one row per label: a bar for each stance, the share that mentions it, what the model can do.

    Parameters
    ----------
    figures : sequence of LabelFigure
        In the order in which they are to be read.
    summary : Summary
        Where they come from.
    name : str
        What they are, in Dutch.
    scale : Scale
        Ends of the axes.
    at : Layout
        `WIDE` or `NARROW`.
    key : str
        Makes ids unique within the page.
    """
    ids = stances(summary.codebook)
    order = [stance.id for stance in summary.codebook.stances]
    names = {stance.id: stance.name for stance in summary.codebook.stances}
    step = (at.figures - at.names) / len(ids)
    top = 32
    with drawing(at.width, top + at.row * len(figures) + 4) as figure:
        axes = panel(figure, 0, 0, at.width, top + at.row * len(figures) + 4)
        for column, stance in enumerate(ids):
            text(axes, at.names + column * step, 12, names[stance], weight="bold")
        if at is WIDE:
            text(axes, at.figures + 10, 12, "genoemd door", weight="bold")
            text(axes, 765, 12, "het model", weight="bold")
        for index, label in enumerate(figures):
            y = top + index * at.row
            axes.axhline(y - 3, color=LINE, linewidth=0.8)
            quality = wording.limits((summary.model.labels or {}).get(label.label))
            middle = y + at.bar
            for column, stance in enumerate(ids):
                figure_of = label.stance(stance)
                form = FORMS[order.index(stance) % len(FORMS)]
                _bar(axes, at.names + column * step, middle, step, figure_of.share, figure_of.count, scale.stance, form)
            if at is WIDE:
                text(axes, 0, middle, clipped(label.name, at.names - GAP))
                _mention(axes, at.figures + 10, middle, label, scale.mention)
                for line, words in enumerate(quality.split("; ")):
                    text(axes, 765, middle - 7 * (quality.count(";") - 2 * line), words, size=SMALL, color=MUTED)
            else:
                mention = f"{wording.share(label.share, label.mentioned)} noemt dit"
                name = clipped(label.name, at.width - width(mention) - GAP, bold=True)
                text(axes, 0, y + 11, name, weight="bold")
                text(axes, at.width, y + 11, mention, ha="right")
                text(axes, 0, y + 57, f"model: {quality}", size=SMALL, color=MUTED)
        told = "; ".join(f"{label.name}: {_told(label, ids, names)}" for label in figures)
        return as_svg(
            figure,
            title=f"{name.capitalize()}: aandeel respondenten per houding",
            description=f"Staafdiagram. {told}. Alle getallen staan in de tabel eronder.",
            prefix=key,
            css_class=f"plot {at.name}",
        )


def _told(label: LabelFigure, ids: Sequence[str], names: dict[str, str]) -> str:
    each = (label.stance(stance) for stance in ids)
    return ", ".join(f"{wording.share(figure.share, figure.count)} {names[figure.stance]}" for figure in each)


def _bar(
    axes: Axes, x: float, y: float, width: float, share: Share | None, cell: Cell, end: float, form: dict[str, Any]
) -> None:
    axes.vlines(x, y - 11, y + 11, color=LINE, linewidth=1)
    if share is None:
        _unshown(axes, x + 6, y, cell, width)
        return
    room = (width - 46) / end
    axes.barh(y, share.value * room, left=x, height=13, **form)
    axes.hlines(y, x + share.low * room, x + share.high * room, color=INK, linewidth=1.1)
    axes.vlines([x + share.low * room, x + share.high * room], y - 3, y + 3, color=INK, linewidth=1.1)
    text(axes, x + share.high * room + 5, y, wording.percent(share.value))


def _mention(axes: Axes, x: float, y: float, label: LabelFigure, end: float) -> None:
    axes.vlines(x, y - 11, y + 11, color=LINE, linewidth=1)
    share = label.share
    if share is None:
        _unshown(axes, x + 6, y, label.mentioned, 150)
        return
    room = 96 / end
    axes.hlines(y, x + share.low * room, x + share.high * room, color=INK, linewidth=1.6)
    axes.plot([x + share.value * room], [y], "o", color=INK, markersize=7)
    if share.adjusted is not None:
        axes.plot([x + share.adjusted * room], [y], "D", markersize=7, markerfacecolor=SURFACE, markeredgecolor=INK)
    text(axes, x + 148, y, wording.percent(share.value), ha="right", weight="bold")


def _unshown(axes: Axes, x: float, y: float, cell: Cell, width: float) -> None:
    if cell.shown == "few":
        text(axes, x, y, wording.FEW, color=MUTED)
    elif width > 140:
        text(axes, x, y, TOO_FEW, color=MUTED, size=SMALL)
    else:
        for line, word in enumerate(TOO_FEW.rsplit(" ", 1)):
            text(axes, x, y - 6 + 12 * line, word, color=MUTED, size=SMALL)


def change_plot(figures: Sequence[LabelFigure], at: Layout, key: str) -> str:
    """Draw the change of each label since the previous wave, with its interval.

    Parameters
    ----------
    figures : sequence of LabelFigure
        Those with a change, in the order in which they are to be read.
    at : Layout
        `WIDE` or `NARROW`.
    key : str
        Makes ids unique within the page.
    """
    wide = at is WIDE
    changes = [(figure, figure.change) for figure in figures if figure.change]
    end = ceil(100 * max((max(abs(c.low), abs(c.high)) for _, c in changes), default=0.01)) / 100
    left, right = (185, 665) if wide else (8, at.width - 16)
    centre, half = (left + right) / 2, (right - left) / 2
    row, top = (30 if wide else 52), 46
    height = top + row * len(changes) + 4
    with drawing(at.width, height) as figure:
        axes = panel(figure, 0, 0, at.width, height)
        text(axes, left, 12, "← minder genoemd", weight="bold")
        text(axes, right, 12, "vaker genoemd →", weight="bold", ha="right")
        for tick in (-end, 0, end):
            text(axes, centre + tick / end * half, 32, wording.points(tick), size=SMALL, color=MUTED, ha="center")
        for index, (label, change) in enumerate(changes):
            y = top + row * index
            middle = y + (15 if wide else 33)
            axes.axhline(y - 2, color=LINE, linewidth=0.8)
            axes.vlines(centre, middle - 12, middle + 12, color=MUTED, linewidth=1)
            axes.hlines(
                middle, centre + change.low / end * half, centre + change.high / end * half, color=TONE, linewidth=2
            )
            face = TONE if change.marked else SURFACE
            axes.plot(
                [centre + change.difference / end * half],
                [middle],
                "o",
                markersize=10,
                markerfacecolor=face,
                markeredgecolor=TONE,
                markeredgewidth=1.8,
            )
            words = f"{wording.points(change.difference)} procentpunt" + (", duidelijk" if change.marked else "")
            weight = "bold" if change.marked else "normal"
            room = left if wide else at.width - width(words, bold=change.marked)
            name = clipped(label.name, room - GAP, bold=change.marked)
            text(axes, 0, y + (15 if wide else 11), name, weight=weight)
            text(
                axes,
                at.width,
                y + (15 if wide else 11),
                words,
                ha="right",
                weight=weight,
                size=12.5,
            )
        told = "; ".join(f"{label.name}: {wording.points(change.difference)}" for label, change in changes)
        return as_svg(
            figure,
            title="Verandering sinds de vorige meting, in procentpunten",
            description=f"Per label een punt met zijn interval. {told}.",
            prefix=key,
            css_class=f"plot {at.name}",
        )


def text(axes: Axes, x: float, y: float, words: str, size: float = SIZE, **options: Any) -> None:
    """Write words in a drawing, their middle at height `y`."""
    axes.text(x, y, words, fontsize=size, va="center_baseline", **options)
