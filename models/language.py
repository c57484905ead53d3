"""Say whether a text is Dutch, and whether there is anything to read at all.

Short survey answers are the hard case: "lekker dan" looks as Afrikaans as Dutch, "Top team" as English.
A text therefore counts as foreign only when another language is clearly ahead.
"""

from collections.abc import Sequence
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
# and one or two words are hardly evidence. On the corpus, 1 single sentence in 800 is refused with these.
LEAD = 1.5
LEAD_OF_AFRIKAANS = 2.5
LEAD_OF_FEW_WORDS = 10.0
FEW_WORDS = 2
# Dutch is full of English nouns ("de work-life balance is prima"); its own small words give it away.
LEAD_OF_ENGLISH_BESIDE_DUTCH = 8.0
NOT_ENGLISH = frozenset(
    "de het een en van ik je wij onze niet geen mijn zijn met voor maar ook naar bij dat te".split()
)
# Words that Afrikaans has and Dutch has not.
ONLY_AFRIKAANS = frozenset("ek baie hulle sê nie".split())
LEAD_WITH_AFRIKAANS_WORDS = 0.5
MIN_AFRIKAANS_WORDS = 2
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
    start = text.strip()[:DETECT_CHARACTERS]
    found = _detector().compute_language_confidence_values(start)
    words = [word.strip(".,;:!?\"'()") for word in start.lower().split()]
    weighed = {item.language: item.value / _lead(item.language, words) for item in found}
    total = sum(weighed.values())
    if not total:
        return DetectedLanguage("und", 0.0)
    best = max(weighed, key=lambda language: weighed[language])
    return DetectedLanguage(best.iso_code_639_1.name.lower(), weighed[best] / total)


def is_too_short(text: str) -> bool:
    """Say whether a text has too few letters to hold a statement ("ok", "-", "10")."""
    return sum(c.isalpha() for c in text.strip()[:DETECT_CHARACTERS]) < MIN_LETTERS


def _lead(language: LinguaLanguage, words: Sequence[str]) -> float:
    if language == LinguaLanguage.DUTCH:
        return 1.0
    if len(words) <= FEW_WORDS:
        return LEAD_OF_FEW_WORDS
    if language == LinguaLanguage.AFRIKAANS:
        only = sum(word in ONLY_AFRIKAANS for word in words)
        return LEAD_WITH_AFRIKAANS_WORDS if only >= MIN_AFRIKAANS_WORDS else LEAD_OF_AFRIKAANS
    if language == LinguaLanguage.ENGLISH and NOT_ENGLISH.intersection(words):
        return LEAD_OF_ENGLISH_BESIDE_DUTCH
    return LEAD
