"""What processes that tag have in common, whether they serve or read a survey."""

import ctypes
import gc
import multiprocessing
import os
from contextlib import suppress
from dataclasses import replace
from threading import Thread

from models.artefact import Artefact


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_parent() -> None:
    """Watch the process that started this one from a thread, and end when it is gone, however it went."""
    Thread(target=_wait_for_parent, daemon=True).start()


def lean(artefact: Artefact) -> Artefact:
    """Drop what nobody reads once a tagger is made of it: the packed encoder, and the vectors that the pipeline has."""
    return replace(artefact, encoder=None, vectors=None)


def settle() -> None:
    """Keep what is loaded out of the garbage collector's hands, so that its pages stay shared, and give the rest back.

    Unpacking leaves more than 100 MB of unused memory in the C library.
    """
    gc.collect()
    gc.freeze()
    give_back_memory()


def give_back_memory() -> None:
    """Give memory that is no longer used back to the system; only glibc knows how, elsewhere nothing is done."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
