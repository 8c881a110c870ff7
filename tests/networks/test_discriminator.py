"""Discriminators: one logit an example."""

import pytest
import torch

from vae_lib.networks import ConvDiscriminator, MLPDiscriminator

NETWORKS = [
    (MLPDiscriminator((10,), (20, 30)), (10,), 30),
    (MLPDiscriminator((1, 8, 8), (20,)), (1, 8, 8), 20),
    (ConvDiscriminator(3, maps=2), (3, 64, 64), 512),
]


@pytest.mark.parametrize(("network", "event", "width"), NETWORKS)
def test_it_answers_with_a_logit_and_features(network, event, width):
    """Each from its own example: the same alone and in company."""
    x = torch.randn(3, *event)
    logits, features = network(x), network.features(x)
    assert logits.shape == (3,)
    assert features.shape == (3, width)
    torch.testing.assert_close(network(x[1:2]), logits[1:2])
    torch.testing.assert_close(network.head(features).squeeze(1), logits)
    logits.sum().backward()
    assert all((weight.grad != 0).any() for weight in network.parameters())


def test_by_default_it_has_six_layers_of_a_thousand():
    """Five maps from 1,000 to 1,000, one before and one after."""
    network = MLPDiscriminator((10,))
    count = sum(weight.numel() for weight in network.parameters())
    assert count == 10 * 1000 + 1000 + 5 * (1000 * 1000 + 1000) + 1000 + 1


def test_below_zero_it_leaks():
    network = MLPDiscriminator((1,), (1,), slope=0.25).double()
    for weight in network.parameters():
        torch.nn.init.ones_(weight)
    x = torch.tensor([[-3.0], [1.0]], dtype=torch.float64)
    assert network(x).tolist() == [0.25 * -2 + 1, 3.0]


@pytest.mark.parametrize(("network", "event", "width"), NETWORKS)
def test_logits_are_single_precision_under_autocast(network, event, width):
    with torch.autocast("cpu", torch.bfloat16):
        assert network(torch.zeros(2, *event)).dtype == torch.float32


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MLPDiscriminator((0,)), r"widths must be at least 1, got \(0, 1000"),
        (lambda: MLPDiscriminator((2,), (0,)), r"at least 1, got \(2, 0\)"),
        (lambda: ConvDiscriminator(maps=0), r"maps must be at least 1, got 0"),
        (
            lambda: NETWORKS[0][0](torch.zeros(2, 9)),
            r"x must have shape \(B, 10\), got \(2, 9\)",
        ),
        (
            lambda: NETWORKS[2][0](torch.zeros(2, 3, 32, 32)),
            r"x must have shape \(B, 3, 64, 64\), got \(2, 3, 32, 32\)",
        ),
    ],
)
def test_bad_arguments_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
