"""The scorer: both profiles on complaints, the accurate one with a tiny encoder."""

import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

from models import Tagger
from models.evidence import encoder_parts, spans, word_parts
from models.features import Pairs, mean_vectors
from models.pipeline import Sentence
from models.scorer import Scorer, Scores, pairs_with_places
from models.stance_features import place_of
from tests.complaints import Complaints

EXTRA = ["Ja.", "Het pakket kwam vier dagen te laat, en de man aan de balie snauwde.", "qzxjw", "👍"]


@pytest.fixture(scope="module")
def sentences(accurate: Tagger, complaints: Complaints) -> list[Sentence]:
    texts = [s.text for text in complaints.texts if text.writer == "c4" for s in text.sentences]
    return list(accurate.pipeline.read_units([*texts, *EXTRA]))


@pytest.fixture(scope="module", params=["fast", "accurate"])
def scorer(request: pytest.FixtureRequest) -> Scorer:
    tagger: Tagger = request.getfixturevalue(request.param)
    return tagger.scorer


def all_pairs(n_sentences: int, scorer: Scorer) -> tuple[np.ndarray, np.ndarray]:
    return np.divmod(np.arange(n_sentences * scorer.n_labels), scorer.n_labels)


def word_parts_of(scorer: Scorer, sentence: Sentence, label: int) -> np.ndarray:
    """Split the linear score of a label over the words of a sentence, from the weights."""
    vectors = scorer.pipeline.word_vectors([word.form for word in sentence.words])
    row, columns = scorer.label_features.transform([sentence]), scorer.label_features.parts_of(sentence)
    return word_parts(sentence, row, columns, vectors, scorer.label_classifier, label)


