"""Compare a candidate with the artefact that stands: the same test texts, the same resamples, every profile.

A paired bootstrap tells a loss from chance: both are judged on each resample, and the interval is that of their
difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.codebook import Codebook
from models.manifest import DEFAULT_OPERATING_POINT, OPERATING_POINTS, Profile
from models.tagger import Tagger
from training.config import Config, GateConfig
from training.corpus import AnnotatedText, Examples
from training.evaluation.bootstrap import Floats, Resamples, interval
from training.evaluation.judge import Evaluation, judge
from training.evaluation.metrics import Counts
from training.evaluation.predictions import Predictions
from training.gate.sides import Sides, check_comparable
from training.gate.thresholds import ThresholdChange, threshold_changes

# With fewer test sentences a label's F1 is chance: one sentence more or less moves it by a tenth.
MIN_LABEL_SENTENCES = 10
# Whatever chance may explain, a label must keep this share of its F1. A guard, not a researched constant.
LEAST_KEPT = 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of both sides, and the 95% interval of the difference, candidate less standing."""

    standing: float
    candidate: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Candidate less standing."""
        return self.candidate - self.standing


@dataclass(frozen=True, slots=True)
class LabelChange:
    """F1 of one label."""

    n: int
    """Test sentences with this label."""
    f1: Change
    floor: float | None
    """The lowest F1 that the gate lets through; None where the label has too few test sentences to judge."""
    lost: bool
    """Below the floor by more than chance, or below the guard."""


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """One profile at the default operating point."""

    macro_f1: Change
    stance_accuracy: Change
    false_alarm_rate: tuple[float, float]
    """Of the standing artefact and of the candidate."""
    labels: dict[str, LabelChange]


@dataclass(frozen=True, slots=True)
class Named:
    """Which artefact stood on a side."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that the gate compared."""

    standing: Named
    candidate: Named
    test_writers: tuple[str, ...]
    n_sentences: int
    profiles: dict[Profile, ProfileChange]
    thresholds: tuple[ThresholdChange, ...]
    refusals: tuple[str, ...]
    """Why the gate stays shut; empty when it opens."""


def compare_profile(
    standing: Predictions,
    candidate: Predictions,
    examples: Examples,
    resamples: Resamples,
    config: GateConfig,
    label_ids: Sequence[str],
) -> ProfileChange:
    """Compare two taggings of the same sentences; columns are those of `label_ids` in all three tables."""
    gold = examples.labels
    sides = (standing, candidate)
    before, now = (Counts.of(gold, side.present) for side in sides)
    draws_before, draws_now = (Counts.resampled(gold, side.present, resamples) for side in sides)
    draws = draws_now.f1 - draws_before.f1
    labels = {
        label: _label(int(before.gold[j]), _change(float(before.f1[j]), float(now.f1[j]), draws[:, j]), config)
        for j, label in enumerate(label_ids)
    }
    macro = _change(float(before.macro_f1), float(now.macro_f1), draws_now.macro_f1 - draws_before.macro_f1)
    untagged = ~gold.any(axis=1)
    alarms = [float(side.present[untagged].any(axis=1).mean()) if untagged.any() else 0.0 for side in sides]
    return ProfileChange(macro, _stances(standing, candidate, examples, resamples), (alarms[0], alarms[1]), labels)


