"""run.json: what ran, on what, with which model, how long, and which rows failed."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from service.survey.options import SurveyOptions
from service.survey.summary.schema import ModelInfo
from service.survey.tables.table import Table

FORMAT: Final = 1


class Durations(NamedTuple):
    """When a run began, and how long it took."""

    started: datetime
    tagging: float
    """In seconds, as the next."""
    total: float


class FailedRow(NamedTuple):
    """A row that could not be read or tagged."""

    row: int
    """1-based data row."""
    reason: str
    """One word, the same for all rows with this fault."""
    detail: str | None
    """Where it is in the file and what is wrong; holds nothing of the row's content."""


def record(
    table: Table,
    options: SurveyOptions,
    model: ModelInfo,
    failed: Sequence[FailedRow],
    taken_over: int,
    without_respondent: int,
    durations: Durations,
) -> str:
    """Write the content of run.json.

    Parameters
    ----------
    table : Table
        The file that was read.
    options : SurveyOptions
    model : ModelInfo
    failed : sequence of FailedRow
    taken_over : int
        Rows that an earlier, killed run had read.
    without_respondent : int
        Rows that do not say who answered, and are therefore in no number.
    durations : Durations
    """
    body = {
        "format": FORMAT,
        "weerklank": version("weerklank"),
        "file": {
            "name": Path(table.name).name,
            "kind": str(table.kind),
            "sha256": table.sha256,
            "rows": table.rows,
            "dialect": table.dialect,
        },
        "options": {key: str(value) if isinstance(value, Path) else value for key, value in asdict(options).items()},
        "model": model.model_dump(mode="json", include={"name", "version", "digest", "profile", "operating_point"}),
        "started": durations.started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": {"tagging": round(durations.tagging, 1), "total": round(durations.total, 1)},
        "rows_taken_over": taken_over,
        "rows_without_respondent": without_respondent,
        "failed": [row._asdict() for row in failed],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
