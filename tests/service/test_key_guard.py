"""service/key_guard.py and service/rate_limits.py: who is let in, who is not, and how often."""

import asyncio
import logging
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from service.key_file import Key, write_keys
from service.key_guard import KeyGuard, credentials
from service.keys import KeyStore, hash_of, new_key
from service.rate_limits import ADDRESS_COUNTERS, RateLimits

TOKEN, REVOKED, OTHER = new_key(), new_key(), new_key()
STORE = KeyStore(
    [
        Key(name="app", hash=hash_of(TOKEN)),
        Key(name="gone", hash=hash_of(REVOKED), revoked=datetime(2026, 1, 31, tzinfo=UTC)),
        Key(name="other", hash=hash_of(OTHER)),
    ]
)
MARK = "Zwartekraai7319"
RIGHT = [
    {"Authorization": f"Bearer {TOKEN}"},
    {"authorization": f"bearer   {TOKEN} "},
    {"X-API-Key": TOKEN},
    {"X-API-Key": TOKEN, "Authorization": f"Bearer {TOKEN}"},
    {"X-API-Key": TOKEN, "Authorization": "Basic dXNlcjpwYXNz"},
]
NONE = [{}, {"Authorization": "Basic dXNlcjpwYXNz"}, {"Authorization": "Bearer"}, {"X-API-Key": ""}]
NONE += [{"Authorization": TOKEN}, {"Authorization": f"Token {TOKEN}"}, {"Cookie": f"key={TOKEN}"}]
WRONG = [
    {"X-API-Key": MARK},
    {"Authorization": f"Bearer {MARK}"},
    {"X-API-Key": new_key()},
    {"X-API-Key": TOKEN, "Authorization": f"Bearer {OTHER}"},
    {"X-API-Key": f"{TOKEN}, {TOKEN}"},
    {"X-API-Key": "wk_" + "\x80" * 43},
    {"X-API-Key": "wk_" * 100_000},
]


async def app(scope, receive, send) -> None:
    """Answer with the name of the key that was used."""
    await PlainTextResponse(repr(scope["state"]["key"]))(scope, receive, send)


def guard(store=STORE, rate_limit="1000/day", **options) -> KeyGuard:
    return KeyGuard(app, store, rate_limit, **options)


