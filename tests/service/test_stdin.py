"""service/cli.py: `weerklank tag -`, texts on standard input."""

import io
import json
import sys

import pytest

from service.cli import main
from tests.service.conftest import MARK


@pytest.fixture
def run_here(quick, monkeypatch):
    """Run `weerklank tag` in this process, with streams as Python opens them in the locale C.UTF-8."""

    def run(stdin: bytes) -> tuple[int, str, str]:
        for name in ("stdin", "stdout", "stderr"):
            content = io.BytesIO(stdin if name == "stdin" else b"")
            monkeypatch.setattr(sys, name, io.TextIOWrapper(content, "utf-8", "surrogateescape"))
        monkeypatch.setattr(sys, "argv", ["weerklank", "tag", "-", "--model", quick])
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout.seek(0)
        sys.stderr.seek(0)
        return end.value.code or 0, sys.stdout.read(), sys.stderr.read()

    return run


def test_standard_input_in_another_encoding_is_refused(run_here):
    code, out, err = run_here(f"{MARK} één\n".encode("latin-1"))
    assert (code, out) == (2, "")
    assert "UTF-8" in err
    assert MARK not in err


def test_a_byte_order_mark_on_standard_input_is_no_text(run_here):
    code, out, _ = run_here(b'\xef\xbb\xbf{"id": "a", "text": "ok"}\n')
    assert (code, json.loads(out)["id"]) == (0, "a")


def test_a_lone_surrogate_in_an_id_stops_nothing(run_here):
    code, out, _ = run_here(b'{"id": "\\ud800", "text": "ok"}\n{"id": "b", "text": "ok"}\n')
    assert code in {0, 3}
    assert [json.loads(line)["id"] for line in out.splitlines()][1:] == ["b"]


def test_plain_lines_on_standard_input_are_texts(run_here):
    code, out, err = run_here(b"ok\n{ok\n\nja\n")
    assert (code, err) == (0, "")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["1", "2", "3", "4"]
