"""Evidence: parts that add up to the score, and spans on word borders within the sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Tagger
from models.evidence import EVIDENCE_SHARE, MAX_WORDS, find_evidence, spans, word_parts
from models.features import mean_vectors
from models.pipeline import Sentence, Word

PIECES = [
    "Ik",
    "mag",
    "mijn",
    "eigen",
    "week",
    "indelen",
    ",",
    "mag",
    "cafe\u0301",
    "👍🏽",
    "\u200b",
    "geen",
    "vertrouwen!",
]
PIECES += ["qzxjw", "collega’s", "€", "12,50", "bijv.", "\r\n", "(", ")", "\U0001d15e", "İ", "y" * 350]


def sentence_of(*forms: str) -> Sentence:
    words, position = [], 0
    for form in forms:
        words.append(Word(position, position + len(form), form, form))
        position += len(form) + 1
    return Sentence(0, max(0, position - 1), tuple(words), np.zeros(2, dtype=np.float32), 0)


# Words, the part of the score that each has, and the spans that should light up.
CHOICES = [
    (["ik", "mag", "veel"], [0.0, 2.0, 0.1], [(3, 6)]),
    (["ik", "mag", "veel"], [0.0, 1.0, 1.0], [(3, 11)]),
    (["mag", "ik", "veel"], [1.0, 0.0, 1.0], [(0, 3), (7, 11)]),
    (["veel", "!", "mag"], [1.0, 9.0, 1.0], [(0, 4), (7, 10)]),
    (["niet", "ik"], [-0.5, -2.0], [(0, 4)]),
    (["ja"], [0.0], [(0, 2)]),
    (["👍", "!"], [1.0, 1.0], []),
    ([], [], []),
]


@pytest.mark.parametrize(("forms", "parts", "expected"), CHOICES)
def test_the_words_with_the_largest_parts_light_up(
    forms: list[str], parts: list[float], expected: list[tuple[int, int]]
) -> None:
    assert spans(sentence_of(*forms), np.array(parts, dtype=np.float32)) == expected


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=20))
def test_evidence_holds_its_share_or_the_most_words_it_may(parts: list[float]) -> None:
    sentence = sentence_of(*["woord"] * len(parts))
    found = spans(sentence, np.array(parts, dtype=np.float32))
    chosen = [i for i, word in enumerate(sentence.words) if any(s <= word.start and word.end <= e for s, e in found)]
    positive = sum(part for part in parts if part > 0)
    assert 1 <= len(chosen) <= MAX_WORDS
    assert max(parts) in [parts[i] for i in chosen]
    assert len(chosen) == MAX_WORDS or sum(parts[i] for i in chosen) >= EVIDENCE_SHARE * positive - 1e-4 or not positive


def check_parts(tagger: Tagger, sentence: Sentence) -> None:
    """Parts and bias add up to the score of every label; the tolerance is for sums of 32-bit floats."""
    artefact = tagger.artefact
    row = artefact.label_features.transform([sentence])
    columns = artefact.label_features.parts_of(sentence)
    vectors = tagger.pipeline.word_vectors([word.form for word in sentence.words])
    classifier = artefact.label_classifier
    (scores,) = classifier.scores(row, mean_vectors([sentence]))
    for label, score in enumerate(scores):
        parts = word_parts(sentence, row, columns, vectors, classifier, label)
        assert parts.shape == (len(sentence.words),)
        assert parts.sum() + classifier.bias[label] == pytest.approx(score, abs=1e-4)


def check_spans(tagger: Tagger, sentence: Sentence) -> None:
    artefact, labels = tagger.artefact, list(range(len(tagger.codebook.labels)))
    row = artefact.label_features.transform([sentence])
    found = find_evidence(sentence, row, labels, artefact.label_features, artefact.label_classifier, tagger.pipeline)
    starts, ends = {word.start for word in sentence.words}, {word.end for word in sentence.words}
    has_word = any(c.isalnum() for word in sentence.words for c in word.form)
    assert len(found) == len(labels)
    for evidence in found:
        assert bool(evidence) == has_word
        position = sentence.start
        for start, end in evidence:
            assert start in starts
            assert end in ends
            assert position <= start < end <= sentence.end
            position = end


def test_the_parts_of_an_answer_add_up_to_its_scores(tagger: Tagger, answers: list[str]) -> None:
    for sentences in tagger.pipeline.read(answers):
        for sentence in sentences:
            check_parts(tagger, sentence)


def test_the_evidence_of_an_answer_lies_on_word_borders_within_its_sentence(tagger: Tagger, answers: list[str]) -> None:
    for sentences in tagger.pipeline.read(answers):
        for sentence in sentences:
            check_spans(tagger, sentence)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map(" ".join))
def test_parts_and_evidence_hold_for_any_text(tagger: Tagger, text: str) -> None:
    (sentences,) = tagger.pipeline.read([text])
    for sentence in sentences:
        check_parts(tagger, sentence)
        check_spans(tagger, sentence)


def test_a_word_that_is_repeated_shares_what_it_carries(tagger: Tagger) -> None:
    artefact = tagger.artefact
    (sentence,) = tagger.pipeline.read_units(["vertrouwen vertrouwen"])
    row = artefact.label_features.transform([sentence])
    columns = artefact.label_features.parts_of(sentence)
    vectors = tagger.pipeline.word_vectors([word.form for word in sentence.words])
    first, second = word_parts(sentence, row, columns, vectors, artefact.label_classifier, 0)
    assert first == pytest.approx(second, rel=1e-3)
