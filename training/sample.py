"""Take part of a corpus for a quick run: whole texts, so that context and bootstrap stay what they are."""

from collections.abc import Sequence

import numpy as np

from training.corpus import AnnotatedText


def sample_texts(texts: Sequence[AnnotatedText], n_sentences: int | None, seed: int) -> list[AnnotatedText]:
    """Draw texts at random, in the order of the corpus, until they hold about `n_sentences`; all of them for None."""
    if n_sentences is None:
        return list(texts)
    chosen: list[int] = []
    taken = 0
    for i in np.random.default_rng(seed).permutation(len(texts)):
        if taken >= n_sentences:
            break
        chosen.append(int(i))
        taken += len(texts[i].sentences)
    return [texts[i] for i in sorted(chosen)]
