"""Fully convolutional encoders and decoders of grids."""

import pytest
import torch

from vae_lib.networks import Bernoulli, GridDecoder, GridEncoder


@pytest.mark.parametrize("halvings", [1, 2, 3])
@pytest.mark.parametrize(("height", "width"), [(16, 16), (8, 24)])
def test_a_grid_is_smaller_by_two_to_the_halvings(halvings, height, width):
    encoder = GridEncoder(3, dim=5, halvings=halvings, width=8)
    decoder = GridDecoder(5, 3, halvings, width=8)
    latents = encoder(torch.zeros(2, 3, height, width))
    assert latents.shape == (2, 5, height >> halvings, width >> halvings)
    likelihood = decoder(latents)
    assert likelihood.batch_shape == (2,)
    assert likelihood.event_shape == (3, height, width)


def test_every_weight_gets_a_gradient():
    encoder, decoder = GridEncoder(1, 4, width=8), GridDecoder(4, 1, width=8)
    x = torch.rand(3, 1, 8, 8)
    (-decoder(encoder(x)).log_prob(x)).sum().backward()
    for weight in (*encoder.parameters(), *decoder.parameters()):
        assert (weight.grad != 0).any()


def test_a_shifted_picture_has_shifted_latents():
    """Away from the borders: nothing knows where in the picture it is."""
    encoder = GridEncoder(1, 4, width=8, blocks=1)
    x = torch.rand(1, 1, 64, 64)
    moved = torch.roll(x, (4, 4), (2, 3))
    inner = encoder(x)[:, :, 4:10, 4:10]
    torch.testing.assert_close(encoder(moved)[:, :, 5:11, 5:11], inner)


def test_a_residual_block_with_no_weights_is_the_identity():
    encoder = GridEncoder(1, 4, width=8, blocks=2)
    plain = GridEncoder(1, 4, width=8, blocks=1)
    plain.load_state_dict(encoder.state_dict(), strict=False)
    with torch.no_grad():
        for model, places in ((encoder, (5, 6)), (plain, (5,))):
            for place in places:
                for weight in model.trunk[place].parameters():
                    weight.zero_()
    plain.head.load_state_dict(encoder.head.state_dict())
    x = torch.rand(2, 1, 8, 8)
    torch.testing.assert_close(encoder(x), plain(x))


def test_under_autocast_latents_and_likelihoods_are_single_precision():
    encoder = GridEncoder(1, 4, width=8)
    decoder = GridDecoder(4, 1, width=8, likelihood=Bernoulli())
    with torch.autocast("cpu", torch.bfloat16):
        latents = encoder(torch.rand(2, 1, 8, 8))
        assert latents.dtype == torch.float32
        assert decoder(latents).mean.dtype == torch.float32


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: GridEncoder(0, 4), r"channels must be at least 1, got 0"),
        (lambda: GridEncoder(1, 4, halvings=0), r"halvings must be at least 1, got 0"),
        (lambda: GridDecoder(4, 1, width=0), r"width must be at least 1, got 0"),
        (
            lambda: GridEncoder(1, 4)(torch.zeros(2, 1, 8, 10)),
            r"\(B, 1, H, W\) with H and W multiples of 4, got \(2, 1, 8, 10\)",
        ),
        (
            lambda: GridEncoder(1, 4)(torch.zeros(2, 1, 8, 8).double()),
            r"x must be torch.float32, as the network's weights are, got torch.float64",
        ),
        (
            lambda: GridDecoder(4, 1)(torch.zeros(2, 3, 2, 2)),
            r"latents must have shape \(B, 4, H, W\), got \(2, 3, 2, 2\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
