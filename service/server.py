"""Run the app under uvicorn: JSON logs, and an end that loses no request.

What stands in the way of a start (an artefact that fails its self-test, a port that is taken) ends it with one line.

At SIGTERM ``/health/ready`` turns 503 while everything else is still answered (``notice_seconds``: time for a load
balancer to look), then no connection is accepted any more and the requests under way are finished (``drain_seconds``).
"""

import signal
import socket
from time import monotonic
from types import FrameType

import uvicorn
from fastapi import FastAPI

from models.errors import InputError
from service import logs
from service.app import create_app
from service.connections import protocol
from service.settings import Settings


class Server(uvicorn.Server):
    """uvicorn, which gives notice before it leaves."""

    def __init__(self, app: FastAPI, host: str, port: int, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=protocol(settings.max_connections, settings.body_seconds),
                log_config=logs.configuration(settings),
                log_level=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=settings.drain_seconds,
            )
        )
        self._state = app.state
        self._notice = settings.notice_seconds
        self._leave_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the workers, then listen.

        They would be started by the app itself; but an error there is a traceback in the log, and one here is told by
        the command line.
        """
        await self._state.workers.start()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Give notice at the first SIGTERM; leave at once at any other signal."""
        if sig == signal.SIGTERM and self.started and self._leave_at is None:
            self._state.leaving = True
            self._leave_at = monotonic() + self._notice
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Say whether to leave; uvicorn asks ten times a second."""
        if self._leave_at is not None and monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)


def run(host: str, port: int, settings: Settings) -> None:
    """Serve until a signal ends it.

    Raises
    ------
    InputError
        When nothing can listen on this address and port.
    WeerklankError
        When the artefact cannot be used.
    """
    _check_address(host, port)
    logs.configure(settings)
    Server(create_app(settings=settings), host, port, settings).run()


def _check_address(host: str, port: int) -> None:
    """Try the address before the artefact is opened, which takes seconds."""
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.create_server((str(address[0]), port), family=family):
                pass
    except OSError as error:
        raise InputError(
            f"--host {host} --port {port}: cannot listen there ({error.strerror}). Choose others."
        ) from None
