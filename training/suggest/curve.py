"""Sum up simulated rounds of annotation over seeds, as a table and as a plot."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from training.drawing import STYLE, svg_of
from training.suggest.simulate import RANDOM, STRATEGIES, Point

HEADER = ("strategy", "sentences", "mean average precision", "lowest", "highest", "rarest labels", "tagged", "better")
COLOURS = ("#5c6877", "#c98a2b", "#1f6f8b")


@dataclass(frozen=True, slots=True)
class Row:
    """One strategy after so many sentences, over all seeds."""

    strategy: str
    n_sentences: int
    mean: float
    """Of the mean average precision."""
    low: float
    high: float
    rarest: float
    tagged: float
    better: tuple[int, int]
    """In how many seeds it was better than random sentences, and how many there were."""


def summary(points: Sequence[Point]) -> list[Row]:
    """Average over seeds."""
    found: dict[tuple[str, int], dict[int, Point]] = defaultdict(dict)
    for point in points:
        found[point.strategy, point.n_sentences][point.seed] = point
    rows = []
    for (strategy, n), by_seed in sorted(found.items(), key=lambda item: (STRATEGIES.index(item[0][0]), item[0][1])):
        values = [point.mean_average_precision for point in by_seed.values()]
        other = found[RANDOM, n]
        wins = sum(
            point.mean_average_precision > other[seed].mean_average_precision
            for seed, point in by_seed.items()
            if seed in other
        )
        rows.append(
            Row(
                strategy,
                n,
                float(np.mean(values)),
                min(values),
                max(values),
                float(np.mean([point.rarest for point in by_seed.values()])),
                float(np.mean([point.tagged for point in by_seed.values()])),
                (wins, len(other)),
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    """Write the rows as tab-separated values; `better` says in how many seeds more was reached than by chance."""
    lines: list[tuple[str, ...]] = [HEADER]
    for row in rows:
        numbers = (row.mean, row.low, row.high, row.rarest, row.tagged)
        better = "" if row.strategy == RANDOM else f"{row.better[0]} of {row.better[1]}"
        lines.append((row.strategy, str(row.n_sentences), *(f"{x:.3f}" for x in numbers), better))
    return "".join("\t".join(line) + "\n" for line in lines)


def curve_plot(rows: Sequence[Row]) -> str:
    """Draw quality over annotated sentences, one line per strategy, from the lowest to the highest seed; as SVG."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6, 4), layout="tight")
        axes = figure.add_subplot()
        for strategy, colour in zip(STRATEGIES, COLOURS, strict=True):
            own = [row for row in rows if row.strategy == strategy]
            n = [row.n_sentences for row in own]
            axes.plot(n, [row.mean for row in own], "o-", color=colour, label=strategy, markersize=3)
            axes.fill_between(n, [row.low for row in own], [row.high for row in own], color=colour, alpha=0.15)
        axes.set_xlabel("annotated sentences")
        axes.set_ylabel("mean average precision")
        axes.set_ylim(bottom=0)
        axes.legend(loc="lower right", frameon=False)
        return svg_of(figure)
