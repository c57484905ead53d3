"""service/cli.py: `weerklank tag -`, texts on standard input."""

import json

from tests.service.conftest import MARK


def test_standard_input_in_another_encoding_is_refused(run_here, quick):
    code, out, err = run_here("tag", "-", "--model", quick, stdin=f"{MARK} één\n".encode("latin-1"))
    assert (code, out) == (2, "")
    assert "UTF-8" in err
    assert MARK not in err


def test_a_byte_order_mark_on_standard_input_is_no_text(run_here, quick):
    code, out, _ = run_here("tag", "-", "--model", quick, stdin=b'\xef\xbb\xbf{"id": "a", "text": "ok"}\n')
    assert (code, json.loads(out)["id"]) == (0, "a")


def test_a_lone_surrogate_in_an_id_stops_nothing(run_here, quick):
    code, out, _ = run_here(
        "tag", "-", "--model", quick, stdin=b'{"id": "\\ud800", "text": "ok"}\n{"id": "b", "text": "ok"}\n'
    )
    assert code in {0, 3}
    assert [json.loads(line)["id"] for line in out.splitlines()][1:] == ["b"]


def test_plain_lines_on_standard_input_are_texts(run_here, quick):
    code, out, err = run_here("tag", "-", "--model", quick, stdin=b"ok\n{ok\n\nja\n")
    assert (code, err) == (0, "")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["1", "2", "3", "4"]
