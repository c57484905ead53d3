"""Replace a folder by another at one stroke, so that whoever opens it finds the old one or the new one, whole.

Linux exchanges two names in one system call (``renameat2`` with ``RENAME_EXCHANGE``, see its manual page). Elsewhere
two renames follow each other, and for a moment neither stands; if the second fails, the first is taken back.
"""

import ctypes
import os
import shutil
from pathlib import Path

# From <fcntl.h> and <linux/fs.h>.
AT_FDCWD = -100
RENAME_EXCHANGE = 2


def replace_folder(standing: Path, fresh: Path) -> None:
    """Put `fresh` in the place of `standing`, which need not be there yet; both on one file system.

    Raises
    ------
    OSError
        When the file system refuses; what stood still stands.
    """
    if not standing.exists():
        fresh.rename(standing)
    elif _exchange(standing, fresh):
        shutil.rmtree(fresh)  # by now it holds what stood
    else:
        two_renames(standing, fresh)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    return bool(rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


def two_renames(standing: Path, fresh: Path) -> None:
    """Put `fresh` in the place of `standing` as any system can."""
    old = standing.with_name(standing.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    standing.rename(old)
    try:
        fresh.rename(standing)
    except OSError:
        old.rename(standing)
        raise
    shutil.rmtree(old)
