"""service/survey/report/masking.py: what points at a person goes, the rest stays."""

import pytest

from service.survey.report.masking import mask

MASKED = {
    "een naam in de zin": ("Ik leer veel van Samira.", "Ik leer veel van [naam]."),
    "een naam vooraan": ("Jeroen heeft mij alles geleerd.", "[naam] heeft mij alles geleerd."),
    "een naam zonder hoofdletter": ("dat heb ik van jeroen geleerd", "dat heb ik van [naam] geleerd"),
    "een naam in kapitalen": ("ik werk met KARIN", "ik werk met [naam]"),
    "voornaam en achternaam": ("Fatima van der Berg is er altijd.", "[naam] is er altijd."),
    "een onbekende achternaam": ("Vraag het aan Xuqanda.", "Vraag het aan [naam]."),
    "aanspreking": ("mw. jansen en dhr. de Vries", "mw. [naam] en dhr. [naam]"),
    "meneer": ("Het was meneer De Wit.", "Het was meneer [naam]."),
    "na een dubbele punt": ("Ik zei: Marieke is weg.", "Ik zei: [naam] is weg."),
    "e-mail": ("mail naar j.smit@zorg.example graag", "mail naar [e-mail] graag"),
    "e-mail in woorden": ("mail j.smit (at) zorg.nl", "mail [e-mail]"),
    "webadres": ("zie https://zorg.example/team/karin", "zie [adres]"),
    "webadres zonder http": ("zie www.zorg.nl/team", "zie [adres]"),
    "accountnaam": ("volg @sanne89 maar", "volg [naam] maar"),
    "mobiel nummer": ("bel 06 1234 5678 gerust", "bel [nummer] gerust"),
    "landnummer": ("bel +31 6 12345678", "bel [nummer]"),
    "netnummer tussen haakjes": ("bel (070) 123 45 67", "bel [nummer]"),
    "personeelsnummer": ("mijn nummer is P-20391", "mijn nummer is [nummer]"),
    "rekening": ("NL91 ABNA 0417 1643 00", "[nummer]"),
    "geboortedatum": ("geboren op 12-03-1985", "geboren op [nummer]"),
    "postcode": ("op 1234 AB 12 dus", "op [adres] dus"),
}
KEPT = (
    "Elke dag is anders. De werkdruk is te hoog!",
    "Onze ICT en de PICC-lijn werken niet.",
    "We hebben 212 keer in 2024, 9,1 of 11.000 keer geteld.",
    "Mevrouw met de hond belt om 10.30 uur.",
    "Het team is hecht\nIedereen helpt elkaar",
    "Niemand vraagt ons iets.",
    "",
)


@pytest.mark.parametrize(("text", "masked"), MASKED.values(), ids=MASKED)
def test_what_points_at_a_person_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_what_points_at_nobody_is_kept(text):
    assert mask(text) == text
