"""service/client: against the real service, and against a small one that turns it away first."""

import asyncio
import pickle
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import get_args

import httpx
import pytest

from models.manifest import OPERATING_POINTS
from service import client as package
from service.app import create_app
from service.client import (
    Analysis,
    AsyncClient,
    BadAnswer,
    Client,
    InvalidRequest,
    Item,
    KeyRefused,
    RateLimited,
    TooLarge,
    Unavailable,
    Unreachable,
)
from service.client.answers import OperatingPoint
from service.client.errors import retry_after_of
from service.settings import Settings
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN, MARK, SMALL, serving

ANSWER = b'{"status": "ok"}'
LONG = f"{MARK} " * 20


@pytest.fixture(scope="module")
def address(tagger):
    """A real service with small limits: 2000 bytes, 100 characters, 3 items."""
    with serving(create_app(tagger, SMALL)) as served:
        yield served


def asynchronously(tagger, settings, ask):
    """Give what `ask(client)` gives, with an AsyncClient of an app in this process."""

    async def run():
        app = create_app(tagger, settings)
        async with (
            app.router.lifespan_context(app),
            AsyncClient("http://127.0.0.1", transport=httpx.ASGITransport(app)) as client,
        ):
            return await ask(client)

    return asyncio.run(run())


class Scripted(ThreadingHTTPServer):
    """A server that gives the answers of its script one after another, the last one for ever."""

    def __init__(self, *script):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.asked, self.headers_seen = list(script), 0, []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        step = self.server.script[min(self.server.asked, len(self.server.script) - 1)]
        self.server.asked += 1
        self.server.headers_seen.append(dict(self.headers))
        answer = step() if callable(step) else step
        if answer is None:  # hang up without an answer
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.do_POST()

    def log_message(self, *arguments):
        """Write no log."""


@contextmanager
def scripted(*script):
    with Scripted(*script) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def closed_until(moment, header):
    """Answer 429 until a time of the server's own clock, then 200: a client that comes back too early fails."""
    return lambda: (200, {}, ANSWER) if time.time() >= moment() else (429, {"Retry-After": header()}, b"")


def held(error):
    """All that an error holds, as bytes: message, attributes, cause and context."""
    parts = []
    while error is not None:
        parts += [
            repr(error),
            str(error),
            repr(vars(error)),
            repr([vars(v) for v in vars(error).values() if hasattr(v, "__dict__")]),
        ]
        error = error.__cause__ or error.__context__
    return " ".join(parts)


def test_a_text_is_tagged(address):
    with Client(address) as client:
        analysis = client.analyze(AUTONOMY)
    assert (analysis.status, analysis.error, analysis.id) == ("ok", None, None)
    tag = analysis.sentences[0].tags[0]
    assert tag.probability >= tag.threshold
    assert analysis.model.digest.startswith("sha256:")
    assert sum(analysis.summary.balance.counts.values()) == 0


def test_both_clients_give_what_the_service_answers(address, tagger):
    texts = [AUTONOMY, f"😀 {DISTRUST}", GERMAN, ""]
    with Client(address) as client:
        assert asynchronously(tagger, SMALL, lambda other: other.analyze_batch(texts)) == client.analyze_batch(texts)
        assert asynchronously(tagger, SMALL, lambda other: other.analyze(texts[1])) == client.analyze(texts[1])
        body = httpx.post(f"{address}/v1/analyze", json={"text": texts[1]}).json()
        analysis = client.analyze(texts[1])
        assert [s.model_dump(mode="json") for s in analysis.sentences] == body["sentences"]
        assert analysis.language.model_dump() == body["language"]
        (dimension,) = set(body["summary"]) - {"tags"}
        balance = analysis.summary.balance
        assert {**balance.counts, "balance": balance.value} == body["summary"][dimension]


def test_a_lone_half_of_a_surrogate_pair_fails_neither_its_text_nor_another(address, tagger):
    texts = [AUTONOMY, f"\ud800 {DISTRUST}"]
    with Client(address) as client:
        both = [client.analyze_batch(texts), asynchronously(tagger, SMALL, lambda other: other.analyze_batch(texts))]
    assert [[analysis.status for analysis in analyses] for analyses in both] == [["ok", "ok"]] * 2


