"""What an attack sent, and what it got back."""

from collections import Counter
from dataclasses import dataclass, field

CLOSED = "closed"
"""The server closed the connection without an answer, or the attacker did."""


@dataclass
class Tally:
    """The figures of one attack."""

    name: str
    answers: Counter[str] = field(default_factory=Counter)
    """Number of answers by status, or `CLOSED`."""

    @property
    def sent(self) -> int:
        """Number of requests, or what stood in for one."""
        return self.answers.total()

    def add(self, outcome: int | str) -> None:
        self.answers[str(outcome)] += 1


def table(tallies: list[Tally]) -> str:
    """Lay the figures out in Markdown."""
    outcomes = sorted({outcome for tally in tallies for outcome in tally.answers})
    lines = [f"| attack | requests | {' | '.join(outcomes)} |", "| --- " + "| ---: " * (len(outcomes) + 1) + "|"]
    total = Tally("all", sum((tally.answers for tally in tallies), Counter()))
    for tally in [*tallies, total]:
        cells = [str(tally.answers[outcome] or "") for outcome in outcomes]
        lines.append(f"| {tally.name} | {tally.sent} | {' | '.join(cells)} |")
    return "\n".join(lines)
