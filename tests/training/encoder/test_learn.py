"""learn.py: plans take the sentences that they should, steps lower the loss, and a cut-off run ends as a whole one."""

import copy
import dataclasses

import jax
import numpy as np
import pytest
from scipy.special import expit, log_softmax

from models.errors import InputError
from tests.tiny import N_HEADS, N_LAYERS
from training.encoder.learn import CHECKPOINT_EVERY, LENGTHS, epoch_batches, first_pass, learn, predict, second_pass
from training.encoder.network import first_params

N_LABELS, N_STANCES = 2, 2


def loss_of(params, data, rows, stance_weight=0.5):
    """Judge as learning does, with dropout off."""
    scores = predict(params, data, rows, N_HEADS)
    p, y, s = expit(scores[:, :N_LABELS].astype(float)), data.labels[rows], data.stances[rows]
    labels = -np.where(y, np.log(p), np.log(1 - p)).sum(axis=1).mean()
    table = log_softmax(scores[:, N_LABELS:].reshape(len(rows), N_LABELS, N_STANCES), axis=2)
    wrong = -np.take_along_axis(table, np.maximum(s, 0)[..., None], axis=2)[..., 0]
    return labels + stance_weight * (wrong * (s >= 0)).sum() / len(rows)


def same(one, other, **close):
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(np.allclose(a, b, **close) if close else np.array_equal(a, b) for a, b in pairs)


@pytest.fixture(scope="module")
def params(base):
    return first_params(base, N_LAYERS, N_LABELS, N_STANCES, seed=1)


@pytest.fixture(scope="module")
def alike(data):
    """Sentences of one of the lengths, for which one program is compiled."""
    of = [next(n for n in LENGTHS if n >= len(tokens)) for tokens in data.tokens]
    return np.flatnonzero(np.array(of) == max(of, key=of.count))


