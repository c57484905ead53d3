"""service/work.py and service/answers.py: chunks, turns, a queue with an end, and callers that go away."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from models import Tagger
from service.answers import CHUNK_CHARACTERS, CHUNK_TEXTS, Item, Wish, cut
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import AUTONOMY, serving, wait_until

WISH = Wish("codepoint", "balanced", "nl")
LONG = "a" * CHUNK_CHARACTERS


class Gated(Tagger):
    """A tagger that waits at a gate, and remembers the order of what it was given."""

    gate = threading.Event()
    order: list[str] = []  # noqa: RUF012 - one per class, and each test makes its class

    def tag(self, texts, languages=None, operating_point="balanced"):
        self.order.append(texts[0][:1])
        assert self.gate.wait(60)
        return super().tag([text[:20] for text in texts], languages, operating_point)


@pytest.fixture
def gated(tagger):
    class OfThisTest(Gated):
        gate = threading.Event()
        order: list[str] = []  # noqa: RUF012

    return OfThisTest(tagger.artefact, tagger.pipeline, tagger.scorer, tagger.profile)


def batch(*texts: str) -> dict:
    return {"items": [{"id": str(i), "text": text} for i, text in enumerate(texts)]}


@pytest.mark.parametrize(
    ("lengths", "chunks"),
    [
        ([], []),
        ([1], [1]),
        ([CHUNK_CHARACTERS, 1], [1, 1]),
        ([CHUNK_CHARACTERS * 3], [1]),
        ([1] * (CHUNK_TEXTS + 1), [CHUNK_TEXTS, 1]),
        ([CHUNK_CHARACTERS // 2] * 5, [2, 2, 1]),
    ],
)
def test_a_batch_is_cut_by_characters_and_texts_and_nothing_is_lost(lengths, chunks):
    items = [Item(id=str(i), text="a" * n) for i, n in enumerate(lengths)]
    cuts = list(cut(items, WISH))
    assert [len(chunk.items) for chunk in cuts] == chunks
    assert [item for chunk in cuts for item in chunk.items] == items


def test_requests_take_turns_so_that_a_single_text_need_not_wait_for_a_batch(gated):
    with serving(create_app(gated, Settings())) as address, ThreadPoolExecutor(2) as pool:
        several = pool.submit(httpx.post, f"{address}/v1/analyze/batch", json=batch(*[LONG] * 4), timeout=60)
        wait_until(lambda: gated.order == ["a"], 30)
        single = pool.submit(httpx.post, f"{address}/v1/analyze", json={"text": "b"}, timeout=60)
        wait_until(lambda: "in_work 2.0" in httpx.get(f"{address}/metrics").text, 30)
        gated.gate.set()
        assert (several.result().status_code, single.result().status_code) == (200, 200)
    assert gated.order[:3] in (["a", "b", "a"], ["a", "a", "b"])
    assert len(gated.order) == 5


def test_beyond_the_queue_there_is_a_503_that_says_when_to_come_back(gated):
    with serving(create_app(gated, Settings(max_waiting=1))) as address, ThreadPoolExecutor(2) as pool:
        held = [pool.submit(httpx.post, f"{address}/v1/analyze", json={"text": AUTONOMY}, timeout=60) for _ in "12"]
        wait_until(lambda: "in_work 2.0" in httpx.get(f"{address}/metrics").text, 30)
        refused = httpx.post(f"{address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
        gated.gate.set()
        assert [answer.result().status_code for answer in held] == [200, 200]
        again = httpx.post(f"{address}/v1/analyze", json={"text": AUTONOMY}, timeout=60)
    assert (refused.status_code, refused.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(refused.headers["Retry-After"]) >= 1
    assert again.status_code == 200


def test_work_for_a_caller_that_went_away_stops_at_the_next_turn(gated):
    content = json.dumps(batch(*[LONG] * 4)).encode()
    head = "POST /v1/analyze/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    with serving(create_app(gated, Settings())) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
            wait_until(lambda: gated.order == ["a"], 30)
        httpx.get(f"{address}/health/live")  # answered after the server has seen the other connection close
        gated.gate.set()
        wait_until(lambda: 'http_response_status_code="499"' in httpx.get(f"{address}/metrics").text, 30)
    assert gated.order == ["a"]
