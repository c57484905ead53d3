"""Write the table of experiments in Markdown and as tab-separated values."""

from collections.abc import Sequence

from training.experiments.run import Row

HEADER = (
    "part",
    "variant",
    "what differs from the reference",
    "mean average precision",
    "macro-F1",
    "95% interval",
    "false alarms",
    "Brier score",
    "calibration error",
    "seconds to train",
    "sentences per second",
)
NUMBERS_FROM = 3
WORDS = """# Experiments

Written by `weerklank-train experiments`. {n_sentences} sentences by {n_writers} training writers, in {n_folds} folds of
whole writers; never the test writers. A fold is scored by a model that did not see its writers; calibration and
thresholds come from the other folds. Each row differs from the first in what it says and in nothing else.

- Macro-F1 with the thresholds that were chosen on other folds; the interval is a bootstrap over texts.
- False alarms: share of untagged sentences that got a tag. Brier score over all (sentence, label) pairs; calibration
  error as in `training/evaluation/metrics.py`.
- Seconds to train once, on {n_train} sentences, and sentences per second: CPU time, features included, reading by the
  language pipeline not. Read them as orders of magnitude.
"""


def markdown(rows: Sequence[Row], held_out: Sequence[Row], notes: Sequence[str], **facts: int) -> str:
    """Write the page.

    Parameters
    ----------
    rows : sequence of Row
    held_out : sequence of Row
        Measured on the writers that fine-tuning held out.
    notes : sequence of str
        What was left out, and why.
    **facts : int
        What `WORDS` names.
    """
    lines = [WORDS.format(**facts), *_table(rows)]
    if held_out:
        n, writers = held_out[0].metrics.n_sentences, len(held_out[0].metrics.test_writers)
        lines += [
            "",
            "## The fine-tuned encoder",
            "",
            f"On {n} sentences by the {writers} writers that its first pass held out; the linear model beside it "
            "learned from the same writers as it did. Calibration and thresholds: two folds of these writers.",
            "",
            *_table(held_out),
        ]
    if notes:
        lines += ["", "Left out:", "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def tsv(rows: Sequence[Row]) -> str:
    """Write all rows as tab-separated values with a header."""
    return "".join("\t".join(row) + "\n" for row in [HEADER, *map(cells, rows)])


def cells(row: Row) -> tuple[str, ...]:
    """Write one row."""
    m = row.metrics
    return (
        row.variant.part,
        row.variant.name,
        row.variant.reason,
        f"{m.mean_average_precision:.3f}",
        f"{m.macro_f1:.3f}",
        f"{m.macro_f1_low:.3f} to {m.macro_f1_high:.3f}",
        f"{m.false_alarm_rate:.3f}",
        f"{row.brier:.4f}",
        f"{m.expected_calibration_error:.3f}",
        "" if row.train_seconds is None else f"{row.train_seconds:.1f}",
        "" if row.speed is None else f"{row.speed:.0f}",
    )


def _table(rows: Sequence[Row]) -> list[str]:
    rule = ["---"] * NUMBERS_FROM + ["---:"] * (len(HEADER) - NUMBERS_FROM)
    return ["| " + " | ".join(line) + " |" for line in [HEADER, rule, *map(cells, rows)]]
