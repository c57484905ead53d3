"""The gate: a candidate replaces the artefact that stands only when it is not worse.

Both are judged on the same test texts. The gate refuses to pass when it cannot compare.
"""

from dataclasses import dataclass

from models.errors import GateRefused
from models.manifest import Metrics
from training.config import GateConfig


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the gate compared."""

    standing_macro_f1: float
    candidate_macro_f1: float
    lost_labels: tuple[str, ...]
    """Labels whose F1 fell by more than the tolerance."""


def compare(candidate: Metrics | None, standing: Metrics | None, config: GateConfig) -> Comparison:
    """Compare a candidate with the artefact that stands.

    Parameters
    ----------
    candidate, standing : Metrics or None
        Quality of both on the same test texts.
    config : GateConfig

    Raises
    ------
    GateRefused
        When one of the two was not judged, they were judged on different texts, or the candidate is worse than
        the tolerances allow.
    """
    if candidate is None or standing is None:
        raise GateRefused("There is nothing to compare: hold out test writers, so that both can be judged on them.")
    if (candidate.test_writers, candidate.n_sentences) != (standing.test_writers, standing.n_sentences):
        raise GateRefused("The candidate and the standing artefact were judged on different texts.")
    gone = [label for label in standing.labels if label not in candidate.labels]
    if gone:
        raise GateRefused(f"The candidate does not know: {', '.join(gone)}. The standing artefact stays.")
    lost = tuple(
        label
        for label in standing.labels
        if standing.labels[label].f1 - candidate.labels[label].f1 > config.max_label_f1_loss
    )
    result = Comparison(standing.macro_f1, candidate.macro_f1, lost)
    if standing.macro_f1 - candidate.macro_f1 > config.max_macro_f1_loss:
        raise GateRefused(
            f"Macro-F1 fell from {standing.macro_f1:.3f} to {candidate.macro_f1:.3f}, "
            f"more than {config.max_macro_f1_loss} allows. The standing artefact stays."
        )
    if lost:
        raise GateRefused(
            f"F1 fell by more than {config.max_label_f1_loss} for: {', '.join(lost)}. The standing artefact stays."
        )
    return result
