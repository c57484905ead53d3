"""The tagger: batches, statuses, thresholds, offsets, and the self-test."""

import dataclasses
import logging
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import Tagger, Tagging
from models.errors import ArtefactTampered, InputError
from models.manifest import OPERATING_POINTS, OperatingPoint
from models.pipeline import EMBEDDED, load_pipeline
from models.tagger import load_tagger, make_tagger
from models.vectors import StaticVectors
from tests.complaints import Complaints

SENTENCE = "Ik mag mijn eigen week indelen."
GERMAN = "Ich finde die Arbeit sehr schön und meine Kollegen sind nett."
HTML = '<div class="x"><p>Mijn baas controleert elke e-mail.</p><script>alert("1")</script></div>'
# As it comes out of a spreadsheet: padded lines with Windows line ends.
MEGABYTE = ("De vergadering begon om negen uur.".ljust(200) + "\r\n") * 5_000

TRAPS = [
    ("", "abstained", "too_short"),
    ("ok", "abstained", "too_short"),
    ("👍👍👍", "abstained", "too_short"),
    (GERMAN, "abstained", "not_dutch"),
    ("Too many rules and not enough trust", "abstained", "not_dutch"),
    ("asdf qwer zxcv", "abstained", "no_known_words"),
    (HTML, "ok", None),
    ("\ud83d " + SENTENCE + " \udc4d", "ok", None),
    ("\x00" + SENTENCE, "ok", None),
    ("\n" * 3000 + SENTENCE, "ok", None),
    (SENTENCE, "ok", None),
]


def outline(tagging: Tagging) -> tuple[object, ...]:
    """Everything but the figures."""
    sentences = [
        (s.start, s.end, [(t.label, t.stance, t.threshold, t.evidence) for t in s.tags]) for s in tagging.sentences
    ]
    return tagging.status, tagging.reason, tagging.language, sentences, tagging.balance


def figures(tagging: Tagging) -> list[float]:
    return [p for s in tagging.sentences for t in s.tags for p in (t.probability, t.stance_probability)]


def all_points(tagger: Tagger, texts: list[str]) -> list[list[Tagging]]:
    """Tag texts at each operating point, from precise to sensitive."""
    return [tagger.tag(texts, ["nl"] * len(texts), point) for point in ("precise", "balanced", "sensitive")]


@pytest.mark.parametrize(("text", "status", "reason"), TRAPS)
def test_each_trap_gets_its_status_and_reason(tagger: Tagger, text: str, status: str, reason: str | None) -> None:
    (tagging,) = tagger.tag([text])
    assert (tagging.status, tagging.reason) == (status, reason)
    assert bool(tagging.sentences) == (status == "ok")
    assert tagging.balance is not None


def test_traps_leave_their_neighbours_alone_and_stand_in_their_place(tagger: Tagger) -> None:
    (alone,) = tagger.tag([SENTENCE])
    mixed = [part for text, _, _ in TRAPS for part in (text, SENTENCE)]
    taggings = tagger.tag(mixed)
    assert [(t.status, t.reason) for t in taggings[::2]] == [(status, reason) for _, status, reason in TRAPS]
    assert all(outline(tagging) == outline(alone) for tagging in taggings[1::2])


def test_a_megabyte_of_text_is_read_to_its_end(tagger: Tagger) -> None:
    before, big, after = tagger.tag([SENTENCE, MEGABYTE, SENTENCE])
    assert len(MEGABYTE) > 1_000_000
    assert big.status == "ok"
    assert len(big.sentences) == 5_000
    assert big.sentences[-1].end == len(MEGABYTE.rstrip())
    assert outline(before) == outline(after)


def test_a_stated_language_skips_detection(tagger: Tagger) -> None:
    stated, detected, foreign, short = tagger.tag([GERMAN, SENTENCE, SENTENCE, "ok"], ["nl", None, "de", "nl"])
    assert (stated.status, stated.language.code, stated.language.confidence) == ("ok", "nl", 1.0)
    assert (detected.status, detected.language.code) == ("ok", "nl")
    assert detected.language.confidence < 1
    assert (foreign.reason, foreign.language.code, foreign.language.confidence) == ("not_dutch", "de", 1.0)
    assert short.reason == "too_short"


def test_a_batch_answers_as_one_by_one(tagger: Tagger, answers: list[str]) -> None:
    together, apart = tagger.tag(answers), [tagger.tag([answer])[0] for answer in answers]
    assert [outline(t) for t in together] == [outline(t) for t in apart]
    for left, right in zip(together, apart, strict=True):
        assert figures(left) == pytest.approx(figures(right), abs=1e-6)
    assert tagger.tag([]) == []


