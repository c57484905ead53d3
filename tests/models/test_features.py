"""Features: words take part in the columns that the matrix has, and pairs get the cues of their own label."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from models import Tagger
from models.features import TOKEN_PATTERN, Block, FeatureSet, Pairs, StanceFeatureSet, mean_vectors, view_of
from models.pipeline import Sentence
from models.stance_cues import DEFAULT_CUES, read_cues
from models.stance_features import outline_of, pair_tokens

PIECES = [
    "Ik",
    "mag",
    "veel",
    "bijv.",
    "👍🏽",
    "cafe\u0301",
    "collega's",
    "…",
    "\U0001d15e",
    "İ",
    "x" * 400,
    "€",
    "12,50",
    "ß",
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join)


def read(fast: Tagger, text: str) -> list[Sentence]:
    (sentences,) = fast.pipeline.read([text])
    return sentences


@pytest.fixture
def small(fast: Tagger) -> FeatureSet:
    words = TfidfVectorizer(token_pattern=TOKEN_PATTERN, lowercase=False, ngram_range=(1, 2))
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), lowercase=False)
    features = FeatureSet([Block("lemmas", words), Block("forms", characters)])
    features.fit([*read(fast, "Ik werkte hard."), *read(fast, "Ik werk thuis.")])
    return features


def test_views_are_the_words_joined_by_single_spaces(fast: Tagger) -> None:
    (sentence,) = read(fast, "Mijn  baas\twerkte HARD")
    assert view_of(sentence, "forms") == "mijn baas werkte hard"
    assert view_of(sentence, "lemmas") == "mijn baas werken hard"


def test_a_word_takes_part_in_its_own_grams_and_in_those_with_its_neighbours(fast: Tagger, small: FeatureSet) -> None:
    (sentence,) = read(fast, "ik werkte")
    words = small.blocks[0]
    vocabulary = words.vectorizer.vocabulary_
    first, second = words.parts_of(sentence)
    assert sorted(first) == sorted([vocabulary["ik"], vocabulary["ik werken"]])
    assert sorted(second) == sorted([vocabulary["werken"], vocabulary["ik werken"]])
    assert not words.is_character_block
    assert small.blocks[1].is_character_block


def test_columns_of_later_blocks_stand_after_those_of_earlier_ones(fast: Tagger, small: FeatureSet) -> None:
    (sentence,) = read(fast, "thuis")
    n_words = len(small.blocks[0].vectorizer.vocabulary_)
    (columns,) = small.parts_of(sentence)
    assert columns[0] == small.blocks[0].vectorizer.vocabulary_["thuis"]
    assert all(n_words <= column < small.n_columns for column in columns[1:])
    assert len(columns) > 2


def test_the_matrix_has_one_row_per_sentence_and_all_columns(fast: Tagger, small: FeatureSet) -> None:
    sentences = read(fast, "Ik werk. Onbekend qzxjw.")
    matrix = small.transform(sentences)
    assert matrix.shape == (2, small.n_columns)
    assert matrix.dtype == np.float32


def test_a_feature_set_survives_its_own_state(fast: Tagger, small: FeatureSet) -> None:
    rebuilt = FeatureSet.from_state(small.state())
    sentences = read(fast, "Ik werkte thuis.")
    assert (rebuilt.transform(sentences) != small.transform(sentences)).nnz == 0
    assert all(set(block) == {"view", "vectorizer"} for block in small.state())


def test_mean_vectors_stack_the_sentences(fast: Tagger) -> None:
    sentences = read(fast, "Ik werk. Ik rust.")
    stacked = mean_vectors(sentences)
    assert stacked.shape == (2, fast.pipeline.dimensions)
    np.testing.assert_array_equal(stacked[1], sentences[1].vector)


CUES = DEFAULT_CUES.read_text(encoding="utf-8")
# The second sentence speaks of two labels, the first of none.
STANCE_PAIRS = Pairs(np.array([1, 1, 2]), ["room", "trust", "trust"], [1, 4, 0])


@pytest.fixture
def spoken(fast: Tagger) -> list[Sentence]:
    return read(fast, "Ik werk thuis. Geen ruimte , wel vertrouwen. Vertrouwen krijg ik niet.")


@pytest.fixture
def for_stances(spoken: list[Sentence]) -> StanceFeatureSet:
    words = TfidfVectorizer(token_pattern=TOKEN_PATTERN, lowercase=False)
    pairs = TfidfVectorizer(token_pattern=TOKEN_PATTERN, lowercase=False, dtype=np.float32)
    features = StanceFeatureSet(FeatureSet([Block("forms", words)]), pairs, 2.5, CUES)
    features.fit(spoken, STANCE_PAIRS)
    return features


def test_the_vocabularies_of_stances_come_from_the_sentences_and_labels_that_are_asked_of(
    for_stances: StanceFeatureSet,
) -> None:
    grams = for_stances.sentences.blocks[0].vectorizer.vocabulary_
    assert {"geen", "ruimte", "krijg"} < set(grams)
    assert not {"werk", "thuis"} & set(grams)
    assert {"room|geen", "trust|geen", "trust|krijg"} < set(for_stances.pairs.vocabulary_)
    assert "room|krijg" not in for_stances.pairs.vocabulary_


def test_a_pair_has_the_grams_of_its_sentence_and_the_cues_of_its_label(
    for_stances: StanceFeatureSet, spoken: list[Sentence]
) -> None:
    matrix = for_stances.transform(spoken, STANCE_PAIRS)
    assert matrix.shape == (3, for_stances.n_columns)
    assert matrix.dtype == np.float32
    n_grams = for_stances.sentences.n_columns
    grams = for_stances.sentences.transform(spoken)
    assert (matrix[:, :n_grams] != grams[[1, 1, 2]]).nnz == 0
    names = for_stances.pairs.get_feature_names_out()
    triples = zip(STANCE_PAIRS.rows, STANCE_PAIRS.labels, STANCE_PAIRS.places, strict=True)
    for k, (row, label, place) in enumerate(triples):
        outline = outline_of([word.form for word in spoken[row].words], read_cues(CUES))
        assert set(names[matrix[k, n_grams:].indices]) == set(pair_tokens(outline, label, place).split(" "))


def test_cues_weigh_as_much_beside_the_grams_as_they_were_given(
    for_stances: StanceFeatureSet, spoken: list[Sentence]
) -> None:
    matrix = for_stances.transform(spoken, STANCE_PAIRS).toarray()
    n_grams = for_stances.sentences.n_columns
    np.testing.assert_allclose(np.linalg.norm(matrix[:, :n_grams], axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(matrix[:, n_grams:], axis=1), 2.5, rtol=1e-5)


def test_pairs_together_have_the_features_of_each_alone(for_stances: StanceFeatureSet, spoken: list[Sentence]) -> None:
    together = for_stances.transform(spoken, STANCE_PAIRS)
    for k in range(3):
        pair = Pairs(STANCE_PAIRS.rows[[k]], [STANCE_PAIRS.labels[k]], [STANCE_PAIRS.places[k]])
        assert (for_stances.transform(spoken, pair) != together[k]).nnz == 0


def test_a_stance_feature_set_survives_its_own_state_which_holds_no_type_of_ours(
    for_stances: StanceFeatureSet, spoken: list[Sentence]
) -> None:
    state = for_stances.state()
    assert {name: type(value).__module__.split(".")[0] for name, value in state.items()} == {
        "sentences": "builtins",
        "pairs": "sklearn",
        "pair_weight": "builtins",
        "cues": "builtins",
    }
    rebuilt = StanceFeatureSet.from_state(state)
    found, expected = (features.transform(spoken, STANCE_PAIRS) for features in (rebuilt, for_stances))
    assert (found != expected).nnz == 0


def check_columns(tagger: Tagger, sentence: Sentence) -> None:
    for features in (tagger.artefact.label_features, tagger.artefact.stance_features.sentences):
        columns = features.parts_of(sentence)
        assert len(columns) == len(sentence.words)
        assert {c for word in columns for c in word} == set(features.transform([sentence]).indices.tolist())


def test_every_feature_of_an_answer_comes_from_a_word(tagger: Tagger, answers: list[str]) -> None:
    for sentences in tagger.pipeline.read(answers):
        for sentence in sentences:
            check_columns(tagger, sentence)


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_every_feature_of_any_text_comes_from_a_word(fast: Tagger, text: str) -> None:
    for sentence in read(fast, text):
        check_columns(fast, sentence)
