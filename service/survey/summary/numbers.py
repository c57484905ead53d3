"""Which numbers are counted per group of respondents, and how they hang together.

Per label the respondents who mention it and those who do so with each stance; for a codebook with a balance rule the
respondents on either side of it. Some of these are unions of others: who mentions a label does so with at least one
stance. A union is at least its largest part and at most the sum of its parts, and whoever wants to compute what is not
shown knows that too, so suppression has to reckon with it.

Usage::

    numbers = Numbers.of(codebook)
    values[numbers.mentioned("autonomy")]
    values[numbers.stance("autonomy", "sought")]
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from models.codebook import BalanceRule, Codebook


@dataclass(frozen=True, slots=True)
class Union:
    """A number that counts everybody who is counted in at least one of its parts."""

    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Numbers:
    """The places of all numbers in an array of counts, in the codebook's order."""

    labels: tuple[str, ...]
    stances: tuple[str, ...]
    sides: tuple[tuple[int, ...], tuple[int, ...]] | None
    """The (label, stance) numbers on the `toward` and the `against` side; None without a balance rule."""

    @classmethod
    def of(cls, codebook: Codebook) -> Self:
        """Lay out the numbers of a codebook."""
        bare = cls(codebook.label_ids, codebook.stance_ids, None)
        if codebook.balance is None:
            return bare
        toward, against = (bare._side(codebook, codebook.balance, sign) for sign in (1, -1))
        return cls(codebook.label_ids, codebook.stance_ids, (toward, against))

    def _side(self, codebook: Codebook, rule: BalanceRule, sign: int) -> tuple[int, ...]:
        ends = ((rule.toward, 1), (rule.against, -1))
        return tuple(
            self.stance(label, stance.id)
            for label, end in ends
            for stance in codebook.stances
            if end * stance.polarity == sign
        )

    def __len__(self) -> int:
        return len(self.labels) * (1 + len(self.stances)) + (2 if self.sides else 0)

    def mentioned(self, label: str) -> int:
        """Give the place of the respondents who mention a label."""
        return self._label_places[label]

    def stance(self, label: str, stance: str) -> int:
        """Give the place of the respondents who mention a label with a stance."""
        first = len(self.labels) + self._label_places[label] * len(self.stances)
        return first + self.stances.index(stance)

    @property
    def toward(self) -> int:
        """Place of the respondents with a sentence on the `toward` side."""
        return len(self.labels) * (1 + len(self.stances))

    @property
    def against(self) -> int:
        """Place of the respondents with a sentence on the `against` side."""
        return self.toward + 1

    @cached_property
    def _label_places(self) -> dict[str, int]:
        return {label: place for place, label in enumerate(self.labels)}

    @cached_property
    def unions(self) -> tuple[Union, ...]:
        """All unions: each label over its stances, then the two sides."""
        unions = [
            Union(self.mentioned(label), tuple(self.stance(label, stance) for stance in self.stances))
            for label in self.labels
        ]
        if self.sides:
            unions += [Union(self.toward, self.sides[0]), Union(self.against, self.sides[1])]
        return tuple(unions)

    @cached_property
    def blocks(self) -> tuple[tuple[Union, ...], ...]:
        """The unions, sorted into blocks that share no number: what is shown of one tells nothing of another.

        Each label is a block of its own, but for those of the balance rule, which share the two sides.
        """
        blocks: list[list[Union]] = []
        for union in self.unions:
            touching = [block for block in blocks if any(set(union.parts) & set(other.parts) for other in block)]
            blocks = [block for block in blocks if block not in touching]
            blocks.append([*(other for block in touching for other in block), union])
        return tuple(tuple(block) for block in blocks)
