"""service/cli.py: `weerklank serve`, from its start to SIGTERM."""

import json
import os
import shutil
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from models.artefact import MANIFEST, read_artefact, write_artefact
from tests.served import free_port, runs_on, served, wait_until
from tests.service.conftest import AUTONOMY, GERMAN, JSON, MARK, weerklank


def serve_and_stop() -> tuple[str, dict, int, str, str]:
    """Serve, ask, end with SIGTERM; gives address, answers, exit code and what the process wrote."""
    with served() as server:
        answers = ask(server.address, server.port)
        code = server.end(signal.SIGTERM)
        return server.address, answers, code, server.printed(), server.written()


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
def good_run(runs):
    return runs["served"]


def test_a_served_address_answers_over_http(good_run):
    _, answers, *_ = good_run
    assert answers["ready"].json() == {"status": "ready"}
    assert "<title>Weerklank" in answers["page"].text
    labels = [tag["label"] for sentence in answers["analysis"].json()["sentences"] for tag in sentence["tags"]]
    assert "autonomy" in labels
    assert [item["id"] for item in answers["batch"].json()["items"]] == ["7"]
    assert "one_sentence" in answers["document"].text
    assert answers["abstained"].json()["reason"] == "not_dutch"


def test_errors_over_http_are_problems(good_run):
    _, answers, *_ = good_run
    assert [answers[name].json()["status"] for name in ("broken", "missing")] == [400, 404]
    assert answers["no HTTP"].startswith(b"HTTP/1.1 400 ")
    assert MARK not in answers["broken"].text + answers["missing"].text + answers["no HTTP"].decode()


def test_sigterm_ends_the_server(good_run):
    address, _, code, *_ = good_run
    assert code in {0, -signal.SIGTERM}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health/live")


def test_the_server_tells_where_the_page_is_and_nothing_of_what_it_was_sent(good_run):
    address, _, _, out, err = good_run
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


def test_the_log_has_one_json_line_per_request(good_run):
    *_, err = good_run
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    requests = {(line["route"], line["status"]) for line in lines if line["message"] == "request"}
    assert {("/health/ready", 200), ("/v1/analyze", 200), ("/v1/analyze", 400), ("/", 200), ("", 404)} <= requests


def in_work(server, requests: int) -> bool:
    return f"in_work {requests}.0" in server.metrics()


@pytest.fixture(scope="module")
def troubled(quick):
    """A server with two workers whose worker is killed while it tags, which heals, and is told to end."""
    seen = {}
    long = {"items": [{"id": str(i), "text": f"{AUTONOMY} " * 1500} for i in range(20)]}
    options = ("--workers", "2", "--model", quick)
    with served(*options, WEERKLANK_NOTICE_SECONDS="3") as server, ThreadPoolExecutor(1) as pool:
        seen["workers"] = first, *_ = sorted(server.workers())
        lost = pool.submit(httpx.post, f"{server.address}/v1/analyze/batch", json=long, timeout=60)
        wait_until(lambda: in_work(server, 1) or lost.done(), seconds=60)
        os.kill(first, signal.SIGKILL)
        seen["lost"] = lost.result()
        wait_until(lambda: server.readiness() == 200, seconds=120)
        seen["left"] = [pid for pid in seen["workers"] if runs_on(pid)]
        seen["found"] = httpx.post(f"{server.address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        later = server.workers()
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: server.readiness() == 503, seconds=3)
        seen["during"] = httpx.post(f"{server.address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        seen["code"], seen["err"] = server.process.wait(60), server.written()
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
    with served("--model", quick, WEERKLANK_NOTICE_SECONDS="0") as server, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx.post, f"{server.address}/v1/analyze/batch", json=long, timeout=60)
        wait_until(lambda: in_work(server, 1) or answer.done(), seconds=60)
        server.process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 200
        assert len(answer.result().json()["items"]) == 20
        assert server.process.wait(60) == 0


def test_workers_end_with_a_server_that_is_killed(quick):
    with served("--workers", "2", "--model", quick) as server:
        workers = server.workers()
        server.end(signal.SIGKILL)
        assert len(workers) == 2
        wait_until(lambda: not any(runs_on(pid) for pid in workers), seconds=30)


def failing_self_test(folder, quick) -> None:
    """Make an artefact whose self-test expects another model."""
    artefact = read_artefact(quick)
    test = artefact.manifest.self_test[0]
    expected = {profile: dict.fromkeys(labels, 0.5) for profile, labels in test.probabilities.items()}
    wrong = artefact.manifest.model_copy(
        update={"self_test": (test.model_copy(update={"probabilities": expected}), *artefact.manifest.self_test[1:])}
    )
    write_artefact(folder, artefact.with_manifest(wrong), {})


def without(name: str):
    def make(folder, quick) -> None:
        shutil.copytree(quick, folder)
        (folder / name).unlink()

    return make


def damaged(name: str):
    def make(folder, quick) -> None:
        shutil.copytree(quick, folder)
        content = bytearray((folder / name).read_bytes())
        content[0] ^= 1
        (folder / name).write_bytes(content)

    return make


BAD_ARTEFACTS = {
    "its self-test fails": (failing_self_test, "self-test failed"),
    "a file is missing": (without("features.joblib"), "features.joblib is missing"),
    "a file is damaged": (damaged("classifiers.joblib"), "another SHA-256"),
    "the manifest is damaged": (damaged(MANIFEST), MANIFEST),
}


@pytest.mark.parametrize("name", BAD_ARTEFACTS)
def test_an_artefact_that_cannot_be_used_ends_the_start_with_one_line(name, quick, tmp_path):
    make, told = BAD_ARTEFACTS[name]
    folder = tmp_path / "artefact"
    make(folder, Path(quick))
    run = weerklank("serve", "--port", str(free_port()), "--model", str(folder))
    *before, line = run.stderr.decode().splitlines()
    assert (run.returncode, run.stdout) == (2, b"")
    assert line.startswith("weerklank: ")
    assert told in line
    assert all("The page is at" in said for said in before)


def test_a_port_that_is_taken_ends_the_start_with_one_line_before_the_artefact_is_opened():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = weerklank("serve", "--port", str(taken.getsockname()[1]), WEERKLANK_MODEL="/nergens")
    assert run.returncode == 2
    assert run.stderr.decode().splitlines()[-1].startswith("weerklank: --host 127.0.0.1 --port")


def test_the_service_needs_no_home_and_writes_no_file(quick, tmp_path):
    """No file larger than a block can be written here: room for the 32 bytes of a lock in /dev/shm, and no more."""
    confined = ("env", "-u", "HOME", "sh", "-c", 'cd /; ulimit -f 1; exec "$@"', "sh")
    settings = {"WEERKLANK_LOG_LEVEL": "error", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path)}
    with served("--model", quick, before=confined, **settings) as server:
        answer = httpx.post(f"{server.address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        assert answer.status_code == 200
        assert list(tmp_path.iterdir()) == []
        assert server.end(signal.SIGTERM) == 0
        assert server.written().count("\n") == 1
