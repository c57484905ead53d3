"""Connections as a stranger may hold them: only so many, and none that keeps the service waiting for ever.

uvicorn waits without end for a request's head, for a body that nobody reads any more, and for a caller that does not
take its answer; each of these costs a connection, and connections are counted by the system.
"""

import asyncio
import json
import logging
from functools import partial
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.envelope import HEADERS
from service.problems import MEDIA_TYPE, Problem, body_of
from service.trace import request_id

logger = logging.getLogger(__name__)

NO_HTTP = "The request is no HTTP that could be read."
# A body that is being read is refused by the guard, in words; only what nobody reads is cut off here.
GRACE = 2.0
# Before the head of a request has arrived or while there is none; and while its body arrives.
WAITING = (h11.IDLE, h11.SEND_BODY)


class Connection(H11Protocol):
    """One connection.

    Parameters
    ----------
    most : int
        Connections at a time; one more is closed at once.
    seconds : float
        Time in which a request's head must have arrived, and then its body; and time in which a caller must take
        something of an answer.
    """

    def __init__(self, *args: Any, most: int, seconds: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self._most = most
        self._seconds = seconds
        self._state: type | None = None  # what the caller is waited for
        self._arrival: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, or close it when there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._most:
            logger.warning("there are %d connections; another one was closed", self._most)
            transport.abort()
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for timer in (self._arrival, self._taking):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came in."""
        super().data_received(data)
        self._watch()

    def pause_writing(self) -> None:
        """Wait until the caller has taken more of the answer."""
        super().pause_writing()
        self._expect_taking()

    def resume_writing(self) -> None:
        """Go on writing."""
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP as a problem like any other, or hang up when an answer has begun already."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        name = request_id(None)
        content = json.dumps(body_of(Problem(400, NO_HTTP), name)).encode()
        headers = {
            **HEADERS,
            "X-Request-ID": name,
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(content)),
            "Connection": "close",
        }
        events = (h11.Response(status_code=400, headers=list(headers.items())), h11.Data(content), h11.EndOfMessage())
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch(self) -> None:
        """Give the caller a time for what it has to send next."""
        state = self.conn.their_state
        if state is self._state and self._arrival is not None:
            return
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        self._state = state
        if state in WAITING and not self.transport.is_closing():
            seconds = self._seconds if state is h11.IDLE else self._seconds + GRACE
            self._arrival = self.loop.call_later(seconds, self.transport.abort)

    def _expect_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(self._seconds, self._check_taking, left)

    def _check_taking(self, left: int) -> None:
        """Hang up on a caller that took nothing of its answer."""
        if self.transport.get_write_buffer_size() < left:
            self._expect_taking()
        else:
            self.transport.abort()


def protocol(most: int, seconds: float) -> Any:
    """Give what uvicorn makes its connections with."""
    return partial(Connection, most=most, seconds=seconds)
