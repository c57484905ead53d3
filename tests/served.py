"""`weerklank serve` as a process of its own, on a free port: for what a client in the same process cannot show."""

import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
ANSWERS = re.compile(r'^http_server_request_duration_seconds_count\{.*status_code="(\d+)".*\} (\S+)$', re.MULTILINE)


def command(*arguments: str) -> list[str]:
    """Give the command line of the installed `weerklank`."""
    return [str(Path(sys.executable).with_name("weerklank")), *arguments]


def environment(**more: str) -> dict[str, str]:
    """Give the environment for `weerklank`: no settings of this shell, and compiled modules kept between runs."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WEERKLANK_", "PYTHONDONTWRITEBYTECODE"))}
    return {**kept, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache"), **more}


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Wait for a condition, and fail when it does not come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.05)


def free_port() -> int:
    """Find a free port below those that outgoing connections take, since it stays free for seconds only by luck."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def runs_on(pid: int) -> bool:
    """Say whether a process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def megabytes(pid: int) -> float:
    """Give the memory of a process, in MB; what it shares counts by its share (PSS)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1]) / 1024


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    process: subprocess.Popen[bytes]
    folder: Path
    """Where its standard output and standard error are kept."""

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def workers(self) -> set[int]:
        """Give the processes that the server has started."""
        found = set()
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it ended meanwhile
                state, parent = status.read_text().rpartition(")")[2].split()[:2]
                if int(parent) == self.process.pid and state != "Z":
                    found.add(int(status.parent.name))
        return found

    def memory(self) -> float:
        """Give the memory of the server and its workers, in MB."""
        return sum(megabytes(pid) for pid in (self.process.pid, *self.workers()))

    def readiness(self) -> int:
        """Give the status of ``/health/ready``."""
        return httpx.get(f"{self.address}/health/ready", timeout=60).status_code

    def is_live(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health/live", timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def metrics(self) -> str:
        return httpx.get(f"{self.address}/metrics", timeout=60).text

    def answers(self) -> Counter[str]:
        """Count the answers by status, as the server does."""
        found: Counter[str] = Counter()
        for status, n in ANSWERS.findall(self.metrics()):
            found[status] += int(float(n))
        return found

    def printed(self) -> str:
        """Give what it wrote to standard output."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    def written(self) -> str:
        """Give what it wrote to standard error."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def end(self, signal: int) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        self.process.send_signal(signal)
        return self.process.wait(60)


@contextmanager
def served(*options: str, before: Sequence[str] = (), seconds: float = 300, **settings: str) -> Iterator[Served]:
    """Start a server, by a command that stands before its own if wished; gives it once it is ready, and ends it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
            process = subprocess.Popen(
                [*before, *command("serve", "--port", str(port), *options)],
                stdout=stdout,
                stderr=stderr,
                env=environment(**settings),
            )
        server = Served(f"http://127.0.0.1:{port}", process, folder)
        try:
            wait_until(lambda: server.is_live() or process.poll() is not None, seconds)
            assert process.poll() is None, server.written()
            yield server
        finally:
            process.kill()
            process.wait(60)
