"""Bodies that are no request: no JSON, deep JSON, huge numbers, keys twice, a million of anything."""

import json
from collections.abc import Mapping

import httpx

from tests.attack.tally import Tally
from tests.served import Served

JSON = {"Content-Type": "application/json"}
LARGEST = 4_100_000  # bytes: a text of a million characters of four bytes each, and what is around it
N = 1_900_000
PATHS = ("/v1/analyze", "/v1/analyze/batch")


def bodies() -> Mapping[str, bytes]:
    """Give bodies of all kinds, by name."""
    deep = {
        f"{name} {depth} deep": start * depth + middle + end * depth
        for name, start, middle, end in (
            ("arrays", b"[", b"1", b"]"),
            ("objects", b'{"text":', b"1", b"}"),
            ("a text", b'{"text":[', b"1", b"]}"),
            ("items", b'{"items":[', b"1", b"]}"),
        )
        for depth in (100, 900, 5000, 150_000)
    }
    numbers = {
        f"number {number[:12]!r}": b'{"text": ' + number + b"}"
        for number in (b"1e999999", b"-1e-999999", b"9" * N, b"0." + b"1" * N, b"NaN", b"-Infinity", b"1" * 5000, b"-")
    }
    keys = b",".join(b'"k%d":1' % i for i in range(100_000))
    return {
        **deep,
        **numbers,
        "nothing": b"",
        "white space": b" " * N,
        "no UTF-8": b'{"text": "\xff\xfe\xfd"}',
        "overlong UTF-8": b'{"text": "\xc0\xaf\xe0\x80\xaf"}',
        "UTF-16": '{"text": "ok"}'.encode("utf-16"),
        "UTF-32": '{"text": "ok"}'.encode("utf-32"),
        "byte order mark": b'\xef\xbb\xbf{"text": "ok"}',
        "keys twice": b'{"text": "a", "text": "b", "text": 1, "items": [], "items": 2}',
        "one key very often": b"{" + b'"text": "a",' * 100_000 + b'"text": "a"}',
        "unknown keys": b"{" + keys + b"}",
        "a key of a megabyte": b'{"' + b"k" * N + b'": 1}',
        "a NUL in a key": b'{"text\\u0000": "a"}',
        "a raw control character": b'{"text": "a\x00b\x1f"}',
        "no end": b'{"text": "' + b"a" * N,
        "two values": b'{"text": "a"}{"text": "b"}',
        "something after it": b'{"text": "a"}' + b"\x00" * 1000,
        "wrong escapes": b'{"text": "\\ud800\\u12 \\x00"}',
        "numbers for items": json.dumps({"items": list(range(200_000))}).encode(),
        "empty objects for items": json.dumps({"items": [{}] * 100_000}).encode(),
        "many wrong items": json.dumps({"items": [{"id": 1, "text": 1, "x": 1}] * 400}).encode(),
        "null": b"null",
        "a string": b'"text"',
        "prototype": b'{"__proto__": {"text": "a"}, "constructor": 1}',
    }


def run(server: Served, key: str, rounds: int) -> Tally:
    """Send every body to both paths, with one key and as one media type."""
    tally = Tally("bodies: broken, deep, huge or doubled JSON")
    with httpx.Client(base_url=server.address, headers={"X-API-Key": key, **JSON}, timeout=120) as client:
        for _ in range(rounds):
            for name, body in bodies().items():
                for path in PATHS:
                    status = client.post(path, content=body).status_code
                    assert status in {200, 400, 422}, f"{name}: {status}"
                    tally.add(status)
            for media_type in ("text/plain", "application/xml", "multipart/form-data", "a" * 5000, "\x7f"):
                answer = client.post(PATHS[0], content=b"{}", headers={"Content-Type": media_type})
                tally.add(answer.status_code)
            tally.add(client.post(PATHS[0], content=b" " * (LARGEST + 1)).status_code)
    assert set(tally.answers) <= {"200", "400", "413", "415", "422"}
    return tally
