"""The command ``weerklank-train runs``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from training.runs.record import RUNS, Run, read_runs

FIGURES = (
    "macro_f1",
    "micro_f1",
    "mean_average_precision",
    "stance_accuracy",
    "false_alarm_rate",
    "expected_calibration_error",
)
LIST = ("run", "started", "artefact", "train sentences", "test sentences", *FIGURES, "data", "commit", "seconds")


def runs(
    names: Annotated[list[str] | None, typer.Argument(help="Runs to compare; without any, all are listed.")] = None,
    folder: Annotated[Path, typer.Option("--runs", help="Folder that holds the runs.")] = RUNS,
) -> None:
    """List training runs, or show in what some of them differ; tab-separated."""
    found = read_runs(folder, names or ())
    for row in compared(found) if names else listed(found):
        typer.echo("\t".join(row))


def listed(found: list[Run]) -> list[tuple[str, ...]]:
    """Lay out one row per run, the oldest first."""
    return [LIST, *map(_row, found)]


def _row(run: Run) -> tuple[str, ...]:
    return (
        run.name,
        f"{run.started:%Y-%m-%d %H:%M}",
        run.artefact,
        str(run.data.n_train_sentences),
        str(run.data.n_test_sentences),
        *(f"{getattr(run.main, figure):.3f}" if run.main else "" for figure in FIGURES),
        run.data.train_fingerprint[:8],
        _commit(run),
        f"{run.seconds:.0f}",
    )


def _commit(run: Run) -> str:
    commit = (run.environment.commit or "")[:8]
    return f"{commit}+" if run.environment.changed else commit


def compared(found: list[Run]) -> list[tuple[str, ...]]:
    """Lay out one row per figure, and per setting or circumstance in which the runs differ; one column per run."""
    rows: list[tuple[str, ...]] = [("", *(run.name for run in found))]
    facts = [_facts(run) for run in found]
    for key in dict.fromkeys(key for fact in facts for key in fact):
        values = [fact.get(key, "") for fact in facts]
        if len(set(values)) > 1:
            rows.append((key, *values))
    figures = [_figures(run) for run in found]
    for key in dict.fromkeys(key for figure in figures for key in figure):
        rows.append((key, *(f"{figure[key]:.3f}" if key in figure else "" for figure in figures)))
    return rows


def _facts(run: Run) -> dict[str, str]:
    """Flatten all that a run was made of."""
    record = run.model_dump(mode="json", exclude={"metrics", "name", "started", "seconds", "digest", "seeds"})
    return {key: str(value) for key, value in flattened(record).items()}


def _figures(run: Run) -> dict[str, float]:
    """Flatten the figures, those over all labels first, and per label F1 of the default profile and point."""
    figures = {
        f"{profile}.{point}.{figure}": getattr(metrics, figure)
        for profile, points in run.metrics.items()
        for point, metrics in points.items()
        for figure in FIGURES
    }
    return figures | {f"f1.{label}": m.f1 for label, m in (run.main.labels if run.main else {}).items()}


def flattened(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Turn nested tables into one, with dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= flattened(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return flat
