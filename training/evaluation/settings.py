"""Every profile at every operating point: the figures that depend on thresholds, with their intervals."""

from dataclasses import dataclass

from models.manifest import DEFAULT_OPERATING_POINT, Manifest, OperatingPoint, Profile
from training.evaluation.bootstrap import Interval
from training.evaluation.confusion import stance_confusion
from training.evaluation.judge import Evaluation
from training.evaluation.metrics import LabelFigures, label_figures
from training.evaluation.predictions import Predictions
from training.evaluation.ranking import average_precisions
from training.evaluation.slices import Slice, slices


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label in one profile at one operating point."""

    id: str
    name: str
    n: int
    figures: LabelFigures
    average_precision: Interval
    threshold: float
    coverage: float
    positives: int
    """Training sentences with this label."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One profile at one operating point."""

    profile: Profile
    point: OperatingPoint
    macro_f1: Interval
    macro_precision: float
    macro_recall: float
    micro_f1: Interval
    stance_accuracy: float
    false_alarm_rate: float
    labels: list[LabelRow]
    stances: list[list[int]]
    """Annotated by found."""
    slices: list[Slice]


def settings_of(manifest: Manifest, evaluation: Evaluation) -> list[Setting]:
    """Lay out every profile at every operating point, the default first."""
    found = []
    for profile, judged in evaluation.profiles.items():
        average = average_precisions(judged.probabilities, evaluation.examples.labels, evaluation.resamples)
        for point, predictions in judged.points.items():
            found.append(_setting(manifest, evaluation, profile, point, predictions, average))
    default = (manifest.default_profile, DEFAULT_OPERATING_POINT)
    return sorted(found, key=lambda s: (s.profile != default[0], s.point != default[1]))


def _setting(
    manifest: Manifest,
    evaluation: Evaluation,
    profile: Profile,
    point: OperatingPoint,
    predictions: Predictions,
    average: list[Interval],
) -> Setting:
    codebook, examples = manifest.codebook, evaluation.examples
    m = evaluation.profiles[profile].metrics[point]
    thresholds = manifest.profiles[profile].thresholds[point]
    figures = label_figures(predictions, examples, evaluation.resamples)
    return Setting(
        profile=profile,
        point=point,
        macro_f1=Interval(m.macro_f1, m.macro_f1_low, m.macro_f1_high),
        macro_precision=m.macro_precision,
        macro_recall=m.macro_recall,
        micro_f1=Interval(m.micro_f1, m.micro_f1_low, m.micro_f1_high),
        stance_accuracy=m.stance_accuracy,
        false_alarm_rate=m.false_alarm_rate,
        labels=[
            LabelRow(
                label.id,
                label.name,
                m.labels[label.id].n,
                figures[j],
                average[j],
                thresholds[label.id],
                float(predictions.present[:, j].mean()),
                manifest.labels[label.id].positives,
            )
            for j, label in enumerate(codebook.labels)
        ],
        stances=stance_confusion(predictions, examples, len(codebook.stances)).tolist(),
        slices=slices(evaluation.texts, examples, predictions, evaluation.resamples),
    )