def linear_stances(scorer: Scorer, sentences: list[Sentence], rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Score the stances of pairs with the linear classifier, each at the word that speaks most for its label."""
    places = [
        place_of([word.form for word in sentences[i].words], word_parts_of(scorer, sentences[i], j).tolist())
        for i, j in zip(rows, columns, strict=True)
    ]
    pairs = Pairs(rows, [scorer.label_ids[j] for j in columns], places)
    return scorer.stance_classifier.scores(scorer.stance_features.transform(sentences, pairs), columns)


def stances_of(scorer: Scorer, scores: Scores, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return scorer.stances(scores, rows, columns, scorer.parts(scores, rows, columns))


def linear_logits(scorer: Scorer, sentences: list[Sentence]) -> np.ndarray:
    return scorer.label_classifier.logits(scorer.label_features.transform(sentences), mean_vectors(sentences))


def means(scorer: Scorer, sentences: list[Sentence]) -> np.ndarray:
    assert scorer.encoder is not None
    readings = scorer.encoder.read([sentence.text for sentence in sentences])
    return np.stack([reading.scores.mean(axis=0) for reading in readings])


def test_the_fast_profile_needs_no_encoder(fast: Tagger, sentences: list[Sentence]) -> None:
    scores = fast.scorer.score(sentences)
    assert scores.readings is None
    expected = expit(linear_logits(fast.scorer, sentences))
    np.testing.assert_allclose(scores.probabilities, expected, atol=1e-6)


def test_the_accurate_profile_mixes_linear_and_encoder_scores(accurate: Tagger, sentences: list[Sentence]) -> None:
    scorer, blend = accurate.scorer, accurate.scorer.blend
    assert blend is not None
    encoded = means(scorer, sentences)[:, : scorer.n_labels]
    logits = blend.linear * linear_logits(scorer, sentences) + blend.encoder * encoded + blend.intercept
    scores = scorer.score(sentences)
    np.testing.assert_allclose(scores.probabilities, expit(logits), atol=1e-5)
    assert scores.readings is not None
    assert len(scores.readings) == len(sentences)
    assert np.abs(scores.probabilities - expit(linear_logits(scorer, sentences))).max() > 0.01


def test_the_stances_of_the_fast_profile_are_those_of_the_linear_classifier(
    fast: Tagger, sentences: list[Sentence]
) -> None:
    scorer = fast.scorer
    rows, columns = all_pairs(len(sentences), scorer)
    expected = softmax(linear_stances(scorer, sentences, rows, columns), axis=1)
    found = stances_of(scorer, scorer.score(sentences), rows, columns)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_stances_of_the_accurate_profile_mix_both(accurate: Tagger, sentences: list[Sentence]) -> None:
    scorer, blend = accurate.scorer, accurate.scorer.blend
    assert blend is not None
    rows, columns = all_pairs(len(sentences), scorer)
    linear = log_softmax(linear_stances(scorer, sentences, rows, columns), axis=1)
    # Behind the labels stand the stances of the first label, then those of the second.
    encoded = np.stack([means(scorer, sentences)[i, 2 + 2 * j : 4 + 2 * j] for i, j in zip(rows, columns, strict=True)])
    mixed = blend.stance_linear * linear + blend.stance_encoder * log_softmax(encoded, axis=1) + blend.stance_bias
    found = stances_of(scorer, scorer.score(sentences), rows, columns)
    np.testing.assert_allclose(found, softmax(mixed, axis=1), atol=1e-5)


def test_sentences_scored_together_get_what_each_gets_alone(scorer: Scorer, sentences: list[Sentence]) -> None:
    together = scorer.score(sentences)
    rows, columns = all_pairs(len(sentences), scorer)
    stances = stances_of(scorer, together, rows, columns).reshape(len(sentences), scorer.n_labels, -1)
    both = np.arange(scorer.n_labels)
    for i, sentence in enumerate(sentences):
        alone = scorer.score([sentence])
        np.testing.assert_allclose(alone.probabilities[0], together.probabilities[i], atol=1e-5)
        np.testing.assert_allclose(stances_of(scorer, alone, np.zeros_like(both), both), stances[i], atol=1e-5)


def test_probabilities_lie_between_0_and_1_and_those_of_stances_add_up(
    scorer: Scorer, sentences: list[Sentence]
) -> None:
    scores = scorer.score(sentences)
    assert scores.probabilities.shape == (len(sentences), scorer.n_labels)
    assert scores.probabilities.dtype == np.float64
    assert ((scores.probabilities >= 0) & (scores.probabilities <= 1)).all()
    stances = stances_of(scorer, scores, *all_pairs(len(sentences), scorer))
    np.testing.assert_allclose(stances.sum(axis=1), 1, atol=1e-5)


def test_some_pairs_get_what_each_gets_alone_even_when_asked_twice(scorer: Scorer, sentences: list[Sentence]) -> None:
    scores = scorer.score(sentences)
    rows, columns = np.array([0, 2, 2, 7, 7, 7]), np.array([1, 0, 0, 1, 0, 1])
    found = stances_of(scorer, scores, rows, columns)
    for pair, row, column in zip(found, rows, columns, strict=True):
        alone = stances_of(scorer, scores, np.array([row]), np.array([column]))
        np.testing.assert_allclose(pair, alone[0], atol=1e-6)


def test_no_sentences_and_no_pairs_give_empty_tables(scorer: Scorer, sentences: list[Sentence]) -> None:
    nothing, none = scorer.score([]), np.array([], dtype=np.int64)
    assert nothing.probabilities.shape == (0, 2)
    assert nothing.features.shape == (0, scorer.label_features.n_columns)
    assert stances_of(scorer, nothing, none, none).shape == (0, 2)
    assert stances_of(scorer, scorer.score(sentences), none, none).shape == (0, 2)


def test_the_parts_of_pairs_are_those_of_each_sentence_and_label(scorer: Scorer, sentences: list[Sentence]) -> None:
    rows, columns = np.array([0, 0, 3, 5, 5]), np.array([1, 0, 1, 0, 0])
    found = scorer.parts(scorer.score(sentences), rows, columns)
    assert len(found) == len(rows)
    for parts, row, column in zip(found, rows, columns, strict=True):
        np.testing.assert_allclose(parts, word_parts_of(scorer, sentences[row], column), atol=1e-6)


def test_the_place_of_a_pair_is_the_word_with_the_largest_part(scorer: Scorer, sentences: list[Sentence]) -> None:
    rows, columns = all_pairs(len(sentences), scorer)
    parts = scorer.parts(scorer.score(sentences), rows, columns)
    pairs = pairs_with_places(sentences, rows, [scorer.label_ids[j] for j in columns], parts)
    assert pairs.labels == [scorer.label_ids[j] for j in columns]
    np.testing.assert_array_equal(pairs.rows, rows)
    for row, place, part in zip(rows, pairs.places, parts, strict=True):
        spoken = [i for i, word in enumerate(sentences[row].words) if any(c.isalnum() for c in word.form)]
        assert part[place] == max(part[spoken], default=part.max())


def test_the_evidence_weighs_words_as_the_profile_weighs_scores(accurate: Tagger, sentences: list[Sentence]) -> None:
    scorer, blend = accurate.scorer, accurate.scorer.blend
    assert blend is not None
    scores = scorer.score(sentences)
    assert scores.readings is not None
    differs = 0
    for i, sentence in enumerate(sentences):
        for label in (1, 0):
            linear = word_parts_of(scorer, sentence, label)
            encoded = encoder_parts(sentence, scores.readings[i], label)
            evidence = scorer.evidence(scores, i, label, linear)
            assert evidence == spans(sentence, blend.linear[label] * linear + blend.encoder[label] * encoded)
            differs += evidence != spans(sentence, linear)
    assert differs


def test_the_evidence_of_the_fast_profile_is_that_of_the_weights(fast: Tagger, sentences: list[Sentence]) -> None:
    scores = fast.scorer.score(sentences)
    for i, sentence in enumerate(sentences):
        parts = word_parts_of(fast.scorer, sentence, 0)
        assert fast.scorer.evidence(scores, i, 0, parts) == spans(sentence, parts)


def test_a_late_parcel_lights_up_in_both_profiles(fast: Tagger, accurate: Tagger) -> None:
    text = "Beste mensen, het pakket kwam vier dagen te laat."
    for tagger in (fast, accurate):
        (tagging,) = tagger.tag([text], ["nl"])
        (tag,) = tagging.sentences[0].tags
        assert (tag.label, tag.stance) == ("delay", "reported")
        assert {"kwam", "dagen", "laat"} & {w for s in tag.evidence for w in text[s.start : s.end].split()}
