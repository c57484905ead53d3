"""Say whether a text is Dutch, and whether there is anything to read at all.

Short survey answers are the hard case: "lekker dan" looks as Afrikaans as Dutch, "Top team" as English.
A text therefore counts as foreign only when another language is clearly ahead.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lingua import Language as LinguaLanguage
from lingua import LanguageDetector, LanguageDetectorBuilder

AbstainReason = Literal["not_dutch", "too_short", "no_known_words"]

# Dutch and its look-alikes, and what else turns up in answers to a Dutch question. Each costs about 30 MB; a text
# in any other language has hardly a word that the Dutch vectors know, which the tagger sees by itself.
LANGUAGES = (
    LinguaLanguage.DUTCH,
    LinguaLanguage.AFRIKAANS,
    LinguaLanguage.ENGLISH,
    LinguaLanguage.GERMAN,
    LinguaLanguage.FRENCH,
)
# How far ahead of Dutch another language must be, as a ratio of probabilities. Afrikaans shares most Dutch words,
# and one or two words are hardly evidence. Measured with `weerklank-train language` on the corpus.
LEAD = 1.5
LEAD_OF_AFRIKAANS = 2.5
LEAD_OF_FEW_WORDS = 10.0
FEW_WORDS = 2
# The detector's time grows with length, and its answer no longer changes.
DETECT_CHARACTERS = 2000
MIN_LETTERS = 3


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """The language of a text."""

    code: str
    """ISO 639-1 code; "und" when there is nothing to judge by."""
    confidence: float
    """Probability, 0-1."""


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*LANGUAGES).with_preloaded_language_models().build()


def warm_up() -> None:
    """Load the detector now rather than with the first text."""
    _detector()


def detect(text: str) -> DetectedLanguage:
    """Tell the most probable language of a text among those in `LANGUAGES`."""
    if is_too_short(text):
        return DetectedLanguage("und", 0.0)
    found = _detector().compute_language_confidence_values(text[:DETECT_CHARACTERS])
    few = len(text[:DETECT_CHARACTERS].split()) <= FEW_WORDS
    weighed = {item.language: item.value / _lead(item.language, few) for item in found}
    total = sum(weighed.values())
    if not total:
        return DetectedLanguage("und", 0.0)
    best = max(weighed, key=lambda language: weighed[language])
    return DetectedLanguage(best.iso_code_639_1.name.lower(), weighed[best] / total)


def is_too_short(text: str) -> bool:
    """Say whether a text has too few letters to hold a statement ("ok", "-", "10")."""
    return sum(c.isalpha() for c in text[:DETECT_CHARACTERS]) < MIN_LETTERS


def _lead(language: LinguaLanguage, few_words: bool) -> float:
    if language == LinguaLanguage.DUTCH:
        return 1.0
    if few_words:
        return LEAD_OF_FEW_WORDS
    return LEAD_OF_AFRIKAANS if language == LinguaLanguage.AFRIKAANS else LEAD
