"""service/survey/report/quotes.py: few, with consent, from groups and for numbers that are shown."""

from typing import NamedTuple

import pytest

from service.survey.report.quotes import LONGEST, Quotes
from service.survey.summary.counts import SEVERAL
from tests.service.survey.summaries import summary_of

NOORD, HR = ("Noord",), ("HR",)
LACKS = ("autonomy", "constrained")


class Tag(NamedTuple):
    start: int
    end: int
    label: str
    stance: str


def tags_on(text: str, *pairs: tuple[str, str]) -> list[Tag]:
    return [Tag(0, len(text), *pair) for pair in pairs]


@pytest.fixture(scope="module")
def summary():
    """Noord: 20, of whom 8 lack autonomy and 2 wish for it; HR: 6, who all lack it, too few to be shown."""
    rows = [(NOORD, frozenset({LACKS}))] * 8 + [(NOORD, frozenset({("autonomy", "sought")}))] * 2
    return summary_of([*rows, *[(NOORD, frozenset())] * 10, *[(HR, frozenset({LACKS}))] * 6])


@pytest.fixture
def quotes(summary):
    return Quotes(summary, per_label=2)


def offer(quotes, text="Alles moet langs mijn chef.", row=1, path=NOORD, consent="ja", pairs=(LACKS,)):
    quotes.add(row=row, path=path, consent=consent, text=text, tags=tags_on(text, *pairs))
    return [quote.text for each in quotes.chosen().values() for quote in each]


@pytest.mark.parametrize("consent", ["ja", " Ja ", "J", "yes", "true", "1"])
def test_who_agreed_is_quoted(quotes, consent):
    assert offer(quotes, consent=consent) == ["Alles moet langs mijn chef."]


@pytest.mark.parametrize("consent", [None, "", "nee", "n", "0", "jazeker niet", "misschien", "false"])
def test_anything_but_yes_is_no_consent(quotes, consent):
    assert offer(quotes, consent=consent) == []


def test_nobody_is_quoted_from_a_group_that_is_hidden(quotes):
    assert offer(quotes, path=HR) == []


def test_a_number_that_is_not_shown_in_the_group_is_not_given_away_by_a_quotation(quotes):
    assert offer(quotes, pairs=[("autonomy", "sought")]) == []
    assert offer(quotes, pairs=[("trust", "attained")]) == []


def test_at_most_so_many_per_label_whatever_the_order(summary):
    def chosen(rows):
        quotes = Quotes(summary, per_label=2)
        for row in rows:
            offer(quotes, text=f"Zin met letter {chr(97 + row)}.", row=row)
        return quotes.chosen()

    assert chosen(range(20)) == chosen(reversed(range(20)))
    assert [len(each) for each in chosen(range(20)).values()] == [2]


def test_the_same_words_are_quoted_once(quotes):
    offer(quotes, row=1)
    assert offer(quotes, row=2) == ["Alles moet langs mijn chef."]


def test_one_respondent_is_quoted_once_per_label_however_much_he_or_she_wrote(summary):
    def chosen(rows):
        quotes = Quotes(summary, per_label=3)
        for row in rows:
            text, writer = f"Zin met letter {chr(97 + row)}.", "anna" if row < 18 else f"w{row}"
            quotes.add(row=row, path=NOORD, consent="ja", text=text, tags=tags_on(text, LACKS), writer=writer)
        return quotes.chosen()["autonomy"]

    assert chosen(range(20)) == chosen(reversed(range(20)))
    assert sorted(quote.writer for quote in chosen(range(20))) == ["writer anna", "writer w18", "writer w19"]


def test_quotations_stand_in_the_order_of_their_words_not_of_the_file(summary):
    quotes = Quotes(summary, per_label=9)
    for row in range(9):
        said = offer(quotes, text=f"Zin met letter {chr(105 - row)}.", row=row)
    assert said == sorted(said)


def test_only_the_sentence_of_the_tag_is_quoted_and_masked(quotes):
    text = "Het regent. Alles moet langs Karin (06 1234 5678)."
    quotes.add(row=1, path=NOORD, consent="ja", text=text, tags=[Tag(12, len(text), *LACKS)])
    assert [q.text for q in quotes.chosen()["autonomy"]] == ["Alles moet langs [naam] ([nummer])."]


def test_a_long_sentence_is_cut_between_words(quotes):
    (said,) = offer(quotes, text="alles moet langs mijn chef en " * 20)
    assert len(said) <= LONGEST + 2
    assert said.endswith(" …")


def test_without_a_summary_there_are_no_quotations():
    assert offer(Quotes()) == []


def test_a_sentence_is_not_quoted_for_the_sake_of_another_number_that_is_not_shown(quotes):
    assert offer(quotes, pairs=[LACKS, ("trust", "attained")]) == []


def test_a_sentence_of_which_one_half_may_be_quoted_leaves_the_other_alone(quotes):
    text = "Alles moet langs mijn chef. Ik vertrouw hem."
    tags = [Tag(0, 27, *LACKS), Tag(28, len(text), "trust", "attained")]
    quotes.add(row=1, path=NOORD, consent="ja", text=text, tags=tags)
    assert list(quotes.chosen()) == ["autonomy"]


def of_teams(**lacking: int):
    """A summary of teams of ten, of whom so many lack autonomy."""
    rows = [
        ((team,), frozenset({LACKS}) if n < number else frozenset())
        for team, number in lacking.items()
        for n in range(10)
    ]
    return Quotes(summary_of(rows), per_label=2)


def test_a_quotation_under_a_parent_may_come_from_several_of_its_groups():
    quotes = of_teams(Noord=4, Oost=3, Zuid=8)
    offer(quotes)
    assert [quote.path for quote in quotes.chosen()["autonomy"]] == [()]


def test_no_quotation_stands_under_a_parent_when_only_one_of_its_groups_is_left_to_come_from():
    assert offer(of_teams(Noord=4, Oost=6, Zuid=8)) == []


def test_who_answered_in_several_groups_is_not_quoted_from_one_of_them(quotes):
    assert offer(quotes, path=(SEVERAL,)) == []
