"""export.py: rounding to blocks. That the files score as the network did is tested with models.encoder."""

import numpy as np
import pytest

from models.encoder import EMBEDDINGS, GRAPH, TOKENIZER, WEIGHTS, unpack
from tests.tiny import tiny_base, tiny_params
from training.encoder.export import export, quantise


@pytest.fixture(scope="module")
def numbers():
    random = np.random.default_rng(6)
    rows = random.normal(size=(40, 96)) * 10.0 ** random.integers(-2, 3, size=(40, 1))
    rows[7, 32:64] = 0
    return rows.astype(np.float32)


@pytest.mark.parametrize("bits", range(2, 9))
def test_rounding_twice_gives_what_rounding_once_gave(bits, numbers):
    table = quantise(numbers, bits)
    once = table.rows()
    again = quantise(once, bits)
    np.testing.assert_array_equal(again.rows(), once)
    tagged = np.repeat(table.scales != 0, 32, axis=1)
    np.testing.assert_array_equal(again.steps[tagged], table.steps[tagged])


@pytest.mark.parametrize(
    ("bits", "error"), [(2, 0.4), (3, 0.2), (4, 0.1), (5, 0.06), (6, 0.03), (7, 0.016), (8, 0.008)]
)
def test_a_rounded_number_is_close_to_what_it_was(bits, error, numbers):
    table = quantise(numbers, bits)
    assert (table.steps.shape, table.scales.shape) == (numbers.shape, (40, 3))
    assert (table.steps.dtype, table.scales.dtype, table.middle) == (np.uint8, np.float16, 2 ** (bits - 1))
    assert table.steps.max() < 2**bits
    off = np.abs(table.rows() - numbers).reshape(40, 3, 32)
    largest = np.abs(numbers).reshape(40, 3, 32).max(axis=2)
    assert (off.mean(axis=2) <= error * largest).all()
    assert not table.rows()[7, 32:64].any()


def test_trying_finer_scales_loses_nothing_against_the_one_that_just_holds_the_largest(numbers):
    blocks = numbers.reshape(40, 3, 32)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2, keepdims=True), axis=2)
    plain = (extreme / -8).astype(np.float16).astype(np.float32)
    rounded = np.clip(np.rint(blocks / np.where(plain == 0, 1, plain)), -8, 7) * plain
    mine = ((quantise(numbers, 4).rows().reshape(blocks.shape) - blocks) ** 2).sum(axis=2)
    theirs = ((rounded - blocks) ** 2).sum(axis=2)
    assert (mine <= theirs * (1 + 1e-5)).all()
    assert mine.sum() < 0.99 * theirs.sum()


def test_the_same_parameters_give_the_same_files_and_fewer_bits_smaller_ones(base):
    params = tiny_params(base, 2, 2)
    files = export(params, base, 64, [4, 4])
    assert set(files) == {GRAPH, WEIGHTS, TOKENIZER}
    assert export(params, base, 64, [4, 4]) == files
    finer = export(params, base, 64, [8, 8])
    assert finer[GRAPH] == files[GRAPH]
    assert len(files[WEIGHTS]) < 0.8 * len(finer[WEIGHTS])


def test_each_layer_has_its_own_bits_and_the_subwords_have_4(base):
    tables = unpack(export(tiny_params(base, 2, 2), base, 64, [4, 6])[WEIGHTS])
    assert tables.pop(EMBEDDINGS).middle == 8
    assert [table.middle for table in tables.values()] == [8] * 4 + [32] * 4


def test_bits_are_given_for_each_layer(base):
    with pytest.raises(ValueError, match="shorter"):
        export(tiny_params(tiny_base(), 2, 2), base, 64, [4])
