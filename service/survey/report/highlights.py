"""Say in a few sentences what stands out in a survey, from nothing but what may be shown.

Usage::

    for lead, words in highlights(summary): ...      # ('Wat wringt', 'invloed (31 respondenten, 6%), ...')
"""

from collections.abc import Iterator
from typing import Final

from service.survey.report import wording
from service.survey.report.ranking import stances
from service.survey.summary.schema import Contrast, GroupFigures, LabelFigure, Path, StanceFigure, Summary

MOST: Final = 3
"""How many of a kind are named."""


def highlights(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Give what stands out, each as its lead and the rest of the sentence; empty where nothing may be shown."""
    if summary.whole is None:
        return ()
    return tuple((lead, words) for lead, words in _all(summary, summary.whole) if words)


def marked_differences(summary: Summary) -> tuple[tuple[Path, LabelFigure, Contrast], ...]:
    """Give what a group mentions clearly more or less often than all others, the largest difference first."""
    found = [
        (group.path, figure, figure.rest)
        for group in summary.groups
        for figure in group.labels
        if figure.rest is not None and figure.rest.marked
    ]
    return tuple(sorted(found, key=lambda each: -abs(each[2].difference)))


def marked_changes(summary: Summary) -> tuple[tuple[LabelFigure, Contrast], ...]:
    """Give what the whole mentions clearly more or less often than in the previous wave, the largest change first."""
    whole = summary.whole.labels if summary.whole else ()
    found = [(figure, figure.change) for figure in whole if figure.change is not None and figure.change.marked]
    return tuple(sorted(found, key=lambda each: -abs(each[1].difference)))


def _all(summary: Summary, whole: GroupFigures) -> Iterator[tuple[str, str]]:
    names = {stance.id: stance.name for stance in summary.codebook.stances}
    for stance in stances(summary.codebook):
        yield f"Het vaakst {names[stance]}", _most(summary, whole, stance)
    yield _balance(summary, whole)
    different = [
        f"{figure.name} in {wording.group(path)} ({wording.points(rest.difference)} procentpunt tegenover de anderen)"
        for path, figure, rest in marked_differences(summary)[:MOST]
    ]
    yield "De grootste verschillen tussen groepen", wording.listed(different)
    if summary.previous:
        changed = [f"{f.name} ({wording.points(c.difference)} procentpunt)" for f, c in marked_changes(summary)[:MOST]]
        yield (
            "Sinds de vorige meting veranderd",
            wording.listed(changed) or "niets dat groter is dan het toeval kan zijn",
        )


def _most(summary: Summary, whole: GroupFigures, stance: str) -> str:
    """Name the labels with most respondents in one stance.

    The far end of the balance is left out: that it is lacking or wished for is no complaint, and the balance tells it.
    """
    far = summary.codebook.balance.against if summary.codebook.balance else None
    shown = [(figure, figure.stance(stance)) for figure in whole.labels if figure.label != far]
    shown = [(figure, each) for figure, each in shown if each.count.value]
    shown.sort(key=lambda pair: -(pair[1].count.value or 0))
    return wording.listed([f"{figure.name} ({_counted(each)})" for figure, each in shown[:MOST]])


def _counted(figure: StanceFigure) -> str:
    share = f", {wording.percent(figure.share.value)}" if figure.share else ""
    return f"{figure.count.value} respondenten{share}"


def _balance(summary: Summary, whole: GroupFigures) -> tuple[str, str]:
    names, balance = summary.codebook.balance, whole.balance
    if names is None or balance is None or balance.mean is None:
        return "", ""
    return (
        "In de balans klinkt",
        f"{wording.balance(balance.mean, names)} door (balans {wording.decimal(balance.mean, signed=True)}; "
        f"{wording.cell(balance.against)} respondenten wijzen op {names.against_name}, "
        f"{wording.cell(balance.toward)} op {names.toward_name})",
    )
