"""service/logs.py: JSON lines that never quote what an exception says."""

import json
import logging
import sys

from service.logs import Formatter
from tests.service.conftest import MARK


def record(message: str, name: str = "service.envelope", **more) -> logging.LogRecord:
    try:
        raise ValueError(f"cannot read {MARK}")
    except ValueError:
        made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, (), sys.exc_info() if not more else None)
    made.__dict__.update(more)
    return made


def test_a_line_is_one_json_object_with_its_fields():
    line = Formatter().format(record("request", status=200, route="/v1/analyze"))
    body = json.loads(line)
    assert "\n" not in line
    assert {"level": "ERROR", "logger": "service.envelope", "message": "request", "status": 200}.items() <= body.items()
    assert body["time"]


def test_an_exception_is_told_by_type_and_place_only():
    line = Formatter().format(record("failed"))
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert MARK not in line


def test_what_asyncio_shows_of_a_task_is_left_out():
    message = f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{MARK}')>"
    line = Formatter().format(record(message, name="asyncio"))
    assert "never retrieved" in line
    assert MARK not in line
