"""train.py: the whole way from a corpus to tags, with a codebook whose labels the code cannot know."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from models import Codebook, load_tagger
from models.errors import CorpusError, WeerklankError
from models.features import mean_vectors
from models.manifest import OPERATING_POINTS
from models.pipeline import EMBEDDED
from tests.tiny import tuned_on
from training.corpus import examples_of, fingerprint
from training.evaluation.judge import judge
from training.learn import learn
from training.train import gaps, train

# Sentences that stand in no corpus file, with their tags.
UNSEEN = [
    ("Het pakket kwam weer veel te laat.", {("delay", "reported")}),
    ("Ik wacht nu al vijf weken op mijn geld.", {("delay", "reported")}),
    ("De medewerker snauwde mij af aan de telefoon.", {("rudeness", "reported")}),
    ("Die man aan de balie was ronduit onbeleefd en grof.", {("rudeness", "reported")}),
    ("De verkoper was vriendelijk en beleefd.", {("rudeness", "resolved")}),
    ("De muur is van steen.", set()),
    ("Ik heb twee kinderen.", set()),
]


def tags_of(tagger, texts):
    return [[(tag.label, tag.stance) for s in tagging.sentences for tag in s.tags] for tagging in tagger.tag(texts)]


def thresholds_of(tagger):
    return tagger.artefact.manifest.profiles["fast"].thresholds


def with_labels(codebook, labels):
    return Codebook.model_validate(codebook.model_dump() | {"labels": [label.model_dump() for label in labels]})


@pytest.mark.parametrize(("text", "tags"), UNSEEN)
def test_a_complaint_gets_the_labels_and_stance_of_its_own_codebook(text, tags, trained):
    (found,) = tags_of(trained.tagger, [text])
    assert set(found) == tags


def test_an_answer_speaks_the_words_of_its_own_codebook(trained):
    (tagging,) = trained.tagger.tag(["De terugbetaling laat al maanden op zich wachten."], ["nl"])
    (tag,) = tagging.sentences[0].tags
    assert (tag.dimension, tag.label, tag.name) == ("complaint", "delay", "vertraging")
    assert tag.probability >= tag.threshold
    assert tag.evidence
    assert tagging.summary[0].stances == {"reported": 1, "resolved": 0}
    assert tagging.balance is None


def test_the_labels_are_learned_on_writers_that_were_never_seen(trained):
    metrics = trained.metrics
    assert (metrics.test_writers, metrics.n_sentences) == (("c4",), 31)
    assert metrics.macro_f1 > 0.7
    assert metrics.stance_accuracy > 0.6
    assert metrics.false_alarm_rate < 0.4
    assert list(metrics.labels) == ["delay", "rudeness"]


def test_the_manifest_says_what_was_trained_on(trained, complaints):
    manifest = trained.tagger.artefact.manifest
    mine = [text for text in complaints.texts if text.writer != "c4"]
    assert manifest.codebook == complaints.codebook
    assert manifest.codebook_digest == complaints.codebook.digest
    assert manifest.train_writers == ("c1", "c2", "c3")
    assert manifest.n_train_sentences == sum(len(text.sentences) for text in mine)
    assert manifest.data_fingerprint == fingerprint(mine) != fingerprint(complaints.texts)
    for label in complaints.codebook.label_ids:
        tagged = sum(tag.label == label for text in mine for s in text.sentences for tag in s.tags)
        assert manifest.labels[label].positives == tagged
    assert manifest.stances == ("reported", "resolved")
    assert manifest.training_config == json.loads(complaints.config.model_dump_json())
    assert manifest.metrics == trained.metrics
    assert list(manifest.profiles) == ["fast"]
    assert set(manifest.profiles["fast"].metrics) == set(OPERATING_POINTS)


def test_the_folder_holds_a_tagger_that_loads_and_passes_its_own_self_test(trained):
    names = {path.name for path in trained.folder.iterdir()}
    assert names == {file.path for file in trained.tagger.artefact.manifest.files} | {"manifest.json"}
    assert {"MODEL_CARD.md", "report.html", "vectors.npz"} < names
    again = load_tagger(trained.folder, trained.tagger.artefact.digest)
    again.self_test()
    tests = again.artefact.manifest.self_test
    assert [test.text for test in tests] == ["Het pakket kwam vier dagen te laat.", "onheusheid"]
    assert all(set(test.probabilities) == {"fast"} for test in tests)
    assert all(set(test.probabilities["fast"]) == {"delay", "rudeness"} for test in tests)


def test_judging_a_saved_tagger_gives_the_figures_of_its_manifest(trained, complaints):
    test_part = [text for text in complaints.texts if text.writer == "c4"]
    found = judge(trained.tagger.artefact, trained.tagger.pipeline, test_part, complaints.config)
    profiles = trained.tagger.artefact.manifest.profiles
    assert {name: judged.metrics for name, judged in found.profiles.items()} == {"fast": profiles["fast"].metrics}


def test_the_operating_points_trade_precision_for_recall(trained):
    metrics = trained.tagger.artefact.manifest.profiles["fast"].metrics
    precise, balanced, sensitive = (metrics[point] for point in ("precise", "balanced", "sensitive"))
    assert precise.macro_recall <= balanced.macro_recall <= sensitive.macro_recall
    assert precise.false_alarm_rate <= balanced.false_alarm_rate <= sensitive.false_alarm_rate
    assert precise.macro_recall < sensitive.macro_recall
    # The probabilities are the same, whatever the thresholds.
    assert precise.mean_average_precision == sensitive.mean_average_precision
    assert precise.reliability == sensitive.reliability


def test_with_an_encoder_there_is_an_accurate_profile_beside_the_same_fast_one(accurate, trained):
    manifest, alone = accurate.artefact.manifest, trained.tagger.artefact.manifest
    assert list(manifest.profiles) == ["fast", "accurate"]
    assert manifest.profiles["fast"] == alone.profiles["fast"]
    assert set(manifest.profiles["accurate"].metrics) == set(OPERATING_POINTS)
    assert [test.probabilities["fast"] for test in manifest.self_test] == [
        test.probabilities["fast"] for test in alone.self_test
    ]
    accurate.self_test()


def test_an_encoder_that_held_out_none_of_the_corpus_is_refused(complaints, small_vectors, tmp_path):
    encoder = tuned_on(["Een zin die nergens staat."], complaints.codebook)
    with pytest.raises(CorpusError, match="encoder held out"):
        train(
            complaints.config,
            complaints.codebook,
            complaints.texts,
            small_vectors,
            EMBEDDED,
            tmp_path / "artefact",
            encoder,
        )


def test_training_again_in_another_process_gives_the_same_thresholds_weights_and_tags(refitted, trained, complaints):
    again = load_tagger(refitted[1])
    assert again.artefact.manifest.data_fingerprint == trained.tagger.artefact.manifest.data_fingerprint
    assert thresholds_of(again) == thresholds_of(trained.tagger)
    for part in ("label_classifier", "stance_classifier"):
        one, other = (getattr(tagger.artefact, part).state() for tagger in (trained.tagger, again))
        for name, array in one.items():
            np.testing.assert_array_equal(array, other[name], err_msg=f"{part} {name}")
    texts = [sentence.text for text in complaints.texts for sentence in text.sentences]
    assert again.tag(texts) == trained.tagger.tag(texts)
    assert any(tags_of(again, texts))


def test_neither_the_order_of_the_labels_nor_one_that_never_occurs_changes_the_others(read, trained, complaints):
    unlike = {"id": "damage", "name": "schade", "name_en": "damage"}
    damage = complaints.codebook.labels[1].model_copy(update=unlike)
    wider = with_labels(complaints.codebook, (damage, *complaints.codebook.labels[::-1]))
    texts = [text for text in complaints.texts if text.writer != "c4"]
    pipeline = trained.tagger.pipeline
    fitted = learn(read.sentences, examples_of(texts, wider), wider, complaints.config, pipeline)
    assert list(fitted.thresholds) == ["fast"]
    for point, chosen in fitted.thresholds["fast"].items():
        assert list(chosen) == ["damage", "rudeness", "delay"]
        assert chosen | thresholds_of(trained.tagger)[point] == chosen
    x, vectors = fitted.label_features.transform(read.sentences), mean_vectors(read.sentences)
    probabilities = expit(fitted.labels.logits(x, vectors))
    assert np.all(probabilities[:, 0] < 0.01)
    np.testing.assert_allclose(probabilities[:, :0:-1], trained.tagger.probabilities(read.sentences), atol=1e-5)


def by_two_writers(texts):
    return [text for text in texts if text.writer in {"c1", "c4"}]


def without_tags(texts):
    return [
        text.model_copy(update={"sentences": tuple(s.model_copy(update={"tags": ()}) for s in text.sentences)})
        for text in texts
    ]


# What is left of the corpus, and how often an n-gram must stand in it.
TOO_LITTLE = [
    ("one writer to train on", by_two_writers, 1),
    ("no tag anywhere", without_tags, 1),
    ("no n-gram that stands there often enough", list, 80),
]


@pytest.mark.parametrize(("name", "part", "count"), TOO_LITTLE)
def test_a_corpus_that_is_too_small_to_learn_from_is_refused_on_purpose(
    name, part, count, complaints, small_vectors, tmp_path
):
    fewest = {"min_word_count": count, "min_character_count": count}
    config = complaints.config.model_copy(
        update={
            "features": complaints.config.features.model_copy(update=fewest),
            "stances": complaints.config.stances.model_copy(update=fewest),
        }
    )
    with pytest.raises(WeerklankError):
        train(config, complaints.codebook, part(complaints.texts), small_vectors, EMBEDDED, tmp_path / "artefact")


def test_labels_and_stances_that_no_training_sentence_has_are_told(complaints):
    examples = examples_of(complaints.texts, complaints.codebook)
    assert gaps(examples, complaints.codebook) == []
    delayed = examples.take(examples.stances[:, 0] == 0)
    late = replace(delayed, labels=delayed.labels & [True, False], stances=np.where([True, False], delayed.stances, -1))
    assert gaps(late, complaints.codebook) == [
        "Note: no training sentence has the label 'rudeness'; the tagger will never find it.",
        "Note: no training sentence has the stance 'resolved'; the tagger will never find it.",
    ]
