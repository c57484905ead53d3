"""Write the report of a survey: one Dutch HTML page that needs nothing beside itself.

It reads a `Summary` and nothing else, so it can show only what may be shown. The page holds no script and asks no other
host for anything; the drawings are inside it, each with the table behind it.

Usage::

    write_report(summary, quotes, Path("out/report.html"))
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.survey.output import write_text
from service.survey.report import wording
from service.survey.report.group_plots import balance_plot, heat_map
from service.survey.report.highlights import highlights, marked_differences
from service.survey.report.plots import NARROW, WIDE, Layout, Scale, change_plot, stance_plot
from service.survey.report.quotes import Quote, Quotes
from service.survey.report.ranking import ranked, stances
from service.survey.summary.schema import CodebookInfo, DimensionInfo, GroupFigures, LabelFigure, Summary

# More rows than this in one drawing, and its head is out of sight.
_ROWS_PER_DRAWING: Final = 30


@dataclass(frozen=True, slots=True)
class Chapter:
    """One dimension of the report."""

    dimension: DimensionInfo
    figures: tuple[LabelFigure, ...]
    plots: tuple[Markup, ...]
    maps: tuple[Markup, ...]


def write_report(summary: Summary, quotes: Quotes, path: Path) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    summary : Summary
        What may be shown.
    quotes : Quotes
        The quotations; ``Quotes()`` for none.
    path : Path
        The HTML file.
    """
    write_text(path, render_report(summary, quotes))


def render_report(summary: Summary, quotes: Quotes) -> str:
    """Give the report as HTML."""
    environment = Environment(
        loader=PackageLoader("service.survey.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = wording
    whole = summary.whole
    groups = (whole, *summary.groups) if whole else ()
    return environment.get_template("report.html.j2").render(
        s=summary,
        css=Markup(_css()),  # noqa: S704 - the project's own
        subject=_subject(summary.codebook),
        first_read=_first_read(summary.codebook),
        groups=groups,
        stances=[(stance, _stance_form(summary, stance)) for stance in stances(summary.codebook)],
        stance_names={stance.id: stance.name for stance in summary.codebook.stances},
        highlights=highlights(summary),
        chapters=_chapters(summary, whole) if whole else (),
        balance=_balance(summary, whole) if whole else (),
        differences=marked_differences(summary),
        changes=_changes(summary),
        quotes=_quotes(summary, quotes),
        per_label=quotes.per_label,
        ranked=lambda group: ranked(group.labels, summary.codebook),
    )


def _subject(codebook: CodebookInfo) -> str:
    """Say what the report is about: the dimensions, and the two labels of a balance."""
    balance = codebook.balance
    names = [
        f"{each.name_plural} ({balance.toward_name} en {balance.against_name})"
        if balance is not None and balance.dimension == each.id
        else each.name_plural
        for each in codebook.dimensions
    ]
    words = wording.listed(names)
    return words[:1].upper() + words[1:]


def _first_read(codebook: CodebookInfo) -> str:
    """Say by which stances labels are ranked, in the words of the codebook; empty where there is one stance only."""
    names = {stance.id: stance.name for stance in codebook.stances}
    return " of ".join(f"‘{names[stance]}’" for stance in stances(codebook)[:-1])


def _stance_form(summary: Summary, stance: str) -> str:
    order = [each.id for each in summary.codebook.stances]
    return ("solid", "hatched", "open")[order.index(stance) % 3]


def _css() -> str:
    folder = files("service")
    paths = folder / "page" / "base.css", folder / "survey" / "report" / "templates" / "report.css"
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _chapters(summary: Summary, whole: GroupFigures) -> tuple[Chapter, ...]:
    scale = Scale.of(whole.labels)
    chapters = []
    for dimension in summary.codebook.dimensions:
        figures = ranked(whole.dimension(dimension.id), summary.codebook)
        if not figures:
            continue
        name = dimension.name_plural
        plots = [stance_plot(figures, summary, name, scale, at, f"{dimension.id}-{at.name}") for at in (WIDE, NARROW)]
        maps = _maps(summary, whole, figures, dimension) if summary.groups else []
        chapters.append(Chapter(dimension, figures, _markup(plots), _markup(maps)))
    return tuple(chapters)


def _maps(
    summary: Summary, whole: GroupFigures, figures: tuple[LabelFigure, ...], dimension: DimensionInfo
) -> list[str]:
    labels = [figure.label for figure in figures]
    title = f"{dimension.name_plural.capitalize()} per groep: aandeel respondenten dat het noemt"
    return [
        heat_map((whole, *groups), labels, f"{dimension.id}-map-{number}", title)
        for number, groups in enumerate(_portions(summary.groups))
    ]


def _portions(groups: tuple[GroupFigures, ...]) -> list[tuple[GroupFigures, ...]]:
    """Divide groups over drawings; each begins with the parents of its first group."""
    portions = []
    for start in range(0, len(groups), _ROWS_PER_DRAWING):
        portion = groups[start : start + _ROWS_PER_DRAWING]
        path = portion[0].path
        around = [group for group in groups[:start] if group.path == path[: len(group.path)]]
        portions.append((*around, *portion))
    return portions


def _balance(summary: Summary, whole: GroupFigures) -> tuple[Markup, ...]:
    names = summary.codebook.balance
    if names is None:
        return ()
    return _markup(
        [
            balance_plot((whole, *groups), names, at, f"balance-{at.name}-{number}")
            for number, groups in enumerate(_portions(summary.groups) or [()])
            for at in (WIDE, NARROW)
        ]
    )


def _changes(summary: Summary) -> tuple[Markup, ...]:
    figures = [figure for figure in summary.whole.labels if figure.change] if summary.whole else []
    if not figures:
        return ()
    figures.sort(key=lambda figure: -abs(figure.change.difference) if figure.change else 0)
    layouts: tuple[Layout, ...] = (WIDE, NARROW)
    return _markup([change_plot(figures, at, f"change-{at.name}") for at in layouts])


def _quotes(summary: Summary, quotes: Quotes) -> list[tuple[str, tuple[Quote, ...]]]:
    chosen = quotes.chosen()
    labels = ranked(summary.whole.labels, summary.codebook) if summary.whole else ()
    return [(figure.name, chosen[figure.label]) for figure in labels if figure.label in chosen]


def _markup(drawings: list[str]) -> tuple[Markup, ...]:
    # Drawn by `drawing.as_svg`, whose XML writer escapes every name in it.
    return tuple(Markup(svg) for svg in drawings)  # noqa: S704
