"""The training loop: same seed, same numbers; data, schedules, history."""

import math

import pytest
import torch

from tiny_runs import BYTES, FLOATS, SHAPE, same, train, vae
from vae_lib.data import ImageSet, Labelled, WithLabels
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import SubpixelDecoder, SubpixelEncoder
from vae_lib.objectives import BetaVAE, NegativeELBO
from vae_lib.training import constant, linear_warmup


def test_the_same_seed_gives_the_same_weights_and_history():
    (first, history), (second, again) = train(seed=5), train(seed=5)
    assert same(first, second)
    assert history.to_dict() == again.to_dict()


def test_the_seed_alone_decides_and_not_what_was_drawn_before():
    first, _ = train(seed=5)
    model = vae()
    torch.manual_seed(99)
    torch.rand(17)
    second, _ = train(seed=5, model=model)
    assert same(first, second)


def test_another_seed_gives_other_weights():
    assert not same(train(seed=5)[0], train(seed=6)[0])


def test_the_first_update_is_that_of_adam():
    """Adam's first step moves each weight by the rate times its gradient's sign."""
    model, reference = vae(), vae()
    train(model=model, steps=1, learning_rate=1e-3, seed=2)
    torch.manual_seed(2)
    x = FLOATS[torch.randint(20, (4,))]
    NegativeELBO()(reference, x).value.backward()
    for after, before in zip(model.parameters(), reference.parameters(), strict=True):
        gradient = before.grad
        expected = before - 1e-3 * gradient / (gradient.abs() + 1e-8)
        torch.testing.assert_close(after, expected)


def test_training_lowers_the_loss_towards_the_entropy():
    """Black or white, equally often: no code is shorter than one bit, ln 2 nats."""
    images = torch.stack([torch.zeros(SHAPE), torch.ones(SHAPE)])
    _, history = train(images, steps=300, learning_rate=1e-2, batch_size=16)
    assert history["loss"][0] > 24
    assert math.log(2) < history["loss"][-50:].mean() < 5


def test_convolutions_train_as_well():
    torch.manual_seed(0)
    model = VAE(SubpixelEncoder(1, 4), SubpixelDecoder(4), StandardNormal(4))
    images = torch.zeros(8, 1, 64, 64)
    images[:, :, 16:48, 16:48] = 1
    _, history = train(images, model=model, steps=20)
    assert history["loss"][-1] < 0.7 * history["loss"][0]


def test_bytes_are_scaled_by_255_and_images_sets_and_floats_are_the_same_data():
    (by_bytes, _), (by_floats, _) = train(BYTES), train(FLOATS)
    by_set, _ = train(ImageSet(BYTES))
    assert same(by_bytes, by_floats)
    assert same(by_bytes, by_set)


def test_only_length_and_images_are_asked_of_data():
    class Blank:
        def __len__(self) -> int:
            return 3

        def images(self, index):
            assert index.shape == (4,)
            assert (index >= 0).all()
            assert (index < 3).all()
            return torch.zeros(len(index), *SHAPE)

    _, history = train(Blank())
    assert len(history) == 6


def test_classes_travel_with_their_examples():
    """From `Labelled` tensors and from a source alike, row by row."""

    def watch(batches):
        def objective(model, x, step=0):
            batches.append(x)
            return NegativeELBO()(model, x.x, step)

        return objective

    # Each image's first pixel tells its row, and so does its label.
    images = FLOATS.clone()
    images[:, 0, 0, 0] = torch.arange(20) / 20
    labels = torch.arange(20)
    whole, parts = [], []
    first, _ = train(Labelled(images, labels), objective=watch(whole))
    data = ImageSet((images * 255).round().byte(), all_labels=labels)
    train(WithLabels(data), objective=watch(parts))
    for batch, other in zip(whole, parts, strict=True):
        assert torch.equal((batch.x[:, 0, 0, 0] * 20).round().long(), batch.labels)
        assert torch.equal(batch.labels, other.labels)
    assert same(first, train(images)[0])


