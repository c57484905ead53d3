"""vocabulary.py: the ways in which tools write a label with its stance."""

import pytest

from models.errors import InputError
from tests.training.formats.corpora import BOOK
from training.formats.vocabulary import Given, Vocabulary

LATE = ("delay", "reported")
GOOD = [
    ("delay:reported", LATE),
    ("delay/reported", LATE),
    ("delay | reported", LATE),
    ("delay (reported)", LATE),
    ("vertraging: gemeld", LATE),
    ("  VERTRAGING:Verholpen ", ("delay", "resolved")),
    ("delay", ("delay", None)),
]
BAD = [
    ("lateness", "label 'lateness' is not in the codebook"),
    ("delay:sought", "stance 'sought' of label 'delay' is not in the codebook"),
    ("Mijn buurman Jansen kwam te laat", "not shown"),
    ("", "label"),
]


@pytest.mark.parametrize(("word", "tag"), GOOD)
def test_a_label_is_read_with_its_stance(word, tag):
    assert Vocabulary(BOOK).split(word) == tag


@pytest.mark.parametrize(("word", "reason"), BAD)
def test_an_unknown_label_or_stance_is_named_unless_it_could_be_a_sentence(word, reason):
    with pytest.raises(InputError, match=reason) as error:
        Vocabulary(BOOK).split(word)
    assert "Jansen" not in str(error.value)


ANSWERS = [
    (
        [
            Given("complaint", ["delay", "rudeness"]),
            Given("stance_delay", ["resolved"]),
            Given("stance_rudeness", ["gemeld"]),
        ],
        [("delay", "resolved"), ("rudeness", "reported")],
    ),
    ([Given("stance", ["resolved"]), Given("labels", ["delay"])], [("delay", "resolved")]),
    ([Given("delay", ["reported"]), Given("rudeness", ["resolved"])], [LATE, ("rudeness", "resolved")]),
    ([Given("boom", [("complaint", "delay", "reported")])], [LATE]),
    ([Given("boom", [("klacht", "vertraging:gemeld")])], [LATE]),
    ([Given("labels", ["rudeness:reported", "delay:reported"])], [LATE, ("rudeness", "reported")]),
    ([Given("labels", ["delay", "delay:reported"])], [LATE]),
    ([], []),
]
CONTRADICTIONS = [
    ([Given("labels", ["delay:reported", "delay:resolved"])], "two stances"),
    ([Given("labels", ["delay"])], "has no stance .*--default-stance"),
    ([Given("stance", ["resolved"])], "a stance without a label"),
    ([Given("labels", ["delay", "rudeness"]), Given("stance", ["resolved"])], "one stance is given for 2 labels"),
    ([Given("labels", ["delay"]), Given("stance", ["resolved", "reported"])], "two stances for one place"),
    ([Given("stance_delay", ["resolved"])], "the label itself is not"),
    ([Given("boom", [("klacht",)])], "dimension but no label"),
    ([Given("delay", []), Given("stance_delay", ["furious"])], "^stance 'furious' of label 'delay' is not in"),
]


@pytest.mark.parametrize(("given", "tags"), ANSWERS)
def test_what_was_chosen_under_several_questions_is_put_together(given, tags):
    assert [(tag.label, tag.stance) for tag in Vocabulary(BOOK).tags(given)] == tags


@pytest.mark.parametrize(("given", "reason"), CONTRADICTIONS)
def test_choices_that_contradict_each_other_are_refused(given, reason):
    with pytest.raises(InputError, match=reason):
        Vocabulary(BOOK).tags(given)


def test_a_default_stance_is_for_labels_without_one():
    tags = Vocabulary(BOOK, "reported").tags([Given("labels", ["delay", "rudeness:resolved"])])
    assert [tag.stance for tag in tags] == ["reported", "resolved"]
    with pytest.raises(InputError, match="choose from: reported, resolved"):
        Vocabulary(BOOK, "sought")
