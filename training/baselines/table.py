"""Write the table of baselines in Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.manifest import Metrics
from training.baselines.run import Difference

HEADER = (
    "system",
    "what it is",
    "macro-F1",
    "95% interval",
    "micro-F1",
    "false alarms",
    "stance accuracy",
    "macro-F1 less the tagger's",
    "95% interval",
)
NUMBERS_FROM = 2
WORDS = """# Baselines

Written by `weerklank-train baselines`. All learned from {n_train} sentences by the {n_writers} training writers; judged
on {n_test} sentences by the {n_test_writers} test writers, on whom no choice was made. Calibration and thresholds of
the baselines come from {n_held_out} sentences by training writers that were held out for it ({held_out}), by the rule
of the tagger: best F1 per label while at most {ceiling:.0%} of untagged sentences get a tag; after that they learned
again from all training writers.

The difference is against {yardstick}, by a bootstrap over texts in which both are judged on the same resamples
({samples}). False alarms: share of untagged sentences that got a tag. Stance accuracy: given a right label.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One system's figures."""

    name: str
    what: str
    metrics: Metrics
    difference: Difference | None
    """None for the tagger that the others are compared with."""
    has_stances: bool


def markdown(rows: Sequence[Row], notes: Sequence[str], **facts: object) -> str:
    """Write the page; `facts` are what `WORDS` names, `notes` what was left out, and why."""
    rule = ["---"] * NUMBERS_FROM + ["---:"] * (len(HEADER) - NUMBERS_FROM)
    lines = [WORDS.format(**facts)]
    lines += ["| " + " | ".join(line) + " |" for line in [HEADER, rule, *map(_cells, rows)]]
    if notes:
        lines += ["", "Left out:", "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    m, d = row.metrics, row.difference
    return (
        row.name,
        row.what,
        f"{m.macro_f1:.3f}",
        f"{m.macro_f1_low:.3f} to {m.macro_f1_high:.3f}",
        f"{m.micro_f1:.3f}",
        f"{m.false_alarm_rate:.3f}",
        f"{m.stance_accuracy:.3f}" if row.has_stances else "",
        "" if d is None else f"{d.value:+.3f}",
        "" if d is None else f"{d.low:+.3f} to {d.high:+.3f}",
    )
