"""In which language an answer gives the names of labels, dimensions and stances: the codebook's own, or English."""

from typing import Any, Literal

from models.codebook import Codebook

Lang = Literal["nl", "en"]
DEFAULT_LANG: Lang = "nl"


def choose(query: Lang | None, accept_language: str) -> Lang:
    """Choose the language: what the query says, else what ``Accept-Language`` (RFC 9110, 12.5.4) prefers."""
    if query is not None:
        return query
    weights: dict[str, float] = {}
    for part in accept_language.split(","):
        tag, _, parameter = part.partition(";")
        weights.setdefault(tag.strip().lower().split("-")[0], _weight(parameter))
    dutch, english = weights.get("nl", weights.get("*", 0.0)), weights.get("en", 0.0)
    return "en" if english > dutch else DEFAULT_LANG


def name_of(record: Any, lang: Lang) -> str:
    """Give the name of a label, dimension or stance of the codebook."""
    return str(record.name_en if lang == "en" else record.name)


def label_names(codebook: Codebook, lang: Lang) -> dict[str, str]:
    """Give the name of every label, by id."""
    return {label.id: name_of(label, lang) for label in codebook.labels}


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
