import copy

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from vae_lib.objectives import BetaVAE
from vae_lib.training import fit
from vae_lib.widgets import philox
from vae_lib.widgets.lab_data import lab_data
from vae_lib.widgets.lab_functions import BATCH_SIZE, lab_functions, lab_model, spread
from vae_lib.widgets.learner import Learner, Settings
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.training_state import StateLayout
from vae_lib.widgets.training_step import given_noise, training_step

STEPS = 100


def train_with_pytorch(settings, steps):
    """A loop as in `fit`, with Adam itself, on the lab's own start and draws."""
    learner = Learner(settings)
    model = lab_model(learner.data, settings.latents)
    StateLayout.of(model).load(model, torch.from_numpy(learner.states[0]))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    losses = []
    for step in range(steps):
        rows = philox.indices(settings.seed, step, BATCH_SIZE, len(learner.data))
        noise = philox.normals(settings.seed, step, BATCH_SIZE * settings.latents)
        x = learner.data.images(torch.from_numpy(rows))
        with given_noise(torch.from_numpy(noise).view(BATCH_SIZE, -1)):
            loss = BetaVAE(settings.price(step))(model, x)
        optimizer.zero_grad()
        loss.value.backward()
        optimizer.step()
        losses.append([float(term.detach().mean()) for term in loss.terms.values()])
    weights = nn.utils.parameters_to_vector(model.parameters()).detach().numpy()
    return weights, np.array(losses)


@pytest.mark.parametrize(
    ("settings", "tolerance"),
    [
        (Settings("digits", latents=4, beta=0.3, seed=1), 1e-5),
        (Settings("sprites", latents=10, beta=1.0, anneal=50, seed=2), 1e-4),
    ],
    ids=["digits", "sprites"],
)
def test_exported_step_equals_adam_after_100_steps(settings, tolerance):
    """All but one in ten thousand weights to 1e-5, and both losses, relative.

    Adam divides by the gradient's own size: a weight whose gradient is little more than
    rounding moves by the rounding. Of 70,000 weights a few such are allowed more.
    """
    expected, losses = train_with_pytorch(settings, STEPS)
    learner = Learner(settings)
    step = next(f for f in lab_functions(learner.data, settings.latents))
    data = export_onnx(step).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    learner._functions["step"] = Exported(session)
    distortion, rates = learner.advance(STEPS)
    differences = np.abs(learner.states[0][: len(expected)] - expected)
    assert differences.max() < tolerance
    assert np.quantile(differences, 0.9999) < 1e-5
    found = np.stack([distortion[:, 0], rates[:, 0].sum(1)], axis=1)
    np.testing.assert_allclose(found, losses, rtol=1e-5, atol=1e-5)
    assert learner.states[0][-1] == STEPS
    assert b"vae_lib" not in data
    assert b".py" not in data


class Exported:
    """An ONNX session that answers as a TensorFunction does."""

    def __init__(self, session) -> None:
        self.session = session

    def run(self, inputs):
        """Named arrays in, named arrays out."""
        values = {name: np.asarray(value) for name, value in inputs.items()}
        names = [output.name for output in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, values), strict=True))


def test_one_step_of_fit_is_one_step_of_the_function():
    """From the same weights, minibatch and noise as fit draws them itself."""
    data = lab_data("digits")
    torch.manual_seed(3)
    model = lab_model(data, 3)
    layout = StateLayout.of(model)
    before = nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    trained = copy.deepcopy(model)
    fit(trained, BetaVAE(2.0), data, steps=1, seed=5, progress=False)
    torch.manual_seed(5)
    x = data.images(torch.randint(len(data), (64,)))
    noise = torch.randn(64, 3)
    numbers = (torch.tensor(value) for value in (2.0, 1e-3, 1e-8))
    after, *_ = training_step(model, layout.start(before), x, noise, *numbers)
    found = after[: layout.count]
    expected = nn.utils.parameters_to_vector(trained.parameters()).detach()
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-6)


def test_lab_starts_where_pytorch_starts():
    """PyTorch's own draws fill the same ranges, up to a hundredth."""
    torch.manual_seed(0)
    model = lab_model(lab_data("sprites"), 4)
    weights = [weight.detach().abs().max() for weight in model.parameters()]
    for (count, bound), largest in zip(spread(model), weights, strict=True):
        assert largest <= bound
        assert largest > bound * (0.99 if count > 1000 else 0.8)


def test_two_models_differ_in_beta_alone():
    settings = Settings("digits", latents=2, beta=1.0)
    learner = Learner(settings)
    distortion, rates = learner.advance(5)
    np.testing.assert_array_equal(distortion[:, 0], distortion[:, 1])
    np.testing.assert_array_equal(rates[:, 0], rates[:, 1])
    other = Learner(Settings("digits", latents=2, beta=8.0))
    values, _ = other.advance(5)
    np.testing.assert_array_equal(values[:, 1], distortion[:, 1])
    assert (values[1:, 0] != values[1:, 1]).all()


def test_noise_of_another_shape_and_no_draw_are_refused():
    model = lab_model(lab_data("digits"), 2)
    x = torch.rand(4, 1, 8, 8)
    refused = pytest.raises(ValueError, match=r"shape \(4, 2\), got \(4, 3\)")
    with refused, given_noise(torch.randn(4, 3)):
        model(x)
    unused = pytest.raises(ValueError, match="one draw of noise, got 0")
    with unused, given_noise(torch.randn(4, 2)):
        model.encode(x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latents": 1}, "latents must be at least 2, got 1"),
        ({"beta": -1.0}, "beta must be non-negative and finite, got -1"),
        ({"anneal": -1}, "anneal must be at least 0 steps, got -1"),
        ({"seed": 2**32}, r"seed must lie in \[0, 2\*\*32\), got 4294967296"),
    ],
)
def test_settings_out_of_range_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Settings(**arguments)


def test_weights_of_another_number_and_other_layers_are_refused():
    layout = StateLayout.of(nn.Linear(2, 1))
    with pytest.raises(ValueError, match=r"shape \(3,\), got \(4,\)"):
        layout.start(torch.zeros(4))
    with pytest.raises(ValueError, match=r"convolutions, got \['weight'"):
        spread(nn.LayerNorm(3))
