"""wrong_fields.py: what pydantic finds is told in words, by field, without what the field holds."""

from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models.wrong_fields import wrong_fields

PRIVATE = "Mijn baas Jansen heeft het pakket zelf laten liggen."
NO_PYTHON = ("Input", "Field required", "Extra inputs", "valid", "dictionary", "tuple", "instance", "Value error")


def _loud(text: str) -> str:
    if text != text.upper():
        raise ValueError("must be in capitals")
    return text


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    size: int = 1
    kind: Literal["big", "small"] = "big"
    names: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    share: Annotated[float, Field(ge=0, le=1)] = 0
    shout: Annotated[str, AfterValidator(_loud)] = "A"


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


GOOD_PART = {"id": "a"}
WRONG = [
    ({"parts": [GOOD_PART]}, "title: is missing"),
    ({"title": 5, "parts": [GOOD_PART]}, 'title: must be a text (in quotes: "...")'),
    ({"title": "t", "parts": PRIVATE}, "parts: must be a list ([...])"),
    ({"title": "t", "parts": [PRIVATE]}, "parts.0: must hold fields with values"),
    ({"title": "t", "parts": []}, "parts: must have at least 1 item, not 0"),
    ({"title": "t", "parts": [GOOD_PART], "tilte": PRIVATE}, "tilte: there is no such field; check its spelling"),
    ({"title": "t", "parts": [{"size": 2}]}, "parts.0.id: is missing"),
    (
        {"title": "t", "parts": [GOOD_PART, {"id": "b", "size": PRIVATE}]},
        "parts.1.size: must be a whole number (of 'b')",
    ),
    ({"title": "t", "parts": [{"id": "b", "size": 1.5}]}, "parts.0.size: must be a whole number (of 'b')"),
    ({"title": "t", "parts": [{"id": "b", "kind": PRIVATE}]}, "parts.0.kind: must be 'big' or 'small' (of 'b')"),
    ({"title": "t", "parts": [{"id": "b", "names": [""]}]}, "parts.0.names.0: must not be empty (of 'b')"),
    ({"title": "t", "parts": [{"id": "b", "share": 2}]}, "parts.0.share: must be less than or equal to 1 (of 'b')"),
    ({"title": "t", "parts": [{"id": "b", "share": "x"}]}, "parts.0.share: must be a number (of 'b')"),
    ({"title": "t", "parts": [{"id": "b", "shout": PRIVATE}]}, "parts.0.shout: must be in capitals (of 'b')"),
    ({"title": "t", "parts": [{"id": 7}]}, 'parts.0.id: must be a text (in quotes: "...")'),
    (PRIVATE, "must hold fields with values"),
]


def told(data: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(data)
    return wrong_fields(caught.value, data)


@pytest.mark.parametrize(("data", "words"), WRONG)
def test_what_is_wrong_is_told_in_words_without_the_content(data: object, words: str) -> None:
    assert told(data) == words
    assert not any(word in told(data) for word in NO_PYTHON)
    assert "Jansen" not in told(data)


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert told({"parts": [{}, {"id": "b", "colour": 1}]}) == (
        "title: is missing; parts.0.id: is missing; parts.1.colour: there is no such field; check its spelling (of 'b')"
    )


def test_without_the_record_parts_are_told_by_their_number() -> None:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate({"title": "t", "parts": [{"id": "b", "size": PRIVATE}]})
    assert wrong_fields(caught.value) == "parts.0.size: must be a whole number"
