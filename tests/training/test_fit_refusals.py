"""What the training loop refuses, and where it stops: in clear words."""

import math

import pytest
import torch
from torch import nn

from tiny_runs import BYTES, FLOATS, train, vae
from vae_lib.objectives import BetaVAE, Loss, NegativeELBO
from vae_lib.training import linear_warmup


@pytest.mark.parametrize("term", ["distortion", "rate"])
def test_a_loss_that_is_not_finite_stops_with_step_and_term(term):
    """At once: no update follows, and the weights are those before the step."""
    weights = []

    def objective(model, x, step=0):
        loss = NegativeELBO()(model, x, step)
        if step != 3:
            return loss
        weights.extend(weight.detach().clone() for weight in model.parameters())
        loss.terms[term][1] = math.nan
        return Loss(loss.value * math.nan, loss.terms)

    model = vae()
    expected = rf"the loss is nan at step 3; terms that are not finite: {term}$"
    with pytest.raises(FloatingPointError, match=expected):
        train(objective=objective, model=model)
    for weight, before in zip(model.parameters(), weights, strict=True):
        assert torch.equal(weight, before)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_pixel_that_is_not_finite_stops_training(bad):
    data = FLOATS.clone()
    data[:] = bad
    with pytest.raises(FloatingPointError, match=r"at step 0; .*: distortion, rate$"):
        train(data)


def test_a_loss_may_be_infinite_by_its_weight_alone():
    """Then no term is to blame, and the message says so."""
    with pytest.raises(FloatingPointError, match=r"is inf at step 0; .* finite: none$"):
        train(objective=BetaVAE(lambda _step: math.inf))


@pytest.mark.parametrize(
    "name", ["steps", "batch_size", "log_every", "checkpoint_every"]
)
@pytest.mark.parametrize("bad", [0, -1, 2.5, math.nan])
def test_a_bad_count_is_refused(name, bad):
    with pytest.raises(
        ValueError, match=f"{name} must be a positive integer, got {bad}"
    ):
        train(**{name: bad})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"learning_rate": 0.0},
            r"learning_rate must be positive .* got 0\.0 at step 0",
        ),
        ({"learning_rate": math.nan}, r"learning_rate must be .* got nan at step 0"),
        ({"learning_rate": math.inf}, r"learning_rate must be .* got inf at step 0"),
        (
            {"learning_rate": linear_warmup(4, 1e-3, 0)},
            r"learning_rate must be positive and finite, got 0\.0 at step 4",
        ),
        ({"seed": -1}, r"seed must be an integer in \[0, 2\*\*32\), got -1"),
        ({"seed": 0.5}, r"seed must be an integer in \[0, 2\*\*32\), got 0\.5"),
        (
            {"precision": torch.float16},
            r"precision must be one of .* got torch.float16",
        ),
        (
            {"precision": torch.float64},
            r"precision must be one of .* got torch.float64",
        ),
        ({"data": BYTES[:0]}, r"data must hold at least one example, got none"),
        (
            {"data": BYTES.int()},
            r"data must be uint8, int64 or floating point, got torch.int32",
        ),
        (
            {"data": BYTES > 9},
            r"data must be uint8, int64 or floating point, got torch.bool",
        ),
        ({"data": torch.tensor(1.0)}, r"data must have shape \(N, \*event\), got \(\)"),
        ({"data": torch.rand(5)}, r"data must have shape \(N, \*event\), got \(5,\)"),
        ({"data": FLOATS.numpy()}, r"data must be a tensor or have .* got ndarray"),
        ({"data": [FLOATS]}, r"data must be a tensor or have .* got list"),
        ({"data": FLOATS[..., :5]}, r"x must have shape \(B, 1, 6, 6\), got \(4, 1, 6"),
        ({"data": FLOATS.double()}, r"x must be torch.float32.* got torch.float64"),
        ({"model": nn.ReLU()}, r"ReLU has no parameters to train"),
    ],
)
def test_bad_input_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        train(**options)
