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
    "rekening in kleine letters": ("op nl91 abna 0417 1643 00 graag", "op [nummer] graag"),
    "Belgische rekening": ("op be68 5390 0754 7034", "op [nummer]"),
    "kort nummer van iemand": ("Mijn personeelsnummer is 4821.", "Mijn personeelsnummer is [nummer]."),
    "kenteken": ("de auto 12-abc-3", "de auto [nummer]"),
    "datum in woorden": ("geboren op 12 maart 1985", "geboren op [nummer]"),
    "straat": ("hij woont op de kerkstraat 12a", "hij woont op de [adres]"),
    "e-mail in meer woorden": ("mail karin apenstaartje zorg punt nl", "mail [e-mail]"),
    "een naam die in de woordenlijst staat": ("dat weten jan en peter wel", "dat weten [naam] en [naam] wel"),
    "achternaam zonder hoofdletter": ("ik werk met karin jansen samen", "ik werk met [naam] samen"),
    "achternaam met voorzetsel": ("ik werk met karin de vries samen", "ik werk met [naam] samen"),
    "voorletters": ("Dat is J.P. de Vries.", "Dat is de [naam]."),
    "collega met een vreemde naam": ("mijn collega pieternel zegt dat", "mijn collega [naam] zegt dat"),
    "vreemde naam vooraan": ("Wietskejan is streng.", "[naam] is streng."),
    "bezit": ("Karin's gedrag is raar.", "[naam] gedrag is raar."),
    "dubbele naam": ("Anne-Marie helpt. En henk-willem ook.", "[naam] helpt. En [naam] ook."),
    "aanhalingstekens": ("‘Sjoerd’ weet alles.", "‘[naam]’ weet alles."),
    "streepjes": ("Karin_de_Boer op Teams", "[naam] op [naam]"),
    "postcode": ("op 1234 AB 12 dus", "op [adres] dus"),
}
KEPT = (
    "Elke dag is anders. De werkdruk is te hoog!",
    "Onze ICT en de PICC-lijn werken niet.",
    "We hebben 212 keer in 2024, 9,1 of 11.000 keer geteld.",
    "Mevrouw met de hond belt om 10.30 uur.",
    "Het team is hecht\nIedereen helpt elkaar",
    "Niemand vraagt ons iets.",
    "Flexplekken zijn een ramp. Roosterwijzigingen ook.",
    "Feedback geven is lastig; deadlines zijn er altijd.",
    "Mijn collega helpt me en mijn leidinggevende vraagt veel.",
    "Collegas zijn aardig. Onze manager feedback geven helpt niet.",
    "We werken van maart tot mei in lokaal 12 op afdeling 3.",
    "",
)


@pytest.mark.parametrize(("text", "masked"), MASKED.values(), ids=MASKED)
def test_what_points_at_a_person_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_what_points_at_nobody_is_kept(text):
    assert mask(text) == text
