"""Find label noise: sentences whose annotation a model that never saw their writer strongly contradicts.

Confident learning (Northcutt, Jiang & Chuang, 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
by the library cleanlab), label by label: a sentence is in doubt where its cross-validated probability is beyond what
is usual among the sentences on the other side. The probabilities are those of the project's own fast learner (n-grams
and word vectors, mixed and calibrated as `training.calibrate` does): on 46,000 sentences it takes minutes.

Usage::

    probabilities = cross_validated(sentences, examples, config)
    doubts = find_doubts(probabilities, examples, codebook)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.codebook import Codebook
from models.errors import CorpusError
from models.pipeline import Sentence
from training.calibrate import fit_calibration, out_of_fold_scores
from training.check.problems import Place
from training.config import Config
from training.corpus import Examples

Floats = NDArray[np.float64]
# Fewer sentences with a label give a learner nothing to contradict the annotator with.
MIN_POSITIVES = 5


@dataclass(frozen=True, slots=True)
class Doubt:
    """An annotation to look at again."""

    place: Place
    row: int
    """Row of the sentence among the examples."""
    label: str
    stance: str | None
    """The stance that the annotator gave; None where the label was not given, though the model expects it."""
    probability: float
    """Cross-validated probability of the label, 0-1."""
    quality: float
    """Probability of what the annotator said, 0-1; the lower, the more doubtful."""


def cross_validated(
    sentences: Sequence[Sentence],
    examples: Examples,
    config: Config,
    progress: Callable[[str], None] = lambda line: None,
) -> Floats:
    """Give each sentence the probabilities of a model that never saw its writer, shape (n_sentences, n_labels).

    A corpus of fewer writers than there are folds (an import that names none) is divided by texts.

    Raises
    ------
    CorpusError
        When there is only one text.
    """
    if len(set(examples.text_ids)) < 2:
        raise CorpusError("Label noise is looked for by cross-validation; the corpus needs at least two texts.")
    if len(set(examples.writers)) < config.validation.folds:
        examples = replace(examples, writers=examples.text_ids)
    scores = out_of_fold_scores(sentences, examples, config, progress)
    return fit_calibration(scores, examples.labels).probabilities(scores)


def find_doubts(probabilities: Floats, examples: Examples, codebook: Codebook) -> list[Doubt]:
    """List annotations that are in doubt, the most doubtful first.

    Parameters
    ----------
    probabilities : array of shape (n_sentences, n_labels)
        Out-of-fold probabilities.
    examples : Examples
    codebook : Codebook
    """
    places = places_of(examples)
    doubts = []
    for j, label in enumerate(codebook.label_ids):
        for row, quality in _issues(examples.labels[:, j], probabilities[:, j]):
            stance = int(examples.stances[row, j])
            doubts.append(
                Doubt(
                    place=places[row],
                    row=row,
                    label=label,
                    stance=codebook.stance_ids[stance] if stance >= 0 else None,
                    probability=float(probabilities[row, j]),
                    quality=quality,
                )
            )
    return sorted(doubts, key=lambda doubt: (doubt.quality, doubt.row, doubt.label))


def _issues(given: NDArray[np.bool_], probabilities: Floats) -> list[tuple[int, float]]:
    """Give rows in doubt with their quality, for one label."""
    from cleanlab.filter import find_label_issues  # heavy, and only needed here
    from cleanlab.rank import get_label_quality_scores

    if given.sum() < MIN_POSITIVES or (~given).sum() < MIN_POSITIVES:
        return []
    both = np.column_stack([1 - probabilities, probabilities])
    labels = given.astype(np.int64)
    # Of the library's rules these list the fewest sound annotations and rank best, by planted errors (`noise-trial`).
    found = find_label_issues(labels, both, filter_by="confident_learning", n_jobs=1)
    quality = get_label_quality_scores(labels, both, method="self_confidence")
    return [(int(row), float(quality[row])) for row in np.flatnonzero(found)]


def places_of(examples: Examples) -> list[Place]:
    """Give the place of each sentence."""
    places: list[Place] = []
    for row, text_id in enumerate(examples.text_ids):
        same = row and examples.text_ids[row - 1] == text_id
        places.append(Place(text_id, places[-1].number + 1 if same else 1))
    return places
