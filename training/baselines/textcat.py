"""spaCy's own text classifier, ``textcat_multilabel``, on blank Dutch.

Settings are the library's defaults, but for batches of one size and a fixed number of rounds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.training import Example
from thinc.api import fix_random_seed

Floats = NDArray[np.float64]
Labels = NDArray[np.bool_]
BATCH = 128
# spaCy's quickstart configurations for text classification without and with a tok2vec layer, for CPU.
BAG_OF_WORDS = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "length": 262144,
    "ngram_size": 1,
    "no_output_layer": False,
}
TOK2VEC = {
    "@architectures": "spacy.TextCatReduce.v1",
    "exclusive_classes": False,
    "use_reduce_first": False,
    "use_reduce_last": False,
    "use_reduce_max": True,
    "use_reduce_mean": True,
    "tok2vec": {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "width": 96,
        "depth": 2,
        "embed_size": 5000,
        "window_size": 1,
        "maxout_pieces": 3,
        "subword_features": True,
        "pretrained_vectors": None,
    },
}


def learn_textcat(
    texts: Sequence[str], labels: Labels, label_ids: Sequence[str], model: dict[str, Any], rounds: int, seed: int
) -> Callable[[Sequence[str]], Floats]:
    """Train a classifier; gives a function from texts to probabilities, shape (n_texts, n_labels)."""
    fix_random_seed(seed)
    nlp = spacy.blank("nl")
    nlp.add_pipe("textcat_multilabel", config={"model": model})
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": dict(zip(label_ids, map(float, row), strict=True))})
        for text, row in zip(texts, labels, strict=True)
    ]
    optimiser = nlp.initialize(lambda: examples)
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        order = random.permutation(len(examples))
        for i in range(0, len(order), BATCH):
            nlp.update([examples[k] for k in order[i : i + BATCH]], sgd=optimiser)

    def predict(others: Sequence[str]) -> Floats:
        docs = nlp.pipe(others, batch_size=BATCH)
        return np.array([[doc.cats[label] for label in label_ids] for doc in docs]).reshape(-1, len(label_ids))

    return predict
