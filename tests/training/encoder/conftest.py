"""Fixtures for the tests of the encoder's training: complaints as the network reads them."""

import numpy as np
import pytest

from tests.tiny import tiny_base
from training.corpus import examples_of
from training.encoder.base import make_tokenizer
from training.encoder.learn import Data

WORDS = "pakket kwam laat wacht weken balie man medewerker snauwde brief antwoord geld terug niet geen weer nog is was"


@pytest.fixture(scope="session")
def base():
    """A pretrained encoder that knows some words of complaints."""
    return tiny_base(WORDS.split())


@pytest.fixture(scope="session")
def settings(complaints):
    """Settings for few sentences: small batches, high rates and no layer that stays as it was."""
    return complaints.config.encoder.model_copy(
        update={"batch_size": 8, "frozen_layers": 0, "rate": 3e-3, "refit_rate": 1e-3, "head_rate": 3e-2}
    )


@pytest.fixture(scope="session")
def examples(complaints):
    """Short sentences of the writers that are trained on."""
    texts = [text for text in complaints.texts if text.writer != "c4"]
    return examples_of(texts, complaints.codebook)


@pytest.fixture(scope="session")
def data(examples, base):
    tokens = [encoding.ids for encoding in make_tokenizer(base.pieces, 18).encode_batch(examples.texts)]
    return Data.of(examples, tokens, base.embeddings, base.special["pad"])


@pytest.fixture(scope="session")
def rows(data):
    return np.arange(len(data.tokens))
