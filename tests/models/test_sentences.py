"""Sentences of Dutch as people type it in surveys: what splits and what stays whole."""

import pytest

from models import Tagger
from models.sentences import is_symbol, sentence_starts

SPLIT = [
    # without capitals, without full stops
    ["ik vind het leuk.", "maar het is druk.", "soms te druk"],
    ["ik werk hier sinds 2019.", "het bevalt goed."],
    ["om 9.00u.", "dan begint het"],
    ["ja!", "nee?", "misschien"],
    ["NIEMAND LUISTERT.", "HET IS HIER CHAOS!"],
    ["Wat een druk!!", "Hoe moet dat?!", "Niemand weet het."],
    # abbreviations
    ["Er is te weinig contact, bijv. met de directie.", "Dat mis ik."],
    ["Ik werk o.a. met Jan en Piet.", "Dat gaat goed."],
    ["De communicatie m.b.t. het rooster is slecht.", "Dat frustreert."],
    ["Ik sprak dhr. Jansen en mevr. De Vries.", "Zij luisterden."],
    ["Koffie, thee e.d.", "Dat waardeer ik."],
    ["Overleg, mail, enz.", "Ik vind het te veel."],
    ["Thuiswerken i.v.m. corona t/m mei.", "Nu niet meer."],
    ["Graag meer uren a.u.b.", "Dat helpt."],
    ["Ik werk bij Jansen B.V.", "Dat gaat goed."],
    ["Prof. dr. Bakker gaf les.", "Dat was goed."],
    ["Het duurt ca. 3 weken.", "Dan weten we meer."],
    ["Zie nr. 3 en blz. 4.", "Daar staat het."],
    ["Op 12 jan. begint het.", "Ik heb er zin in."],
    ["d.w.z. ik mag zelf kiezen.", "Fijn."],
    # apostrophes
    ["Ik werk vaak 's avonds.", "'s Ochtends ben ik vrij."],
    ["het is druk.", "'s avonds werk ik door."],
    ["'n Vast rooster.", "'t Is nodig."],
    ["Ik ben ’s maandags vrij.", "’s Woensdags ook."],
    # initials
    ["J. Jansen en A.B. de Vries helpen mij.", "Dat is fijn."],
    ["Ik sprak met P. de Boer.", "Hij luisterde."],
    # quotes and brackets
    ['"Doe maar wat je wilt." zei hij.', "Dat hielp."],
    ['"Mag dat wel?" vroeg ze.', "Ik wist het niet."],
    ['Hij zei: "Ga je gang."', "Dat gaf vertrouwen."],
    ["‘Goed gedaan!’ riep mijn baas.", "Dat deed me goed."],
    ['"Goed zo!" zei hij.', '"Ga door."'],
    ["Ik heb het druk (te druk eigenlijk).", "Dat moet anders."],
    ["Ik heb het druk.", "(Te druk eigenlijk.)", "Dat moet anders."],
    ["Mijn baas zegt altijd 'gewoon doen'.", "Dat helpt."],
    # emoji
    ["Top team 👍", "Leuke collega's 😊"],
    ["Top team! 👍", "Leuke collega's! 😊😊", "Ga zo door!"],
    ["💪 Samen sterk. 🎉", "Gefeliciteerd!"],
    ["Ik vind het leuk. :)", "Dat wel."],
    # dots
    ["Ik twijfel...", "Misschien moet ik weg."],
    ["Ik twijfel…", "Misschien moet ik weg."],
    # times, amounts, addresses
    ["We beginnen om 8.30 uur en stoppen om 17.00 uur.", "Dat is lang."],
    ["Ik krijg € 2.500,50 bruto.", "Dat is te weinig."],
    ["Dat kost 50,-.", "Te veel."],
    ["Vanaf 1-1-2024 werk ik thuis.", "Heerlijk."],
    ["Cijfer: 8.", "Goede sfeer."],
    ["Zie www.weerklank.nl voor uitleg.", "Daar staat alles."],
    ["Zie https://www.weerklank.nl/uitleg.html?x=1.", "Daar staat alles."],
    ["Mail naar jan.jansen@bedrijf.nl.", "Dan hoor je het."],
    ["Alles staat op weerklank.nl.", "Dat is handig."],
    # lists within a line
    ["• Meer tijd", "• Minder druk", "• Betere roosters"],
    ["1. Meer overleg", "2. Minder regels", "3. Een vast rooster"],
    ["1) meer overleg", "2) minder regels"],
]
# Everyday words that spaCy's Dutch tokenizer takes for abbreviations when a full stop follows.
EVERYDAY_ENDINGS = [
    ["Mijn leidinggevende vertrouwt me.", "Dat is fijn."],
    ["De sfeer is top.", "De werkdruk is hoog."],
    ["Ik waardeer dat.", "Het helpt."],
    ["dat doe ik al.", "het werkt prima."],
    ["Ik werk graag met u.", "Dank daarvoor."],
    ["Ik hielp waar ik kon.", "Niemand zag het."],
    ["Mijn agenda is vol.", "Ik kom nergens aan toe."],
    ["Alles loopt uit de hand.", "Niemand grijpt in."],
    ["We overleggen via de app.", "Dat werkt."],
]
LINES = [
    ("- meer overleg\n- minder regels", ["- meer overleg", "- minder regels"]),
    ("* meer ruimte\n  * eigen planning", ["* meer ruimte", "* eigen planning"]),
    ("+ leuke collega's\r\n– hoge werkdruk", ["+ leuke collega's", "– hoge werkdruk"]),
    ("1. rust\n2. ruimte\n10. regelmaat", ["1. rust", "2. ruimte", "10. regelmaat"]),
    ("a) rust\nb) ruimte", ["a) rust", "b) ruimte"]),
    ("Fijn team.\r\nWeinig regels.\r\n\r\nGoede koffie.", ["Fijn team.", "Weinig regels.", "Goede koffie."]),
    ("fijn team\n\nweinig regels", ["fijn team", "weinig regels"]),
    ("fijn team\r\n\r\n\r\nweinig regels", ["fijn team", "weinig regels"]),
    ("fijn team\rweinig regels", ["fijn team", "weinig regels"]),
    ("fijn team\u2028weinig regels", ["fijn team", "weinig regels"]),
    ("Wat gaat goed:\nsamenwerking\nvertrouwen", ["Wat gaat goed:", "samenwerking", "vertrouwen"]),
    ("Ik heb veel werk.meer rust zou helpen.", ["Ik heb veel werk.", "meer rust zou helpen."]),
    ("Ik heb veel werk.Meer rust zou helpen.", ["Ik heb veel werk.", "Meer rust zou helpen."]),
    ("Geen idee?Misschien later.", ["Geen idee?", "Misschien later."]),
]
WHOLE = [
    "goed team fijne sfeer",
    "Bijv. een vast rooster zou helpen",
    "Koffie, thee e.d. zijn gratis.",
    "We hebben borrels, uitjes etc. en dat is leuk.",
    "z.s.m. een gesprek graag",
    "mw. de Vries helpt mij",
    "Drs. P. de Wit leidt ons.",
    "Ons project start op 3. januari.",
    "Wifi 2.0 werkt",
    "Kijk op bedrijf.com of intranet.bedrijf.nl voor uitleg",
    'Hij zei: "Ga je gang!" en liep weg.',
    "'Ik vertrouw je,' zei ze.",
    "Mijn baas (die alles controleert!) is nooit tevreden.",
    "[Naam] helpt mij",
    "ik weet het niet... misschien later.",
    "Ik twijfel ... misschien",
    "Ik ben blij 😊 met mijn team.",
    "👍 goed bezig",
    "👍👍 Goed team.",
    "🙏🏻 Bedankt voor alles",
    "❤️ Dank!",
    "👍👍",
    "sfeer - goed, werkdruk - hoog",
    "meer autonomie,\nminder controle",
    "Ik heb de afgelopen weken met veel plezier aan\nhet nieuwe project gewerkt en dat wil ik graag\nblijven doen.",
    "Ik heb de afgelopen weken met veel plezier aan\r\nhet nieuwe project gewerkt en wil zo doorgaan.",
]