def test_indices_of_codes_pass_as_they_are():
    """They name rows of a table; scaled by 1/255 they would all name the first."""
    seen = []

    def objective(model, x, step=0):
        seen.append(x)
        return NegativeELBO()(model, x / 255, step)

    train(BYTES.long(), objective=objective)
    assert all(x.dtype == torch.int64 for x in seen)
    assert max(int(x.max()) for x in seen) > 1


def test_double_precision_data_train_a_double_precision_model():
    model, _ = train(FLOATS.double(), model=vae().double())
    assert next(model.parameters()).dtype == torch.float64


def test_the_objective_sees_every_step_once_and_in_order():
    seen = []

    def objective(model, x, step=0):
        seen.append((step, tuple(x.shape), model.training))
        return NegativeELBO()(model, x, step)

    train(objective=objective)
    assert seen == [(step, (4, *SHAPE), True) for step in range(6)]


def test_a_schedule_follows_the_step():
    """With the ramp of 4 steps from 0 the k-th loss is distortion + k/4 rate."""
    _, history = train(objective=BetaVAE(linear_warmup(4)))
    beta = [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    expected = history["distortion"] + beta * history["rate"]
    assert history["loss"] == pytest.approx(expected, rel=1e-6)
    constantly, _ = train(objective=BetaVAE(constant(3.0)))
    assert same(constantly, train(objective=BetaVAE(3.0))[0])


def test_the_learning_rate_may_follow_the_step():
    """Adam moves in proportion to it: a million times less is a standstill."""
    constantly, _ = train(learning_rate=constant(1e-2))
    assert same(constantly, train(learning_rate=1e-2)[0])
    stopped, _ = train(learning_rate=lambda step: 1e-2 if step < 3 else 1e-8)
    for after, before in zip(
        stopped.parameters(),
        train(steps=3, learning_rate=1e-2)[0].parameters(),
        strict=True,
    ):
        torch.testing.assert_close(after, before, rtol=0, atol=1e-7)
    assert not same(stopped, constantly)


@pytest.mark.parametrize(
    ("steps", "log_every", "recorded"),
    [(6, 1, [0, 1, 2, 3, 4, 5]), (7, 3, [0, 3, 6]), (6, 4, [0, 4, 5]), (1, 9, [0])],
)
def test_the_history_holds_every_so_many_steps_and_the_last(steps, log_every, recorded):
    _, history = train(steps=steps, log_every=log_every)
    assert history.steps.tolist() == recorded
    assert history.names == ("loss", "distortion", "rate")
    total = history["distortion"] + history["rate"]
    assert history["loss"] == pytest.approx(total, rel=1e-6)


def test_the_model_is_left_in_evaluation_mode():
    assert not train()[0].training


def test_frozen_weights_stay():
    model = vae()
    model.decoder.requires_grad_(requires_grad=False)
    before = [weight.clone() for weight in model.parameters()]
    train(model=model)
    count = len(list(model.encoder.parameters()))
    moved = [
        not torch.equal(weight, old)
        for weight, old in zip(model.parameters(), before, strict=True)
    ]
    assert moved == [True] * count + [False] * (len(before) - count)


def test_bfloat16_reaches_about_the_same_loss():
    """Three digits in the products; weights, sums and losses stay float32."""
    options = {"steps": 200, "learning_rate": 3e-3, "batch_size": 16}
    (single, exact), (_, half) = (
        train(**options),
        train(**options, precision=torch.bfloat16),
    )
    assert exact["loss"][-50:].mean() == pytest.approx(
        half["loss"][-50:].mean(), rel=0.02
    )
    assert exact["loss"].tolist() != half["loss"].tolist()
    assert next(single.parameters()).dtype == torch.float32


def test_the_bar_is_shown_when_asked_for(capsys):
    train(progress=True)
    assert "6/6" in capsys.readouterr().err
    train(progress=False)
    assert capsys.readouterr().err == ""
