"""check/: annotations that a model contradicts are found among sound ones, and the trial of it counts rightly."""

import json

import numpy as np
import pytest

from models.errors import CorpusError
from tests.complaints import CODEBOOK, CONFIG, CORPUS
from training.check import cross_validated, find_doubts, find_problems
from training.check.listing import jsonl, tsv
from training.check.noise import places_of
from training.check.trial import ADDED, KINDS, REMOVED, REPLACED, UNTOUCHED, Found, Listed, judge, plant, table
from training.corpus import AnnotatedText, examples_of

CLEAN, PRESENT = 0.02, 0.9


def complaint(number, *labels, writer="c9"):
    tags = [{"label": label, "stance": "reported"} for label in labels]
    sentence = {"text": f"Zin {number}.", "tags": tags}
    return AnnotatedText(id=f"x-{number}", writer=writer, kind="survey", sector="zorg", sentences=(sentence,))


@pytest.fixture
def sound(complaints):
    """Forty sentences whose annotation and probability go together: 12 late, 12 rude, 16 of nothing."""
    texts = [complaint(i, *(["delay"] if i < 12 else ["rudeness"] if i < 24 else [])) for i in range(40)]
    examples = examples_of(texts, complaints.codebook)
    random = np.random.default_rng(3)
    return examples, np.where(examples.labels, PRESENT, CLEAN) + random.uniform(-0.02, 0.02, examples.labels.shape)


def test_nothing_is_in_doubt_where_model_and_annotator_agree(sound, complaints):
    examples, probabilities = sound
    assert find_doubts(probabilities, examples, complaints.codebook) == []


def test_a_label_that_is_given_or_lacking_against_the_model_is_in_doubt(sound, complaints):
    examples, probabilities = sound
    probabilities[3, 0] = 0.01  # given, but improbable
    probabilities[30, 1] = 0.97  # probable, but not given
    found = find_doubts(probabilities, examples, complaints.codebook)
    assert [(d.place.text_id, d.place.number, d.label, d.stance) for d in found] == [
        ("x-3", 1, "delay", "reported"),
        ("x-30", 1, "rudeness", None),
    ]
    assert [d.probability for d in found] == [0.01, 0.97]


def test_the_most_doubtful_comes_first(sound, complaints):
    examples, probabilities = sound
    probabilities[[2, 5, 8], 0] = [0.012, 0.001, 0.006]
    found = find_doubts(probabilities, examples, complaints.codebook)
    assert [d.row for d in found] == [5, 8, 2]


def test_a_label_with_hardly_any_sentence_is_left_alone(complaints):
    examples = examples_of([complaint(i, *(["delay"] if i < 2 else [])) for i in range(30)], complaints.codebook)
    probabilities = np.where(examples.labels, 0.001, 0.9)
    assert find_doubts(probabilities, examples, complaints.codebook) == []


def test_places_are_counted_per_text(complaints):
    assert [str(place) for place in places_of(examples_of(complaints.texts[:2], complaints.codebook))] == [
        f"{text.id} sentence {i}" for text in complaints.texts[:2] for i in range(1, len(text.sentences) + 1)
    ]


def test_probabilities_come_from_models_that_did_not_see_the_writer(read, complaints):
    found = cross_validated(read.sentences, read.examples, complaints.config)
    assert found.shape == read.examples.labels.shape
    assert found[read.examples.labels].mean() > found[~read.examples.labels].mean()


def test_texts_are_divided_where_there_are_fewer_writers_than_folds(read, complaints):
    one = examples_of(complaints.texts, complaints.codebook).take(np.arange(120) < 89)
    alone = type(one)(one.texts, one.text_ids, ("somebody",) * 89, one.kinds, one.labels, one.stances)
    found = cross_validated(read.sentences, alone, complaints.config)
    assert np.isfinite(found).all()


def test_one_text_alone_cannot_be_cross_validated(read, complaints):
    one = read.examples.take(np.array(read.examples.text_ids) == read.examples.text_ids[0])
    with pytest.raises(CorpusError, match="at least two texts"):
        cross_validated(read.sentences[: len(one.texts)], one, complaints.config)


def test_planting_changes_just_the_sentences_that_it_names(sound):
    examples, _ = sound
    noisy, done = plant(examples, 0.5, seed=1)
    changed = (noisy.stances != examples.stances).any(axis=1)
    assert (changed == (done != UNTOUCHED)).all()
    assert changed.sum() == 20
    assert (noisy.labels == (noisy.stances >= 0)).all()
    before, after = examples.labels.sum(axis=1), noisy.labels.sum(axis=1)
    assert set(done) == {UNTOUCHED, *KINDS}
    assert (after - before)[done == ADDED].tolist() == [1] * int((done == ADDED).sum())
    assert set((after - before)[done == REMOVED]) == {-1}
    assert set((after - before)[done == REPLACED]) == {0}


def test_the_same_seed_plants_the_same(sound):
    examples, _ = sound
    (one, done), (other, again) = plant(examples, 0.2, seed=5), plant(examples, 0.2, seed=5)
    assert (one.stances == other.stances).all()
    assert (done == again).all()


