"""service/offsets.py: the same words, whether a caller counts code points or UTF-16 units."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.offsets import converter

# Letters, accents, what lies beyond the first 65,536 characters, and lone halves of surrogate pairs.
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("aé\u0301😀👩🏽\u200d💻𝕎\ud83d\ude00 \n")), max_size=60)


@st.composite
def texts_with_a_span(draw) -> tuple[str, int, int]:
    text = draw(TEXTS)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    return text, start, end


@settings(deadline=None)
@given(texts_with_a_span())
def test_a_converted_span_cuts_the_same_words_out_of_utf_16(case):
    text, start, end = case
    convert = converter(text, "utf16")
    data = text.encode("utf-16-le", "surrogatepass")
    found = data[2 * convert(start) : 2 * convert(end)]
    assert found == text[start:end].encode("utf-16-le", "surrogatepass")


@settings(deadline=None)
@given(texts_with_a_span())
def test_code_points_stay_as_they_are(case):
    text, start, end = case
    convert = converter(text, "codepoint")
    assert (convert(start), convert(end)) == (start, end)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", [0]),
        ("abc", [0, 1, 2, 3]),
        ("café", [0, 1, 2, 3, 4]),
        ("a😀b", [0, 1, 3, 4]),
        ("😀😀", [0, 2, 4]),
        ("👩🏽\u200d💻!", [0, 2, 4, 5, 7, 8]),
        ("\uffff\U00010000\U0010ffff", [0, 1, 3, 5]),
    ],
)
def test_utf_16_counts_two_units_from_the_first_astral_character_on(text, units):
    convert = converter(text, "utf16")
    assert [convert(i) for i in range(len(text) + 1)] == units
