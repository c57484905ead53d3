"""service/survey/options.py: what a run may be asked."""

import pytest

from models.errors import InputError
from service.survey.options import SurveyOptions

BAD = [
    ({"min_group": 4}, "--min-group 4"),
    ({"min_group": 0}, "--min-group 0"),
    ({"quotes": 3}, "--consent"),
    ({"quotes": -1, "consent": "mag"}, "--quotes -1"),
    ({"consent": "mag"}, "--quotes"),
    ({"jobs": 0}, "--jobs 0"),
    ({"engine": "spark"}, "--master"),
    ({"master": "local[2]"}, "--engine spark"),
    ({"group_by": ("team", "team")}, "--group-by"),
    ({"group_by": ("team", " team ")}, "--group-by"),
    ({"group_by": ("team", "opmerking")}, "--group-by opmerking"),
    ({"group_by": ("wie ",), "respondent": "wie"}, "--group-by wie"),
    ({"group_by": (" opmerking",)}, "--group-by opmerking"),
]


@pytest.mark.parametrize(("given", "named"), BAD)
def test_options_that_cannot_be_are_refused_by_name(given, named):
    with pytest.raises(InputError, match=named):
        SurveyOptions("opmerking", **given)


def test_the_smallest_group_is_five_and_the_default_ten():
    assert SurveyOptions("opmerking").min_group == 10
    assert SurveyOptions("opmerking", min_group=5).min_group == 5


def test_each_column_is_read_once():
    options = SurveyOptions("opmerking", ("afdeling", "team"), "wie", quotes=1, consent="team")
    assert options.columns == ("opmerking", "afdeling", "team", "wie")