def test_batches_hold_each_sentence_at_most_once_and_are_all_full():
    lengths = np.random.default_rng(1).integers(4, 40, 500)
    rows = np.arange(0, 500, 2)
    batches = epoch_batches(rows, lengths, 16, np.random.default_rng(2))
    assert [len(batch) for batch in batches] == [16] * (250 // 16)
    taken = np.concatenate(batches)
    assert len(set(taken.tolist())) == len(taken)
    assert set(taken.tolist()) <= set(rows.tolist())


def test_a_batch_holds_sentences_of_like_length_and_batches_come_in_no_order():
    lengths = np.random.default_rng(1).integers(4, 60, 640)
    batches = epoch_batches(np.arange(640), lengths, 32, np.random.default_rng(2))
    assert max(np.ptp(lengths[batch]) for batch in batches) <= 8
    means = [lengths[batch].mean() for batch in batches]
    assert means != sorted(means)


def test_the_first_pass_takes_tagged_sentences_each_epoch_and_others_in_turn(data, rows, settings):
    rows = rows[:70]
    tagged = {int(i) for i in rows if data.labels[i].any()}
    share = settings.model_copy(update={"epochs": 4, "untagged_share": 0.5, "batch_size": 1})
    plan = [int(batch[0]) for batch in first_pass(data, rows, share)]
    n_others = round(0.5 * (70 - len(tagged)))
    size = len(tagged) + n_others
    assert len(plan) == 4 * size
    epochs = [plan[i : i + size] for i in range(0, len(plan), size)]
    others = [frozenset(epoch) - tagged for epoch in epochs]
    assert all(tagged <= set(epoch) <= set(rows.tolist()) for epoch in epochs)
    assert [len(part) for part in others] == [n_others] * 4
    assert len(set(others)) > 1


def test_the_second_pass_takes_the_held_out_sentences_and_a_share_of_the_others(data, settings):
    held_out, others = np.arange(20, 40), np.arange(40, 80)
    share = settings.model_copy(update={"refit_epochs": 3, "refit_others": 0.5, "batch_size": 1})
    plan = [int(batch[0]) for batch in second_pass(data, others, held_out, share)]
    assert len(plan) == 3 * 30
    epochs = [set(plan[i : i + 30]) for i in range(0, 90, 30)]
    for epoch in epochs:
        assert set(held_out.tolist()) < epoch
        assert len(epoch & set(others.tolist())) == 10
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_seed_decides_the_plan(seed, data, rows, settings):
    def plan(seed):
        return [batch.tolist() for batch in first_pass(data, rows, settings.model_copy(update={"seed": seed}))]

    assert plan(seed) == plan(seed) != plan(seed + 1)


def test_a_batch_is_as_long_as_the_next_of_few_lengths(data):
    x, mask = data.batch(np.array([3, 0, 8]))
    lengths = [len(data.tokens[i]) for i in (3, 0, 8)]
    assert x.shape == (3, next(n for n in LENGTHS if n >= max(lengths)), data.embeddings.shape[1])
    assert mask.sum(axis=1).tolist() == lengths
    np.testing.assert_array_equal(x[1, : lengths[1]], data.embeddings[data.tokens[0]])


def test_scores_come_in_the_order_of_the_rows(params, data):
    rows = np.random.default_rng(3).permutation(80)
    scores = predict(params, data, rows, N_HEADS)
    assert scores.shape == (80, N_LABELS * (1 + N_STANCES))
    for k in (0, 79):
        np.testing.assert_allclose(predict(params, data, rows[[k]], N_HEADS)[0], scores[k], atol=1e-4)


def test_a_few_steps_lower_the_loss_and_leave_the_pretrained_weights_alone(params, data, alike, settings, tmp_path):
    before = copy.deepcopy(params)
    told: list[str] = []
    plan = first_pass(data, alike, settings.model_copy(update={"epochs": 40}))[:100]
    learned = learn(params, data, plan, settings.rate, N_HEADS, settings, tmp_path / "pass.npz", told.append)
    assert loss_of(learned, data, alike) < 0.7 * loss_of(params, data, alike)
    assert same(params, before)
    assert [line.split(",")[0] for line in told] == ["step 100 of 100"]
    assert not same(learned["layers"][0], params["layers"][0])


def test_frozen_layers_stay_as_they_were(params, data, alike, settings, tmp_path):
    half = settings.model_copy(update={"frozen_layers": 1})
    plan = first_pass(data, alike, half)[:3]
    learned = learn(params, data, plan, half.rate, N_HEADS, half, tmp_path / "pass.npz", print)
    for part in ("positions", "norm"):
        assert same(learned[part], params[part])
    assert same(learned["layers"][0], params["layers"][0])
    assert not same(learned["layers"][1], params["layers"][1])
    assert not same(learned["head"], params["head"])


def test_a_run_that_was_cut_off_goes_on_and_ends_with_the_same_parameters(params, data, alike, settings, tmp_path):
    plan = first_pass(data, alike, settings.model_copy(update={"epochs": 120}))[: CHECKPOINT_EVERY + 104]
    assert len(plan) == CHECKPOINT_EVERY + 104

    def run(name, progress):
        return learn(params, data, plan, settings.rate, N_HEADS, settings, tmp_path / name, progress)

    def cut(line):
        if line.startswith("step 300"):
            raise KeyboardInterrupt

    whole = run("whole.npz", lambda line: None)
    with pytest.raises(KeyboardInterrupt):
        run("cut.npz", cut)
    told: list[str] = []
    resumed = run("cut.npz", told.append)
    assert [line.split(" of")[0] for line in told] == ["step 300"]
    assert same(resumed, whole, atol=1e-6)
    told.clear()
    assert same(run("cut.npz", told.append), resumed)
    assert told == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.npz", "whole.npz"]


@pytest.fixture(scope="module")
def checkpoint(params, data, alike, settings, tmp_path_factory):
    """A plan of two steps, and the checkpoint that it left."""
    path = tmp_path_factory.mktemp("checkpoint") / "pass.npz"
    plan = first_pass(data, alike, settings)[:2]
    learn(params, data, plan, settings.rate, N_HEADS, settings, path, print)
    return plan, path


# What may differ from the run that left the checkpoint.
OTHER_PLANS = {
    "rate": lambda run: run | {"rate": 2 * run["rate"]},
    "settings": lambda run: run | {"config": run["config"].model_copy(update={"weight_decay": 0.5})},
    "order": lambda run: run | {"batches": run["batches"][::-1]},
    "sentences": lambda run: run | {"batches": [run["batches"][0], run["batches"][1][::-1]]},
    "labels": lambda run: run | {"data": dataclasses.replace(run["data"], labels=1 - run["data"].labels)},
    "stances": lambda run: run | {"data": dataclasses.replace(run["data"], stances=-run["data"].stances)},
}


@pytest.mark.parametrize("change", OTHER_PLANS.values(), ids=OTHER_PLANS)
def test_the_checkpoint_of_another_plan_is_refused_and_left_as_it_was(change, checkpoint, params, data, settings):
    plan, path = checkpoint
    before = path.read_bytes()
    run = change({"data": data, "batches": plan, "rate": settings.rate, "config": settings})
    with pytest.raises(InputError, match=r"pass\.npz is the checkpoint of another corpus or configuration\. Remove it"):
        learn(params, n_heads=N_HEADS, checkpoint=path, progress=print, **run)
    assert path.read_bytes() == before


def test_a_checkpoint_of_the_same_plan_is_gone_on_from(checkpoint, params, data, settings):
    plan, path = checkpoint
    again = [batch.copy() for batch in plan]
    learned = learn(params, data, again, settings.rate, N_HEADS, settings, path, print)
    assert not same(learned["head"], params["head"])
