"""What an old cut-off means now.

Per label the new threshold that flags as many test sentences, and the one that is right as often: an app that stored a
cut-off of its own reads here what to store after a new artefact.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from models.manifest import OperatingPoint, Profile
from training.evaluation.bootstrap import Floats
from training.evaluation.metrics import Table
from training.evaluation.ranking import CUT_OFFS, ThresholdRow, threshold_row

# New thresholds are sought on this grid, in hundredths, as people write them; at 1 hardly anything is flagged.
GRID = np.round(np.arange(0.01, 1.001, 0.01), 2)


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """One old cut-off on one label, and what stands for it now."""

    profile: Profile
    label: str
    operating_point: str
    """Whose threshold the old one was; empty for a round cut-off."""
    old: float
    old_precision: float | None
    """None where no test sentence reached it."""
    old_recall: float | None
    old_coverage: float
    """Share of the test sentences that reached it."""
    same_coverage: float
    """The new threshold that as large a share reaches, or as nearly as can be."""
    same_coverage_precision: float | None
    same_precision: float | None
    """The lowest new threshold whose tags are right at least as often; None where there is none."""
    same_precision_coverage: float | None
    operating_point_now: float | None
    """The new artefact's own threshold at that operating point."""


def threshold_changes(
    profile: Profile,
    label: str,
    old: Floats,
    new: Floats,
    gold: Table,
    points: Mapping[OperatingPoint, tuple[float, float]],
) -> list[ThresholdChange]:
    """Map the operating points' thresholds and round cut-offs of one label.

    Parameters
    ----------
    profile, label
        What the arrays are of.
    old, new : arrays of shape (n_sentences,)
        Probabilities by the standing artefact and by the candidate.
    gold : array of bool, shape (n_sentences,)
    points : mapping of operating point to (old threshold, new threshold)
    """
    table = [threshold_row(new, gold, float(t)) for t in GRID]
    wanted: list[tuple[str, float, float | None]] = [(point, before, now) for point, (before, now) in points.items()]
    wanted += [("", cut_off, None) for cut_off in CUT_OFFS]
    return [_change(profile, label, point, threshold_row(old, gold, t), table, now) for point, t, now in wanted]


def _change(
    profile: Profile, label: str, point: str, old: ThresholdRow, table: Sequence[ThresholdRow], now: float | None
) -> ThresholdChange:
    # Of equally near ones that which lies nearest to the old threshold.
    share = min(table, key=lambda row: (round(abs(row.coverage - old.coverage), 9), abs(row.threshold - old.threshold)))
    wanted = old.precision
    right = next(
        (row for row in table if wanted is not None and row.precision is not None and row.precision >= wanted), None
    )
    return ThresholdChange(
        profile=profile,
        label=label,
        operating_point=point,
        old=old.threshold,
        old_precision=old.precision,
        old_recall=old.recall,
        old_coverage=old.coverage,
        same_coverage=share.threshold,
        same_coverage_precision=share.precision,
        same_precision=right.threshold if right else None,
        same_precision_coverage=right.coverage if right else None,
        operating_point_now=now,
    )


def as_csv(changes: Iterable[ThresholdChange]) -> str:
    """Lay out the table as CSV, numbers to four places."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [field.name for field in fields(ThresholdChange)], lineterminator="\n")
    writer.writeheader()
    for change in changes:
        writer.writerow({key: round(v, 4) if isinstance(v, float) else v for key, v in asdict(change).items()})
    return buffer.getvalue()
