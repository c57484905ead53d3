"""compare.py and sides.py: what opens the gate, what it refuses, and when there is nothing to compare."""

import numpy as np
import pytest

from models.errors import GateRefused
from models.manifest import Manifest
from models.tagger import SHIPPED_ARTEFACT
from tests.training.evaluation.cases import LABELS, examples
from training.config import GateConfig
from training.evaluation.bootstrap import Resamples
from training.evaluation.predictions import Predictions
from training.gate.compare import Change, compare_profile, refusals
from training.gate.sides import check_comparable

CONFIG = GateConfig(max_macro_f1_loss=0.02, max_label_f1_loss=0.1)
N = 120
GOLD = examples([[0 if i < 40 else -1, 0 if 30 <= i < 60 else -1] for i in range(N)], [f"x-{i // 2}" for i in range(N)])
RESAMPLES = Resamples.of(GOLD, 200, seed=1)


def tagging(*found, stances=0):
    """Find the given rows of each label."""
    present = np.zeros((N, 2), dtype=bool)
    for j, rows in enumerate(found):
        present[list(rows), j] = True
    return Predictions(present.astype(float), present, np.where(present, stances, -1))


DELAY, RUDENESS = range(40), range(30, 60)
STANDING = tagging(range(5, 40), range(35, 60))

OPENS = [
    ("the same", STANDING),
    ("better everywhere", tagging(DELAY, RUDENESS)),
    ("a loss within the tolerance", tagging(range(6, 40), range(35, 60))),
    ("a label that lost a little and one that gained much", tagging(range(8, 40), RUDENESS)),
    ("tags of which another half is right", tagging(range(35), range(30, 55))),
]
REFUSED = [
    ("worse everywhere", tagging(range(15, 40), range(45, 60)), "macro-F1 fell from 0.921 to"),
    ("no tag at all", tagging(), "macro-F1 fell from 0.921 to 0.000"),
    ("one label gone while the other gained", tagging(range(28, 40), RUDENESS), "delay"),
    ("stances gone", tagging(range(5, 40), range(35, 60), stances=1), "stance accuracy fell from 1.000 to 0.000"),
]


def change(candidate, standing=STANDING, gold=GOLD, config=CONFIG):
    return compare_profile(standing, candidate, gold, RESAMPLES, config, LABELS)


@pytest.mark.parametrize(("name", "candidate"), OPENS)
def test_the_gate_opens_for_a_candidate_that_is_not_worse(name, candidate):
    assert refusals({"fast": change(candidate)}, CONFIG) == (), name


@pytest.mark.parametrize(("name", "candidate", "reason"), REFUSED)
def test_the_gate_refuses_a_candidate_that_lost_quality(name, candidate, reason):
    assert reason in "; ".join(refusals({"fast": change(candidate)}, CONFIG)), name


def test_a_label_below_its_floor_is_lost_though_the_mean_rose():
    standing = tagging(DELAY, range(59, 60))
    found = change(tagging(range(20, 40), RUDENESS), standing)
    assert found.macro_f1.difference > 0
    assert [label for label, c in found.labels.items() if c.lost] == ["delay"]
    assert found.labels["delay"].floor == pytest.approx(0.9)
    assert "floor 0.90" in refusals({"fast": found}, CONFIG)[0]


def test_the_tolerances_of_the_configuration_decide():
    found = tagging(range(10, 40), range(38, 60))
    wide = GateConfig(max_macro_f1_loss=0.2, max_label_f1_loss=0.2)
    assert refusals({"fast": change(found, config=wide)}, wide) == ()
    assert refusals({"fast": change(found)}, CONFIG)


def test_a_label_with_few_test_sentences_is_not_judged_by_itself():
    gold = examples([[0 if i < 9 else -1, -1] for i in range(N)], GOLD.text_ids)
    found = change(tagging(), tagging(range(9)), gold)
    assert (found.labels["delay"].floor, found.labels["delay"].lost) == (None, False)


def test_a_loss_that_chance_may_explain_does_not_lose_a_label():
    gold = examples([[0 if i < 12 else -1, -1] for i in range(N)], [f"x-{i}" for i in range(N)])
    other = Resamples.of(gold, 300, seed=1)
    # Two of twelve sentences fewer, one other more: more than the tolerance, yet within the interval.
    found = compare_profile(tagging(range(9)), tagging([*range(2, 9), 9, 20, 21]), gold, other, CONFIG, LABELS)
    delay = found.labels["delay"]
    assert delay.f1.candidate < delay.floor
    assert delay.f1.high > 0
    assert not delay.lost


def test_the_interval_is_that_of_the_difference_on_the_same_resamples():
    same = change(STANDING)
    assert (same.macro_f1.low, same.macro_f1.high, same.macro_f1.difference) == (0.0, 0.0, 0.0)
    better = change(tagging(DELAY, RUDENESS)).macro_f1
    assert 0 < better.low < better.difference < better.high


def test_stances_are_compared_on_the_tags_that_both_found():
    candidate = tagging(DELAY, RUDENESS)
    candidate.stances[:5] = 1  # wrong, on tags that the standing artefact did not find
    assert change(candidate).stance_accuracy == Change(1.0, 1.0, 0.0, 0.0)


def with_changes(manifest, **changes):
    return manifest.model_copy(update=changes)


@pytest.fixture
def manifest(trained):
    return trained.tagger.artefact.manifest


@pytest.fixture
def test_part(complaints):
    return [text for text in complaints.texts if text.writer == "c4"]


def test_an_artefact_can_be_compared_with_itself(manifest, test_part):
    assert check_comparable(manifest, manifest, test_part) is None


def test_without_test_writers_there_is_nothing_to_compare(manifest):
    with pytest.raises(GateRefused, match=r"nothing to compare.*test_writers"):
        check_comparable(manifest, manifest, [])


def test_without_a_tag_in_the_test_part_there_is_nothing_to_compare(manifest, test_part):
    bare = [
        text.model_copy(update={"sentences": tuple(s.model_copy(update={"tags": ()}) for s in text.sentences)})
        for text in test_part
    ]
    with pytest.raises(GateRefused, match=r"nothing to compare.*no sentence"):
        check_comparable(manifest, manifest, bare)


@pytest.mark.parametrize("side", ["candidate", "standing artefact"])
def test_who_learned_from_a_test_writer_is_not_judged_on_it(side, manifest, test_part):
    seen = with_changes(manifest, train_writers=("c1", "c4"))
    sides = (seen, manifest) if side == "candidate" else (manifest, seen)
    with pytest.raises(GateRefused, match=f"The {side} learned from test writer c4"):
        check_comparable(*sides, test_part)


def test_another_codebook_is_refused_with_the_way_out(manifest, test_part):
    shipped = Manifest.model_validate_json((SHIPPED_ARTEFACT / "manifest.json").read_text(encoding="utf-8"))
    with pytest.raises(GateRefused, match=r"nothing to compare.*--first"):
        check_comparable(shipped, manifest, test_part)


def test_a_label_that_is_gone_is_refused_by_name(manifest, test_part):
    labels = {label: entry for label, entry in manifest.labels.items() if label != "delay"}
    with pytest.raises(GateRefused, match="does not know: delay"):
        check_comparable(with_changes(manifest, labels=labels), manifest, test_part)


def test_a_profile_that_is_gone_is_refused_with_the_way_out(manifest, accurate, test_part):
    with pytest.raises(GateRefused, match=r"no accurate profile.*encoder"):
        check_comparable(manifest, accurate.artefact.manifest, test_part)
