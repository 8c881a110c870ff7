import numpy as np
import pytest
import torch
from torch import nn

from vae_lib.widgets.program import TensorFunction, decode_function


def test_function_answers_as_the_model_does(make_vae):
    model = make_vae(3)
    z = torch.randn(5, 3)
    found = decode_function(model).run({"z": z.numpy()})["x"]
    with torch.no_grad():
        np.testing.assert_array_equal(found, model.decode(z).numpy())


def test_running_leaves_the_model_and_the_random_numbers_as_they_were(make_vae):
    """A reader who moves a slider while training must not change the training."""
    model = make_vae(3).train()
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    function = decode_function(model)
    function.run({"z": np.zeros((1, 3))})
    torch.testing.assert_close(torch.rand(3), expected)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_function_follows_a_model_that_goes_on_learning(make_vae):
    model = make_vae(2)
    function = decode_function(model)
    before = function.run({"z": np.ones((1, 2))})["x"]
    with torch.no_grad():
        model.decoder.linear.bias += 1
    assert (function.run({"z": np.ones((1, 2))})["x"] > before).all()


def test_function_runs_where_the_model_lives(make_vae):
    """A model in double precision gets doubles and answers floats."""
    answer = decode_function(make_vae(2).double()).run({"z": np.zeros((1, 2))})["x"]
    assert answer.dtype == np.float32


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, r"decode takes \('z',\), got \(\)"),
        ({"y": np.zeros((1, 3))}, r"decode takes \('z',\), got \('y',\)"),
        ({"z": np.zeros(3)}, r"z of decode must have shape \(B, 3\), got \(3,\)"),
        (
            {"z": np.zeros((1, 4))},
            r"z of decode must have shape \(B, 3\), got \(1, 4\)",
        ),
        ({"z": np.zeros((1, 1, 3))}, r"must have shape \(B, 3\), got \(1, 1, 3\)"),
    ],
)
def test_wrong_inputs_are_named(make_vae, inputs, message):
    with pytest.raises(ValueError, match=message):
        decode_function(make_vae(3)).run(inputs)


class Flat(nn.Module):
    """A decoder of something that is not a picture."""

    latent_dim = 2

    def decode(self, z):
        """Eight numbers in a row."""
        return z.repeat(1, 4)


def test_what_is_not_a_picture_cannot_be_shown():
    with pytest.raises(ValueError, match=r"\(B, 1 or 3, H, W\), got shape \(1, 8\)"):
        decode_function(Flat())


def test_two_channels_are_neither_grey_nor_colour(make_vae):
    with pytest.raises(ValueError, match=r"got shape \(1, 2, 8, 8\)"):
        decode_function(make_vae(2, channels=2))


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ({}, ("y",), "at least one input and one output"),
        ({"x": torch.ones(2, 1)}, (), "at least one input and one output"),
        ({"a": torch.ones(2, 1), "b": torch.ones(3, 1)}, ("y",), "one batch size"),
        ({"a": torch.tensor(1.0)}, ("y",), "one batch size"),
    ],
)
def test_function_without_a_common_batch_is_refused(inputs, outputs, message):
    with pytest.raises(ValueError, match=message):
        TensorFunction("f", nn.Identity(), lambda m, *x: m(x[0]), inputs, outputs)
