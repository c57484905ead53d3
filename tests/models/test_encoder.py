"""The sentence encoder: the exported files score as the network that learned, sentence by sentence."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import jax.numpy as jnp
import numpy as np
import pytest

from models.encoder import (
    BATCH_TOKENS,
    EMBEDDINGS,
    GRAPH,
    TOKENIZER,
    WEIGHTS,
    PackedTable,
    SentenceEncoder,
    pack,
    unpack,
)
from models.errors import ArtefactError
from tests.tiny import CLOSE, N_HEADS, N_LAYERS, tiny_base, tiny_files, tiny_params
from training.encoder.base import Base, make_tokenizer
from training.encoder.export import export, quantise
from training.encoder.network import Params, token_scores

N_LABELS, N_STANCES = 3, 2
SENTENCES = [
    "Het pakket kwam te laat.",
    "ik wacht",
    "De man was niet onbeleefd, maar ik heb wel twee uur staan te wachten.",
    "Ja.",
    "café 😀 ЖЖ collega's",
    "",
    "   ",
    "<pad> <s> </s>",
]


def rounded(weights: np.ndarray, bits: int) -> np.ndarray:
    """Give rows of numbers as the exported files hold them."""
    table = quantise(weights, bits)
    blocks = table.steps.reshape(len(weights), -1, 32).astype(np.float32) - 2 ** (bits - 1)
    return (blocks * table.scales[..., None]).reshape(weights.shape)


def rounded_layer(layer: dict[str, dict[str, np.ndarray]], bits: int) -> dict[str, dict[str, np.ndarray]]:
    matrices = ("qkv", "output", "inner", "outer")
    return layer | {name: layer[name] | {"w": rounded(layer[name]["w"].T, bits).T} for name in matrices}


def expected_scores(params: Params, base: Base, bits: list[int], text: str, max_tokens: int = 64) -> np.ndarray:
    """Score a sentence with the network that was exported, its weights rounded."""
    ids = make_tokenizer(base.pieces, max_tokens).encode(text).ids
    layers = [rounded_layer(layer, n) for layer, n in zip(params["layers"], bits, strict=True)]
    mask = jnp.array(ids)[None] != base.special["pad"]
    embeddings = jnp.asarray(rounded(base.embeddings, 4)[ids])[None]
    return np.asarray(token_scores({**params, "layers": layers}, embeddings, mask, N_HEADS))[0]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return tiny_files(N_LABELS, N_STANCES)


@pytest.fixture(scope="module")
def encoder(files: dict[str, bytes]) -> SentenceEncoder:
    return SentenceEncoder.from_files(files)


@pytest.mark.parametrize("bits", [[4, 4], [4, 6], [2, 8]])
def test_the_exported_files_score_as_the_network_that_was_exported(bits: list[int]) -> None:
    base = tiny_base()
    params = tiny_params(base, N_LABELS, N_STANCES)
    encoder = SentenceEncoder.from_files(export(params, base, 64, bits))
    spread = []
    for text, reading in zip(SENTENCES, encoder.read(SENTENCES), strict=True):
        expected = expected_scores(params, base, bits, text)
        assert reading.scores.shape == expected.shape == (len(reading.spans), N_LABELS * (1 + N_STANCES))
        np.testing.assert_allclose(reading.scores, expected, atol=CLOSE)
        spread.append(expected.mean(axis=0))
    assert np.std(spread, axis=0).min() > 100 * CLOSE, "sentences that all score alike would prove nothing"


def test_sentences_read_together_score_as_each_alone(encoder: SentenceEncoder) -> None:
    together = encoder.read(SENTENCES)
    for text, reading in zip(SENTENCES, together, strict=True):
        (alone,) = encoder.read([text])
        assert alone.spans == reading.spans
        np.testing.assert_allclose(alone.scores, reading.scores, atol=1e-5)


def test_more_sentences_than_fit_one_batch_come_back_in_their_order(encoder: SentenceEncoder) -> None:
    texts = [f"ik wacht {'nog ' * (i % 9)}niet" for i in range(200)]
    readings = encoder.read(texts)
    assert sum(len(reading.spans) for reading in readings) > 2 * BATCH_TOKENS
    assert [reading.spans[-2][1] for reading in readings] == [len(text) for text in texts]
    shortest, longest = encoder.read([texts[0]]) + encoder.read([texts[8]])
    for i in range(0, 198, 9):
        np.testing.assert_allclose(readings[i].scores, shortest.scores, atol=1e-5)
        np.testing.assert_allclose(readings[i + 8].scores, longest.scores, atol=1e-5)


def test_threads_do_not_disturb_each_other(encoder: SentenceEncoder) -> None:
    expected = encoder.read(SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        for readings in pool.map(encoder.read, [SENTENCES] * 8):
            for one, other in zip(readings, expected, strict=True):
                np.testing.assert_array_equal(one.scores, other.scores)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_score(
    files: dict[str, bytes], encoder: SentenceEncoder, threads: int
) -> None:
    other = SentenceEncoder.from_files(files, threads)
    for one, two in zip(encoder.read(SENTENCES), other.read(SENTENCES), strict=True):
        np.testing.assert_allclose(one.scores, two.scores, atol=1e-5)


@pytest.mark.parametrize("text", [*SENTENCES, "Zo'n  ﬁjne\tdag\u00a0hè", "½ m²"])
def test_spans_follow_each_other_and_hold_every_character_but_spaces(encoder: SentenceEncoder, text: str) -> None:
    (reading,) = encoder.read([text])
    assert reading.spans[0] == reading.spans[-1] == (0, 0)
    end, covered = 0, set()
    for start, stop in reading.spans[1:-1]:
        assert 0 <= start <= stop <= len(text)
        assert stop >= end
        end = stop
        covered.update(range(start, stop))
    assert not [c for i, c in enumerate(text) if i not in covered and not c.isspace()]


def test_a_subword_covers_the_characters_that_it_stands_for(encoder: SentenceEncoder) -> None:
    text = "Ja, ik wacht niet"
    (reading,) = encoder.read([text])
    pieces = [text[start:end] for start, end in reading.spans[1:-1]]
    # A space that is a subword of its own covers the letter after it.
    assert pieces == ["J", "J", "a", ",", "ik", "w", "w", "a", "cht", "niet"]


def test_nothing_to_read_gives_nothing_and_an_empty_sentence_its_two_marks(encoder: SentenceEncoder) -> None:
    assert encoder.read([]) == []
    (reading,) = encoder.read([""])
    assert reading.spans == ((0, 0), (0, 0))
    assert np.isfinite(reading.scores).all()


@pytest.mark.parametrize("max_tokens", [8, 64])
def test_what_follows_the_last_subword_that_fits_is_not_read(max_tokens: int) -> None:
    encoder = SentenceEncoder.from_files(tiny_files(N_LABELS, N_STANCES, max_tokens=max_tokens))
    long, longer = encoder.read(["ik wacht niet " * 40, "ik wacht niet " * 60])
    assert len(long.spans) == len(longer.spans) == max_tokens
    np.testing.assert_allclose(long.scores, longer.scores, atol=1e-5)
    assert np.isfinite(long.scores).all()


def test_rows_of_a_packed_table_are_the_rounded_numbers() -> None:
    base = tiny_base()
    files = export(tiny_params(base, 1, 1), base, 64, [4] * N_LAYERS)
    table = unpack(files[WEIGHTS])[EMBEDDINGS]
    index = np.array([5, 0, 5, 17])
    np.testing.assert_array_equal(table.rows(index), rounded(base.embeddings, 4)[index])
    np.testing.assert_array_equal(table.rows(), rounded(base.embeddings, 4))
    assert table.rows().dtype == np.float32


def test_a_row_of_a_packed_table_is_its_steps_from_the_middle_times_the_scale_of_each_block() -> None:
    steps = np.full((1, 64), 8, dtype=np.uint8)
    steps[0, [0, 33]] = [11, 1]
    (row,) = PackedTable(steps, np.array([[0.5, 2]], dtype=np.float16), 8).rows()
    assert (row[0], row[33]) == (1.5, -14)
    assert np.flatnonzero(row).tolist() == [0, 33]


def test_packed_tables_come_back_as_they_were_in_a_file_without_any_pickle() -> None:
    random = np.random.default_rng(2)
    tables = {
        name: quantise(random.normal(size=(n, 64)).astype(np.float32), bits)
        for name, n, bits in [("t0", 3, 4), (EMBEDDINGS, 9, 6), ("t1", 1, 8)]
    }
    found = unpack(pack(tables))
    assert list(found) == list(tables)
    for name, table in tables.items():
        np.testing.assert_array_equal(found[name].steps, table.steps)
        np.testing.assert_array_equal(found[name].scales, table.scales)
        assert (found[name].steps.dtype, found[name].scales.dtype) == (np.uint8, np.float16)
        assert found[name].middle == table.middle
    assert pack(tables) == pack(tables)


def test_the_graph_holds_no_weights_and_names_a_table_for_each_matrix(files: dict[str, bytes]) -> None:
    tables = unpack(files[WEIGHTS])
    assert set(tables) == {EMBEDDINGS, *(f"t{i}" for i in range(4 * N_LAYERS))}
    assert len(files[GRAPH]) < sum(table.steps.nbytes for table in tables.values())
    for name in set(tables) - {EMBEDDINGS}:
        assert name.encode() in files[GRAPH]


def without(name: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {key: content for key, content in files.items() if key != name}


def table_of(**arrays: np.ndarray) -> bytes:
    buffer = BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


DAMAGE = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "text": lambda content: b"version https://git-lfs.github.com/spec/v1\n",
    "a number": lambda content: b"7",
    "zeros": lambda content: bytes(500),
}


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, WEIGHTS])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_refused_in_words(files: dict[str, bytes], name: str, damage) -> None:
    with pytest.raises(ArtefactError, match="no sentence encoder"):
        SentenceEncoder.from_files(files | {name: damage(files[name])})


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, WEIGHTS])
def test_a_missing_file_is_refused_in_words(files: dict[str, bytes], name: str) -> None:
    with pytest.raises(ArtefactError, match="no sentence encoder"):
        SentenceEncoder.from_files(without(name, files))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (WEIGHTS, table_of(steps=np.zeros((4, 32), np.uint8))),
        (WEIGHTS, table_of(**{"embeddings.steps": np.zeros((4, 32), np.uint8)})),
        (WEIGHTS, table_of(**{"embeddings.steps": np.array([{}]), "embeddings.scales": np.zeros((4, 2), np.float16)})),
        (WEIGHTS, pack({EMBEDDINGS: quantise(np.ones((4, 64), np.float32), 4)})),
        (TOKENIZER, b'{"model": {"type": "WordPiece"}}'),
        (GRAPH, b"\x08\x0a"),
    ],
)
def test_a_sound_file_of_another_kind_is_refused_in_words(files: dict[str, bytes], name: str, content: bytes) -> None:
    with pytest.raises(ArtefactError, match="no sentence encoder"):
        SentenceEncoder.from_files(files | {name: content})
