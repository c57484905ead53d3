"""Mask what points at a person in a quotation: names, e-mail and web addresses, telephone and other long numbers.

It would rather mask a word too many than a name too few: every capitalised word inside a sentence goes, except
abbreviations; so does a capitalised word in front that is no word of Dutch or English, and a word that is none after
"mijn collega" and the like. A masked quotation is still not anonymous: what it tells can be recognised, and a name that
is a word, written without capital ("roos"), stays.

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
_PRONOUNS: Final = frozenset({"elke", "el", "lieve", "ken"})
# Names that without capital are a word. No word list tells: it holds "karin", too, and lacks "erna" (afterwards).
_WORDS: Final = frozenset(
    "amber bas ben constant els emir erna faas frank frans griet gust iris jack jasmijn jet job joke kick leen lies"
    " lieven linde lot luna madelief mare mats mees merel noor nova piet pol puck puk roos rune serge toon".split()
)
# Shorter words are too often slips of the pen or abbreviations to be taken for a name; so are shorter halves.
SHORT: Final = 4

_AT = r"(?:@|\s?[(\[](?:at|apenstaartje)[)\]]\s?|\s(?:apenstaart|apenstaartje)\s)"
_EMAIL = re.compile(rf"[\w.+-]+{_AT}[\w-]+(?:(?:\.|\s(?:punt|dot)\s)[\w-]+)*", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|be|com|net|org|eu|info|io|example)\b(?:/\S*)?", re.I
)
_HANDLE = re.compile(r"(?<!\w)@\w+")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}\s?(?:[A-Z]{4}(?:[\s.]?\d){6,12}|\d{4}(?:[\s.]?\d){8,22})\b", re.IGNORECASE)
_PLATE = re.compile(r"\b(?=[\dA-Z-]*\d)(?=[\dA-Z-]*[A-Z])[\dA-Z]{1,3}-[\dA-Z]{2,3}-[\dA-Z]{1,2}\b", re.IGNORECASE)
_MONTH = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
_DATE = re.compile(rf"\b\d{{1,2}}\s(?:{_MONTH})\s(?:19|20)\d\d\b", re.IGNORECASE)
# "personeelsnummer 4821", "nr. 381", "mijn nummer is 77": short, but said to be a number of somebody.
_NUMBERED = re.compile(
    r"\b(\w*(?:nummer|nr\b\.?|code)\s*(?:is\b|:|=)?\s*)([A-Z]{0,3}-?\d[\d.-]*\d|\d)\b", re.IGNORECASE
)
_STREET = re.compile(
    r"\b[\w'’-]+(?:straat|laan|weg|plein|kade|gracht|singel|dijk|steeg|plantsoen|dreef|hof|park|markt)\s\d+\s?[a-z]?\b",
    re.I,
)
# Five digits or more, however they are grouped: telephone, personnel and client numbers, dates. Not 11.000, an amount.
_NUMBER = re.compile(
    r"(?<![\w.,])(?!\d{1,3}(?:\.\d{3})+(?![\d.-]))(?:[A-Z]{1,3}-?)?(?:\(\d{2,4}\)|\+?\d)(?:[\s().\-/–]{0,3}\d){4,}(?!\w)"
)
_POSTCODE = re.compile(r"\b\d{4}\s?[A-Z]{2}\b(?:\s?\d+\w?)?")
_PARTICLE = r"(?:van|de|den|der|het|ter|ten|te|el|al|ben|bin|von|le|la|'t)"
_TITLE = r"(?:dhr|hr|mw|mevr|dr|drs|ir|ing|prof|zr|br)\.?|meneer|mevrouw|mijnheer|juf|dokter|zuster|broeder"
# `re` has no class of capitals; these are all of the Latin alphabets.
_CAPITALISED = f"[{''.join(letter for letter in map(chr, range(0x250)) if letter.isupper())}](?:['’-]?\\w)*"
# "mw. jansen", "Meneer de Wit": after an abbreviated title also without capital.
_TITLED = re.compile(
    rf"\b((?:{_TITLE})\s+)((?:{_PARTICLE}\s+)*{_CAPITALISED}|(?<=\.\s)(?:{_PARTICLE}\s+)*[a-zà-ÿ][\w'’-]+)",
    re.IGNORECASE,
)
# Who is likely to be named next: "mijn collega pieternel", "teamleider achmed".
_ROLE = (
    "collega|leidinggevende|teamleid(?:er|ster)|teammanager|manager|chef|baas|directeur|directrice|mentor|coach|"
    "stagiaire?|afdelingshoofd|planner|co[oö]rdinator|voorman|bazin|vriendin|vriend|buurman|buurvrouw"
)
_CALLED = re.compile(rf"\b((?:{_ROLE})\s+(?:genaamd\s+|heet\s+)?)([a-zà-ÿ][\w'’-]+)", re.IGNORECASE)
_INITIALS = re.compile(rf"\b(?:[A-Z]\.\s?)+(?=(?:{_PARTICLE}\s+)*{_CAPITALISED})")
_NAMELIKE = re.compile(rf"{_CAPITALISED}(?:\s+(?:(?:{_PARTICLE}\s+)+)?{_CAPITALISED})*")
_WORD = re.compile(r"[^\W\d_][^\W_'’]*(?:-[^\W_'’]+)*")
# What follows a first name that is masked: "jan [jansen]", "jan [de vries]", "[naam]_de_boer".
_SURNAME = re.compile(rf"(\[naam\](?:['’]?s\b)?)((?:[\s_]{_PARTICLE})*[\s_])([^\W\d_][\w'’-]*)", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…\n\"'“”‘’(•*-]\s*)$")

_PATTERNS: Final = (
    (_EMAIL, EMAIL),
    (_ADDRESS, ADDRESS),
    (_HANDLE, NAME),
    (_ACCOUNT, NUMBER),
    (_PLATE, NUMBER),
    (_POSTCODE, ADDRESS),
    (_STREET, ADDRESS),
    (_DATE, NUMBER),
    (_NUMBERED, rf"\1{NUMBER}"),
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
    text = _INITIALS.sub("", text)
    text = _NAMELIKE.sub(lambda match: _masked(match, text), text)
    text = _WORD.sub(lambda match: NAME if _is_lower_case_name(match[0]) else match[0], text)
    text = _CALLED.sub(lambda match: match[0] if _is_plain(match[2]) else match[1] + NAME, text)
    return _SURNAME.sub(lambda match: NAME if _is_surname(match[2], match[3]) else match[0], text)


def _unless_function_word(words: str) -> str:
    # "mevrouw met de hond": re.IGNORECASE lets plain words through to here.
    return NAME if words[:1].isupper() or words.split()[-1][:1].isupper() or not _is_word(words.split()[-1]) else words


def _masked(match: re.Match[str], text: str) -> str:
    words = match[0].split()
    if text[match.start() - 1 : match.start()] == "[":
        return match[0]
    if _SENTENCE_START.search(text[: match.start()]):
        first, rest = words[0], words[1:]
        if _is_name(first):
            return NAME
        if not rest or all(_is_abbreviation(word) for word in rest):
            return match[0] if _is_abbreviation(first) or _is_plain(first) else " ".join([NAME, *rest])
        return f"{first} {NAME}" if _is_word(first) else NAME
    return match[0] if all(_is_abbreviation(word) for word in words) else NAME


def _is_abbreviation(word: str) -> bool:
    short = word.partition("-")[0]  # ICT, KPI, PICC-lijn
    return 1 < len(short) <= 5 and short.isupper() and word.lower() not in _names()


def _is_name(word: str) -> bool:
    """Say whether a word with a capital is a first name: "Karin's" and "Anne-Marie", too."""
    bare = re.sub(r"['’]s?$", "", word.lower())
    return bare in _names() or all(len(part) > 2 and part in _names() for part in bare.split("-"))


def _is_word(word: str) -> bool:
    return bool(simplemma.is_known(word.lower(), lang="nl"))


def _is_plain(word: str) -> bool:
    """Say whether a word is one of Dutch or English, or made of two; short ones ("mn", "idd") are given the benefit."""
    lower = re.sub(r"['’]?s$", "", word.lower())
    if len(lower) < SHORT or _is_known(word.lower()) or _is_known(lower):
        return True
    halves = ((lower[:cut], lower[cut:].removeprefix("-")) for cut in range(SHORT, len(lower) - SHORT + 1))
    return any(_is_known(first) and (_is_known(rest) or _is_known(rest.removeprefix("s"))) for first, rest in halves)


def _is_known(word: str) -> bool:
    return bool(simplemma.is_known(word, lang=("nl", "en")))


def _is_lower_case_name(word: str) -> bool:
    parts = word.split("-")
    return word.islower() and word not in _WORDS and all(len(part) > 2 and part in _names() for part in parts)


def _is_surname(between: str, word: str) -> bool:
    """Say whether what follows a first name goes on with it: "jansen", "de vries", but not "van de afdeling"."""
    if word[:1].isupper():
        return "_" in between
    whole = f"{between} {word}".replace("_", " ").split()
    return " ".join(whole).lower() in _surnames() or not _is_plain(word)


@cache
def _names() -> frozenset[str]:
    """First names that are common in the Low Countries, in lower case, from Faker's lists (MIT)."""
    near = _listed("nl_NL", "first_names") | _listed("nl_BE", "first_names")
    far = {name for locale in _FAR for name in _listed(locale, "first_names") if not _is_word(name)}
    return (near | far) - _PRONOUNS


@cache
def _surnames() -> frozenset[str]:
    """Surnames of the Low Countries, in lower case, without those that are a word and nothing more ("boer")."""
    both = _listed("nl_NL", "last_names") | _listed("nl_BE", "last_names")
    return frozenset(name for name in both if " " in name or not _is_word(name))


def _listed(locale: str, kind: str) -> frozenset[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return frozenset(str(name).lower() for name in getattr(provider, kind))