def compare(sides: Sides, texts: Sequence[AnnotatedText], config: Config) -> tuple[Comparison, Evaluation]:
    """Judge both sides on the test texts; gives the candidate's evaluation, too.

    Raises
    ------
    GateRefused
        When they cannot be compared; a candidate that is worse is no error, but has `refusals`.
    """
    ours, theirs = sides.candidate, sides.standing
    check_comparable(ours.artefact.manifest, theirs.artefact.manifest, texts)
    candidate = judge(ours.artefact, ours.pipeline, texts, config)
    standing = judge(theirs.artefact, theirs.pipeline, known_to(theirs.codebook, texts), config)
    examples = standing.examples
    columns = [ours.codebook.label_ids.index(label) for label in sides.label_ids]
    # The last place is that of "no stance", -1.
    order = np.array([*(theirs.codebook.stance_ids.index(stance) for stance in ours.codebook.stance_ids), -1])
    profiles: dict[Profile, ProfileChange] = {}
    thresholds: list[ThresholdChange] = []
    for profile, judged in standing.profiles.items():
        found = candidate.profiles[profile].points[DEFAULT_OPERATING_POINT].of_labels(columns)
        found = Predictions(found.probabilities, found.present, order[found.stances])
        old = judged.points[DEFAULT_OPERATING_POINT]
        profiles[profile] = compare_profile(old, found, examples, standing.resamples, config.gate, sides.label_ids)
        before, now = (side.artefact.manifest.profiles[profile].thresholds for side in (theirs, ours))
        for j, label in enumerate(sides.label_ids):
            points = {point: (before[point][label], now[point][label]) for point in OPERATING_POINTS}
            p_old, p_new = old.probabilities[:, j], found.probabilities[:, j]
            thresholds += threshold_changes(profile, label, p_old, p_new, examples.labels[:, j], points)
    comparison = Comparison(
        _named(theirs),
        _named(ours),
        tuple(sorted(set(examples.writers))),
        len(examples.texts),
        profiles,
        tuple(thresholds),
        refusals(profiles, config.gate),
    )
    return comparison, candidate


def known_to(codebook: Codebook, texts: Sequence[AnnotatedText]) -> list[AnnotatedText]:
    """Leave out tags of labels that a codebook does not have."""
    known = set(codebook.label_ids)
    return [
        text.model_copy(
            update={
                "sentences": tuple(
                    sentence.model_copy(update={"tags": tuple(tag for tag in sentence.tags if tag.label in known)})
                    for sentence in text.sentences
                )
            }
        )
        for text in texts
    ]


def refusals(profiles: Mapping[Profile, ProfileChange], config: GateConfig) -> tuple[str, ...]:
    """Say why the gate stays shut; nothing when it opens."""
    found = []
    for profile, change in profiles.items():
        macro, stance = change.macro_f1, change.stance_accuracy
        if -macro.difference > config.max_macro_f1_loss:
            found.append(
                f"{profile}: macro-F1 fell from {macro.standing:.3f} to {macro.candidate:.3f} (difference "
                f"{macro.low:+.3f} to {macro.high:+.3f}), more than {config.max_macro_f1_loss} allows"
            )
        if -stance.difference > config.max_macro_f1_loss and stance.high < 0:
            found.append(
                f"{profile}: stance accuracy fell from {stance.standing:.3f} to {stance.candidate:.3f} (difference "
                f"{stance.low:+.3f} to {stance.high:+.3f})"
            )
        lost = [
            f"{label} ({c.f1.standing:.2f} to {c.f1.candidate:.2f}, floor {c.floor:.2f})"
            for label, c in change.labels.items()
            if c.lost
        ]
        if lost:
            found.append(f"{profile}: F1 fell below its floor for {', '.join(lost)}")
    return tuple(found)


def _label(n: int, f1: Change, config: GateConfig) -> LabelChange:
    if n < MIN_LABEL_SENTENCES:
        return LabelChange(n, f1, None, lost=False)
    floor = max(0.0, f1.standing - config.max_label_f1_loss)
    clearly = f1.candidate < floor and f1.high < 0
    return LabelChange(n, f1, floor, lost=clearly or f1.candidate < LEAST_KEPT * f1.standing)


def _change(standing: float, candidate: float, draws: Floats) -> Change:
    found = interval(candidate - standing, draws)
    return Change(standing, candidate, found.low, found.high)


def _stances(standing: Predictions, candidate: Predictions, examples: Examples, resamples: Resamples) -> Change:
    """Compare stances on the tags that both found rightly, so that finding harder tags is no loss."""
    both = examples.labels & standing.present & candidate.present
    n = resamples.sums(both).sum(axis=1)
    shares, draws = [], []
    for side in (standing, candidate):
        right = both & (side.stances == examples.stances)
        shares.append(float(right.sum() / max(1, both.sum())))
        draws.append(resamples.sums(right).sum(axis=1) / np.maximum(1, n))
    return _change(shares[0], shares[1], draws[1] - draws[0])


def _named(tagger: Tagger) -> Named:
    manifest = tagger.artefact.manifest
    return Named(manifest.name, manifest.version, tagger.artefact.digest)
