"""The balance of a text: how the two ends of the codebook's balance rule weigh up.

For the shipped codebook this is trust against control: ``(T - C) / (T + C)`` in [-1, 1], where T
counts the sentences that speak for trust (or against control) and C those that speak for control
(or against trust). A sentence counts at most once on each side.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from models.codebook import Codebook


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts on both sides of the codebook's balance rule."""

    toward: int
    """Sentences on the side of the rule's `toward` label."""
    against: int
    """Sentences on the side of the rule's `against` label."""

    @property
    def value(self) -> float | None:
        """Balance in [-1, 1]; None when no sentence counts on either side."""
        total = self.toward + self.against
        return (self.toward - self.against) / total if total else None


def weigh(sentences: Iterable[Iterable[tuple[str, str]]], codebook: Codebook) -> Balance | None:
    """Weigh the tags of a text's sentences.

    Parameters
    ----------
    sentences : iterable of iterables of (label id, stance id)
        The tags of each sentence.
    codebook : Codebook
        Gives the balance rule and the polarity of each stance.

    Returns
    -------
    Balance or None
        None when the codebook has no balance rule.
    """
    rule = codebook.balance
    if rule is None:
        return None
    polarity = {stance.id: stance.polarity for stance in codebook.stances}
    side = {rule.toward: 1, rule.against: -1}
    toward = against = 0
    for tags in sentences:
        sides = {side[label] * polarity[stance] for label, stance in tags if label in side}
        toward += 1 in sides
        against += -1 in sides
    return Balance(toward, against)
