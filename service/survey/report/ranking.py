"""The order in which labels are read: first what hurts most, then what is most wished for.

It looks at nothing but what may be shown: a count that is not shown sorts as if it were zero.

Usage::

    for figure in ranked(group.dimension("drive"), summary.codebook): ...
"""

from collections.abc import Iterable

from service.survey.summary.schema import Cell, CodebookInfo, LabelFigure


def ranked(figures: Iterable[LabelFigure], codebook: CodebookInfo) -> tuple[LabelFigure, ...]:
    """Sort by the respondents who find it lacking or wished for, then by those who mention it at all.

    Parameters
    ----------
    figures : iterable of LabelFigure
        Labels of one group.
    codebook : CodebookInfo
        Gives the order of the stances.
    """
    order = stances(codebook)

    def key(figure: LabelFigure) -> tuple[int, ...]:
        counts = [count(figure.stance(stance).count) for stance in order]
        return (-sum(counts[:-1]), *(-each for each in counts), -count(figure.mentioned))

    return tuple(sorted(figures, key=key))


def stances(codebook: CodebookInfo) -> tuple[str, ...]:
    """Stance ids in reading order: what is lacking, what is wished for, what is there.

    A codebook lists what is there first; so the first comes last here.
    """
    first, *others = (stance.id for stance in codebook.stances)
    return (*others, first)


def count(cell: Cell) -> int:
    """Give a count to sort by."""
    return cell.value or 0
