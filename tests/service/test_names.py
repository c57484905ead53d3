"""service/names.py: Dutch or English names, by query or Accept-Language."""

import pytest

from service.names import choose
from tests.service.conftest import AUTONOMY

HEADERS = [
    ("", "nl"),
    ("en", "en"),
    ("en-GB,en;q=0.9", "en"),
    ("nl-BE, en;q=0.8", "nl"),
    ("nl;q=0.5, en;q=0.8", "en"),
    ("*", "nl"),
    ("*;q=0.1, en", "en"),
    ("fr, en;q=0.3", "en"),
    ("fr", "nl"),
    ("en;q=0", "nl"),
    ("en;q=x", "nl"),
    (";;,,=", "nl"),
]


@pytest.mark.parametrize(("header", "expected"), HEADERS)
def test_the_header_chooses_the_language(header, expected):
    assert choose(None, header) == expected


def test_the_query_goes_before_the_header():
    assert choose("nl", "en") == "nl"
    assert choose("en", "nl") == "en"


@pytest.mark.parametrize("asked", [{"params": {"lang": "en"}}, {"headers": {"Accept-Language": "en"}}])
def test_names_follow_the_language_and_ids_do_not(client, asked):
    dutch, english = client.get("/v1/labels").json(), client.get("/v1/labels", **asked)
    assert (english.headers["Content-Language"], english.headers["Vary"]) == ("en", "Accept-Language")
    for kind in ("labels", "dimensions", "stances"):
        pairs = list(zip(dutch[kind], english.json()[kind], strict=True))
        assert all(nl["id"] == en["id"] for nl, en in pairs)
        assert all((nl["name"], en["name"]) == (nl["name_nl"], en["name_en"]) for nl, en in pairs)
    tags = [
        tag
        for s in client.post("/v1/analyze", json={"text": AUTONOMY}, **asked).json()["sentences"]
        for tag in s["tags"]
    ]
    names = {label["id"]: label["name_en"] for label in dutch["labels"]}
    assert tags
    assert all(tag["name"] == names[tag["label"]] for tag in tags)