@pytest.fixture(scope="module")
def outlines(tagger: Tagger, answers: list[str]) -> list[tuple[object, ...]]:
    return [outline(tagging) for tagging in tagger.tag(answers[:8])]


@settings(deadline=None, max_examples=10)
@given(order=st.permutations(range(8)))
def test_the_order_of_a_batch_is_the_order_of_its_answers(
    tagger: Tagger, answers: list[str], outlines: list[tuple[object, ...]], order: list[int]
) -> None:
    assert [outline(t) for t in tagger.tag([answers[i] for i in order])] == [outlines[i] for i in order]


def test_two_runs_are_equal_to_the_last_bit(tagger: Tagger, answers: list[str]) -> None:
    assert tagger.tag(answers) == tagger.tag(answers)


def test_threads_do_not_disturb_each_other(tagger: Tagger, answers: list[str]) -> None:
    expected = tagger.tag(answers)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(tagger.tag, [answers] * 8))


@pytest.mark.parametrize("point", OPERATING_POINTS)
def test_a_tag_is_there_exactly_where_its_probability_reaches_the_threshold(
    tagger: Tagger, answers: list[str], point: OperatingPoint
) -> None:
    labels = tagger.codebook.label_ids
    thresholds = tagger.artefact.manifest.profiles[tagger.profile].thresholds[point]
    taggings = tagger.tag(answers, operating_point=point)
    for tagging, sentences in zip(taggings, tagger.pipeline.read(answers), strict=True):
        assert tagging.status == "ok"
        for tagged, row in zip(tagging.sentences, tagger.probabilities(sentences), strict=True):
            above = {label: p for label, p in zip(labels, row.tolist(), strict=True) if p >= thresholds[label]}
            assert {tag.label: tag.probability for tag in tagged.tags} == pytest.approx(above, abs=1e-6)
            assert all(tag.threshold == thresholds[tag.label] for tag in tagged.tags)
            assert [tag.probability for tag in tagged.tags] == sorted(
                (t.probability for t in tagged.tags), reverse=True
            )


@pytest.mark.parametrize(("shift", "present"), [(0, True), (1, False), (-1, True)])
def test_the_threshold_itself_counts_as_reached(tagger: Tagger, shift: int, present: bool) -> None:
    (tagging,) = tagger.tag([SENTENCE])
    tag = tagging.sentences[0].tags[0]
    manifest = tagger.artefact.manifest
    threshold = math.nextafter(tag.probability, 2 * shift) if shift else tag.probability
    entry = manifest.profiles[tagger.profile]
    chosen = entry.thresholds | {"balanced": entry.thresholds["balanced"] | {tag.label: threshold}}
    profiles = manifest.profiles | {tagger.profile: entry.model_copy(update={"thresholds": chosen})}
    moved = manifest.model_copy(update={"profiles": profiles})
    other = dataclasses.replace(tagger, artefact=tagger.artefact.with_manifest(moved))
    assert (tag.label in {t.label for t in other.tag([SENTENCE])[0].sentences[0].tags}) == present


@pytest.mark.parametrize("profile", ["fast", "accurate"])
def test_thresholds_rise_from_sensitive_to_precise(profile: str, request: pytest.FixtureRequest) -> None:
    tagger: Tagger = request.getfixturevalue(profile)
    precise, balanced, sensitive = (tagger.thresholds(point) for point in ("precise", "balanced", "sensitive"))
    assert (precise >= balanced).all()
    assert (balanced >= sensitive).all()
    # What the encoder held out here is so little that one threshold may serve all points.
    assert precise.sum() > sensitive.sum() or profile == "accurate"


@pytest.mark.parametrize("profile", ["fast", "accurate"])
def test_a_more_sensitive_point_adds_tags_and_changes_none(
    profile: str, complaints: Complaints, request: pytest.FixtureRequest
) -> None:
    tagger: Tagger = request.getfixturevalue(profile)
    texts = [sentence.text for text in complaints.texts for sentence in text.sentences]
    found = [
        {(i, t.label, t.stance, t.probability) for i, tagging in enumerate(taggings) for t in tagging.sentences[0].tags}
        for taggings in all_points(tagger, texts)
    ]
    assert found[0] <= found[1] <= found[2]
    assert found[0]
    assert len(found[0]) < len(found[2]) or profile == "accurate"


def test_the_balanced_point_is_the_default(fast: Tagger, complaints: Complaints) -> None:
    texts = [sentence.text for text in complaints.texts for sentence in text.sentences]
    assert fast.tag(texts) == fast.tag(texts, operating_point="balanced") != fast.tag(texts, operating_point="precise")
    assert fast.thresholds().tolist() == fast.thresholds("balanced").tolist()


