"""Patch networks: shapes, a linear way through, and neighbours within reach."""

import pytest
import torch
from torch import nn

from vae_lib.networks import PatchDecoder, PatchEncoder


@pytest.mark.parametrize("patch", [1, 2, 4, 8])
@pytest.mark.parametrize("channels", [1, 3])
def test_one_latent_stands_for_one_patch(patch, channels):
    encoder = PatchEncoder(channels, dim=5, patch=patch, width=8)
    decoder = PatchDecoder(5, channels, patch=patch, width=8)
    x = torch.rand(2, channels, 16, 24)
    latents = encoder(x)
    assert latents.shape == (2, 5, 16 // patch, 24 // patch)
    assert decoder(latents).event_shape == x.shape[1:]


@pytest.mark.parametrize("patch", [2, 4])
def test_identity_is_within_reach_of_the_linear_way(patch):
    """With as many numbers as pixels and no trunk, a mirror image comes back."""
    pixels = 3 * patch**2
    encoder = PatchEncoder(3, pixels, patch, width=4)
    decoder = PatchDecoder(pixels, 3, patch, width=4)
    with torch.no_grad():
        for layer in (encoder.straight, decoder.straight):
            layer.weight.copy_(torch.eye(pixels)[:, :, None, None])
            layer.bias.zero_()
        for trunk in (encoder.trunk, decoder.trunk):
            trunk[-1].weight.zero_()
            trunk[-1].bias.zero_()
        x = torch.rand(2, 3, 8, 12, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(decoder(encoder(x)).mean, x)


def test_a_fresh_decoder_starts_from_grey():
    """From black, the first hundreds of steps would go into brightness alone."""
    torch.manual_seed(0)
    fresh = [PatchDecoder(8, 3, patch=4) for _ in range(20)]
    with torch.no_grad():
        means = [float(it(torch.zeros(1, 8, 4, 4)).mean.mean()) for it in fresh]
    assert abs(sum(means) / len(means) - 0.5) < 0.05


def test_a_latent_has_seen_its_patchs_neighbours():
    """Three convolutions of 3 x 3 reach three patches far, and no farther."""
    torch.manual_seed(0)
    x = torch.rand(8, 3, 36, 36, requires_grad=True)
    PatchEncoder(3, 2, patch=4, width=32)(x)[:, :, 4, 4].sum().backward()
    seen = x.grad.abs().sum((0, 1)).view(9, 4, 9, 4).sum((1, 3)) > 0
    assert seen[1:8, 1:8].all()
    assert seen.sum() == 49


def test_every_weight_has_a_gradient():
    encoder, decoder = PatchEncoder(3, 4, 4, width=8), PatchDecoder(4, 3, 4, width=8)
    x = torch.rand(2, 3, 16, 16)
    decoder(encoder(x)).log_prob(x).sum().backward()
    for module in (encoder, decoder):
        for name, weight in module.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (torch.zeros(2, 1, 8, 8), r"\(B, 3, H, W\) with H and W multiples of 4, got"),
        (torch.zeros(2, 3, 8, 6), r"multiples of 4, got \(2, 3, 8, 6\)"),
        (torch.zeros(3, 8, 8), r"must have shape \(B, 3, H, W\)"),
        (torch.zeros(0, 3, 8, 8), r"must have shape \(B, 3, H, W\)"),
        (torch.zeros(2, 3, 8, 8).double(), "must be torch.float32, as the network's"),
    ],
)
def test_images_that_do_not_fit_are_named(x, message):
    with pytest.raises(ValueError, match=f"x must .*{message}|x {message}"):
        PatchEncoder(3, 4, 4)(x)


@pytest.mark.parametrize("network", [PatchEncoder, PatchDecoder])
@pytest.mark.parametrize("place", range(3))
def test_sizes_must_be_at_least_one(network, place):
    sizes = [3, 4, 4]
    sizes[place] = 0
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        network(*sizes)


def test_another_likelihood_may_stand_at_the_end():
    class Sure(nn.Module):
        def forward(self, x):
            return torch.distributions.Independent(torch.distributions.Normal(x, 1), 3)

    likelihood = PatchDecoder(4, 3, 2, likelihood=Sure())(torch.zeros(1, 4, 2, 2))
    assert float(likelihood.stddev.max()) == 1


def test_latents_of_another_depth_are_named():
    with pytest.raises(ValueError, match=r"latents must have shape \(B, 4, H, W\)"):
        PatchDecoder(4, 3, 2)(torch.zeros(1, 5, 2, 2))
