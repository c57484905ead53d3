"""service/cli.py: `weerklank serve`, from its start to SIGTERM."""

import json
import os
import random
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.service.conftest import (
    AUTONOMY,
    GERMAN,
    JSON,
    MARK,
    command,
    environment,
    wait_until,
    weerklank,
)


def free_port() -> int:
    """Find a free port below those that outgoing connections take, since it stays free for seconds only by luck."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def is_live(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def serve_and_stop() -> tuple[str, dict, int, str, str]:
    """Serve, ask, end with SIGTERM; gives address, answers, exit code and what the process wrote."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    starting = subprocess.Popen(
        command("serve", "--port", str(port)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    with starting as process:
        try:
            wait_until(lambda: is_live(address) or process.poll() is not None, seconds=120)
            assert process.poll() is None, process.stderr.read().decode()
            answers = ask(address, port)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    return address, answers, process.returncode, out.decode(), err.decode()


def ask(address: str, port: int) -> dict:
    with httpx.Client(base_url=address, timeout=30, params={"q": MARK}, headers={"X-Trace": MARK}) as client:
        answers = {
            "ready": client.get("/health/ready"),
            "page": client.get("/"),
            "analysis": client.post("/v1/analyze", json={"text": AUTONOMY}),
            "batch": client.post("/v1/analyze/batch", json={"items": [{"id": "7", "text": AUTONOMY}]}),
            "document": client.get("/v1/openapi.json"),
            "abstained": client.post("/v1/analyze", json={"text": f"{GERMAN} {MARK}"}),
            "broken": client.post("/v1/analyze", content=f'{{"{MARK}', headers=JSON),
            "missing": client.get(f"/{MARK}"),
        }
    with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
        raw.sendall(f"{MARK} no HTTP\r\n\r\n".encode())
        answers["no HTTP"] = raw.recv(10_000)
    return answers


WRONG_SETTINGS = {
    "WEERKLANK_PROFILE": ("slow", "WEERKLANK_PROFILE"),
    "WEERKLANK_MODLE": ("x", "WEERKLANK_MODLE"),
    "WEERKLANK_MODEL": ("/nergens", "manifest.json is missing"),
}


@pytest.fixture(scope="module")
def runs():
    """One good run and the refused ones, two at a time: each takes seconds to load its libraries."""
    with ThreadPoolExecutor(2) as pool:
        started = {"served": pool.submit(serve_and_stop)}
        for name, (value, _) in WRONG_SETTINGS.items():
            started[name] = pool.submit(weerklank, "serve", "--port", str(free_port()), **{name: value})
        return {name: future.result() for name, future in started.items()}


@pytest.fixture(scope="module")
def served(runs):
    return runs["served"]


def test_a_served_address_answers_over_http(served):
    _, answers, *_ = served
    assert answers["ready"].json() == {"status": "ready"}
    assert "<title>Weerklank" in answers["page"].text
    labels = [tag["label"] for sentence in answers["analysis"].json()["sentences"] for tag in sentence["tags"]]
    assert "autonomy" in labels
    assert [item["id"] for item in answers["batch"].json()["items"]] == ["7"]
    assert "one_sentence" in answers["document"].text
    assert answers["abstained"].json()["reason"] == "not_dutch"


def test_errors_over_http_are_problems(served):
    _, answers, *_ = served
    assert [answers[name].json()["status"] for name in ("broken", "missing")] == [400, 404]
    assert answers["no HTTP"].startswith(b"HTTP/1.1 400 ")
    assert MARK not in answers["broken"].text + answers["missing"].text + answers["no HTTP"].decode()


def test_sigterm_ends_the_server(served):
    address, _, code, *_ = served
    assert code in {0, -signal.SIGTERM}
    assert not is_live(address)


def test_the_server_tells_where_the_page_is_and_nothing_of_what_it_was_sent(served):
    address, _, _, out, err = served
    assert out == ""
    assert f"{address}/" in err
    assert "Traceback" not in err
    assert MARK not in err


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_a_wrong_setting_is_refused_before_anything_is_served(runs, name):
    run = runs[name]
    assert (run.returncode, run.stdout) == (2, b"")
    assert WRONG_SETTINGS[name][1] in run.stderr.decode()
    assert "Traceback" not in run.stderr.decode()


def test_the_log_has_one_json_line_per_request(served):
    *_, err = served
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    requests = {(line["route"], line["status"]) for line in lines if line["message"] == "request"}
    assert {("/health/ready", 200), ("/v1/analyze", 200), ("/v1/analyze", 400), ("/", 200), ("", 404)} <= requests


def children(pid: int) -> set[int]:
    """Give the processes that a process has started."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.add(int(status.parent.name))
    return found


def runs_on(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def readiness(address: str) -> int:
    return httpx.get(f"{address}/health/ready", timeout=30).status_code


@contextmanager
def started(*options: str, **settings: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start `weerklank serve`; gives its address, once it is ready, and its process, which is ended in any case."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    starting = subprocess.Popen(
        command("serve", "--port", str(port), *options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(**settings),
    )
    with starting as process:
        try:
            wait_until(lambda: is_live(address) or process.poll() is not None, seconds=120)
            assert process.poll() is None, process.stderr.read().decode()
            yield address, process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def troubled(quick):
    """A server with two workers whose worker is killed while it tags, which heals, and is told to end."""
    seen = {}
    long = {"items": [{"id": str(i), "text": f"{AUTONOMY} " * 1500} for i in range(20)]}
    options = ("--workers", "2", "--model", quick)
    with started(*options, WEERKLANK_NOTICE_SECONDS="3") as (address, process), ThreadPoolExecutor(1) as pool:
        seen["workers"] = first, *_ = sorted(children(process.pid))
        lost = pool.submit(httpx.post, f"{address}/v1/analyze/batch", json=long, timeout=60)
        wait_until(lambda: "in_work 1.0" in httpx.get(f"{address}/metrics").text or lost.done(), seconds=60)
        os.kill(first, signal.SIGKILL)
        seen["lost"] = lost.result()
        wait_until(lambda: readiness(address) == 200, seconds=120)
        seen["left"] = [pid for pid in seen["workers"] if runs_on(pid)]
        seen["found"] = httpx.post(f"{address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        later = children(process.pid)
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: readiness(address) == 503, seconds=3)
        seen["during"] = httpx.post(f"{address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        _, err = process.communicate(timeout=60)
        seen["code"], seen["err"] = process.returncode, err.decode()
        wait_until(lambda: not any(runs_on(pid) for pid in later), seconds=30)
    return seen


def test_a_request_whose_worker_is_killed_gets_a_503_that_says_when_to_come_back(troubled):
    lost = troubled["lost"]
    assert (lost.status_code, lost.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(lost.headers["Retry-After"]) > 0


def test_lost_workers_are_replaced_and_none_is_left_behind(troubled):
    assert len(troubled["workers"]) == 2
    assert troubled["left"] == []
    assert troubled["found"].status_code == 200


def test_the_end_is_announced_and_what_comes_meanwhile_is_answered(troubled):
    assert (troubled["during"].status_code, troubled["code"]) == (200, 0)
    assert "Traceback" not in troubled["err"]


def test_a_request_under_way_is_finished_after_sigterm(quick):
    long = {"items": [{"id": str(i), "text": f"{AUTONOMY} " * 100} for i in range(20)]}
    options = ("--model", quick)
    with started(*options, WEERKLANK_NOTICE_SECONDS="0") as (address, process), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx.post, f"{address}/v1/analyze/batch", json=long, timeout=60)
        wait_until(lambda: "in_work 1.0" in httpx.get(f"{address}/metrics").text or answer.done(), seconds=60)
        process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 200
        assert len(answer.result().json()["items"]) == 20
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_workers_end_with_a_server_that_is_killed(quick):
    with started("--workers", "2", "--model", quick) as (_, process):
        workers = children(process.pid)
        process.kill()
        process.communicate(timeout=60)
        assert len(workers) == 2
        wait_until(lambda: not any(runs_on(pid) for pid in workers), seconds=30)