def sentences_of(tagger: Tagger, text: str) -> list[str]:
    (found,) = tagger.pipeline.read([text])
    return [text[sentence.start : sentence.end] for sentence in found]


@pytest.mark.parametrize("expected", SPLIT, ids=" ".join)
def test_a_new_sentence_starts_where_a_reader_sees_one(tagger: Tagger, expected: list[str]) -> None:
    assert sentences_of(tagger, " ".join(expected)) == expected


@pytest.mark.parametrize("expected", EVERYDAY_ENDINGS, ids=" ".join)
def test_a_sentence_may_end_in_an_everyday_word(tagger: Tagger, expected: list[str]) -> None:
    assert sentences_of(tagger, " ".join(expected)) == expected


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_lines_and_missing_spaces_part_sentences(tagger: Tagger, text: str, expected: list[str]) -> None:
    assert sentences_of(tagger, text) == expected


@pytest.mark.parametrize("text", WHOLE)
def test_one_sentence_stays_whole(tagger: Tagger, text: str) -> None:
    assert sentences_of(tagger, text) == [text]


@pytest.mark.parametrize("text", ["", " ", "\r\n\n\t", "\u00a0"])
def test_white_space_has_no_sentences(tagger: Tagger, text: str) -> None:
    assert sentences_of(tagger, text) == []


def test_the_first_token_always_starts_a_sentence() -> None:
    assert sentence_starts("", []) == []
    assert sentence_starts("...", [(0, 3)]) == [0]
    assert sentence_starts("ja. nee", [(0, 2), (2, 3), (4, 7)]) == [0, 2]


@pytest.mark.parametrize(("token", "expected"), [("😊", True), ("❤️", True), ("a", False), (".", False), ("", False)])
def test_emoji_are_symbols_and_words_are_not(token: str, expected: bool) -> None:
    assert is_symbol(token) is expected
