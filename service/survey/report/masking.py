"""Mask what points at a person in a quotation: names, e-mail and web addresses, telephone and other long numbers.

It would rather mask a word too many than a name too few: every capitalised word inside a sentence goes, except
abbreviations. A masked quotation is still not anonymous, because what it tells can be recognised.

Usage::

    mask("Vraag het Karin, karin@zorg.example of 06 1234 5678.")   # 'Vraag het [naam], [e-mail] of [nummer].'
"""

import re
from functools import cache
from importlib import import_module
from typing import Final

import simplemma

NAME: Final = "[naam]"
EMAIL: Final = "[e-mail]"
ADDRESS: Final = "[adres]"
NUMBER: Final = "[nummer]"

# Lists of first names by locale: those of neighbours and of large communities; words of Dutch are left out of them.
_FAR: Final = ("de_DE", "en_GB", "fr_FR", "tr_TR", "pl_PL", "es_ES", "it_IT")
# Names that begin far more sentences as a plain word ("Elke dag ..."); inside a sentence their capital gives them away.
_PRONOUNS: Final = frozenset({"Elke", "El", "Lieve", "Ken"})

_EMAIL = re.compile(r"[\w.+-]+(?:@|\s?[(\[]at[)\]]\s?)[\w-]+(?:\.[\w-]+)*", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|be|com|net|org|eu|info|io|example)\b(?:/\S*)?", re.I
)
_HANDLE = re.compile(r"(?<!\w)@\w+")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{4}(?:\s?\d){6,12}\b")
# Five digits or more, however they are grouped: telephone, personnel and client numbers, dates. Not 11.000, an amount.
_NUMBER = re.compile(
    r"(?<![\w.,])(?!\d{1,3}(?:\.\d{3})+(?![\d.-]))(?:[A-Z]{1,3}-?)?(?:\(\d{2,4}\)|\+?\d)(?:[\s().\-/]{0,3}\d){4,}(?!\w)"
)
_POSTCODE = re.compile(r"\b\d{4}\s?[A-Z]{2}\b(?:\s?\d+\w?)?")
_PARTICLE = r"(?:van|de|den|der|het|ter|ten|te|el|al|ben|bin|von|le|la|'t)"
_TITLE = r"(?:dhr|hr|mw|mevr|dr|drs|ir|ing|prof|zr|br)\.?|meneer|mevrouw|mijnheer|juf|dokter|zuster|broeder"
# `re` has no class of capitals; these are all of the Latin alphabets.
_CAPITALISED = f"[{''.join(letter for letter in map(chr, range(0x250)) if letter.isupper())}][\\w'’-]*"
# "mw. jansen", "Meneer de Wit": after an abbreviated title also without capital.
_TITLED = re.compile(
    rf"\b((?:{_TITLE})\s+)((?:{_PARTICLE}\s+)*{_CAPITALISED}|(?<=\.\s)(?:{_PARTICLE}\s+)*[a-zà-ÿ][\w'’-]+)",
    re.IGNORECASE,
)
_NAMELIKE = re.compile(rf"{_CAPITALISED}(?:\s+(?:(?:{_PARTICLE}\s+)+)?{_CAPITALISED})*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…\n\"'“”‘’(•*-]\s*)$")

_PATTERNS: Final = (
    (_EMAIL, EMAIL),
    (_ADDRESS, ADDRESS),
    (_HANDLE, NAME),
    (_ACCOUNT, NUMBER),
    (_POSTCODE, ADDRESS),
    (_NUMBER, NUMBER),
)


def mask(text: str) -> str:
    """Replace what points at a person by a word in brackets.

    Parameters
    ----------
    text : str
        A quotation.
    """
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    text = _TITLED.sub(lambda match: match[1] + _unless_function_word(match[2]), text)
    text = _NAMELIKE.sub(lambda match: _masked(match, text), text)
    return _WORD.sub(lambda match: NAME if _is_lower_case_name(match[0]) else match[0], text)


def _unless_function_word(words: str) -> str:
    # "mevrouw met de hond": re.IGNORECASE lets plain words through to here.
    return NAME if words[:1].isupper() or words.split()[-1][:1].isupper() or not _is_word(words.split()[-1]) else words


def _masked(match: re.Match[str], text: str) -> str:
    words = match[0].split()
    if text[match.start() - 1 : match.start()] == "[":
        return match[0]
    if _SENTENCE_START.search(text[: match.start()]):
        first, rest = words[0], words[1:]
        if first.capitalize() in _names():
            return NAME
        if not rest or all(_is_abbreviation(word) for word in rest):
            return match[0]
        return f"{first} {NAME}" if _is_word(first) else NAME
    return match[0] if all(_is_abbreviation(word) for word in words) else NAME


def _is_abbreviation(word: str) -> bool:
    short = word.partition("-")[0]  # ICT, KPI, PICC-lijn
    return 1 < len(short) <= 5 and short.isupper() and word.capitalize() not in _names()


def _is_word(word: str) -> bool:
    return bool(simplemma.is_known(word.lower(), lang="nl"))


def _is_lower_case_name(word: str) -> bool:
    named = word.islower() and len(word) > 2 and word.capitalize() in _names()
    return named and word != "erna" and not _is_word(word)  # "erna" is "afterwards", which the word list lacks


@cache
def _names() -> frozenset[str]:
    """First names that are common in the Low Countries, from Faker's lists (MIT)."""
    near = _first_names("nl_NL") | _first_names("nl_BE")
    far = {name for locale in _FAR for name in _first_names(locale) if not _is_word(name)}
    return (near | far) - _PRONOUNS


def _first_names(locale: str) -> frozenset[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return frozenset(str(name) for name in provider.first_names)