def ask(guarded, headers=None, path="/v1/labels", times=1, client="192.0.2.1", server="testserver", method="GET"):
    """Send the same request a number of times; gives the last answer."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(guarded, client=(client, 50000))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{server}") as http:
            for _ in range(times):
                answer = await http.request(method, path, headers=raw)
        return answer

    return asyncio.run(run())


def check_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert len(problem["request_id"]) == 32
    assert MARK not in answer.text
    assert "wk_" not in answer.text.replace("wk_...", "")


@pytest.mark.parametrize("headers", RIGHT)
def test_a_right_key_is_let_in_and_its_name_is_known(headers):
    answer = ask(guard(), headers)
    assert (answer.status_code, answer.text) == (200, "'app'")


@pytest.mark.parametrize("headers", NONE)
def test_without_a_key_the_answer_says_how_to_send_one(headers):
    answer = ask(guard(), headers)
    check_problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer realm="weerklank"'
    assert "X-API-Key" in answer.json()["detail"]


@pytest.mark.parametrize("headers", WRONG)
def test_a_wrong_key_is_refused_and_appears_nowhere(headers, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = ask(guard(), headers)
    check_problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer realm="weerklank", error="invalid_token"'
    assert MARK not in caplog.text


def test_a_key_sent_twice_with_different_values_is_refused():
    headers = Headers(raw=[(b"x-api-key", TOKEN.encode()), (b"x-api-key", OTHER.encode())])
    assert credentials(headers) == {TOKEN, OTHER}


def test_a_revoked_key_is_told_so():
    answer = ask(guard(), {"X-API-Key": REVOKED})
    check_problem(answer, 403)
    assert "revoked" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/health/live", "/health/ready"])
def test_page_and_health_are_answered_without_a_key(path):
    answer = ask(guard(), path=path)
    assert (answer.status_code, answer.text) == (200, "None")
    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/v1/analyze", "/v1/openapi.json", "/page", "/pages", "/health", "/%2F", "/Health/live", "/no", "/metrics/"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD"])
def test_every_other_path_asks_for_a_key(path, method):
    assert ask(guard(metrics_open=True), path=path, method=method).status_code == 401


def test_metrics_are_answered_without_a_key_only_when_set_so():
    assert ask(guard(), path="/metrics").status_code == 401
    assert ask(guard(metrics_open=True), path="/metrics").status_code == 200


def test_the_body_of_a_stranger_is_not_read():
    async def run() -> list[int]:
        sent = []

        async def receive():
            raise AssertionError("the body was read")

        async def send(message) -> None:
            sent.append(message.get("status"))

        scope = {"type": "http", "method": "POST", "path": "/v1/analyze", "headers": [], "client": None}
        await guard()(scope, receive, send)
        return sent

    assert asyncio.run(run())[0] == 401


def test_the_start_and_end_of_the_server_pass():
    seen = []

    async def lifespan(scope, receive, send) -> None:
        seen.append(scope["type"])

    asyncio.run(KeyGuard(lifespan, STORE, "1/day")({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


def test_it_works_as_middleware_of_an_app_and_follows_the_file(tmp_path):
    path, token = tmp_path / "keys.json", new_key()
    write_keys(path, [Key(name="first", hash=hash_of(TOKEN))])
    starlette = Starlette()
    starlette.add_middleware(KeyGuard, store=KeyStore(path=path), rate_limit="1000/day")
    assert ask(starlette, {"X-API-Key": token}).status_code == 401
    write_keys(path, [Key(name="second", hash=hash_of(token))])
    assert ask(starlette, {"X-API-Key": token}).status_code == 404
    assert ask(starlette, {"X-API-Key": TOKEN}).status_code == 401


@pytest.mark.parametrize("server", ["127.0.0.1", "[::1]", "testserver"])
def test_without_keys_who_reaches_the_loopback_address_is_let_in(server):
    answer = ask(guard(store=None), server=server)
    assert (answer.status_code, answer.text) == (200, "None")


@pytest.mark.parametrize("server", ["192.0.2.7", "[2001:db8::1]"])
def test_without_keys_nobody_is_let_in_from_a_network_unless_keys_are_switched_off(server):
    check_problem(ask(guard(store=None), server=server), 403)
    assert ask(guard(store=None), server=server, path="/health/live").status_code == 200
    assert ask(guard(store=None, switched_off=True), server=server).status_code == 200


def test_each_answer_tells_what_is_left():
    guarded = guard(rate_limit="3/day")
    answer = ask(guarded, {"X-API-Key": TOKEN}, times=2)
    assert answer.headers["ratelimit-policy"] == '"key";q=3;w=86400'
    left, seconds = answer.headers["ratelimit"].removeprefix('"key";r=').split(";t=")
    assert left == "1"
    assert 0 < int(seconds) <= 86400


def test_a_key_that_calls_too_often_is_told_when_to_come_back_and_other_keys_go_on():
    guarded = guard(rate_limit="3/day")
    assert ask(guarded, {"X-API-Key": TOKEN}, times=3).status_code == 200
    refused = ask(guarded, {"X-API-Key": TOKEN})
    check_problem(refused, 429)
    assert 0 < int(refused.headers["retry-after"]) <= 86400
    assert refused.headers["ratelimit"].startswith('"key";r=0;t=')
    assert ask(guarded, {"X-API-Key": TOKEN}, path="/health/live").status_code == 200
    assert ask(guarded, {"X-API-Key": OTHER}).status_code == 200


def test_a_wrong_key_costs_no_right_key_its_quota():
    guarded = guard(rate_limit="1/day")
    ask(guarded, {"X-API-Key": new_key()}, times=5)
    assert ask(guarded, {"X-API-Key": TOKEN}).status_code == 200


def with_few_tries(store=STORE) -> KeyGuard:
    guarded = guard(store)
    guarded.limits = RateLimits("1000/day", wrong_keys="3/day")
    return guarded


@pytest.mark.parametrize("token", [REVOKED, new_key()], ids=["revoked", "unknown"])
def test_an_address_that_tries_many_wrong_keys_is_told_to_stop_but_a_right_key_is_let_in(token):
    guarded = with_few_tries()
    assert ask(guarded, {"X-API-Key": token}, times=3).status_code in {401, 403}
    refused = ask(guarded, {"X-API-Key": token})
    check_problem(refused, 429)
    assert int(refused.headers["retry-after"]) > 0
    assert ask(guarded, {"X-API-Key": TOKEN}).status_code == 200
    assert ask(guarded).status_code == 401


def test_one_ipv6_subscriber_counts_as_one_address():
    guarded = with_few_tries()
    answers = [ask(guarded, {"X-API-Key": new_key()}, client=f"2001:db8::{i:x}").status_code for i in range(1, 6)]
    assert answers == [401, 401, 401, 429, 429]


def test_wrong_keys_from_thousands_of_addresses_do_not_make_the_memory_grow():
    async def run() -> RateLimits:
        limits = RateLimits("1000/day")
        for i in range(5000):
            await limits.count_wrong_key(f"10.0.{i // 250}.{i % 250}")
            await limits.count_wrong_key(f"2001:db8:{i:x}::1")
        return limits

    storage = asyncio.run(run()).storage
    for held in (storage.storage, storage.expirations, storage.locks):
        assert 0 < len(held) <= ADDRESS_COUNTERS


def test_the_quota_comes_back_when_the_window_ends():
    async def run() -> list[bool]:
        limits = RateLimits("1/second")
        allowed = [(await limits.count_call("app")).allowed]
        while not allowed[-1] or len(allowed) < 2:
            await asyncio.sleep(0.1)
            allowed.append((await limits.count_call("app")).allowed)
        return allowed

    assert asyncio.run(asyncio.wait_for(run(), 30))[-1]
