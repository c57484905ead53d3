"""Draw groups beside each other: their balance, and a heat map of what they mention.

Usage::

    svg = heat_map((whole, *groups), ["autonomy", "competence"], "drive-map", "Drijfveren per groep")
"""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Final

from matplotlib.axes import Axes

from service.survey.report import wording
from service.survey.report.drawing import INK, LINE, MUTED, SOFT, SURFACE, TONE, as_svg, drawing, panel
from service.survey.report.lettering import clipped, width
from service.survey.report.plots import GAP, SMALL, WIDE, Layout, text
from service.survey.summary.schema import TOO_FEW, BalanceFigure, BalanceInfo, GroupFigures, LabelFigure

# Of a label above the raster, in pixels.
LONGEST_HEAD: Final = 160


def balance_plot(groups: Sequence[GroupFigures], names: BalanceInfo, at: Layout, key: str) -> str:
    """Draw the balance of each group: its mean, its spread and both counts.

    Parameters
    ----------
    groups : sequence of GroupFigures
        The whole first.
    names : BalanceInfo
        Names of the two ends.
    at : Layout
        `WIDE` or `NARROW`.
    key : str
        Makes ids unique within the page.
    """
    wide = at is WIDE
    left, right = (265, 680) if wide else (8, at.width - 8)
    row, top = (32 if wide else 74), 46
    height = top + row * len(groups) + 4
    centre, half = (left + right) / 2, (right - left) / 2
    with drawing(at.width, height) as figure:
        axes = panel(figure, 0, 0, at.width, height)
        text(axes, left, 12, f"← {names.against_name}", weight="bold")
        text(axes, right, 12, f"{names.toward_name} →", weight="bold", ha="right")
        if wide:
            words = f"{names.against_name} / {names.toward_name}, aantal"
            text(axes, at.width, 12, words, size=SMALL, color=MUTED, ha="right")
        for tick in (-1, -0.5, 0, 0.5, 1):
            text(
                axes,
                centre + tick * half,
                32,
                wording.decimal(tick, signed=True).removesuffix("0").removesuffix(",0"),
                size=SMALL,
                color=MUTED,
                ha="center",
            )
        for index, group in enumerate(groups):
            y = top + index * row
            middle = y + (16 if wide else 32)
            axes.axhline(y - 2, color=LINE, linewidth=0.8)
            indent = _indent(group) if wide else 0
            name = clipped(_short(group), (left if wide else at.width) - indent - GAP, bold=not group.path)
            text(axes, indent, y + (16 if wide else 11), name, weight="normal" if group.path else "bold")
            axes.vlines(centre, middle - 13, middle + 13, color=MUTED, linewidth=1)
            _balance(axes, group, centre, half, middle)
            if group.balance:
                counts = _counts(group.balance)
                if wide:
                    lines = counts.replace(f" / {TOO_FEW}", f" /\n{TOO_FEW}").replace(f"{TOO_FEW} /", f"{TOO_FEW} /\n")
                    for line, words in enumerate(lines.split("\n")):
                        y_of = middle - 7 * (lines.count("\n") - 2 * line)
                        text(axes, at.width, y_of, words.strip(), ha="right", size=SMALL if TOO_FEW in lines else 13)
                else:
                    words = f"{names.against_name} / {names.toward_name}: {counts}"
                    text(axes, 0, y + 54, words, size=SMALL, color=MUTED)
        return as_svg(
            figure,
            title=f"Balans tussen {names.toward_name} en {names.against_name}",
            description="Per groep een punt voor het gemiddelde en een streep voor de spreiding, van "
            f"−1 (alleen {names.against_name}) tot +1 (alleen {names.toward_name}). {_balances(groups)}",
            prefix=key,
            css_class=f"plot {at.name}",
        )


def _counts(figure: BalanceFigure) -> str:
    if figure.against.shown == figure.toward.shown == "hidden":
        return TOO_FEW
    return f"{wording.cell(figure.against)} / {wording.cell(figure.toward)}"


def _balances(groups: Sequence[GroupFigures]) -> str:
    told = []
    for group in groups:
        mean = group.balance.mean if group.balance else None
        told.append(f"{wording.group(group.path)}: {TOO_FEW if mean is None else wording.decimal(mean, True)}.")
    return " ".join(told)


