"""The queue before the workers: bounded, and fair between requests.

A request is cut into chunks and takes its turn anew for each of them, so that a large batch does not keep a single
text waiting; what its caller no longer waits for is not tagged.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from service.answers import Answers, Chunk
from service.problems import Problem
from service.workers import Workers

FULL = "Too many requests are waiting. Try again later."
LONGEST_WAIT = 60
# Weight of the last request in the mean time that a request takes.
FRESHNESS = 0.1

Gone = Callable[[], Awaitable[bool]]


class ClientGone(Exception):
    """The caller closed the connection before its answer was there."""


class Work:
    """Hands the chunks of requests to the workers.

    Parameters
    ----------
    workers : Workers
        Who tags.
    max_waiting : int
        Requests that may wait beyond those that the workers are busy with.
    """

    def __init__(self, workers: Workers, max_waiting: int) -> None:
        self._workers = workers
        self._most = max_waiting + workers.lanes
        self._seconds = 1.0
        self._turns = asyncio.Semaphore(workers.lanes)  # wakes in the order of arrival
        self.requests = 0
        """Requests that wait or are being worked on."""

    async def answer(self, chunks: Sequence[Chunk], gone: Gone) -> list[Answers]:
        """Answer the chunks of one request, in order.

        Parameters
        ----------
        chunks : sequence of Chunk
            All of the request.
        gone : async callable
            Says whether the caller has gone away; asked before each turn.

        Raises
        ------
        Problem
            503 when too many requests wait.
        ClientGone
            When the caller has gone away.
        """
        if self.requests >= self._most:
            raise Problem(503, FULL, headers=self._retry_after())
        self.requests += 1
        begun = monotonic()
        try:
            answers = await self._all(chunks, gone)
        finally:
            self.requests -= 1
        self._seconds += FRESHNESS * (monotonic() - begun - self._seconds)
        return answers

    async def _all(self, chunks: Sequence[Chunk], gone: Gone) -> list[Answers]:
        answers: dict[int, Answers] = {}
        pending = iter(enumerate(chunks))

        async def take_turns() -> None:
            for i, chunk in pending:
                async with self._turns:
                    if await gone():
                        raise ClientGone
                    answers[i] = await self._workers.answer(chunk)

        # As many at a time as there are workers: a batch that is alone keeps all of them busy.
        tasks = [asyncio.create_task(take_turns()) for _ in range(min(self._workers.lanes, len(chunks)))]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return [answers[i] for i in range(len(chunks))]

    def _retry_after(self) -> dict[str, str]:
        """Estimate when half of those who wait will have been answered."""
        seconds = math.ceil(self.requests * self._seconds / self._workers.lanes / 2)
        return {"Retry-After": str(min(LONGEST_WAIT, max(1, seconds)))}
