"""Pass a run on to MLflow, where a team keeps its experiments. Needs the extra ``mlflow``.

Parameters are the configuration, tags the fingerprints, metrics the figures, artifacts the model card, the report and
``run.json``. No sentence of the corpus leaves this machine: none stands in any of them.
"""

import importlib.util
import os
from pathlib import Path

from models.errors import InputError
from training.runs.command import flattened
from training.runs.record import Run

EXPERIMENT = "weerklank"
# MLflow takes so many parameters, and so many metrics, at a time (mlflow.utils.validation).
MOST_PARAMETERS, MOST_METRICS = 100, 1000


def check_mlflow() -> None:
    """See to it that MLflow is there before an hour of training, not after it.

    Raises
    ------
    InputError
        When it is not installed.
    """
    if importlib.util.find_spec("mlflow") is None:
        raise InputError('--mlflow needs MLflow: pip install "weerklank[mlflow]".')


def log_run(run: Run, folder: Path, uri: str) -> str:
    """Log a run; gives MLflow's id of it.

    Parameters
    ----------
    run : Run
    folder : Path
        Where it is written down.
    uri : str
        Of the tracking store: a server's address, ``sqlite:///mlflow.db``, or a folder as ``file:...``.

    Raises
    ------
    InputError
        When MLflow is not installed or refuses.
    """
    check_mlflow()
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is imported
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag
    from mlflow.exceptions import MlflowException

    started = int(run.started.timestamp() * 1000)
    ended = started + int(run.seconds * 1000)
    params = [Param(key, str(value)) for key, value in flattened(run.config).items()]
    tags = {
        "weerklank.artefact": run.artefact,
        "weerklank.digest": run.digest,
        "weerklank.codebook": run.codebook,
        "weerklank.data": run.data.train_fingerprint,
        "weerklank.test_data": run.data.test_fingerprint or "",
        "mlflow.source.git.commit": run.environment.commit or "",
    }
    metrics = [Metric(key, value, ended, 0) for key, value in _figures(run).items()]
    try:
        client = MlflowClient(tracking_uri=uri)
        known = client.get_experiment_by_name(EXPERIMENT)
        experiment = known.experiment_id if known is not None else client.create_experiment(EXPERIMENT)
        logged = client.create_run(experiment, start_time=started, run_name=run.name).info.run_id
        client.log_batch(logged, tags=[RunTag(key, value) for key, value in tags.items()])
        for at in range(0, len(params), MOST_PARAMETERS):
            client.log_batch(logged, params=params[at : at + MOST_PARAMETERS])
        for at in range(0, len(metrics), MOST_METRICS):
            client.log_batch(logged, metrics=metrics[at : at + MOST_METRICS])
        client.log_artifacts(logged, str(folder))
        client.set_terminated(logged, "FINISHED", ended)
    except (MlflowException, ImportError) as error:  # a store may want packages that MLflow's core does without
        reason = " ".join(str(error).split())
        raise InputError(f"MLflow refused: {reason} The run itself is kept in {folder}.") from None
    return str(logged)


def _figures(run: Run) -> dict[str, float]:
    """Name all figures as paths, which MLflow groups."""
    figures: dict[str, float] = {"seconds": run.seconds}
    for profile, points in run.metrics.items():
        for point, metrics in points.items():
            record = metrics.model_dump(exclude={"test_writers", "reliability", "labels"})
            figures |= {f"{profile}/{point}/{name}": float(value) for name, value in record.items()}
            for label, of_label in metrics.labels.items():
                figures |= {f"{profile}/{point}/{label}/{k}": float(v) for k, v in of_label.model_dump().items()}
    return figures