@pytest.mark.parametrize("texts", [[], [SENTENCE], ["", SENTENCE]])
@pytest.mark.parametrize("point", ["strict", "", "Precise"])
def test_an_operating_point_that_does_not_exist_is_refused_with_those_that_do(
    fast: Tagger, texts: list[str], point: str
) -> None:
    with pytest.raises(InputError, match=f"no operating point {point!r}.*balanced, precise, sensitive"):
        fast.tag(texts, operating_point=point)  # type: ignore[arg-type]


def test_each_profile_has_probabilities_and_thresholds_of_its_own(fast: Tagger, accurate: Tagger) -> None:
    (sentences,) = fast.pipeline.read(["Het pakket kwam vier dagen te laat."])
    assert (fast.profile, accurate.profile) == ("fast", "accurate")
    assert (fast.scorer.encoder, fast.scorer.blend) == (None, None)
    assert not np.allclose(fast.probabilities(sentences), accurate.probabilities(sentences), atol=1e-3)
    for tagger in (fast, accurate):
        chosen = tagger.artefact.manifest.profiles[tagger.profile].thresholds["balanced"]
        assert tagger.thresholds().tolist() == [chosen[label] for label in tagger.codebook.label_ids]


def test_without_a_wish_the_most_accurate_profile_is_loaded(accurate_folder: Path, fast_alone: Tagger) -> None:
    assert load_tagger(accurate_folder).profile == "accurate"
    assert fast_alone.profile == "fast"


def test_a_profile_that_the_artefact_lacks_is_refused_with_those_it_has(fast_alone: Tagger) -> None:
    with pytest.raises(InputError, match="no profile 'accurate'; choose from fast"):
        make_tagger(fast_alone.artefact, fast_alone.pipeline, "accurate")


PIECES = [
    "Ik mag veel",
    SENTENCE,
    "Mijn baas vertrouwt me",
    "👍🏽",
    "\ud83d",
    "\udc4d",
    "cafe\u0301",
    "\u200b",
    "\u202e",
]
PIECES += ["\r\n", "\n\n", ". ", "\U0001d15e", "z" * 400, "\x00", '"', "•", " ", "<b>"]


@settings(deadline=None, max_examples=100)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text(alphabet=st.characters())))
@example("\ufeffFijn.\r\n\r\nIk mag mijn eige\u0301n week in\u00addelen\ud83d. 👍🏽 Dat is goed.")
def test_offsets_of_any_text_point_into_the_text_as_received(tagger: Tagger, text: str) -> None:
    (tagging,) = tagger.tag([text], ["nl"])
    assert tagging.status != "failed"
    position = 0
    for sentence in tagging.sentences:
        assert position <= sentence.start < sentence.end <= len(text)
        position = sentence.end
        for tag in sentence.tags:
            within = sentence.start
            for span in tag.evidence:
                assert within <= span.start < span.end <= sentence.end
                within = span.end


def test_a_text_that_cannot_be_read_fails_alone_and_is_not_logged(
    tagger: Tagger, small_vectors: StaticVectors, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = load_pipeline(EMBEDDED, small_vectors)
    pipeline.nlp.max_length = 40
    long = "Geheim verhaal dat veel te lang is voor deze kleine limiet."
    with caplog.at_level(logging.DEBUG):
        taggings = make_tagger(tagger.artefact, pipeline).tag([SENTENCE, long, SENTENCE])
    assert [(t.status, t.reason) for t in taggings] == [("ok", None), ("failed", "internal_error"), ("ok", None)]
    assert caplog.records
    assert "Geheim" not in caplog.text


def test_the_self_test_passes_on_what_ships(tagger: Tagger) -> None:
    tagger.self_test()


@pytest.mark.parametrize("profile", ["fast", "accurate"])
@pytest.mark.parametrize("change", [0.01, -0.01])
def test_the_self_test_fails_when_an_expectation_of_its_profile_is_changed(
    fast: Tagger, accurate: Tagger, profile: str, change: float
) -> None:
    mine, other = (accurate, fast) if profile == "accurate" else (fast, accurate)
    manifest = mine.artefact.manifest
    *others, last = manifest.self_test
    expected = last.probabilities[mine.profile]
    label = max(expected, key=lambda name: abs(expected[name] - 0.5) < 0.49)
    moved = expected | {label: float(np.clip(expected[label] + change, 0, 1))}
    changed = last.model_copy(update={"probabilities": last.probabilities | {mine.profile: moved}})
    artefact = mine.artefact.with_manifest(manifest.model_copy(update={"self_test": (*others, changed)}))
    mine.self_test()
    with pytest.raises(ArtefactTampered, match=rf"self-test failed: label '{label}'.*make"):
        dataclasses.replace(mine, artefact=artefact).self_test()
    dataclasses.replace(other, artefact=artefact).self_test()
