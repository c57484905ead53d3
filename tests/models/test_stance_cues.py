import pytest
from pydantic import ValidationError

from models.stance_cues import DEFAULT_CUES, read_cues

TEXT = DEFAULT_CUES.read_text(encoding="utf-8")


def test_cues_are_found_as_words_beginnings_and_expressions():
    hits = set(read_cues(TEXT).hits("te weinig complimenten , ik mis waardering".split()))
    assert {("lack", 0), ("lack", 1), ("positive", 2), ("lack", 5)} <= hits


def test_an_unknown_list_of_cues_is_refused():
    with pytest.raises(ValidationError, match="denyers"):
        read_cues(TEXT.replace("deniers =", "denyers ="))


def test_an_empty_list_of_cues_is_refused():
    with pytest.raises(ValidationError, match="turns"):
        read_cues(TEXT.replace("turns = [", "turns = []\nrest = [", 1))


def test_cues_come_from_the_given_text_and_not_from_the_file_that_ships():
    lists = "".join(f'{name} = ["{name}"]\n' for name in ("deniers", "turns", "marks", "verbs", "subjects"))
    cues = read_cues(lists + '[cues]\nlate = ["laat", "vertraag*", "te laat*"]\n')
    assert set(cues.hits("weer te laatste vertraagde laat".split())) == {("late", 1), ("late", 3), ("late", 4)}
    assert cues.deniers == {"deniers"}