def test_options_are_passed_on(address):
    with Client(address) as client:
        points, units = (client.analyze(f"😀 {DISTRUST}", offsets=o).sentences[-1] for o in ("codepoint", "utf16"))
        assert units.end == points.end + 1
        assert client.analyze(GERMAN).reason == "not_dutch"
        assert client.analyze(GERMAN, language="nl").reason != "not_dutch"
        sensitive = client.analyze_batch([DISTRUST], operating_point="sensitive")[0]
        precise = client.analyze_batch([DISTRUST], operating_point="precise")[0]
        assert len(sensitive.summary.tags) >= len(precise.summary.tags)


def test_the_operating_points_are_those_of_the_models():
    assert get_args(OperatingPoint) == OPERATING_POINTS


def test_a_batch_beyond_the_limits_comes_back_whole_and_in_order(address):
    items = [Item(id=f"n{i}", text=f"{AUTONOMY} {'é' * (i % 60)}") for i in range(20)]
    with Client(address) as client:
        analyses = client.analyze_batch(items)
        assert [a.id for a in analyses] == [item.id for item in items]
        assert {a.status for a in analyses} == {"ok"}
        assert client.analyze_batch([]) == []


def test_a_failing_item_loses_none_of_the_others(address):
    items = [
        Item(id="0", text=AUTONOMY),
        Item(id="1", text=LONG),
        Item(id="x" * 201, text=MARK),
        Item(id="3", text=DISTRUST),
    ]
    with Client(address) as client:
        analyses = client.analyze_batch(items)
    assert [a.status for a in analyses] == ["ok", "failed", "failed", "ok"]
    assert [type(a.error) for a in analyses[1:3]] == [TooLarge, InvalidRequest]
    assert [a.id for a in analyses] == [item.id for item in items]
    assert not any(MARK in held(a.error) + repr(a) for a in analyses[1:3])


def test_limits_that_shrank_since_they_were_asked_for_lose_no_item(address, tagger):
    with serving(create_app(tagger, Settings())) as roomy, Client(roomy) as client:
        wide = client.model().limits
    with Client(address) as client:
        client._limits = wide  # as if the service was started anew with smaller ones
        analyses = client.analyze_batch([AUTONOMY] * 7 + [LONG])
    assert [a.status for a in analyses] == ["ok"] * 7 + ["failed"]


def test_labels_model_and_readiness_are_told(address, tagger):
    with Client(address) as client:
        assert [label.id for label in client.labels().labels] == list(tagger.codebook.label_ids)
        assert client.model().digest == tagger.artefact.digest
        assert client.model().limits.max_batch_items == 3
        assert client.ready()
    assert asynchronously(tagger, SMALL, lambda other: other.ready())
    assert asynchronously(tagger, SMALL, lambda other: other.labels()).labels
    with scripted((503, {"Retry-After": "60"}, b"")) as (server, away), Client(away) as client:
        assert not client.ready()
        assert server.asked == 1
    with Client("http://127.0.0.1:9") as client:
        assert not client.ready()


def test_a_wrong_request_is_an_error_with_the_problem_and_without_the_text(address, tagger):
    with Client(address) as client, pytest.raises(InvalidRequest) as refused:
        client.analyze(LONG)
    assert (refused.value.status, refused.value.problem.errors[0].pointer) == (422, "/text")
    assert refused.value.problem.request_id in str(refused.value)
    assert MARK not in held(refused.value)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)  # noqa: S301 - made here
    with pytest.raises(InvalidRequest):
        asynchronously(tagger, SMALL, lambda other: other.analyze(LONG))


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_client_that_is_turned_away_asks_again(status):
    busy = (status, {"Retry-After": "0"}, b"<html>busy</html>")
    with scripted(busy, None, busy, (200, {}, ANSWER)) as (server, address), Client(address) as client:
        assert client.analyze(AUTONOMY).status == "ok"
        assert server.asked == 4


def test_asyncio_asks_again_too():
    async def ask(address):
        async with AsyncClient(address) as client:
            return await client.analyze(AUTONOMY)

    with scripted((503, {}, b""), None, (200, {}, ANSWER)) as (server, address):
        assert asyncio.run(ask(address)).status == "ok"
        assert server.asked == 3


