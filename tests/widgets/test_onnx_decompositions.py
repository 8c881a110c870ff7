import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vae_lib.networks.codebook import tally
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.program import TensorFunction


def exported(call, outputs=("y",), **inputs: torch.Tensor):
    """What ONNX Runtime and PyTorch answer to inputs other than the export's own."""
    names = tuple(inputs)
    examples = {name: torch.flip(value, (0,)) for name, value in inputs.items()}
    function = TensorFunction(
        "f", nn.Identity(), lambda _, *x: call(*x), examples, outputs, names
    )
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    values = {name: value.numpy() for name, value in inputs.items()}
    return session.run(list(outputs), values), list(function.run(values).values())


def test_slope_of_a_diagonal_is_exported():
    """PyTorch's own decomposition writes in place, which an exporter refuses."""

    def slope(_, x):
        return torch.func.grad(lambda x: (x.diagonal() ** 2).sum() + x.sum())(x)

    example = {"x": torch.randn(3, 3)}
    function = TensorFunction("slope", nn.Identity(), slope, example, ("y",), ("x",))
    session = onnxruntime.InferenceSession(export_onnx(function).data)
    x = np.arange(9, dtype=np.float32).reshape(3, 3)
    (found,) = session.run(["y"], {"x": x})
    np.testing.assert_allclose(found, 1 + 2 * np.diag(np.diag(x)))


def test_slope_of_another_diagonal_is_refused():
    def slope(_, x):
        return torch.func.grad(lambda x: x.diagonal().sum())(x)

    example = {"x": torch.randn(3, 2)}
    function = TensorFunction("slope", nn.Identity(), slope, example, ("y",), ("x",))
    with pytest.raises(ValueError, match=r"main diagonal of a square .*\[3, 2\]"):
        export_onnx(function)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(1, 1, 0), (3, 1, 1), (4, 2, 1), (3, 2, 1)]
)
@pytest.mark.parametrize("transposed", [False, True])
def test_slopes_of_a_convolution_are_exported(kernel, stride, padding, transposed):
    """Towards pictures, weights and biases.

    A stride of 2 and a kernel of 3 leave the last row of an even side out.
    """
    torch.manual_seed(0)
    convolve = F.conv_transpose2d if transposed else F.conv2d
    maps = (2, 3) if transposed else (3, 2)

    def slopes(x, weight, bias):
        def loss(x, weight, bias):
            # A power of two: an export may store what is constant in float16.
            return convolve(x, weight, bias, stride, padding).square().sum() / 1024

        return torch.func.grad(loss, (0, 1, 2))(x, weight, bias)

    found, expected = exported(
        slopes,
        ("x_slope", "weight_slope", "bias_slope"),
        x=torch.randn(5, 2, 8, 6),
        weight=torch.randn(*maps, kernel, kernel) / 5,
        bias=torch.randn(3),
    )
    for got, want in zip(found, expected, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-6)


def test_slopes_of_grouped_maps_are_refused():
    def slope(x, weight):
        return torch.func.grad(lambda x: F.conv2d(x, weight, groups=2).sum())(x)

    with pytest.raises(ValueError, match="one group of maps can be exported, got 2"):
        exported(slope, x=torch.randn(2, 2, 4, 4), weight=torch.randn(2, 1, 3, 3))


def test_a_tally_is_exported():
    """Counts and sums, as a moving codebook needs them; one code has no latent."""
    latents = torch.randn(50, 3)
    codes = (torch.arange(50) % 7).float()

    def count(latents, codes):
        return tally(latents, codes.long(), 8)

    found, expected = exported(count, ("n", "sums"), latents=latents, codes=codes)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_allclose(found[1], expected[1], atol=1e-6)
    assert found[0].tolist() == [8, 7, 7, 7, 7, 7, 7, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: x.index_add(1, torch.tensor([0]), x[:, :1]), "got dim 1 and alpha"),
        (lambda x: x.index_add(0, torch.tensor([0]), x[:1], alpha=2), "and alpha 2"),
        (lambda x: torch.bincount(x[0].long()).float(), "got minlength 0 and no"),
        (
            lambda x: torch.bincount(x[0].long(), x[0], minlength=9),
            "got minlength 9 and weights",
        ),
    ],
)
def test_other_tallies_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        exported(call, x=torch.ones(2, 2))
