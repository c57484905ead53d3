"""service/survey/progress.py: a bar for people, and nothing for pipes."""

import os
import pty
import re
import sys
import termios
from contextlib import suppress

from service.survey.progress import Progress


def read_all(terminal: int) -> str:
    """Read what was shown until nobody writes any more: a terminal hands it on in pieces."""
    shown = b""
    with suppress(OSError):
        while piece := os.read(terminal, 100_000):
            shown += piece
    os.close(terminal)
    return shown.decode()


def test_a_terminal_sees_rows_rate_and_time_left(monkeypatch):
    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (24, 120))
    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with Progress(1000) as progress:
            progress.taken_over(500)
            progress.done(250)
    shown = read_all(reader)
    assert "75%" in shown
    assert "750/1000" in shown
    assert "rows/s" in shown
    assert re.search(r"\d\d:\d\d<\d\d:\d\d", shown)  # elapsed<left


def test_a_pipe_sees_nothing(capsys):
    with Progress(1000) as progress:
        progress.taken_over(500)
        progress.done(500)
    assert capsys.readouterr() == ("", "")
    assert progress.rows_taken_over == 500
