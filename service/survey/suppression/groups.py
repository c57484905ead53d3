"""Which groups are shown: large enough, and none to be had by subtracting the others from their parent.

A group with fewer respondents than the minimum is hidden. Its respondents stay in its parent, so they roll up. Where
groups are hidden, the smallest siblings are hidden with them until the hidden ones together

- are at least two,
- hold at least the minimum number of respondents, and
- leave `FREEDOM` sizes open for each of them.

The last one guards against a reader who knows this procedure. From the parent's and the shown siblings' sizes follows
the sum R of the k hidden ones, and none of these is larger than the smallest shown sibling s, or that one would have
been hidden. So each hidden group has max(1, R - (k-1)s) to min(s, R - (k-1)) respondents. A reader who also knows
that this group is one of the small ones takes the minimum less one for the upper end. Even that reader must be left at
least five sizes (or all of 1 to 4, where the minimum is 5): the width of "<5". Hiding until all of 1 to
minimum - 1 stays open would cost most groups of a survey whose teams are of about one size, and protects no answer:
what the hidden groups said is protected on its own (see `cells`). For the same reason it is not held against the
procedure that somebody who replays it for all conceivable sizes can rule out more of them, at times all but one.

Below a hidden group nothing is shown or named: the number of its subgroups would bound its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.errors import InputError

Path = tuple[str, ...]
LEAST_MIN_GROUP: Final = 5
FREEDOM: Final = 5


@dataclass(frozen=True, slots=True)
class Hidden:
    """A group that is not shown, or all groups below one that is."""

    path: Path
    all_below: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Which groups are shown and which are not."""

    paths: tuple[Path, ...]
    """Each group after its parent, the whole first; empty when not even the whole is large enough."""
    hidden: tuple[Hidden, ...]


def check_min_group(min_group: int) -> None:
    """Refuse a minimum below five.

    Raises
    ------
    InputError
        When `min_group` is below 5.
    """
    if min_group < LEAST_MIN_GROUP:
        raise InputError(
            f"--min-group {min_group} is too small: groups of fewer than {LEAST_MIN_GROUP} respondents are never "
            f"shown. Give {LEAST_MIN_GROUP} or more; 10 is the default."
        )


def choose_groups(sizes: Mapping[Path, int], min_group: int) -> Shown:
    """Decide which groups are shown.

    Parameters
    ----------
    sizes : mapping of path to int
        Respondents per group; parents are the sum of their children, the whole is ``()``.
    min_group : int
        Fewest respondents of a group that is shown.

    Raises
    ------
    InputError
        When `min_group` is below 5.
    """
    check_min_group(min_group)
    if sizes[()] < min_group:
        return Shown((), (Hidden(()),))
    below: dict[Path, list[Path]] = {}
    for path in sizes:
        if path:
            below.setdefault(path[:-1], []).append(path)
    shown: list[Path] = []
    hidden: list[Hidden] = []
    parents: list[Path] = [()]
    while parents:
        parent = parents.pop()
        shown.append(parent)
        children = sorted(below.get(parent, ()), key=lambda path: (sizes[path], path))
        n_hidden = how_many_hidden([sizes[path] for path in children], min_group)
        parents += children[n_hidden:]
        ordered = [sizes[path] for path in children]
        if n_hidden and n_hidden == len(children) and not _is_open(ordered, n_hidden, min_group):
            hidden.append(Hidden(parent, all_below=True))
        else:
            hidden += [Hidden(path) for path in children[:n_hidden]]
    return Shown(tuple(sorted(shown)), tuple(sorted(hidden, key=lambda one: one.path)))


def how_many_hidden(sizes: Sequence[int], min_group: int) -> int:
    """Give how many of a parent's groups are hidden, counted from the smallest.

    Parameters
    ----------
    sizes : sequence of int
        Sizes of the groups, the smallest first.
    min_group : int
        Fewest respondents of a group that is shown.
    """
    n_hidden = sum(size < min_group for size in sizes)
    if not n_hidden or len(sizes) == 1:
        return n_hidden
    while n_hidden < len(sizes) and not _is_open(sizes, n_hidden, min_group):
        n_hidden += 1
    return n_hidden


def _is_open(sizes: Sequence[int], n_hidden: int, min_group: int) -> bool:
    """Say whether the hidden groups' sizes are open enough; the module's docstring has the reasoning."""
    total, others = sum(sizes[:n_hidden]), n_hidden - 1
    largest = sizes[n_hidden] if n_hidden < len(sizes) else total
    low = max(1, total - others * largest)
    high = min(min_group - 1, total - others)
    wide = high - low + 1 >= min(FREEDOM, min_group - 1)
    return n_hidden >= 2 and total >= min_group and wide
