"""Features: the columns that words take part in are the columns that the matrix has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from models import Tagger
from models.features import TOKEN_PATTERN, Block, FeatureSet, mean_vectors, view_of
from models.pipeline import Sentence

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


def read(tagger: Tagger, text: str) -> list[Sentence]:
    (sentences,) = tagger.pipeline.read([text])
    return sentences


@pytest.fixture
def small(tagger: Tagger) -> FeatureSet:
    words = TfidfVectorizer(token_pattern=TOKEN_PATTERN, lowercase=False, ngram_range=(1, 2))
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), lowercase=False)
    features = FeatureSet([Block("lemmas", words), Block("forms", characters)])
    features.fit([*read(tagger, "Ik werkte hard."), *read(tagger, "Ik werk thuis.")])
    return features


def test_views_are_the_words_joined_by_single_spaces(tagger: Tagger) -> None:
    (sentence,) = read(tagger, "Mijn  baas\twerkte HARD")
    assert view_of(sentence, "forms") == "mijn baas werkte hard"
    assert view_of(sentence, "lemmas") == "mijn baas werken hard"


def test_a_word_takes_part_in_its_own_grams_and_in_those_with_its_neighbours(tagger: Tagger, small: FeatureSet) -> None:
    (sentence,) = read(tagger, "ik werkte")
    words = small.blocks[0]
    vocabulary = words.vectorizer.vocabulary_
    first, second = words.parts_of(sentence)
    assert sorted(first) == sorted([vocabulary["ik"], vocabulary["ik werken"]])
    assert sorted(second) == sorted([vocabulary["werken"], vocabulary["ik werken"]])
    assert not words.is_character_block
    assert small.blocks[1].is_character_block


def test_columns_of_later_blocks_stand_after_those_of_earlier_ones(tagger: Tagger, small: FeatureSet) -> None:
    (sentence,) = read(tagger, "thuis")
    n_words = len(small.blocks[0].vectorizer.vocabulary_)
    (columns,) = small.parts_of(sentence)
    assert columns[0] == small.blocks[0].vectorizer.vocabulary_["thuis"]
    assert all(n_words <= column < small.n_columns for column in columns[1:])
    assert len(columns) > 2


def test_the_matrix_has_one_row_per_sentence_and_all_columns(tagger: Tagger, small: FeatureSet) -> None:
    sentences = read(tagger, "Ik werk. Onbekend qzxjw.")
    matrix = small.transform(sentences)
    assert matrix.shape == (2, small.n_columns)
    assert matrix.dtype == np.float32


def test_a_feature_set_survives_its_own_state(tagger: Tagger, small: FeatureSet) -> None:
    rebuilt = FeatureSet.from_state(small.state())
    sentences = read(tagger, "Ik werkte thuis.")
    assert (rebuilt.transform(sentences) != small.transform(sentences)).nnz == 0
    assert all(set(block) == {"view", "vectorizer"} for block in small.state())


def test_mean_vectors_stack_the_sentences(tagger: Tagger) -> None:
    sentences = read(tagger, "Ik werk. Ik rust.")
    stacked = mean_vectors(sentences)
    assert stacked.shape == (2, tagger.pipeline.dimensions)
    np.testing.assert_array_equal(stacked[1], sentences[1].vector)


def check_columns(tagger: Tagger, sentence: Sentence) -> None:
    for features in (tagger.artefact.label_features, tagger.artefact.stance_features):
        columns = features.parts_of(sentence)
        assert len(columns) == len(sentence.words)
        assert {c for word in columns for c in word} == set(features.transform([sentence]).indices.tolist())


def test_every_feature_of_an_answer_comes_from_a_word(tagger: Tagger, answers: list[str]) -> None:
    for sentences in tagger.pipeline.read(answers):
        for sentence in sentences:
            check_columns(tagger, sentence)


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_every_feature_of_any_text_comes_from_a_word(tagger: Tagger, text: str) -> None:
    for sentence in read(tagger, text):
        check_columns(tagger, sentence)
