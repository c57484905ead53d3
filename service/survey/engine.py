"""Tag a table part by part: identical comments once, parts that are done taken over.

The engine that reads the comments is an argument: processes of this machine (`pool.py`), or a Spark cluster.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Protocol

import pyarrow as pa

from service.survey.batch import answers_of, is_comment, lay_out
from service.survey.cache import Cache
from service.survey.parts import Parts
from service.survey.progress import Progress

# Parts of which nearly all comments are known take no process's time, but memory.
MOST_WAITING: Final = 50


class Engine(Protocol):
    """What reads comments."""

    part_rows: int
    """Rows of a part: what is lost when a run is killed is at most a few of these."""
    task_texts: int
    """Comments that are read in one go."""
    ahead: int
    """Tasks that may wait while an earlier part is read, so that no process is idle."""

    def submit(self, texts: Sequence[str]) -> Future[list[bytes]]:
        """Begin to read comments; gives their answers as `batch.answer` does."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A part that is being read."""

    number: int
    rows: pa.Array
    problems: list[str | None]
    digests: list[bytes | None]
    """Per row; None where there is nothing to read. The texts themselves are not kept."""
    tasks: list[tuple[list[bytes], Future[list[bytes]]]]


def tag_parts(
    batches: Iterator[pa.RecordBatch],
    text_column: str,
    engine: Engine,
    parts: Parts,
    cache: Cache,
    progress: Progress,
) -> None:
    """Tag batches, each of which makes a part.

    Parameters
    ----------
    batches : iterator of pyarrow.RecordBatch
        As `Table.batches` gives them, of `engine.part_rows` rows.
    text_column : str
    engine : Engine
    parts : Parts
        Where parts are taken over from, and kept.
    cache : Cache
        Empty.
    progress : Progress
    """
    waiting: deque[_Pending] = deque()
    asked: set[bytes] = set()
    for number, batch in enumerate(batches):
        texts = batch.column(text_column).to_pylist()
        problems = batch.column("problem").to_pylist()
        digests = [
            cache.digest(text) if text is not None and is_comment(text, problem) else None
            for text, problem in zip(texts, problems, strict=True)
        ]
        part = parts.read(number, batch.column("row"))
        if part is not None:
            for digest, answer in zip(digests, answers_of(part), strict=True):
                if digest is not None:
                    cache.put(digest, answer)
            progress.taken_over(part.num_rows)
            continue
        unread = {
            digest: text
            for digest, text in zip(digests, texts, strict=True)
            if digest is not None and text is not None and digest not in asked and cache.get(digest) is None
        }
        asked.update(unread)
        waiting.append(_Pending(number, batch.column("row"), problems, digests, _submit(unread, engine)))
        while sum(len(pending.tasks) for pending in waiting) > engine.ahead or len(waiting) > MOST_WAITING:
            _finish(waiting.popleft(), parts, cache, asked, progress)
    while waiting:
        _finish(waiting.popleft(), parts, cache, asked, progress)


def _submit(unread: dict[bytes, str], engine: Engine) -> list[tuple[list[bytes], Future[list[bytes]]]]:
    digests = list(unread)
    tasks = []
    for first in range(0, len(digests), engine.task_texts):
        chunk = digests[first : first + engine.task_texts]
        tasks.append((chunk, engine.submit([unread[digest] for digest in chunk])))
    return tasks


def _finish(pending: _Pending, parts: Parts, cache: Cache, asked: set[bytes], progress: Progress) -> None:
    told = 0
    for digests, task in pending.tasks:
        for digest, answer in zip(digests, task.result(), strict=True):
            cache.put(digest, answer)
        asked.difference_update(digests)
        progress.done(len(digests))
        told += len(digests)
    answers = [None if digest is None else cache.get(digest) for digest in pending.digests]
    part = lay_out(pending.rows, answers, pending.problems)
    parts.write(pending.number, part)
    progress.done(part.num_rows - told)
