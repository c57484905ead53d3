"""The answer's own sums: one summary entry per label, the most probable first."""

import dataclasses

import pytest

from models import Tagger
from models.balance import weigh
from models.tagging import Span, SummaryTag, Tag, TaggedSentence, summarise

STANCES = ("attained", "constrained", "sought")


def tag(label: str, stance: str, probability: float) -> Tag:
    return Tag("d", label, label.upper(), stance, 0.9, probability, 0.4, (Span(0, 2),))


def sentence(*tags: Tag) -> TaggedSentence:
    return TaggedSentence(0, 10, tags)


def test_a_text_without_tags_has_an_empty_summary() -> None:
    assert summarise([], STANCES) == ()
    assert summarise([sentence(), sentence()], STANCES) == ()


def test_a_label_is_counted_per_stance_and_keeps_its_highest_probability() -> None:
    found = summarise([sentence(tag("a", "sought", 0.5)), sentence(tag("a", "attained", 0.8)), sentence()], STANCES)
    assert found == (SummaryTag("d", "a", "A", {"attained": 1, "constrained": 0, "sought": 1}, 0.8),)


def test_the_most_probable_label_stands_first() -> None:
    sentences = [sentence(tag("a", "sought", 0.5), tag("b", "sought", 0.6)), sentence(tag("c", "attained", 0.9))]
    assert [entry.label for entry in summarise(sentences, STANCES)] == ["c", "b", "a"]


def test_the_counts_of_all_labels_add_up_to_the_number_of_tags() -> None:
    sentences = [sentence(tag("a", "sought", 0.5), tag("b", "constrained", 0.6)), sentence(tag("a", "sought", 0.9))]
    assert sum(sum(entry.stances.values()) for entry in summarise(sentences, STANCES)) == 3


def test_summary_and_balance_are_those_of_the_sentences(tagger: Tagger, answers: list[str]) -> None:
    (tagging,) = tagger.tag(["\n\n".join(answers)])
    assert len(tagging.sentences) >= len(answers)
    assert tagging.summary == summarise(tagging.sentences, tagger.codebook.stance_ids)
    pairs = [[(tag.label, tag.stance) for tag in sentence.tags] for sentence in tagging.sentences]
    assert tagging.balance == weigh(pairs, tagger.codebook)
    assert tagging.balance is not None
    assert tagging.balance.toward > 0 < tagging.balance.against


def test_an_answer_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        sentence().start = 1  # type: ignore[misc]
