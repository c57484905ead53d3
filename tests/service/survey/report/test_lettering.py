"""service/survey/report/lettering.py: names that fit where they stand."""

import pytest

from models import load_codebook
from service.survey.report.lettering import clipped, width
from service.survey.report.plots import GAP, WIDE

NURSE = "👩\u200d⚕\ufe0f"
NAMES = {
    "wide letters": "W" * 60,
    "narrow letters": "il" * 60,
    "emoji": "😀" * 40,
    "joined emoji": NURSE * 40,
    "Chinese": "护理团队" * 20,
    "accents without end": "e" + "\u0301" * 30_000,
    "words": "Regio Noordoost met een erg lange naam",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("bold", [False, True])
def test_a_name_is_cut_to_what_fits(name, bold):
    cut = clipped(name, 180, bold=bold)
    assert cut.endswith("…")
    assert 30 < width(cut, bold=bold) <= 180 or name.startswith("e\u0301")
    assert len(cut) <= 182


@pytest.mark.parametrize("name", ["Noord", NURSE, "Zorg 👨\u200d👩\u200d👧\u200d👦", "Café", ""])
def test_a_name_that_fits_stays_as_it_is(name):
    assert clipped(name, 180) == name


@pytest.mark.parametrize("room", range(20, 120, 3))
@pytest.mark.parametrize("sign", [NURSE, "e\u0301", "👍🏽"])
def test_no_sign_is_cut_in_two(room, sign):
    assert clipped(sign * 20, room).removesuffix("…").replace(sign, "") == ""


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\u202e", "\ufffe", "\n"])
def test_what_xml_cannot_hold_or_turns_words_around_becomes_a_space(letter):
    assert clipped(f"a{letter}b", 100) == "a b"


def test_bold_and_larger_letters_are_wider():
    assert width("Noord") < width("Noord", bold=True) < width("Noord", size=20)


def test_the_labels_of_the_shipped_codebook_stand_whole_in_drawings():
    for label in load_codebook().labels:
        assert clipped(label.name, WIDE.names - GAP) == label.name
