"""Who does the CPU work: processes of their own, or a thread where a tagger is at hand.

Tagging holds Python's lock for long stretches; in a thread it would keep the event loop waiting, so a served app tags
in processes. They are forked from the process that has verified and opened the artefact, and so share its memory. The
sentence encoder and the language detector start threads, which do not survive a fork: each process opens its own.
"""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Protocol

from models import language
from models.artefact import Artefact, read_artefact
from models.errors import InputError, WeerklankError
from models.manifest import Profile
from models.pipeline import Pipeline
from models.tagger import SHIPPED_ARTEFACT, Tagger, make_tagger, pipeline_of
from service import logs
from service.answers import Answers, Chunk, answer
from service.problems import Problem
from service.processes import cores, end_with_parent, give_back_memory, lean, settle
from service.settings import Settings

logger = logging.getLogger(__name__)

PAUSE = 5.0  # seconds between attempts to replace lost processes
# Characters of a chunk that takes seconds and leaves tens of MB unused; to give them back takes a tenth of a second.
GREAT = 200_000
LOST = "A worker was lost. Try again shortly."
NOT_STARTED = "A tagging process ended while it was started. Is there memory for it? It takes about 600 MB."


class Workers(Protocol):
    """Workers as the rest of the service knows them."""

    artefact: Artefact
    profile: Profile
    lanes: int
    """How many chunks can be tagged at a time."""
    ready: bool

    async def start(self) -> None:
        """Start, and run the self-test; raises `ArtefactTampered` when it fails."""

    async def answer(self, chunk: Chunk) -> Answers:
        """Answer a chunk."""

    async def stop(self) -> None:
        """Wait for what is being tagged, and end."""


class ThreadWorker:
    """One thread of this process, with a tagger at hand: for tests and for embedding."""

    def __init__(self, tagger: Tagger) -> None:
        self.artefact, self.profile, self.lanes, self.ready = tagger.artefact, tagger.profile, 1, False
        self._tagger = tagger

    async def start(self) -> None:
        """Test the tagger."""
        await asyncio.gather(asyncio.to_thread(self._tagger.self_test), asyncio.to_thread(language.warm_up))
        self._executor = ThreadPoolExecutor(1, "tagging")
        self.ready = True

    async def answer(self, chunk: Chunk) -> Answers:
        """Answer a chunk."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, answer, self._tagger, chunk)

    async def stop(self) -> None:
        """End the thread."""
        self.ready = False
        await asyncio.to_thread(self._executor.shutdown)


class ProcessWorkers:
    """Processes that share the artefact of the settings.

    Raises
    ------
    ArtefactError, PipelineError, InputError
        When the artefact cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.artefact, self._pipeline = _open(settings)
        self.profile = settings.profile or self.artefact.manifest.default_profile
        if self.profile not in self.artefact.manifest.profiles:
            known = ", ".join(self.artefact.manifest.profiles)
            raise InputError(f"The artefact has no profile {self.profile!r}; choose from {known}.")
        self.lanes, self.ready = settings.workers, False
        self._processes: Sequence[BaseProcess] = ()
        self._repair: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fork the processes, or start them anew where a system cannot fork."""
        settle()
        forks = "fork" in multiprocessing.get_all_start_methods()
        method = multiprocessing.get_context("fork" if forks else "spawn")
        try:
            await self._employ(method, (self.artefact, self._pipeline) if forks else None)
        except BrokenExecutor:
            raise WeerklankError(NOT_STARTED) from None
        # All else stays: it is the workers' memory, too, and letting go of it would only copy its pages.
        self.artefact = lean(self.artefact)

    async def answer(self, chunk: Chunk) -> Answers:
        """Answer a chunk; a 503 when a process was killed meanwhile."""
        executor = self._executor
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, _answer, chunk)
        except BrokenExecutor:
            self._lost(executor)
            raise Problem(503, LOST, headers={"Retry-After": "10"}) from None

    async def stop(self) -> None:
        """End the processes."""
        self.ready = False
        if self._repair is not None:
            self._repair.cancel()
            await asyncio.gather(self._repair, return_exceptions=True)
        if wait([process.sentinel for process in self._processes], timeout=0):
            self._kill()
        await asyncio.to_thread(partial(self._executor.shutdown, cancel_futures=True))

    def _lost(self, executor: Executor) -> None:
        """Start others in place of these processes, once, of which one has ended."""
        if executor is self._executor and self.ready:
            self.ready = False
            logger.error("a tagging process ended unexpectedly; starting others")
            self._kill()
            self._repair = asyncio.create_task(self._replace())

    def _kill(self) -> None:
        """End processes that wait for ever: one that was killed takes along the lock of the queue that they share."""
        for process in self._processes:
            process.kill()

    def _watch(self, executor: Executor, processes: Sequence[BaseProcess], loop: asyncio.AbstractEventLoop) -> None:
        """Wait in a thread until a process ends, so that a loss is seen without a request."""
        wait([process.sentinel for process in processes])
        if self.ready:
            loop.call_soon_threadsafe(self._lost, executor)

    async def _replace(self) -> None:
        """Start other processes, until they stay."""
        while True:
            try:
                # Spawned: a fork of a process that serves would inherit its connections.
                await self._employ(multiprocessing.get_context("spawn"), None)
            except (BrokenExecutor, OSError, WeerklankError) as error:
                logger.error("no tagging process could be started: %s", type(error).__name__)
                await asyncio.sleep(PAUSE)
            else:
                return

    async def _employ(self, method: BaseContext, shared: tuple[Artefact, Pipeline] | None) -> None:
        others = set(multiprocessing.active_children())
        self._executor: Executor = ProcessPoolExecutor(
            self.lanes, mp_context=method, initializer=_begin, initargs=(self._settings, shared)
        )
        loop = asyncio.get_running_loop()
        checks = [loop.run_in_executor(self._executor, _check) for _ in range(self.lanes)]
        self._processes = [child for child in multiprocessing.active_children() if child not in others]
        try:
            await asyncio.gather(*checks)
        except BaseException:
            self._kill()
            raise
        self.ready = True
        Thread(target=self._watch, args=(self._executor, self._processes, loop), daemon=True).start()


def _open(settings: Settings) -> tuple[Artefact, Pipeline]:
    artefact = read_artefact(settings.model or SHIPPED_ARTEFACT, settings.model_digest)
    return artefact, pipeline_of(artefact)


class _Process:
    """What a tagging process holds; empty in every other process."""

    tagger: Tagger | None = None
    fault: WeerklankError | None = None


def _begin(settings: Settings, shared: tuple[Artefact, Pipeline] | None) -> None:
    """Prepare a tagging process."""
    # The process that serves ends this one; a signal to the whole group must not end it while requests are drained.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    end_with_parent()
    if shared is None:
        logs.configure(settings)
    threads = settings.threads or max(1, cores() // settings.workers)
    detector = Thread(target=language.warm_up)  # takes as long as the rest, and another core
    detector.start()
    try:
        tagger = make_tagger(*(shared or _open(settings)), settings.profile, threads)
        tagger.self_test()
        _Process.tagger = replace(tagger, artefact=lean(tagger.artefact))
    except WeerklankError as error:  # raised in an initializer it would only be printed
        _Process.fault = error
    detector.join()
    settle()


def _check() -> None:
    if _Process.fault is not None:
        raise _Process.fault


def _answer(chunk: Chunk) -> Answers:
    _check()
    if _Process.tagger is None:
        raise RuntimeError("this process has no tagger")
    answers = answer(_Process.tagger, chunk)
    if sum(len(item.text) for item in chunk.items) >= GREAT:
        give_back_memory()
    return answers
