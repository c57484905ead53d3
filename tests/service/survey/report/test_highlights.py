"""service/survey/report/highlights.py and ranking.py: what is said first, from what may be shown."""

from service.survey.report.highlights import highlights
from service.survey.report.ranking import ranked
from tests.service.survey.summaries import summary_of


def said(n, *pairs, path=("Noord",)):
    return [(path, frozenset(pairs))] * n


def test_what_hurts_most_and_is_most_wished_for_is_said_first():
    rows = [
        *said(30),
        *said(9, ("influence", "constrained")),
        *said(7, ("recognition", "sought")),
        *said(20, ("enjoyment", "attained")),
    ]
    leads = dict(highlights(summary_of(rows)))
    assert list(leads)[:3] == ["Het vaakst belemmerd", "Het vaakst gewenst", "Het vaakst aanwezig"]
    assert leads["Het vaakst belemmerd"] == "invloed (9 respondenten, 14%)"
    assert leads["Het vaakst gewenst"].startswith("erkenning (7 respondenten")


def test_a_count_that_is_not_shown_is_neither_named_nor_sorted_by():
    rows = [*said(30), *said(4, ("influence", "constrained")), *said(2, ("autonomy", "constrained"))]
    summary = summary_of(rows)
    assert "belemmerd" not in " ".join(lead for lead, _ in highlights(summary))
    order = [figure.label for figure in ranked(summary.whole.dimension("drive"), summary.codebook)]
    assert order == [label.label for label in summary.whole.dimension("drive")]


def test_labels_are_read_from_most_lacking_or_wished_for_to_least():
    rows = [*said(20, ("enjoyment", "attained")), *said(6, ("care", "constrained")), *said(8, ("growth", "sought"))]
    summary = summary_of(rows)
    order = [figure.label for figure in ranked(summary.whole.dimension("value"), summary.codebook)]
    assert order[:3] == ["growth", "care", "enjoyment"]


def test_the_climate_its_groups_and_the_change_are_told():
    rows = [
        *said(40, ("control", "attained"), path=("Zuid",)),
        *said(10, ("trust", "attained"), path=("Noord",)),
        *said(60, path=("Noord",)),
        *said(8, ("control", "attained"), path=("Noord",)),
    ]
    earlier = [*said(10, ("control", "attained")), *said(90)]
    leads = dict(highlights(summary_of(rows, earlier=earlier)))
    assert leads["In de balans klinkt"].startswith("meer controle dan vertrouwen door (balans −0,66; 48 respondenten")
    assert "controle in Zuid (+90 procentpunt" in leads["De grootste verschillen tussen groepen"]
    assert leads["Sinds de vorige meting veranderd"] == "controle (+31 procentpunt)"


def test_nothing_is_said_of_too_few_respondents():
    assert highlights(summary_of(said(7, ("influence", "constrained")))) == ()
