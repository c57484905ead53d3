"""Texts that no person would type: any Unicode, half surrogate pairs, NUL, bidirectional marks, endless words."""

import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.attack.tally import Tally
from tests.served import Served

STATUSES = {"ok", "abstained"}
DUTCH = "Ik mag mijn eigen week indelen. Niemand vertrouwt ons! "
# Half pairs are escapes in JSON, which can hold them, or bytes that are no UTF-8.
LONE = "\ud83d", "\ude00\ud83d", "Niemand \udfff vertrouwt ons."
MARKS = ("\x00", "a\x00b", "\u202e" + DUTCH, "\u2066" * 500, "e" + "\u0301" * 3000, "\ufeff" + DUTCH, "\u200b" * 999)
SCRIPTS = (
    "ﷺ" * 300,
    "𒐫" * 300,
    "👩‍👩‍👧‍👦" * 300,
    "İ" * 500,
    "ß" * 500,
    "ﬁ" * 500,
    "\u2028\u2029\x85" * 200,
    "\r" * 500,
)

ANY = st.text(st.characters(), max_size=400)  # surrogates among them
ODD = ("\ud800", "\x00", "\u202e", "😀", "www.", "...", "--", "\u0301")
WORDS = st.lists(st.sampled_from([*DUTCH.split(), *ODD]))
TEXTS = st.one_of(ANY, WORDS.map(" ".join), WORDS.map("".join))


def run(server: Served, key: str, examples: int, longest: int, number: int) -> Tally:
    """Send generated texts, alone and in batches, and a few of the greatest length."""
    tally = Tally("texts: any Unicode, and very long ones")
    with httpx.Client(base_url=server.address, headers={"X-API-Key": key}, timeout=600) as client:

        def post(path: str, body: Any, encoded: bool = False) -> httpx.Response:
            content = json.dumps(body, ensure_ascii=not encoded).encode("utf-8", "surrogatepass")
            answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
            tally.add(answer.status_code)
            return answer

        @seed(number)
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(TEXTS, st.booleans(), st.sampled_from(["codepoint", "utf16"]), st.sampled_from([None, "nl"]))
        def alone(text: str, encoded: bool, offsets: str, language: str | None) -> None:
            answer = post("/v1/analyze", {"text": text, "offsets": offsets, "language": language}, encoded)
            assert answer.status_code == 200, answer.text
            check(answer.json(), text, offsets)

        @seed(number)
        @settings(max_examples=examples // 5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(TEXTS, max_size=20))
        def together(texts: list[str]) -> None:
            items = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
            answer = post("/v1/analyze/batch", {"items": items})
            assert answer.status_code == 200, answer.text
            found = answer.json()["items"]
            assert [item["id"] for item in found] == [item["id"] for item in items]
            for item, text in zip(found, texts, strict=True):
                check(item, text, "codepoint")

        escaped = [(text, False) for text in (*LONE, *MARKS, *SCRIPTS)]
        for text, encoded in (*escaped, *((text, True) for text in long_texts(longest))):  # escaped ones fit in no body
            answer = post("/v1/analyze", {"text": text}, encoded)
            assert answer.status_code == 200, answer.text
            check(answer.json(), text, "codepoint")
        alone()
        together()
    return tally


def long_texts(longest: int) -> list[str]:
    """Give texts of a length; a word without end, a sentence without end, and much to tag."""
    parts = ["a", "é\u0301", "\U0001f600", "ik ", "wij ", "a.", DUTCH, "\n", "\x00 ", "(", "@", "aan-"]
    return [(part * (longest // len(part) + 1))[:longest] for part in parts]


def check(answer: dict[str, Any], text: str, offsets: str) -> None:
    """Hold an answer against the text: each span lies within it, and none failed."""
    assert answer["status"] in STATUSES, answer["reason"]
    end = len(text) if offsets == "codepoint" else len(text.encode("utf-16-le", "surrogatepass")) // 2
    place = 0
    for sentence in answer["sentences"]:
        assert place <= sentence["start"] < sentence["end"] <= end
        place = sentence["end"]
        for tag in sentence["tags"]:
            spans = tag["evidence"]
            assert all(sentence["start"] <= s["start"] < s["end"] <= sentence["end"] for s in spans)
