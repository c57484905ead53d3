"""gate.py: what opens the gate, and what it refuses."""

import pytest

from models.errors import GateRefused
from models.manifest import LabelMetrics, Metrics
from training.config import GateConfig
from training.gate import compare

CONFIG = GateConfig(max_macro_f1_loss=0.02, max_label_f1_loss=0.1)


def metrics(f1, writers=("c4",), n=30):
    """Give the quality of an artefact from the F1 of its labels."""
    macro = sum(f1.values()) / len(f1)
    others = {"test_writers", "n_sentences", "macro_f1", "reliability", "labels"}
    shared = {name: 0.5 for name in Metrics.model_fields if name not in others}
    return Metrics(
        test_writers=writers,
        n_sentences=n,
        macro_f1=macro,
        reliability=(),
        labels={
            label: LabelMetrics(
                n=10, precision=value, recall=value, f1=value, f1_low=0, f1_high=1, average_precision=value
            )
            for label, value in f1.items()
        },
        **shared,
    )


STANDING = metrics({"delay": 0.8, "rudeness": 0.6})

OPENS = [
    ("the same", {"delay": 0.8, "rudeness": 0.6}),
    ("better everywhere", {"delay": 0.9, "rudeness": 0.7}),
    ("a loss within the tolerance", {"delay": 0.78, "rudeness": 0.6}),
    ("a label that lost a little and one that gained much", {"delay": 0.72, "rudeness": 0.8}),
    ("a label that is new", {"delay": 0.8, "rudeness": 0.6, "damage": 0.75}),
]

REFUSED = [
    ("worse everywhere", {"delay": 0.7, "rudeness": 0.5}, "Macro-F1 fell from 0.700 to 0.600"),
    ("just over the tolerance", {"delay": 0.75, "rudeness": 0.6}, "Macro-F1 fell from 0.700 to 0.675"),
    ("no tag at all", {"delay": 0.0, "rudeness": 0.0}, "Macro-F1 fell from 0.700 to 0.000"),
    ("one label lost while the mean rose", {"delay": 0.65, "rudeness": 0.95}, "for: delay"),
    ("a label that can no longer be found", {"delay": 1.0, "rudeness": 0.48}, "for: rudeness"),
    ("a label that is no longer there", {"delay": 0.95}, "rudeness"),
    ("no label in common", {"damage": 0.99}, "delay"),
]


@pytest.mark.parametrize(("name", "f1"), OPENS)
def test_the_gate_opens_for_a_candidate_that_is_not_worse(name, f1):
    candidate = metrics(f1)
    result = compare(candidate, STANDING, CONFIG)
    assert (result.standing_macro_f1, result.candidate_macro_f1) == (STANDING.macro_f1, candidate.macro_f1), name
    assert result.lost_labels == ()


@pytest.mark.parametrize(("name", "f1", "reason"), REFUSED)
def test_the_gate_refuses_a_candidate_that_lost_quality_or_a_label(name, f1, reason):
    with pytest.raises(GateRefused, match=reason):
        compare(metrics(f1), STANDING, CONFIG)


def test_the_tolerances_of_the_configuration_decide():
    candidate = metrics({"delay": 0.7, "rudeness": 0.5})
    assert compare(candidate, STANDING, GateConfig(max_macro_f1_loss=0.11, max_label_f1_loss=0.11))
    with pytest.raises(GateRefused, match="delay, rudeness"):
        compare(candidate, STANDING, GateConfig(max_macro_f1_loss=0.11, max_label_f1_loss=0.05))


@pytest.mark.parametrize(("candidate", "standing"), [(None, STANDING), (STANDING, None), (None, None)])
def test_the_gate_refuses_to_compare_nothing(candidate, standing):
    with pytest.raises(GateRefused, match="nothing to compare"):
        compare(candidate, standing, CONFIG)


@pytest.mark.parametrize("other", [{"writers": ("c3",)}, {"writers": ("c3", "c4")}, {"n": 31}])
def test_the_gate_refuses_figures_of_different_texts(other):
    candidate = metrics({"delay": 0.9, "rudeness": 0.9}, **other)
    with pytest.raises(GateRefused, match="different texts"):
        compare(candidate, STANDING, CONFIG)
