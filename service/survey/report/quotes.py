"""Choose the few sentences that a report may quote: with consent, from groups that are shown, and masked.

A sentence is quoted only where the numbers of respondents who say what it says are themselves shown, those of its other
tags too, so that a quotation tells nothing that the tables keep quiet. Where they are shown in a parent alone, a reader
looks for the group within: a quotation stands under the parent only when it can come from at least two of its groups.
Which ones are taken depends on nothing but row, comment and label, so that nobody can tell who was passed over; and
they stand in the order of their words. Those of one label are of as many respondents.

Usage::

    quotes = Quotes(summary, per_label=3)
    quotes.add(row=17, path=("Zorg", "Team Noord"), consent="ja", text=text, tags=tags)     # for every row
    quotes.chosen()["autonomy"]                                                             # at most 3
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from service.survey.report.masking import mask
from service.survey.summary.counts import SEVERAL
from service.survey.summary.schema import GroupFigures, Path, Summary

CONSENT: Final = frozenset({"ja", "j", "yes", "y", "true", "waar", "1"})
"""What a cell of the consent column must say, in whatever case; anything else is no consent."""
# A longer sentence is cut: the longer a quotation, the easier it is to recognise who wrote it.
LONGEST: Final = 240


Said = frozenset[tuple[str, str]]
"""The (label, stance) pairs of a sentence."""


class TagLike(Protocol):
    """What is needed of a tag."""

    @property
    def start(self) -> int:
        """Where its sentence starts, in characters of the comment."""

    @property
    def end(self) -> int:
        """Where its sentence ends, exclusive."""

    @property
    def label(self) -> str:
        """Label id."""

    @property
    def stance(self) -> str:
        """Stance id."""


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """One masked sentence."""

    rank: str
    """By what it was drawn."""
    writer: str
    """Whose it is; to be shown nowhere."""
    label: str
    stance: str
    path: Path
    """The smallest group around the writer in which this number is shown; ``()`` is the whole."""
    text: str


class Quotes:
    """Collects at most `per_label` quotations for each label."""

    def __init__(self, summary: Summary | None = None, per_label: int = 0) -> None:
        shown = [group for group in (summary.whole, *summary.groups) if group] if summary else []
        self._groups: dict[Path, GroupFigures] = {group.path: group for group in shown}
        depth = len(summary.options.group_by) if summary else 0
        self._leaves = [path for path in self._groups if len(path) == depth or path[-1:] == (SEVERAL,)]
        self._places: dict[tuple[Path, Said], Path | None] = {}
        self._chosen: dict[str, list[Quote]] = {}
        self.per_label = per_label

    def add(
        self,
        *,
        row: int,
        path: Sequence[str],
        consent: str | None,
        text: str,
        tags: Iterable[TagLike],
        writer: str | None = None,
    ) -> None:
        """Offer one comment.

        Parameters
        ----------
        row : int
            Its row number.
        path : Sequence of str
            The group that its writer counts in, one name per level.
        consent : str or None
            What the consent column says.
        text : str
            The whole comment.
        tags : iterable of TagLike
            Its tags.
        writer : str, optional
            Who wrote it; without it the row is a respondent by itself.
        """
        own = tuple(path)
        if consent is None or consent.strip().casefold() not in CONSENT or own not in self._groups:
            return
        sentences: dict[tuple[int, int], list[TagLike]] = {}
        for tag in tags:
            sentences.setdefault((tag.start, tag.end), []).append(tag)
        for found in sentences.values():
            place = self._place(own, frozenset((tag.label, tag.stance) for tag in found))
            if place is not None:
                whose = f"row {row}" if writer is None else f"writer {writer}"
                for tag in found:
                    rank = blake2b(f"{row}:{tag.label}:{text}".encode("utf-8", "surrogatepass"), digest_size=8)
                    self._offer(tag, place, text, whose, rank.hexdigest())

    def chosen(self) -> dict[str, tuple[Quote, ...]]:
        """Return the quotations per label id; a label without any is not in it."""
        in_order = {label: sorted(quotes, key=lambda quote: quote.text) for label, quotes in self._chosen.items()}
        return {label: tuple(quotes) for label, quotes in in_order.items() if quotes}

    def _place(self, own: Path, said: Said) -> Path | None:
        """Find under which group a sentence may stand: one that leaves open where in it the writer is."""
        place = self._shown_in(own, said)
        if place is None or place == own:
            return place
        return place if sum(self._shown_in(leaf, said) == place for leaf in self._leaves) > 1 else None

    def _shown_in(self, leaf: Path, said: Said) -> Path | None:
        """Find the smallest group around a writer in which all numbers of a sentence are shown."""
        if (leaf, said) not in self._places:
            around = (self._groups[leaf[:length]] for length in range(len(leaf), -1, -1))
            self._places[leaf, said] = next((group.path for group in around if _shows(group, said)), None)
        return self._places[leaf, said]

    def _offer(self, tag: TagLike, place: Path, text: str, writer: str, rank: str) -> None:
        kept = self._chosen.setdefault(tag.label, [])
        if len(kept) >= self.per_label and (not kept or rank >= kept[-1].rank):
            return
        said = _shortened(mask(text[tag.start : tag.end].strip()))
        quote = Quote(rank, writer, tag.label, tag.stance, place, said)
        alike = [other for other in kept if other.writer == quote.writer or other.text == quote.text]
        if not quote.text or any(other <= quote for other in alike):
            return
        kept[:] = sorted([*(other for other in kept if other not in alike), quote])[: self.per_label]


def _shows(group: GroupFigures, said: Said) -> bool:
    labels = ((group.label(label), stance) for label, stance in said)
    return all(one.mentioned.shown == one.stance(stance).count.shown == "exact" for one, stance in labels)


def _shortened(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