def _short(group: GroupFigures) -> str:
    return group.path[-1] if group.path else wording.WHOLE


def _indent(group: GroupFigures) -> int:
    return min(14 * max(0, len(group.path) - 1), 70)


def _balance(axes: Axes, group: GroupFigures, centre: float, half: float, y: float) -> None:
    figure = group.balance
    if figure is None or figure.mean is None or figure.spread is None:
        text(axes, centre + 8, y, TOO_FEW, color=MUTED, size=SMALL)
        return
    low, high = max(-1.0, figure.mean - figure.spread), min(1.0, figure.mean + figure.spread)
    axes.barh(
        y, (high - low) * half, left=centre + low * half, height=11, facecolor=SOFT, edgecolor=TONE, linewidth=0.8
    )
    axes.plot([centre + figure.mean * half], [y], "o", color=TONE, markersize=11, markeredgecolor=SURFACE)


def heat_map(groups: Sequence[GroupFigures], labels: Sequence[str], key: str, title: str) -> str:
    """Draw groups by labels: the share that mentions it, and a triangle where it differs from the other respondents.

    Parameters
    ----------
    groups : sequence of GroupFigures
        The whole first.
    labels : sequence of str
        Label ids, in the order in which they are to be read.
    key : str
        Makes ids unique within the page.
    title : str
        What it shows.
    """
    heads = [clipped(groups[0].label(label).name, LONGEST_HEAD) for label in labels]
    names, column, row = 190, 54, 30
    slant = [ceil(width(head) * sqrt(0.5)) for head in heads]  # they lean at 45 degrees
    top, height = 22 + max(slant), 26 + max(slant) + row * len(groups)
    across = max(names + column * (place + 0.5) + each for place, each in enumerate(slant)) + GAP
    highest = max((f.share.value for g in groups for f in g.labels if f.share and f.label in labels), default=1) or 1
    across = max(across, names + column * len(labels))
    with drawing(across, height) as figure:
        axes = panel(figure, 0, 0, across, height)
        for place, head in enumerate(heads):
            x = names + column * (place + 0.5)
            axes.text(x - 4, top - 8, head, rotation=45, rotation_mode="anchor", ha="left", va="baseline")
        for index, group in enumerate(groups):
            y = top + row * index
            bold = len(group.path) < 2 and any(len(other.path) > 1 for other in groups)
            name = clipped(_short(group), names - _indent(group) - GAP, bold=bold)
            text(axes, _indent(group), y + row / 2, name, weight="bold" if bold else "normal")
            for place, label in enumerate(labels):
                _square(axes, names + column * place, y, (column, row), group.label(label), highest)
        return as_svg(
            figure,
            title=title,
            description="Raster: per groep (rij) en label (kolom) het aandeel respondenten dat het label noemt. Een "
            "driehoek omhoog of omlaag merkt een verschil met de andere respondenten. Alle getallen staan in de "
            "tabellen per groep.",
            prefix=key,
            css_class="plot heat",
        )


def _square(axes: Axes, x: float, y: float, size: tuple[float, float], figure: LabelFigure, highest: float) -> None:
    side, height = size
    middle = (x + side / 2, y + height / 2)
    if figure.share is None:
        axes.barh(middle[1], side - 3, left=x + 1.5, height=height - 3, facecolor="none", edgecolor=LINE, linewidth=1)
        if figure.mentioned.shown == "few":
            text(axes, *middle, wording.FEW, ha="center", size=SMALL, color=MUTED)
        else:
            text(axes, *middle, wording.TOO_FEW_IN_SHORT, ha="center", size=10, color=MUTED)
        return
    # From 6% to 48% of the tone: enough to see, little enough to read ink on it in light and dark.
    strength = 0.06 + 0.42 * figure.share.value / highest
    axes.barh(middle[1], side - 3, left=x + 1.5, height=height - 3, facecolor=TONE, alpha=strength)
    words = wording.percent(figure.share.value)
    marked = figure.rest is not None and figure.rest.marked
    if marked and figure.rest:
        words += " ▲" if figure.rest.difference > 0 else " ▼"
        axes.barh(middle[1], side - 4, left=x + 2, height=height - 4, facecolor="none", edgecolor=INK, linewidth=1.6)
    text(axes, *middle, words, ha="center", weight="bold" if marked else "normal", size=12.5)
