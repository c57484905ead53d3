"""Structured logs: one JSON object per line on standard error, one line per request.

Exceptions are told by type and place. Their message and their source lines are left out: they may quote a text.
"""

import logging
import logging.config
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from service.settings import Settings

FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"
NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(JsonFormatter):
    """JSON, without what an exception says."""

    def __init__(self) -> None:
        super().__init__(FIELDS, rename_fields=NAMES, datefmt="%Y-%m-%dT%H:%M:%S%z", json_ensure_ascii=True)

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; asyncio shows the exception of a task in its own message, after the first line."""
        if record.name == "asyncio":
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging names it so
        """Name the type of an exception and where it was raised."""
        kind, _, trace = ei
        if kind is None:
            return ""
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return " < ".join([kind.__name__, *reversed(places)])


def configuration(settings: Settings) -> dict[str, Any]:
    """Give the configuration for `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "service.logs.Formatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {"service": {"level": settings.log_level.upper()}},
    }


def configure(settings: Settings) -> None:
    """Set up logging in this process."""
    logging.config.dictConfig(configuration(settings))
