"""vectors.py: encoded words become few numbers each, of unit length, with frequent words weighed down.

The encoder itself runs in test_cli.py."""

import numpy as np
import pytest

from tests.training.conftest import CONFIG as COMPLAINTS
from training.config import load_config
from training.vectors import compress

CONFIG = load_config(COMPLAINTS).vectors
N_WORDS, N_ENCODED = 60, 24


@pytest.fixture(scope="module")
def encoded():
    """Words of an encoder whose first dimensions hold nearly all of the difference between them."""
    random = np.random.default_rng(2)
    spread = np.r_[np.full(6, 3.0), np.full(N_ENCODED - 6, 0.01)]
    return (random.normal(size=(N_WORDS, N_ENCODED)) * spread + 5).astype(np.float32)


@pytest.fixture(scope="module")
def frequencies():
    return 0.05 / np.arange(1, N_WORDS + 1)


def cosines(rows):
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.mark.parametrize("dimensions", [2, 8, 24])
def test_each_word_gets_as_many_dimensions_as_the_configuration_says(dimensions, encoded, frequencies):
    vectors = compress(encoded, frequencies, CONFIG.model_copy(update={"dimensions": dimensions}))
    assert vectors.shape == (N_WORDS, dimensions)
    assert vectors.dtype == np.float32


def test_vectors_have_unit_length_before_they_are_weighed(encoded):
    lengths = np.linalg.norm(compress(encoded, np.zeros(N_WORDS), CONFIG), axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-4)


def test_the_length_of_a_vector_is_the_weight_of_its_word(encoded, frequencies):
    lengths = np.linalg.norm(compress(encoded, frequencies, CONFIG), axis=1)
    np.testing.assert_allclose(lengths, 1e-3 / (1e-3 + frequencies), rtol=1e-4)


def test_frequent_words_have_shorter_vectors(encoded, frequencies):
    lengths = np.linalg.norm(compress(encoded, frequencies, CONFIG), axis=1)
    assert (np.diff(lengths) > 0).all()
    assert lengths[0] < 0.1 * lengths[-1]


def test_weighing_leaves_the_direction_of_a_word_as_it_was(encoded, frequencies):
    plain, weighed = (compress(encoded, f, CONFIG) for f in (np.zeros(N_WORDS), frequencies))
    np.testing.assert_allclose(cosines(plain), cosines(weighed), atol=1e-4)


def test_words_that_were_alike_stay_alike_in_fewer_dimensions(encoded, frequencies):
    vectors = compress(encoded, frequencies, CONFIG)
    np.testing.assert_allclose(cosines(vectors), cosines(encoded - encoded.mean(axis=0)), atol=0.02)


def test_components_are_those_of_the_most_frequent_words(encoded, frequencies):
    # The rare words differ in one further dimension, which the frequent ones do not know.
    rare = encoded.copy()
    rare[CONFIG.pca_words :, -1] += 1000 * np.sign(np.arange(N_WORDS - CONFIG.pca_words) % 2 - 0.5)
    few = CONFIG.model_copy(update={"dimensions": 6})
    np.testing.assert_allclose(
        np.abs(cosines(compress(rare, frequencies, few))[: CONFIG.pca_words, : CONFIG.pca_words]),
        np.abs(cosines(compress(encoded, frequencies, few))[: CONFIG.pca_words, : CONFIG.pca_words]),
        atol=0.05,
    )
