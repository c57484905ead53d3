"""blend.py: a fine-tuned encoder is found, known and lined up with the corpus; the mix beats either of its parts."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, log_softmax
from sklearn.metrics import log_loss

from models.codebook import Codebook
from models.encoder import ENCODER_FILES, HELD_OUT
from models.errors import InputError
from tests.tiny import tuned_on
from training.blend import STEP, TunedEncoder, fit_blend, held_out_file, key_of

TEXTS = ["Het pakket kwam te laat.", "De muur is van steen.", "Ik wacht al weken."]


def written(encoder: TunedEncoder, folder: Path) -> Path:
    """Write an encoder as `weerklank-train encoder` does."""
    folder.mkdir()
    for name, content in encoder.files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def encoder(complaints):
    return tuned_on(TEXTS, complaints.codebook)


@pytest.fixture(scope="module")
def folder(encoder, tmp_path_factory):
    return written(encoder, tmp_path_factory.mktemp("blend") / "encoder")


def test_an_encoder_is_read_as_it_was_written(encoder, folder):
    read = TunedEncoder.load(folder)
    assert (read.files, read.outputs) == (encoder.files, encoder.outputs)
    np.testing.assert_array_equal(read.keys, encoder.keys)
    np.testing.assert_array_equal(read.scores, encoder.scores)
    assert read.scores.dtype == np.float32


def test_held_out_scores_are_stored_to_the_nearest_step(complaints, folder, tmp_path):
    scores = np.random.default_rng(4).normal(scale=20, size=(3, 6)).astype(np.float32)
    copy = shutil.copytree(folder, tmp_path / "encoder")
    (copy / HELD_OUT).write_bytes(held_out_file(TEXTS, scores, complaints.codebook))
    read = TunedEncoder.load(copy)
    np.testing.assert_allclose(read.scores, scores, atol=STEP / 2)
    assert read.keys.tolist() == [key_of(text) for text in TEXTS]
    assert read.knows(complaints.codebook)


DAMAGE = {
    **{f"no {name}": lambda f, name=name: (f / name).unlink() for name in ENCODER_FILES},
    "no folder": shutil.rmtree,
    "an empty table": lambda f: (f / HELD_OUT).write_bytes(b""),
    "half a table": lambda f: (f / HELD_OUT).write_bytes((f / HELD_OUT).read_bytes()[:200]),
    "a table of something else": lambda f: np.savez(f / HELD_OUT, words=np.zeros(3)),
    "a table without scores": lambda f: np.savez(f / HELD_OUT, keys=np.zeros(3), outputs=np.array(["delay"])),
    "text for a table": lambda f: (f / HELD_OUT).write_text("version https://git-lfs.github.com/spec/v1\n"),
    "objects for numbers": lambda f: np.savez(f / HELD_OUT, keys=np.array([{}]), outputs=np.array(["delay"])),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_folder_without_a_whole_encoder_is_refused_with_a_remedy(damage, encoder, tmp_path):
    folder = written(encoder, tmp_path / "encoder")
    damage(folder)
    with pytest.raises(InputError, match=r"no fine-tuned encoder there.*`weerklank-train encoder`") as error:
        TunedEncoder.load(folder)
    assert str(folder) in str(error.value)


def test_an_encoder_knows_the_codebook_that_it_was_tuned_for_and_no_other(encoder, complaints):
    codebook = complaints.codebook
    assert encoder.knows(codebook)
    raw = codebook.model_dump()
    for change in ({"labels": raw["labels"][::-1]}, {"labels": raw["labels"][:1]}, {"stances": raw["stances"][::-1]}):
        assert not encoder.knows(Codebook.model_validate(raw | change))


def test_held_out_sentences_are_found_wherever_they_stand(encoder):
    rows, places = encoder.rows_of(["Iets anders.", TEXTS[2], "", TEXTS[0], TEXTS[2]])
    assert list(zip(rows.tolist(), places.tolist(), strict=True)) == [(1, 2), (3, 0), (4, 2)]
    rows, places = encoder.rows_of([text.upper() for text in TEXTS])
    assert (rows.shape, places.shape) == ((0,), (0,))


def test_a_key_tells_sentences_apart_and_fits_eight_bytes():
    keys = {key_of(text) for text in ["", "a", "A", "a ", "à", "a\u0300"]}
    assert len(keys) == 6
    assert all(0 <= key < 2**64 for key in keys)
    # sha256 of nothing begins with e3b0c44298fc1c14.
    assert key_of("") == int.from_bytes(bytes.fromhex("e3b0c44298fc1c14"), "little")


@pytest.fixture(scope="module")
def made():
    """Held-out sentences whose labels and stances two unlike judges tell in part, each with faults of its own."""
    random = np.random.default_rng(11)
    n, n_labels, n_stances = 3000, 3, 2
    truth = random.normal(-1, 2, (n, n_labels))
    labels = random.random(truth.shape) < expit(truth)
    wish = random.normal(0, 2, truth.shape)
    stances = np.where(labels, random.random(truth.shape) < expit(wish), -1).astype(np.int64)

    def judge(values, bias, scale):
        return scale * (values + random.normal(0, 1.5, values.shape)) + bias

    linear, encoded = judge(truth, 1, 1), judge(truth, -2, 0.5)
    rows, columns = np.nonzero(labels)
    linear_stances = np.stack([np.zeros(len(rows)), judge(wish, 0.5, 2)[rows, columns]], axis=1).astype(np.float32)
    encoded_stances = np.stack([np.zeros(truth.shape), judge(wish, -1, 0.3)], axis=2)
    scores = np.hstack([encoded, encoded_stances.reshape(n, n_labels * n_stances)]).astype(np.float32)
    return linear, scores, labels, linear_stances, stances


def split(made, part):
    """Take some of the sentences, with the stances of their own pairs."""
    linear, scores, labels, linear_stances, stances = made
    rows, _ = np.nonzero(labels)
    return linear[part], scores[part], labels[part], linear_stances[np.isin(rows, np.arange(3000)[part])], stances[part]


def test_the_mix_of_labels_has_a_lower_log_loss_than_either_part(made):
    train, test = split(made, slice(None, 2000)), split(made, slice(2000, None))
    blend = fit_blend(*train)
    linear, scores, labels, *_ = test
    mixed = expit(blend.label_logits(linear.astype(np.float32), scores[:, :3]).astype(float))
    silent = (train[0], np.zeros_like(train[1]), *train[2:])
    deaf = (np.zeros_like(train[0]), *train[1:])
    for part in (silent, deaf):
        alone = fit_blend(*part)
        given = (linear, scores[:, :3]) if part is silent else (0 * linear, scores[:, :3])
        judged = expit(alone.label_logits(given[0].astype(np.float32), given[1] * (part is deaf)).astype(float))
        for j in range(3):
            assert log_loss(labels[:, j], mixed[:, j]) < 0.95 * log_loss(labels[:, j], judged[:, j])
    np.testing.assert_allclose(mixed.mean(axis=0), labels.mean(axis=0), atol=0.03)


def test_the_mix_of_stances_has_a_lower_log_loss_than_either_part(made):
    blend = fit_blend(*split(made, slice(None, 2000)))
    _, scores, labels, linear, stances = split(made, slice(2000, None))
    rows, columns = np.nonzero(labels)
    gold = stances[rows, columns]
    encoded = scores[:, 3:].reshape(len(labels), 3, 2)[rows, columns]

    def loss(table):
        return -log_softmax(table, axis=1)[np.arange(len(gold)), gold].mean()

    mixed = blend.stance_scores(log_softmax(linear, axis=1), log_softmax(encoded, axis=1))
    assert loss(mixed) < 0.95 * min(loss(linear), loss(encoded))


def test_a_part_that_says_nothing_gets_no_weight(made):
    linear, scores, labels, linear_stances, stances = made
    noise = np.random.default_rng(2).normal(size=scores.shape).astype(np.float32)
    blend = fit_blend(linear, noise, labels, linear_stances, stances)
    np.testing.assert_allclose(blend.encoder, 0, atol=0.15)
    np.testing.assert_allclose(blend.stance_encoder, 0, atol=0.1)
    assert (blend.linear > 0.3).all()


def test_a_label_that_no_held_out_sentence_has_keeps_its_linear_score(made):
    linear, scores, labels, linear_stances, stances = made
    columns = np.nonzero(labels)[1]
    some = labels & [True, True, False]
    blend = fit_blend(linear, scores, some, linear_stances[columns < 2], np.where(some, stances, -1))
    assert (blend.linear[2], blend.encoder[2], blend.intercept[2]) == (1, 0, 0)
    assert all(array.dtype == np.float32 for array in blend.state().values())
