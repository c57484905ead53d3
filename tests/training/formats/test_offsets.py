"""offsets.py: code points and UTF-16 units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from training.formats.offsets import inward, outward

TEXT = "😀 Te laat 👍🏽!"


def units(text):
    return len(text.encode("utf-16-le")) // 2


@given(text=st.text(st.characters(codec="utf-8"), min_size=1), data=st.data())
def test_a_stretch_comes_back_from_utf16_and_is_counted_as_a_browser_does(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    there = outward(text, start, end, "utf16")
    assert there == (units(text[:start]), units(text[:end]))
    assert inward(text, *there, "utf16") == (start, end)
    assert outward(text, start, end, "codepoint") == (start, end)


@pytest.mark.parametrize("claimed", ["codepoint", "utf16"])
@pytest.mark.parametrize(("start", "end"), [(2, 9), (3, 10)])
def test_the_words_of_a_span_decide_what_was_counted(claimed, start, end):
    assert inward(TEXT, start, end, claimed, covered="Te laat") == (2, 9)


BAD = [
    (0, 99, "codepoint", None, "outside the text, which has 13 characters"),
    (-1, 3, "codepoint", None, "outside"),
    (3, 3, "codepoint", None, "empty"),
    (5, 2, "utf16", None, "empty"),
    (1, 4, "utf16", None, "cuts an emoji in two"),
    (2, 9, "codepoint", "Te vroeg", "does not hold the words"),
]


@pytest.mark.parametrize(("start", "end", "kind", "covered", "reason"), BAD)
def test_a_span_that_cannot_be_is_refused(start, end, kind, covered, reason):
    with pytest.raises(InputError, match=reason) as error:
        inward(TEXT, start, end, kind, covered)
    assert "laat" not in str(error.value)