def test_a_client_waits_as_many_seconds_as_it_was_told():
    opens = []
    door = closed_until(lambda: opens[0], lambda: "1")

    def first():
        opens.append(time.time() + 1)
        return door()

    with scripted(first, door) as (_, address), Client(address, tries=2) as client:
        assert client.analyze(AUTONOMY).status == "ok"


def test_a_client_waits_until_the_date_it_was_told():
    opens = int(time.time()) + 2
    door = closed_until(lambda: opens, lambda: formatdate(opens, usegmt=True))
    with scripted(door) as (_, address), Client(address, tries=2) as client:
        assert client.analyze(AUTONOMY).status == "ok"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None), ("-1", None), ("", None), ("nan", None)],
)
def test_retry_after_is_read(header, seconds):
    assert retry_after_of(httpx.Response(429, headers={"Retry-After": header})) == seconds


def test_tries_end_at_their_number_with_the_last_error():
    with scripted((503, {"Retry-After": "0"}, b"")) as (server, address), Client(address, tries=3) as client:
        with pytest.raises(Unavailable):
            client.analyze(MARK)
        assert server.asked == 3


def test_a_wait_beyond_the_patience_ends_the_tries_at_once():
    with scripted((429, {"Retry-After": "3600"}, b"")) as (server, address), Client(address) as client:
        with pytest.raises(RateLimited) as refused:
            client.analyze(MARK)
        assert (server.asked, refused.value.retry_after) == (1, 3600)


@pytest.mark.parametrize(("status", "kind"), [(401, KeyRefused), (403, KeyRefused), (400, InvalidRequest)])
def test_what_asking_again_cannot_help_is_asked_once(status, kind):
    with scripted((status, {}, MARK.encode())) as (server, address), Client(address) as client:
        with pytest.raises(kind) as refused:
            client.analyze(MARK)
        assert server.asked == 1
        assert MARK not in held(refused.value)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", f'{{"status": "{MARK}"}}'.encode()])
def test_an_answer_of_another_service_is_an_error_that_does_not_quote_it(body):
    with scripted((200, {}, body)) as (_, address), Client(address) as client, pytest.raises(BadAnswer) as bad:
        client.analyze(MARK)
    assert MARK not in held(bad.value)


def test_a_service_that_is_away_is_told_without_the_text():
    with Client("http://127.0.0.1:9", tries=2) as client, pytest.raises(Unreachable) as away:
        client.analyze(MARK)
    assert away.value.__context__ is None
    assert MARK not in held(away.value)


def test_a_service_that_goes_away_fails_the_rest_of_a_batch_and_keeps_what_came():
    limits = b'{"max_body_bytes":999,"max_text_characters":99,"max_batch_items":1}'
    model = b'{"name":"m","version":"1","digest":"d","limits":' + limits + b"}"
    good = b'{"items":[{"id":"0","status":"ok"}],"model":{"name":"m","version":"1","digest":"d"}}'
    with scripted((200, {}, model), (200, {}, good), (503, {}, b"")) as (server, address):
        with Client(address, tries=1) as client:
            analyses = client.analyze_batch([AUTONOMY] * 4)
        assert [a.status for a in analyses] == ["ok", "failed", "failed", "failed"]
        assert {type(a.error) for a in analyses[1:]} == {Unavailable}
        assert server.asked == 3


def test_the_key_and_the_language_go_with_each_request():
    with scripted((200, {}, ANSWER)) as (server, address), Client(address, api_key="wk_abc", lang="en") as client:
        client.analyze(AUTONOMY)
    assert server.headers_seen[0]["Authorization"] == "Bearer wk_abc"
    assert server.headers_seen[0]["Accept-Language"] == "en"
    assert "wk_abc" not in repr(vars(client))


@pytest.mark.parametrize("key", ["wk_abc\n", "", "wk abc", "wk_é"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_quoted(key):
    with pytest.raises(ValueError, match="visible ASCII") as refused:
        Client(api_key=key)
    assert key == "" or key not in str(refused.value)


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://example", "http://", ""])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ValueError, match="http://"):
        Client(address)


def test_answers_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Analysis(status="ok").status = "failed"


def test_importing_the_client_loads_neither_model_nor_server():
    code = "import sys, service.client; print(*{m.split('.')[0] for m in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"models", "spacy", "sklearn", "numpy", "fastapi", "starlette"} & set(loaded)


def test_all_that_is_exported_exists():
    assert all(hasattr(package, name) for name in package.__all__)
