"""Learn all parts of a tagger from the training part: fit, calibrate, mix, choose thresholds.

Usage::

    fitted = learn(sentences, examples, codebook, load_config(), pipeline, encoder=TunedEncoder.load())
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.classifiers import Blend, LabelClassifier, StanceClassifier
from models.codebook import Codebook
from models.errors import CorpusError
from models.evidence import linear_parts
from models.features import FeatureSet, Pairs, StanceFeatureSet, mean_vectors
from models.manifest import OperatingPoint, Profile
from models.pipeline import Pipeline, Sentence
from models.scorer import pairs_with_places
from training.blend import TunedEncoder, fit_blend
from training.calibrate import Calibration, calibrated, choose_thresholds, fit_calibration, out_of_fold_scores
from training.config import Config
from training.corpus import Examples
from training.fit import fit_labels, fit_stances, label_features, pairs_of, stance_features

Thresholds = dict[OperatingPoint, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The parts that learning produced."""

    label_features: FeatureSet
    stance_features: StanceFeatureSet
    labels: LabelClassifier
    stances: StanceClassifier
    blend: Blend | None
    thresholds: dict[Profile, Thresholds]


def learn(
    sentences: Sequence[Sentence],
    examples: Examples,
    codebook: Codebook,
    config: Config,
    pipeline: Pipeline,
    encoder: TunedEncoder | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Fitted:
    """Fit, calibrate and choose thresholds on the training part."""
    scores = out_of_fold_scores(sentences, examples, config, progress)
    calibration = fit_calibration(scores, examples.labels)
    thresholds: dict[Profile, Thresholds] = {
        "fast": points(calibration.probabilities(scores), examples.labels, codebook, config)
    }
    blend = None
    if encoder is not None:
        progress("mixing with the sentence encoder")
        blend, probabilities, rows = _blend(
            sentences, examples, pipeline, scores, calibration, encoder, codebook, config
        )
        thresholds["accurate"] = points(probabilities, examples.labels[rows], codebook, config)
    progress("fitting on all training writers")
    features = label_features(config)
    features.fit(sentences)
    x = features.transform(sentences)
    labels = calibrated(fit_labels(x, mean_vectors(sentences), examples.labels, config), calibration)
    everyone = np.ones(len(sentences), dtype=bool)
    places = Placer(pipeline, features, labels, codebook.label_ids, len(codebook.stances))
    for_stances, stances = learn_stances(sentences, examples, everyone, places, config)
    return Fitted(features, for_stances, labels, stances, blend, thresholds)


def points(
    probabilities: NDArray[np.float64], labels: NDArray[np.bool_], codebook: Codebook, config: Config
) -> Thresholds:
    """Choose the thresholds of every operating point."""
    chosen: Thresholds = {}
    for name, point in config.operating_points.items():
        values = choose_thresholds(probabilities, labels, point.max_false_alarm_rate, point.beta)
        chosen[name] = dict(zip(codebook.label_ids, values.tolist(), strict=True))
    return chosen


@dataclass(frozen=True, slots=True)
class Placer:
    """Finds the word of a sentence that speaks most for a label, by a label classifier."""

    pipeline: Pipeline
    features: FeatureSet
    classifier: LabelClassifier
    label_ids: tuple[str, ...]
    n_stances: int

    def pairs(self, sentences: Sequence[Sentence], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Pairs:
        """Describe (sentence, label) pairs, rows ascending, for the stance features."""
        kept, places = np.unique(rows, return_inverse=True)
        part = [sentences[i] for i in kept]
        x = self.features.transform(part)
        parts = linear_parts(part, x, (places, columns), self.features, self.classifier, self.pipeline)
        return pairs_with_places(sentences, rows, [self.label_ids[j] for j in columns], parts)


def learn_stances(
    sentences: Sequence[Sentence], examples: Examples, kept: NDArray[np.bool_], placer: Placer, config: Config
) -> tuple[StanceFeatureSet, StanceClassifier]:
    """Fit the stance classifier on some of the sentences."""
    features = stance_features(config)
    rows, columns, stances = pairs_of(np.where(kept[:, None], examples.stances, -1))
    pairs = placer.pairs(sentences, rows, columns)
    features.fit(sentences, pairs)
    size = (len(placer.label_ids), placer.n_stances)
    raw = fit_stances(features.transform(sentences, pairs), columns, stances, size, config)
    weights, label_weights = (w.astype(np.float16).astype(np.float32) for w in (raw.weights, raw.label_weights))
    return features, StanceClassifier(weights, label_weights, raw.bias)


def _blend(
    sentences: Sequence[Sentence],
    examples: Examples,
    pipeline: Pipeline,
    scores: tuple[NDArray[np.float64], NDArray[np.float64]],
    calibration: Calibration,
    encoder: TunedEncoder,
    codebook: Codebook,
    config: Config,
) -> tuple[Blend, NDArray[np.float64], NDArray[np.int64]]:
    """Mix on the sentences that the encoder's first pass held out; gives their probabilities and rows, too."""
    rows, places = encoder.rows_of(examples.texts)
    if not len(rows):
        raise CorpusError("None of the sentences that the encoder held out is in this corpus; fine-tune it again.")
    writers = np.array(examples.writers)
    kept = ~np.isin(writers, np.unique(writers[rows]))
    placer = _placer_without(~kept, sentences, examples, pipeline, calibration, codebook, config)
    features, classifier = learn_stances(sentences, examples, kept, placer, config)
    held_out = [sentences[i] for i in rows]
    pair_rows, columns = np.nonzero(examples.stances[rows] >= 0)
    x = features.transform(held_out, placer.pairs(held_out, pair_rows, columns))
    labels, encoded = examples.labels[rows], encoder.scores[places]
    logits = calibration.logits((scores[0][rows], scores[1][rows]))
    blend = fit_blend(logits, encoded, labels, classifier.scores(x, columns), examples.stances[rows])
    mixed = blend.label_logits(logits.astype(np.float32), encoded[:, : labels.shape[1]])
    return blend, expit(mixed.astype(float)), rows


def _placer_without(
    left_out: NDArray[np.bool_],
    sentences: Sequence[Sentence],
    examples: Examples,
    pipeline: Pipeline,
    calibration: Calibration,
    codebook: Codebook,
    config: Config,
) -> Placer:
    """Make a placer that has not seen some of the sentences, so that their stances are judged as new ones will be."""
    part = [s for s, left in zip(sentences, left_out, strict=True) if not left]
    features = label_features(config)
    features.fit(part)
    raw = fit_labels(features.transform(part), mean_vectors(part), examples.labels[~left_out], config)
    return Placer(pipeline, features, calibrated(raw, calibration), codebook.label_ids, len(codebook.stances))
