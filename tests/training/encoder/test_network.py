"""network.py: what the transformer must hold to, whatever its weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.tiny import CLOSE, N_HEADS, tiny_params
from training.encoder.network import FIRST_BIAS, first_params, freeze, sentence_scores, thaw, token_scores


@pytest.fixture(scope="module")
def params(base):
    return tiny_params(base, 3, 2)


@pytest.fixture(scope="module")
def batch(base):
    ids = np.array([[0, 5, 9, 12, 7, 2], [0, 8, 8, 2, 1, 1]])
    return base.embeddings[ids], ids != 1


def test_what_fills_up_a_sentence_changes_none_of_its_scores(params, base, batch):
    x, mask = batch
    scores = token_scores(params, x, mask, N_HEADS)
    alone = token_scores(params, x[1:, :4], mask[1:, :4], N_HEADS)
    assert scores.shape == (2, 6, 3 * (1 + 2))
    np.testing.assert_allclose(scores[1, :4], alone[0], atol=CLOSE)
    mean = sentence_scores(scores, mask)
    np.testing.assert_allclose(mean[1], np.asarray(scores)[1, :4].mean(axis=0), atol=CLOSE)
    np.testing.assert_allclose(mean[0], np.asarray(scores)[0].mean(axis=0), atol=CLOSE)


def test_the_order_of_words_counts(params, batch):
    x, mask = batch
    turned = x[:1, [0, 3, 2, 1, 4, 5]]
    one, other = (sentence_scores(token_scores(params, v, mask[:1], N_HEADS), mask[:1]) for v in (x[:1], turned))
    assert np.abs(one - other).max() > 0.01


def test_dropout_is_on_with_a_key_only_and_each_key_drops_others(params, batch):
    x, mask = batch
    keys = [None, None, jax.random.key(1), jax.random.key(1), jax.random.key(2)]
    plain, again, first, same, other = (np.asarray(token_scores(params, x, mask, N_HEADS, key)) for key in keys)
    np.testing.assert_array_equal(plain, again)
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - plain).max() > 0.01
    assert np.abs(first - other).max() > 0.01


def test_before_learning_no_label_is_likely(base, batch):
    x, mask = batch
    first = first_params(base, 1, 3, 2, seed=1)
    scores = np.asarray(sentence_scores(token_scores(first, x, mask, N_HEADS), mask))
    assert len(first["layers"]) == 1
    assert (scores[:, :3] < -1).all()
    np.testing.assert_allclose(first["head"]["b"], [FIRST_BIAS] * 3 + [0] * 6)
    np.testing.assert_array_equal(first["head"]["w"], first_params(base, 1, 3, 2, seed=1)["head"]["w"])


@pytest.mark.parametrize("n_frozen", [0, 1, 2])
def test_what_is_frozen_and_what_learns_are_together_the_whole(n_frozen, params):
    learning, frozen = freeze(params, n_frozen)
    assert (len(frozen["layers"]), len(learning["layers"])) == (n_frozen, 2 - n_frozen)
    assert "head" in learning
    whole = thaw(learning, frozen)
    assert whole.keys() == params.keys()
    assert all(jnp.array_equal(a, b) for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(params), strict=True))
