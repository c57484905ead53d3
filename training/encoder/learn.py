"""Fine-tune the encoder on the corpus, in two passes.

The first pass learns from all but some held-out writers; its scores of these writers are what calibration and
thresholds are fitted on. The second pass goes on from there with the held-out writers' sentences and part of the rest,
at a lower rate, so that the encoder that ships has learned from every training writer.

One loss for both questions: cross-entropy of each label, and of the stance where a label is present.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from models.errors import InputError
from training.config import EncoderConfig
from training.corpus import Examples
from training.encoder.network import Params, Scores, as_numpy, freeze, sentence_scores, thaw, token_scores

# Each length compiles a program of its own; these steps waste few tokens on few programs.
LENGTHS = (10, 14, 18, 22, 28, 36, 48, 64)
# Batches are filled with sentences of like length, from so many batches' worth of shuffled sentences.
SHUFFLED_BATCHES = 64
PREDICT_BATCH = 64
CHECKPOINT_EVERY = 200


@dataclass(frozen=True, slots=True)
class Data:
    """Tokenised sentences with their labels."""

    tokens: Sequence[Sequence[int]]
    labels: NDArray[np.float32]
    stances: NDArray[np.int64]
    embeddings: NDArray[np.float32]
    pad: int

    @classmethod
    def of(
        cls, examples: Examples, tokens: Sequence[Sequence[int]], embeddings: NDArray[np.float32], pad: int
    ) -> "Data":
        """Join examples with their tokens."""
        return cls(tokens, examples.labels.astype(np.float32), examples.stances, embeddings, pad)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of tokens of each sentence."""
        return np.array([len(tokens) for tokens in self.tokens])

    def batch(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Give embeddings, shape (n_rows, n_tokens, n_hidden), and mask of some sentences."""
        longest = max(len(self.tokens[i]) for i in rows)
        ids = np.full((len(rows), next(n for n in LENGTHS if n >= longest)), self.pad)
        for k, i in enumerate(rows):
            ids[k, : len(self.tokens[i])] = self.tokens[i]
        return self.embeddings[ids], ids != self.pad


def epoch_batches(
    rows: NDArray[np.int64], lengths: NDArray[np.int64], size: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Shuffle sentences into batches of like length, in random order; the last few that fill none are left out."""
    shuffled = rng.permutation(rows)
    pools = np.array_split(shuffled, max(1, len(shuffled) // (size * SHUFFLED_BATCHES)))
    ordered = np.concatenate([pool[np.argsort(lengths[pool], kind="stable")] for pool in pools])
    batches = [ordered[i : i + size] for i in range(0, len(ordered) - size + 1, size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def first_pass(data: Data, rows: NDArray[np.int64], config: EncoderConfig) -> list[NDArray[np.int64]]:
    """Plan the batches of the first pass: each epoch takes every tagged sentence and a share of the others."""
    rng = np.random.default_rng(config.seed)
    lengths = data.lengths
    tagged = data.labels[rows].any(axis=1)
    batches = []
    for _ in range(config.epochs):
        untagged = rng.permutation(rows[~tagged])
        taken = untagged[: round(config.untagged_share * len(untagged))]
        batches += epoch_batches(np.concatenate([rows[tagged], taken]), lengths, config.batch_size, rng)
    return batches


def second_pass(
    data: Data, rows: NDArray[np.int64], held_out: NDArray[np.int64], config: EncoderConfig
) -> list[NDArray[np.int64]]:
    """Plan the batches of the second pass: the held-out sentences with some of the others, each epoch anew."""
    rng = np.random.default_rng(config.seed + 1)
    lengths = data.lengths
    batches = []
    for _ in range(config.refit_epochs):
        others = rng.permutation(rows)[: round(config.refit_others * len(held_out))]
        batches += epoch_batches(np.concatenate([held_out, others]), lengths, config.batch_size, rng)
    return batches


def learn(
    params: Params,
    data: Data,
    batches: Sequence[NDArray[np.int64]],
    rate: float,
    n_heads: int,
    config: EncoderConfig,
    checkpoint: Path,
    progress: Callable[[str], None],
) -> Params:
    """Take one step per batch; goes on from `checkpoint` where that was left by a run that was cut off.

    Parameters
    ----------
    params : dict
    data : Data
    batches : sequence of int arrays of shape (batch_size,)
    rate : float
        Learning rate of the topmost layer at its peak; falls linearly to 0, and by `layer_decay` per layer.
    n_heads : int
    config : EncoderConfig
    checkpoint : Path
        An .npz file that is written as the run goes, and removed by none but the caller.
    progress : callable

    Returns
    -------
    dict
        The parameters after the last step.

    Raises
    ------
    InputError
        When the checkpoint is that of another plan.
    """
    learning, frozen = freeze(params, config.frozen_layers)
    learning, frozen = jax.tree.map(jnp.asarray, (learning, frozen))
    optimiser = _optimiser(learning, rate, len(batches), config)
    state = optimiser.init(learning)
    plan = _fingerprint(data, batches, rate, config)
    start, (learning, state) = _read_checkpoint(checkpoint, plan, (learning, state))

    def loss(learning: Params, x: jax.Array, mask: jax.Array, y: jax.Array, s: jax.Array, key: jax.Array) -> jax.Array:
        scores = sentence_scores(token_scores(thaw(learning, frozen), x, mask, n_heads, key), mask)
        n_labels = y.shape[1]
        labels = optax.sigmoid_binary_cross_entropy(scores[:, :n_labels], y).sum(axis=1).mean()
        stances = scores[:, n_labels:].reshape(len(y), n_labels, -1)
        wrong = optax.softmax_cross_entropy_with_integer_labels(stances, jnp.maximum(s, 0))
        total: jax.Array = labels + config.stance_weight * (wrong * (s >= 0)).sum() / len(y)
        return total

    def step(learning: Params, state: optax.OptState, *batch: jax.Array) -> tuple[Params, optax.OptState, jax.Array]:
        value, gradient = jax.value_and_grad(loss)(learning, *batch)
        updates, state = optimiser.update(gradient, state, learning)
        return optax.apply_updates(learning, updates), state, value

    compiled = jax.jit(step, donate_argnums=(0, 1))
    key = jax.random.key(config.seed, impl="rbg")
    total = 0.0
    for k in range(start, len(batches)):
        rows = batches[k]
        x, mask = data.batch(rows)
        batch = (x, mask, data.labels[rows], data.stances[rows], jax.random.fold_in(key, k))
        learning, state, value = compiled(learning, state, *batch)
        total += float(value)
        if (k + 1) % 100 == 0:
            progress(f"step {k + 1} of {len(batches)}, loss {total / 100:.3f}")
            total = 0.0
        if (k + 1) % CHECKPOINT_EVERY == 0:
            _write_checkpoint(checkpoint, plan, k + 1, (learning, state))
    _write_checkpoint(checkpoint, plan, len(batches), (learning, state))
    return as_numpy(thaw(learning, frozen))


def _optimiser(learning: Params, rate: float, n_steps: int, config: EncoderConfig) -> optax.GradientTransformation:
    n_layers = len(learning["layers"])
    scale = {
        "layers": [
            jax.tree.map(lambda _, k=k: config.layer_decay ** (n_layers - 1 - k), layer)
            for k, layer in enumerate(learning["layers"])
        ],
        "head": jax.tree.map(lambda _: config.head_rate / config.rate, learning["head"]),
    }
    warmup = min(config.warmup_steps, max(1, n_steps // 10))
    schedule = optax.join_schedules(
        [optax.linear_schedule(0.0, rate, warmup), optax.linear_schedule(rate, 0.0, max(1, n_steps - warmup))], [warmup]
    )
    return optax.chain(
        optax.clip_by_global_norm(config.max_gradient_norm),
        optax.adamw(schedule, weight_decay=config.weight_decay),
        optax.stateless(lambda updates, _: jax.tree.map(lambda u, m: u * m, updates, scale)),
    )


def _fingerprint(data: Data, batches: Sequence[NDArray[np.int64]], rate: float, config: EncoderConfig) -> str:
    """Tell runs apart: the sentences of every step, what they are to teach, and the settings."""
    seen = hashlib.sha256(f"{rate} {config.model_dump_json()}".encode())
    for rows in batches:
        seen.update(rows.tobytes())
    seen.update(data.labels.tobytes() + data.stances.tobytes())
    return seen.hexdigest()


def _write_checkpoint(path: Path, plan: str, step: int, tree: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    leaves: dict[str, Any] = {f"leaf{i:04d}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(tree))}
    half = path.with_suffix(".half.npz")
    np.savez(half, plan=plan, step=step, **leaves)
    half.replace(path)


def _read_checkpoint(
    path: Path, plan: str, tree: tuple[Params, optax.OptState]
) -> tuple[int, tuple[Params, optax.OptState]]:
    if not path.exists():
        return 0, tree
    with np.load(path, allow_pickle=False) as file:
        if str(file["plan"]) != plan:
            raise InputError(
                f"{path} is the checkpoint of another corpus or configuration. Remove it, or give another --out."
            )
        leaves = [jnp.asarray(file[name]) for name in sorted(file.files) if name.startswith("leaf")]
        return int(file["step"]), jax.tree.unflatten(jax.tree.structure(tree), leaves)


def predict(params: Params, data: Data, rows: NDArray[np.int64], n_heads: int) -> Scores:
    """Score sentences, shape (n_rows, n_outputs)."""
    read = jax.jit(lambda p, x, mask: sentence_scores(token_scores(p, x, mask, n_heads), mask))
    order = np.argsort(data.lengths[rows], kind="stable")
    scores = np.zeros((len(rows), params["head"]["b"].shape[0]), np.float32)
    for part in _chunks(order):
        # The last, short one is filled up, so that it needs no program of its own.
        padded = np.resize(part, PREDICT_BATCH)
        scores[part] = np.asarray(read(params, *data.batch(rows[padded])))[: len(part)]
    return scores


def _chunks(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for i in range(0, len(order), PREDICT_BATCH):
        yield order[i : i + PREDICT_BATCH]
