"""The table of variants: each a name, what differs from the reference and why it is tried, and what it is made of.

A variant is one or more learners on groups of features, a mixer that makes probabilities of their scores, and a rule
for thresholds. What it does not name is as in the reference, which is what `training.fit` and `training.calibrate` do.
"""

from dataclasses import dataclass
from typing import Literal

from training.experiments import learners, mixing
from training.experiments.learners import Fit
from training.experiments.mixing import Chooser, Mixer

Part = Literal["features", "classifiers", "thresholds", "calibration", "encoder"]


@dataclass(frozen=True, slots=True)
class Learner:
    """A classifier on some groups of features; see `training.experiments.material.Fold.block` for their names."""

    blocks: tuple[str, ...]
    fit: Fit


NGRAMS = Learner(("lemmas", "characters"), learners.nb_logistic)
VECTORS = Learner(("mean",), learners.ridge)
TUNED = Learner(("tuned",), learners.as_given)
NETWORK = Learner(("components", "mean"), learners.shared_network)


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of the table."""

    name: str
    part: Part
    reason: str
    learners: tuple[Learner, ...] = (NGRAMS, VECTORS)
    mixer: Mixer = mixing.sigmoid
    thresholds: Chooser = mixing.under_ceiling

    @property
    def blocks(self) -> set[str]:
        """Names of the features that it needs."""
        return {block for learner in self.learners for block in learner.blocks}


def _ngrams(*blocks: str) -> tuple[Learner, ...]:
    return (Learner(blocks, learners.nb_logistic),)


def _pooled(*blocks: str) -> tuple[Learner, ...]:
    return (NGRAMS, Learner(blocks, learners.ridge))


def _other(fit: Fit) -> tuple[Learner, ...]:
    """Take another classifier on n-grams."""
    return (Learner(NGRAMS.blocks, fit), VECTORS)


def _dense(fit: Fit) -> tuple[Learner, ...]:
    return (Learner(("components", "mean"), fit),)


REFERENCE = Variant(
    "reference",
    "features",
    "lemma and character n-grams by naive Bayes logistic regression, mean word vector by ridge "
    "regression, mixed by sigmoid calibration; thresholds of best F1 under the ceiling",
)

VARIANTS: tuple[Variant, ...] = (
    REFERENCE,
    Variant("words", "features", "word n-grams alone: the least that can be tried", _ngrams("forms")),
    Variant("lemmas", "features", "lemma n-grams alone: what lemmas add to words", _ngrams("lemmas")),
    Variant("characters", "features", "character n-grams alone: inflections, compounds, typos", _ngrams("characters")),
    Variant("no vectors", "features", "lemma and character n-grams: what vectors add", (NGRAMS,)),
    Variant("no characters", "features", "lemma n-grams and vectors", (*_ngrams("lemmas"), VECTORS)),
    Variant(
        "words for lemmas", "features", "word forms in place of lemmas", (*_ngrams("forms", "characters"), VECTORS)
    ),
    Variant(
        "with lexicon",
        "features",
        "and which labels' expressions of the lexicon stand there",
        (*_ngrams(*NGRAMS.blocks, "lexicon"), VECTORS),
    ),
    Variant(
        "lexicon alone", "features", "the lexicon weighted by a classifier", (Learner(("lexicon",), learners.logistic),)
    ),
    Variant("vectors alone", "features", "the mean word vector: how far it carries by itself", (VECTORS,)),
    Variant("vectors 50", "features", "the first 50 principal components of the vectors", _pooled("mean 50")),
    Variant("vectors 100", "features", "the first 100 components", _pooled("mean 100")),
    Variant("max of vectors", "features", "per dimension the maximum over words, in place of the mean", _pooled("max")),
    Variant("mean and max", "features", "mean and maximum side by side", _pooled("mean", "max")),
    Variant(
        "previous sentence",
        "features",
        "and the lemmas and mean vector of the sentence before it in the text",
        (*_ngrams(*NGRAMS.blocks, "previous"), Learner(("mean", "previous mean"), learners.ridge)),
    ),
    Variant("logistic", "classifiers", "logistic regression without naive Bayes weights", _other(learners.logistic)),
    Variant("svm", "classifiers", "linear support vector machine, calibrated", _other(learners.svm)),
    Variant("ridge", "classifiers", "ridge regression on n-grams", _other(learners.ridge)),
    Variant(
        "chain",
        "classifiers",
        "classifier chain: labels read each other",
        (Learner(NGRAMS.blocks, learners.chain), VECTORS),
    ),
    Variant(
        "components",
        "classifiers",
        "logistic regression on 200 components of the n-grams and the mean vector: the next three's yardstick",
        _dense(learners.dense_logistic),
    ),
    Variant("boosting", "classifiers", "gradient boosting on the same", _dense(learners.boosting)),
    Variant(
        "network", "classifiers", "a neural network of 16 hidden units per label on the same", _dense(learners.network)
    ),
    Variant(
        "shared network",
        "classifiers",
        "multi-task: one layer of 128 hidden units for all labels on the same",
        (NETWORK,),
    ),
    Variant(
        "and network",
        "classifiers",
        "the reference's two scores and the shared network's, mixed",
        (NGRAMS, VECTORS, NETWORK),
    ),
    Variant(
        "stacking",
        "classifiers",
        "the same three, each label reading the scores of all labels",
        (NGRAMS, VECTORS, NETWORK),
        mixing.stacked,
    ),
    Variant(
        "one threshold", "thresholds", "one threshold for all labels, under the ceiling", thresholds=mixing.one_for_all
    ),
    Variant("best F1", "thresholds", "best F1 per label without a ceiling", thresholds=mixing.best_f1),
    Variant("isotonic", "calibration", "isotonic calibration after mixing", mixer=mixing.isotonic),
    Variant(
        "uncalibrated", "calibration", "mean of what the two learners say, not calibrated", mixer=mixing.uncalibrated
    ),
    Variant(
        "frozen encoder",
        "encoder",
        "Universal Sentence Encoder Multilingual v3 as it comes, by logistic regression",
        (Learner(("use",), learners.dense_logistic),),
    ),
    Variant(
        "and frozen encoder",
        "encoder",
        "n-grams and the frozen encoder in place of word vectors",
        (NGRAMS, Learner(("use",), learners.dense_logistic)),
    ),
    Variant(
        "frozen e5",
        "encoder",
        "multilingual-e5-small as it comes, by logistic regression",
        (Learner(("e5",), learners.dense_logistic),),
    ),
    Variant(
        "and frozen e5",
        "encoder",
        "n-grams and frozen e5 in place of word vectors",
        (NGRAMS, Learner(("e5",), learners.dense_logistic)),
    ),
)

# On the writers that fine-tuning held out, learned from the writers that it learned from.
REFERENCE_HELD_OUT = Variant("reference, held out", "encoder", "the reference on the writers that fine-tuning held out")
HELD_OUT_VARIANTS: tuple[Variant, ...] = (
    REFERENCE_HELD_OUT,
    Variant("tuned encoder", "encoder", "the fine-tuned encoder alone, on the same writers", (TUNED,)),
    Variant(
        "blend",
        "encoder",
        "the reference mixed with the fine-tuned encoder (the accurate profile), on the same writers",
        (NGRAMS, VECTORS, TUNED),
        mixing.blended,
    ),
)
