"""Evidence: parts that add up to the score, and spans on word borders within the sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Tagger
from models.encoder import Reading
from models.evidence import EVIDENCE_SHARE, MAX_WORDS, encoder_parts, spans, word_parts
from models.features import mean_vectors
from models.pipeline import Sentence, Word
from tests.complaints import Complaints

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


# Characters of the text before the sentence.
OFFSET = 7


def sentence_of(*forms: str) -> Sentence:
    words, position = [], 0
    for form in forms:
        words.append(Word(position + OFFSET, position + len(form) + OFFSET, form, form, position))
        position += len(form) + 1
    text = " ".join(forms)
    return Sentence(OFFSET, OFFSET + len(text), text, tuple(words), np.zeros(2, dtype=np.float32), 0)


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
    found = spans(sentence_of(*forms), np.array(parts, dtype=np.float32))
    assert found == [(start + OFFSET, end + OFFSET) for start, end in expected]


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
    labels = np.arange(len(tagger.codebook.labels))
    scores = tagger.scorer.score([sentence])
    parts = tagger.scorer.parts(scores, np.zeros_like(labels), labels)
    found = [tagger.scorer.evidence(scores, 0, int(label), parts[label]) for label in labels]
    starts, ends = {word.start for word in sentence.words}, {word.end for word in sentence.words}
    has_word = any(c.isalnum() for word in sentence.words for c in word.form)
    for evidence in found:
        assert bool(evidence) == has_word
        position = sentence.start
        for start, end in evidence:
            assert start in starts
            assert end in ends
            assert position <= start < end <= sentence.end
            position = end


# Words, the subwords with the score of each, and the part of the mean score that each word should have.
READINGS = [
    # Scores 4, 1 and 1, of which the mean is 2; marks score as the mean.
    (["te", "laat", "nu"], [(0, 2, 4), (3, 7, 1), (8, 10, 1)], [2 / 5, -1 / 5, -1 / 5]),
    # Two subwords of one word.
    (["wachttijd"], [(0, 5, 3), (5, 9, 1)], [0.0]),
    (["wacht", "niet"], [(0, 3, 3), (3, 5, 2), (6, 10, -2)], [3 / 5, -3 / 5]),
    # A subword that spans two words is split evenly over them; the space between them belongs to neither.
    (["zo", "n"], [(0, 4, 2), (3, 4, -2)], [1 / 4, 1 / 4 - 2 / 4]),
    # What was not read has no part; a subword that covers no word has none to give.
    (["ja", "nee"], [(0, 2, 1), (2, 3, -1)], [1 / 4, 0.0]),
    (["ja"], [], [0.0]),
]


@pytest.mark.parametrize(("forms", "subwords", "expected"), READINGS)
def test_a_word_gets_what_its_subwords_score_above_the_mean(
    forms: list[str], subwords: list[tuple[int, int, float]], expected: list[float]
) -> None:
    mean = sum(score for *_, score in subwords) / max(1, len(subwords))
    scores = np.array([mean, *(score for *_, score in subwords), mean], dtype=np.float32)
    places = [(0, 0), *((start, end) for start, end, _ in subwords), (0, 0)]
    reading = Reading(np.stack([np.zeros_like(scores), scores + 9], axis=1), tuple(places))
    np.testing.assert_allclose(encoder_parts(sentence_of(*forms), reading, 1), expected, atol=1e-6)
    assert not encoder_parts(sentence_of(*forms), reading, 0).any()


def check_encoder_parts(tagger: Tagger, sentence: Sentence) -> None:
    """Words and marks together have no part left over, as far as each subword stands in a word."""
    assert tagger.scorer.encoder is not None
    (reading,) = tagger.scorer.encoder.read([sentence.text])
    ends = [end for start, end in reading.spans if end]
    for label in range(tagger.scorer.n_labels):
        parts = encoder_parts(sentence, reading, label)
        assert parts.shape == (len(sentence.words),)
        scores = reading.scores[:, label]
        marks = [s - scores.mean() for s, span in zip(scores, reading.spans, strict=True) if span == (0, 0)]
        assert parts.sum() + sum(marks) / len(scores) == pytest.approx(0, abs=1e-4)
        unread = [i for i, word in enumerate(sentence.words) if word.at >= max(ends, default=0)]
        assert not parts[unread].any()


@pytest.mark.parametrize("profile", ["fast", "accurate"])
def test_the_parts_and_evidence_of_a_complaint_hold_in_each_profile(
    profile: str, complaints: Complaints, request: pytest.FixtureRequest
) -> None:
    tagger: Tagger = request.getfixturevalue(profile)
    texts = [" ".join(s.text for s in text.sentences) for text in complaints.texts[:12]]
    for sentences in tagger.pipeline.read(texts):
        for sentence in sentences:
            check_parts(tagger, sentence)
            check_spans(tagger, sentence)
            if profile == "accurate":
                check_encoder_parts(tagger, sentence)


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
def test_parts_and_evidence_hold_for_any_text(accurate: Tagger, text: str) -> None:
    (sentences,) = accurate.pipeline.read([text])
    for sentence in sentences:
        check_parts(accurate, sentence)
        check_spans(accurate, sentence)


def test_a_word_that_is_repeated_shares_what_it_carries(accurate: Tagger) -> None:
    artefact = accurate.artefact
    (sentence,) = accurate.pipeline.read_units(["pakket pakket"])
    row = artefact.label_features.transform([sentence])
    columns = artefact.label_features.parts_of(sentence)
    vectors = accurate.pipeline.word_vectors([word.form for word in sentence.words])
    first, second = word_parts(sentence, row, columns, vectors, artefact.label_classifier, 0)
    assert first == pytest.approx(second, rel=1e-3)
