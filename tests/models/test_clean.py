"""Cleaning: what changes, what does not, and the way back to the text as received."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.clean import INVISIBLE, LONGEST_WORD, clean, encodable

# Letters, marks, joiners, breaks and presentation forms, in the combinations that text editors leave behind.
NASTY = st.text(
    alphabet="aeïé .\n\r\t'’\"-1\u0301\u0316\u200b\u200d\u202e\u00ad\ufeff\x00\u3000😊\U0001f3fd\ufe0f"
    "\U0001d15e\u0958\u1100\u1161ﬁİß",
    max_size=40,
)

CLEANED = [
    ("cafe\u0301", "café"),
    ("cafe\u0301\u0316s", "caf" + unicodedata.normalize("NFC", "e\u0301\u0316") + "s"),
    ("ver\u00adtrou\u00adwen", "vertrouwen"),
    ("\ufeffGoed team", "Goed team"),
    ("te\u200b veel\u200d regels", "te veel regels"),
    ("\u202eomgekeerd\u202c", "omgekeerd"),
    ("cafe\u200b\u0301", "café"),
    ("\u200b\u200b", ""),
    ("collega’s", "collega's"),
    ("‘Goed’ zei ´k", "'Goed' zei 'k"),
]
UNCHANGED = [
    "",
    " ",
    "café",
    "Goed\r\nteam",
    "👍🏽 top",
    "één, twéé",
    "naïef",
    "a" * (LONGEST_WORD - 1),
    "ﬁets",
    "\x00",
]


def shown(text: str) -> str:
    """The text without what cannot be seen and without white space, composed."""
    return "".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).split())


@pytest.mark.parametrize(("text", "expected"), CLEANED)
def test_accents_and_apostrophes_become_plain_and_invisible_characters_go(text: str, expected: str) -> None:
    assert clean(text).text == expected


@pytest.mark.parametrize("text", UNCHANGED)
def test_everything_else_stays_as_it_was_typed(text: str) -> None:
    assert clean(text).text == text


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("in het cafe\u0301 daar", "café", "cafe\u0301"),
        ("\ufeffgoed", "goed", "goed"),
        ("ver\u00adtrouwen is goed", "vertrouwen", "ver\u00adtrouwen"),
        ("👍 cafe\u0301 \U0001f3fd goed", "goed", "goed"),
        ("a\r\n\u200bb", "b", "b"),
    ],
)
def test_a_word_of_the_cleaned_text_is_found_back_in_the_text_as_received(text: str, word: str, expected: str) -> None:
    cleaned = clean(text)
    start = cleaned.text.index(word)
    received_start, received_end = cleaned.span(start, start + len(word))
    assert text[received_start:received_end] == expected


@settings(deadline=None)
@given(NASTY)
@example("e\u0301" * 400)
@example("x" * 1000)
def test_every_word_is_found_back_in_the_text_as_received(text: str) -> None:
    cleaned = clean(text)
    last = 0
    for match in re.finditer(r"\S+", cleaned.text):
        start, end = cleaned.span(*match.span())
        assert last <= start < end <= len(text)
        last = end
        assert clean(text[start:end]).text == match.group()


@settings(deadline=None)
@given(st.one_of(NASTY, st.text()))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text).text
    assert clean(once).text == once


@settings(deadline=None)
@given(st.text(alphabet=[*"aeiou bcd.\n", "\u0301", "\u0308", "\u200b", "\u200d", "\u00ad", "😊", "é"], max_size=30))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    assert shown(clean(text).text) == shown(text)


@settings(deadline=None)
@given(st.integers(1, 3 * LONGEST_WORD), st.sampled_from(["a", "é", "e\u0301", "😊", "\u200ba", "."]))
def test_no_word_stays_longer_than_the_limit(length: int, character: str) -> None:
    assert all(len(word) <= LONGEST_WORD for word in clean(character * length).text.split())


@settings(deadline=None)
@given(st.text(alphabet=st.characters()))
def test_every_text_becomes_encodable_and_keeps_its_length(text: str) -> None:
    readable = encodable(text)
    readable.encode()
    assert len(readable) == len(text)
    assert all(new == old or 0xD800 <= ord(old) <= 0xDFFF for new, old in zip(readable, text, strict=True))
