"""Write agreement as one self-contained HTML page, with disputed sentences by id unless their text is asked for."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from training.agreement.alpha import Agreement
from training.agreement.codes import SideBySide
from training.agreement.pairs import Disputed, Kappa
from training.agreement.plots import alpha_plot, confusion_plot


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured."""

    codes: SideBySide
    label_ids: tuple[str, ...]
    labels: Sequence[Agreement]
    stances: Sequence[Agreement]
    kappas: Sequence[Kappa]
    confusion: NDArray[np.float64]
    disputed: Sequence[Disputed]
    n_disputed: int
    """Disputed sentences in all, of which `disputed` are shown."""


def write_page(report: Report, text: bool = False) -> str:
    """Render the page.

    Parameters
    ----------
    report : Report
    text : bool
        Show the disputed sentences themselves, with what each annotator gave.
    """
    environment = Environment(loader=PackageLoader("training"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("agreement.html.j2").render(
        r=report,
        n_read=report.codes.read.sum(axis=1).tolist(),
        confused=_most_confused(report),
        with_text=text,
        alpha_image=_image(alpha_plot([*report.labels, *report.stances])),
        confusion_image=_image(confusion_plot(report.confusion, report.label_ids)),
        f=lambda value: "–" if np.isnan(value) else f"{value:.2f}",
    )


def _image(svg: str) -> str:
    """Give a plot as an address that holds all of it: as an element, two plots would share ids and styles."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _most_confused(report: Report, n: int = 10) -> list[tuple[str, str, float]]:
    """List pairs of labels that stand in each other's place most often, with the number of times."""
    size = len(report.label_ids)
    both = report.confusion[:, :size] + report.confusion[:, :size].T
    pairs = [(float(both[i, j]) / 2, i, j) for i in range(size) for j in range(i) if both[i, j] > 0]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [(report.label_ids[j], report.label_ids[i], count) for count, i, j in pairs[:n]]