def test_planted_errors_are_counted_by_sentence(sound, complaints):
    examples, probabilities = sound
    planted = np.array([UNTOUCHED] * 40, dtype="<U40")
    planted[[3, 30, 35]] = [REPLACED, REMOVED, ADDED]
    probabilities[[3, 7], 0], probabilities[30, 1] = [0.001, 0.01], 0.97
    found, listed = judge(find_doubts(probabilities, examples, complaints.codebook), planted)
    assert found == [Found(REPLACED, 1, 1), Found(REMOVED, 1, 1), Found(ADDED, 1, 0), Found("all", 3, 2)]
    assert listed[-1] == Listed(3, 2, 3)
    facts, first, second = table(found, listed, sentences=40, share=0.1).split("\n\n")
    assert facts == "sentences\tshare\n40\t0.1"
    assert first.splitlines()[-1] == "all\t3\t2\t0.67"
    assert second.splitlines()[-1] == "3\t2\t0.67\t0.67"


def test_a_list_of_nothing_is_still_a_table(sound):
    found, listed = judge([], np.array([UNTOUCHED] * 40))
    assert found[-1] == Found("all", 0, 0)
    assert listed == []
    assert "all\t0\t0\t-" in table(found, listed, seed=1)


def test_doubts_are_listed_by_id_and_hold_the_text_only_when_asked(sound, complaints):
    examples, probabilities = sound
    probabilities[3, 0], probabilities[30, 1] = 0.01, 0.97
    doubts = find_doubts(probabilities, examples, complaints.codebook)
    header, first, second = tsv(doubts).splitlines()
    assert header.split("\t") == ["id", "sentence", "label", "given", "probability"]
    assert first.split("\t") == ["x-3", "1", "delay", "reported", "0.01"]
    assert second.split("\t") == ["x-30", "1", "rudeness", "", "0.97"]
    assert "Zin" not in tsv(doubts) + jsonl(doubts)
    assert tsv(doubts, examples).splitlines()[1].endswith("\tZin 3.")
    assert json.loads(jsonl(doubts, examples).splitlines()[1])["text"] == "Zin 30."


@pytest.mark.parametrize("name", ["doubts.tsv", "doubts.jsonl"])
def test_check_writes_doubts_and_no_text(name, run, word_file, tmp_path):
    words = ["check", "--corpus", CORPUS, "--codebook", CODEBOOK, "--config", CONFIG, "--vectors", word_file]
    done = run(*words, "--noise", tmp_path / name)
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1].startswith(f"doubts: {tmp_path / name} (")
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert not any(sentence in written for sentence in _sentences())


def test_check_writes_doubtful_sentences_for_a_tool(run, word_file, tmp_path):
    words = ["check", "--corpus", CORPUS, "--codebook", CODEBOOK, "--config", CONFIG, "--vectors", word_file]
    done = run(*words, "--noise", tmp_path / "review.jsonl", "--format", "prodigy")
    assert done.code == 0, done.err
    records = [json.loads(line) for line in (tmp_path / "review.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(records) == int(done.out.split(" labels in ")[1].split()[0])
    assert {record["text"] for record in records} <= _sentences()


def test_check_refuses_a_list_of_another_kind_before_it_reads_anything(run, tmp_path):
    assert run("check", "--noise", tmp_path / "doubts.docx").refuses("doubts.docx", ".tsv", "--format")


def test_the_trial_writes_how_many_planted_errors_were_found(run, word_file, tmp_path):
    words = ["--corpus", CORPUS, "--codebook", CODEBOOK, "--config", CONFIG, "--vectors", word_file]
    done = run("noise-trial", "-o", tmp_path / "noise.tsv", "--share", "0.1", *words)
    assert done.code == 0, done.err
    written = (tmp_path / "noise.tsv").read_text(encoding="utf-8")
    assert written.startswith("sentences\tshare\tseed\n89\t0.1\t7\n\nwhat\tplanted\tfound\trecall\n")
    assert "\nall\t9\t" in written  # a tenth of the 89 sentences that are trained on


CLOSINGS = [
    "Gisteren stond de bus stil en niemand die ons iets vertelde",
    "De brief was zoek en er was niemand die ons iets vertelde",
    "Het loket was dicht en binnen zat niemand die ons iets vertelde",
    "Ons pakket bleef weg en er kwam niemand die ons iets vertelde",
    "Na een uur wachten kwam er niemand die ons iets vertelde",
]
FILLED = [
    "Ik vond het heel jammer dat de trein te laat kwam",
    "Ik vond het naar dat hij te laat kwam",
    "Ik vond het gek dat niemand zei waarom de brief te laat kwam",
    "Ik vond het sneu voor oma dat haar taart te laat kwam",
    "Ik vond het, na drie keer bellen, erg dat u te laat kwam",
]


@pytest.mark.parametrize(
    ("sentences", "what"), [(CLOSINGS, "close with the same words"), (FILLED, "open and close with the same words")]
)
def test_sentences_that_share_another_frame_are_writing_by_template(sentences, what):
    texts = [
        AnnotatedText(id=f"x-{i}", writer="c9", kind="survey", sector="zorg", sentences=({"text": s},))
        for i, s in enumerate(sentences)
    ]
    (problem,) = find_problems(texts)
    assert (problem.kind, problem.detail) == ("template", f"5 sentences of writer c9 {what}")
    assert find_problems(texts[:4]) == []


def _sentences():
    return {
        sentence["text"]
        for path in CORPUS.glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        for sentence in json.loads(line)["sentences"]
    }
