"""The sections of report and model card: figures as the templates need them."""

from typing import Any

from markupsafe import Markup

from models.manifest import DEFAULT_OPERATING_POINT, Manifest
from training.evaluation.background import Background
from training.evaluation.confusion import co_occurrence, errors, mix_ups
from training.evaluation.judge import Evaluation
from training.evaluation.metrics import brier_score, expected_calibration_error
from training.evaluation.predictions import Predictions
from training.evaluation.ranking import (
    CUT_OFFS,
    precision_recall,
    threshold_row,
    threshold_table,
)
from training.evaluation.study import Study

# Errors of each kind on the page.
SHOWN_ERRORS = 40


def card_sections(study: Study) -> dict[str, Any]:
    """Give what the model card shows beyond the manifest."""
    brier = {
        p: brier_score(j.probabilities, study.evaluation.examples.labels) for p, j in study.evaluation.profiles.items()
    }
    return {"default": study.settings[0], "below": study.below, "ceiling": study.ceiling, "brier": brier}


def page_sections(manifest: Manifest, background: Background, study: Study, with_text: bool) -> dict[str, Any]:
    """Give what the page shows beyond the manifest; draws the plots."""
    from training.evaluation.plots import learning_curve_plot, reliability_plot

    evaluation, curve = study.evaluation, background.learning_curve
    default = evaluation.profiles[manifest.default_profile].points[DEFAULT_OPERATING_POINT]
    thresholds = manifest.profiles[manifest.default_profile].thresholds[DEFAULT_OPERATING_POINT]
    ids = manifest.codebook.label_ids
    return {
        "settings": study.settings,
        "n_texts": len(evaluation.texts),
        "samples": evaluation.settings.bootstrap_samples,
        "below": study.below,
        "ceiling": study.ceiling,
        "comparison": study.comparison,
        "cut_offs": CUT_OFFS,
        "threshold_tables": {
            profile: {
                label: threshold_table(judged.probabilities[:, j], evaluation.examples.labels[:, j])
                for j, label in enumerate(ids)
            }
            for profile, judged in evaluation.profiles.items()
        },
        "calibration": _calibration(manifest, evaluation),
        "reliability_plot": Markup(  # noqa: S704 # drawn by matplotlib, its words escaped
            reliability_plot(
                {p: j.metrics[DEFAULT_OPERATING_POINT].reliability for p, j in evaluation.profiles.items()}
            )
        ),
        "precision_recall_plot": _curves(manifest, evaluation),
        "together": _together(evaluation, default),
        "mix_ups": mix_ups(default, evaluation.examples, ids),
        "learning_curve_plot": Markup(learning_curve_plot(curve)) if curve is not None else None,  # noqa: S704
        "errors": errors(
            default, evaluation.examples, [thresholds[i] for i in ids], manifest.codebook, SHOWN_ERRORS, with_text
        ),
        "with_text": with_text,
    }


def _calibration(manifest: Manifest, evaluation: Evaluation) -> dict[str, Any]:
    """Brier score and calibration error, over all labels and of each, per profile."""
    gold = evaluation.examples.labels
    rows: dict[str, Any] = {}
    for profile, judged in evaluation.profiles.items():
        p = judged.probabilities
        base = gold.mean(axis=0)
        rows[profile] = {
            "brier": brier_score(p, gold),
            "brier_base": float((base * (1 - base)).mean()),
            "error": expected_calibration_error(p, gold),
            "bins": judged.metrics[DEFAULT_OPERATING_POINT].reliability,
            "labels": {
                label: (brier_score(p[:, [j]], gold[:, [j]]), expected_calibration_error(p[:, [j]], gold[:, [j]]))
                for j, label in enumerate(manifest.codebook.label_ids)
            },
        }
    return rows


def _curves(manifest: Manifest, evaluation: Evaluation) -> Markup:
    from training.evaluation.plots import Curve, precision_recall_plot

    gold = evaluation.examples.labels
    labels: dict[str, dict[str, Curve]] = {}
    for j, label in enumerate(manifest.codebook.label_ids):
        labels[label] = {}
        for profile, judged in evaluation.profiles.items():
            p = judged.probabilities[:, j]
            tables = manifest.profiles[profile].thresholds.values()
            rows = [threshold_row(p, gold[:, j], table[label]) for table in tables]
            points = [(r.recall, r.precision) for r in rows if r.recall is not None and r.precision is not None]
            labels[label][profile] = Curve(*precision_recall(p, gold[:, j]), points)
    return Markup(precision_recall_plot(labels))  # noqa: S704


def _together(evaluation: Evaluation, default: Predictions) -> list[list[int]]:
    """Sentences with two labels: below the diagonal as annotated, above it as found, on it those annotated with one."""
    annotated, found = co_occurrence(evaluation.examples.labels), co_occurrence(default.present)
    size = range(len(annotated))
    return [[int(found[i, j] if j > i else annotated[i, j]) for j in size] for i in size]
