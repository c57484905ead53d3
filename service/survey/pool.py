"""Read comments on all cores of this machine: processes that share the artefact of the one that forks them.

As in `service/workers.py`, the sentence encoder and the language detector start threads, which do not survive a fork:
each process opens its own. Each uses one thread; the cores are filled by processes.
"""

import multiprocessing
import signal
import warnings
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Self

from models import language
from models.artefact import Artefact
from models.errors import WeerklankError
from models.manifest import OperatingPoint, Profile
from models.pipeline import Pipeline
from models.tagger import Tagger, make_tagger, pipeline_of
from service.processes import cores, end_with_parent, lean, settle
from service.survey.batch import answer

LOST = (
    "A tagging process ended unexpectedly; each takes up to 600 MB. Start the same command again, with fewer --jobs "
    "where memory is short: it goes on where it stopped."
)


class Pool:
    """Processes that tag.

    Parameters
    ----------
    artefact : Artefact
        Verified and opened.
    profile : {"fast", "accurate"}
    operating_point : {"balanced", "precise", "sensitive"}
    jobs : int, optional
        Number of processes; by default one per core.

    Raises
    ------
    PipelineError, ArtefactError
        When the artefact cannot be used.
    """

    part_rows = 1000
    # Some seconds of work: enough for the encoder to read sentences of like length together, few enough that all
    # processes have work until the end.
    task_texts = 100

    def __init__(
        self, artefact: Artefact, profile: Profile, operating_point: OperatingPoint, jobs: int | None = None
    ) -> None:
        self.jobs = jobs or cores()
        self.ahead = 2 * self.jobs
        pipeline = pipeline_of(artefact)
        settle()
        self._executor = ProcessPoolExecutor(
            self.jobs,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(artefact, pipeline, profile, operating_point),
        )
        try:
            with warnings.catch_warnings():
                # Newer Pythons warn of other threads; those of libraries are idle here, and children do not use them.
                warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
                checks = [self._executor.submit(_check) for _ in range(self.jobs)]
            for check in checks:
                check.result()
        except BrokenProcessPool:
            raise WeerklankError(LOST) from None
        except WeerklankError:
            self.close()
            raise

    def submit(self, texts: Sequence[str]) -> Future[list[bytes]]:
        """Begin to read comments."""
        try:
            return self._executor.submit(_answer, texts)
        except BrokenProcessPool:
            raise WeerklankError(LOST) from None

    def close(self) -> None:
        """End the processes."""
        self._executor.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        """Have the processes for a while."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes."""
        self.close()


class _Process:
    """What a tagging process holds; empty in every other process."""

    tagger: Tagger | None = None
    point: OperatingPoint
    fault: WeerklankError | None = None


def _begin(artefact: Artefact, pipeline: Pipeline, profile: Profile, operating_point: OperatingPoint) -> None:
    """Prepare a tagging process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes; the first ends the others
    end_with_parent()
    try:
        tagger = make_tagger(artefact, pipeline, profile, threads=1)
        tagger.self_test()
        _Process.tagger = replace(tagger, artefact=lean(artefact))
        _Process.point = operating_point
        language.warm_up()
    except WeerklankError as error:  # raised in an initializer it would only be printed
        _Process.fault = error
    settle()


def _check() -> None:
    if _Process.fault is not None:
        raise _Process.fault


def _answer(texts: Sequence[str]) -> list[bytes]:
    if _Process.tagger is None:
        raise RuntimeError("this process has no tagger")
    return answer(_Process.tagger, texts, _Process.point)
