"""What the summary says of what may be shown."""

import pytest

from models.errors import InputError
from service.survey.summary import compare
from service.survey.summary.schema import Cell, Summary
from service.survey.summary.summarise import model_info, summarise
from tests.service.survey.tallies import LABELS, STANCES, Answer, count, model, options, small_codebook

WISH, TRUST, CONTROL = ("autonomy", "sought"), ("trust", "attained"), ("control", "attained")


def survey(shares: dict[str, int], of: int = 50) -> list[Answer]:
    """Give groups of a size; so many of each wish for autonomy, all others speak of nothing."""
    return [Answer((name,), (WISH,) if i < n else ()) for name, n in shares.items() for i in range(of)]


def summary_of(answers: list[Answer], previous: Summary | None = None, **changed) -> Summary:
    wanted = options(levels=len(answers[0].groups))
    return summarise(count(answers), small_codebook(), wanted, model(**changed), previous)


def test_the_summary_survives_its_file():
    summary = summary_of(survey({"a": 10, "b": 30}))
    assert Summary.model_validate_json(summary.model_dump_json()) == summary


def test_labels_and_stances_stand_in_the_order_of_the_codebook():
    whole = summary_of(survey({"a": 10, "b": 30})).whole
    assert tuple(one.label for one in whole.labels) == LABELS
    assert all(tuple(one.stance for one in label.stances) == tuple(STANCES) for label in whole.labels)


def test_a_share_has_its_interval_and_what_the_model_s_errors_make_of_it():
    share = summary_of(survey({"a": 10, "b": 30})).whole.label("autonomy").share
    assert share.value == 0.4
    assert share.low < 0.4 < share.high
    assert share.adjusted == pytest.approx(0.4 * 0.8 / 0.5)


def test_a_group_is_compared_with_the_rest_and_not_with_the_whole():
    summary = summary_of(survey({"a": 10, "b": 30, "c": 20}))
    assert summary.whole.label("autonomy").rest is None
    contrast = summary.groups[1].label("autonomy").rest
    assert contrast.difference == pytest.approx(0.6 - 0.3)
    assert contrast.marked


def test_a_difference_is_marked_only_when_it_stands_among_all_the_others():
    few, many = survey({"a": 10, "b": 18}), survey({"a": 10, "b": 18, **{f"c{i}": 14 for i in range(20)}})
    assert all(one.label("autonomy").rest.p_adjusted >= one.label("autonomy").rest.p for one in summary_of(many).groups)
    assert summary_of(few).groups[0].label("autonomy").rest.p_adjusted < 0.1
    assert not any(one.label("autonomy").rest.marked for one in summary_of(many).groups)


def test_no_difference_is_shown_where_fewer_than_five_of_the_rest_mention_it():
    groups = summary_of(survey({"a": 20, "b": 2, "c": 2})).groups
    assert all(one.label("autonomy").rest is None for one in groups)


def test_the_balance_has_its_mean_and_both_counts():
    answers = [
        Answer((name,), (TRUST,) if i < 20 else (CONTROL,) if i < 30 else ()) for name in "ab" for i in range(50)
    ]
    summary = summary_of(answers)
    balance = summary.whole.balance
    assert (balance.toward.value, balance.against.value, balance.mean) == (40, 20, 0.33)
    assert balance.spread == pytest.approx(0.94)
    assert [one.balance.mean for one in summary.groups] == [0.33, 0.33]


def test_no_mean_is_shown_beside_a_side_that_is_not():
    answers = [
        Answer((name,), (TRUST,) if i < 20 else (CONTROL,) if i < 22 else ()) for name in "ab" for i in range(50)
    ]
    groups = summary_of(answers).groups
    assert {(one.balance.against.shown, one.balance.mean, one.balance.spread) for one in groups} == {
        ("few", None, None)
    }


def test_means_do_not_give_away_the_mean_of_the_rest():
    def group(name, trust, control):
        return [Answer((name,), tags) for tags in [(TRUST,)] * trust + [(CONTROL,)] * control + [()] * 30]

    # of c's mean nothing may be known: only one respondent speaks for control there
    groups = summary_of(group("a", 12, 12) + group("b", 9, 9) + group("c", 20, 1)).groups
    assert [one.path for one in groups if one.balance.mean is not None] in ([], [("a",)])


def test_the_statuses_are_those_of_all_rows():
    failed = Answer(("a",), status="failed", reason="ragged_row")
    answers = [*survey({"a": 20}), *[Answer(("a",), status="empty")] * 5, *[failed] * 4]
    statuses = summary_of(answers).statuses
    assert {(one.status, one.reason): one.rows for one in statuses} == {
        ("ok", None): Cell(value=50, shown="exact"),
        ("empty", None): Cell(value=5, shown="exact"),
        ("failed", "ragged_row"): Cell(shown="few"),
    }


def test_a_codebook_without_balance_has_none():
    codebook = small_codebook(balance=False)
    summary = summarise(count(survey({"a": 20}), codebook), codebook, options(), model())
    assert (summary.codebook.balance, summary.whole.balance) == (None, None)


def test_the_model_s_measured_quality_is_that_of_its_profile_and_operating_point(fast):
    manifest = fast.artefact.manifest
    info = model_info(manifest, fast.artefact.digest, "fast", "precise")
    measured = manifest.profiles["fast"].metrics["precise"].labels
    assert {label: (one.precision, one.recall) for label, one in info.labels.items()} == {
        label: (one.precision, one.recall) for label, one in measured.items()
    }


def test_a_change_is_that_of_the_share_since_the_previous_wave():
    before, now = summary_of(survey({"a": 10, "b": 30})), survey({"a": 30, "b": 30})
    summary = summary_of(now, before)
    assert summary.whole.label("autonomy").change.difference == pytest.approx(0.2)
    assert [one.label("autonomy").change.marked for one in summary.groups] == [True, False]
    assert (summary.previous.same_model, summary.previous.respondents) == (True, 100)


def test_another_model_is_named_as_a_reason_for_change():
    before = summary_of(survey({"a": 10}))
    assert not summary_of(survey({"a": 10}), before, digest="sha256:ff").previous.same_model


@pytest.mark.parametrize("hidden", [2, 49])
def test_what_one_wave_hides_is_not_compared(hidden):
    shown, other = survey({"a": 20, "b": 20}), survey({"a": hidden, "b": hidden})
    for now, before in ((shown, other), (other, shown)):
        groups = summary_of(now, summary_of(before)).groups
        assert all(one.label("autonomy").change is None for one in groups)


def test_groups_by_another_column_are_not_compared():
    before = summary_of(survey({"a": 20, "b": 20}))
    other = before.model_copy(update={"options": before.options.model_copy(update={"group_by": ("elders",)})})
    summary = summary_of(survey({"a": 20, "b": 20}), other)
    assert summary.whole.label("autonomy").change is not None
    assert all(one.label("autonomy").change is None for one in summary.groups)


BAD_FILES = {"missing": None, "no JSON": "hallo", "another format": '{"format": 2}', "no summary": "[]"}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_is_no_summary_is_refused_without_quoting_it(content, tmp_path):
    path = tmp_path / "summary.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=r"summary\.json") as error:
        compare.read_summary(path)
    assert "hallo" not in str(error.value)


def test_a_summary_is_read_back(tmp_path):
    summary = summary_of(survey({"a": 20}))
    (tmp_path / "summary.json").write_text(summary.model_dump_json())
    assert compare.read_summary(tmp_path / "summary.json") == summary
