"""tune.py: from pretrained weights and corpus to an artefact with an accurate profile, by the commands users run."""

import io
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import pytest

from models import load_tagger
from models.encoder import ENCODER_FILES, SentenceEncoder
from models.errors import InputError
from tests.complaints import CODEBOOK, CONFIG, CORPUS
from tests.training.conftest import fit_options
from training.blend import STEP, TunedEncoder, key_of
from training.cli import main
from training.encoder.tune import tune_encoder

WORDS = ("zoeken", "vragen")


@pytest.fixture(scope="module")
def config(complaints, settings):
    apart = {"held_out_writers": ("c2", "c3"), "epochs": 4, "max_tokens": 36}
    return complaints.config.model_copy(update={"encoder": settings.model_copy(update=apart)})


@pytest.fixture(scope="module")
def tuned(config, complaints, base, tmp_path_factory):
    """A folder with a fine-tuned encoder, and what was told while it was made."""
    out, told = tmp_path_factory.mktemp("tuned") / "encoder", []
    tune_encoder(config, complaints.texts, complaints.codebook, base, WORDS, out, told.append)
    return out, told


def sentences_of(complaints, *writers):
    return [s.text for text in complaints.texts if text.writer in writers for s in text.sentences]


def test_the_folder_holds_the_files_of_an_encoder_for_its_codebook(tuned, complaints):
    encoder = TunedEncoder.load(tuned[0])
    assert set(encoder.files) == set(ENCODER_FILES)
    assert encoder.knows(complaints.codebook)
    assert [line.split(":")[0] for line in tuned[1]] == ["first pass", "scoring 59 held-out sentences", "second pass"]


def test_only_writers_that_the_first_pass_did_not_read_have_held_out_scores(tuned, complaints):
    keys = TunedEncoder.load(tuned[0]).keys.tolist()
    assert keys == [key_of(text) for text in sentences_of(complaints, "c2", "c3")]
    assert not {key_of(text) for text in sentences_of(complaints, "c1", "c4")} & set(keys)


def test_held_out_scores_are_those_of_the_first_pass_and_not_of_what_ships(tuned, complaints):
    encoder = TunedEncoder.load(tuned[0])
    readings = SentenceEncoder.from_files(encoder.files).read(sentences_of(complaints, "c2", "c3"))
    shipped = np.stack([reading.scores.mean(axis=0) for reading in readings])
    assert shipped.shape == encoder.scores.shape
    assert np.abs(shipped - encoder.scores).max() > 10 * STEP


def test_going_on_from_finished_checkpoints_gives_the_same_files(tuned, config, complaints, base, tmp_path):
    again = shutil.copytree(tuned[0], tmp_path / "encoder")
    for name in ENCODER_FILES:
        (again / name).unlink()
    tune_encoder(config, complaints.texts, complaints.codebook, base, WORDS, again)
    assert TunedEncoder.load(again).files == TunedEncoder.load(tuned[0]).files


@pytest.mark.parametrize("writers", [(), ("c9",), ("c4",), ("c1", "c2", "c3")])
def test_an_encoder_without_held_out_writers_or_others_is_refused(writers, config, complaints, base, tmp_path):
    apart = config.encoder.model_copy(update={"held_out_writers": writers})
    wrong = config.model_copy(update={"encoder": apart})
    with pytest.raises(InputError, match="held-out writers and others"):
        tune_encoder(wrong, complaints.texts, complaints.codebook, base, WORDS, tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


@pytest.fixture(scope="module")
def fitted(tuned, word_file, tmp_path_factory):
    """What `weerklank-train fit --encoder` made of it: the artefact's folder and the lines on stderr."""
    folder, out, err = tmp_path_factory.mktemp("fitted") / "klachten-nl", io.StringIO(), io.StringIO()
    words = fit_options(CORPUS, CONFIG, word_file, folder, tuned[0])
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["weerklank-train", *words])
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code, err.getvalue()
    return folder, err.getvalue()


def test_fit_with_an_encoder_makes_an_artefact_whose_accurate_profile_passes_its_self_test(fitted, tuned):
    folder, told = fitted
    assert "mixing with the sentence encoder" in told
    tagger = load_tagger(folder)
    assert tagger.profile == "accurate"
    tagger.self_test()
    load_tagger(folder, profile="fast").self_test()
    assert tagger.artefact.encoder == TunedEncoder.load(tuned[0]).files
    manifest = tagger.artefact.manifest
    assert list(manifest.profiles) == ["fast", "accurate"]
    assert all(set(test.probabilities) == {"fast", "accurate"} for test in manifest.self_test)
    assert tagger.tag(["Het pakket kwam vier dagen te laat."], ["nl"])[0].sentences[0].tags


def test_fit_refuses_an_encoder_of_another_codebook(tuned, word_file, run, tmp_path):
    codebook = tmp_path / "other.toml"
    text = CODEBOOK.read_text(encoding="utf-8")
    codebook.write_text(text.replace('id = "resolved"', 'id = "solved"'), encoding="utf-8")
    corpus = shutil.copytree(CORPUS, tmp_path / "corpus")
    for file in corpus.glob("*.jsonl"):
        file.write_text(file.read_text(encoding="utf-8").replace('"resolved"', '"solved"'), encoding="utf-8")
    words = [corpus, "--config", CONFIG, "--codebook", codebook, "--vectors", word_file, "--encoder", tuned[0]]
    done = run("fit", "--corpus", *words, "--out", tmp_path / "artefact")
    assert done.refuses(str(tuned[0]), "another codebook")
    assert not (tmp_path / "artefact").exists()
