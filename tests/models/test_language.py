"""Language detection on short survey answers: Dutch stays, other languages go."""

import pytest

from models.language import DETECT_CHARACTERS, DetectedLanguage, detect, is_too_short, warm_up

DUTCH = [
    "Prima",
    "Lekker dan",
    "Top team",
    "Goede sfeer",
    "Te druk",
    "Geen idee",
    "Weinig vertrouwen",
    "Meer salaris",
    "Leuke collega's",
    "Fijne baas",
    "Te veel regels",
    "geen opmerkingen",
    "weet ik niet",
    "gaat wel",
    "Niks te klagen",
    "Thuiswerken",
    "Werkdruk",
    "Feedback",
    "Het is hier lekker rustig",
    "werk is leuk",
    "Management",
    "Manager luistert niet",
    "meer feedback van mijn manager",
    "minder meetings graag",
    "Waardering",
    "salaris omhoog",
    "Mijn manager geeft mij veel feedback",
    "De work-life balance is prima",
    "Onze manager is super relaxed",
    "IK MAG MIJN EIGEN WEEK INDELEN",
    "Na een paar weken kon ik de koppeling zonder hulp maken.",
]
FOREIGN = [
    ("de", "Ich finde die Arbeit sehr schön."),
    ("de", "Zu viele Regeln und zu wenig Zeit"),
    ("de", "Die Kollegen sind nett"),
    ("de", "Ich weiß es nicht"),
    ("de", "Mein Chef hört mir nicht zu"),
    ("de", "Alles ist gut hier"),
    ("af", "Ek hou baie van my werk en my kollegas is gaaf"),
    ("af", "Ons het nie genoeg tyd nie"),
    ("af", "Ek weet nie wat om te sê nie"),
    ("af", "Dit is baie lekker om hier te werk"),
    ("af", "Daar is te veel reëls by die werk en ek kan nie self besluit nie"),
    ("en", "I like my job and my colleagues"),
    ("en", "Too many rules and not enough trust"),
    ("en", "My manager never listens"),
    ("en", "The team is great"),
    ("en", "Nothing to complain about"),
    ("fr", "J'aime mon travail et mes collègues"),
    ("fr", "Trop de règles et pas assez de confiance"),
    ("fr", "Mon chef ne m'écoute pas"),
    ("fr", "Je ne sais pas quoi dire"),
]
TOO_SHORT = ["", " ", "ok", "OK!", "-", "10", "7,5", "👍", "...", "n.", "?!", "\n\n", "12-10-2024", "é"]
LONG_ENOUGH = ["nee", "n.v.t.", "top", "één", "ok 1 e", "Te druk"]


@pytest.mark.parametrize("text", DUTCH)
def test_a_short_dutch_answer_is_dutch(text: str) -> None:
    found = detect(text)
    assert found.code == "nl"
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(("code", "text"), FOREIGN)
def test_a_sentence_in_another_language_is_told_apart(code: str, text: str) -> None:
    assert detect(text).code == code


@pytest.mark.parametrize("text", TOO_SHORT)
def test_a_text_without_words_is_too_short_to_judge(text: str) -> None:
    assert is_too_short(text)
    assert detect(text) == DetectedLanguage("und", 0.0)


@pytest.mark.parametrize("text", LONG_ENOUGH)
def test_three_letters_are_enough_to_read(text: str) -> None:
    assert not is_too_short(text)


def test_a_dutch_text_that_begins_with_blank_space_is_still_dutch() -> None:
    text = " \n" * DETECT_CHARACTERS + "Ik mag mijn eigen week indelen."
    assert not is_too_short(text)
    assert detect(text).code == "nl"


def test_one_foreign_word_does_not_make_a_text_foreign() -> None:
    assert detect("Mijn manager geeft elke week feedback in een one-on-one.").code == "nl"


def test_warming_up_changes_no_answer() -> None:
    before = detect("Goede sfeer")
    warm_up()
    assert detect("Goede sfeer") == before
