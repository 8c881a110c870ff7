"""The VAE hands on distributions, and its decoder can leave Python."""

import pytest
import torch
from torch import nn
from torch.distributions import Independent, Normal

from vae_lib.models import VAE, StandardNormal, VAEOutput
from vae_lib.networks import (
    BurgessDecoder,
    BurgessEncoder,
    LocatelloDecoder,
    LocatelloEncoder,
    MLPDecoder,
    MLPEncoder,
    SubpixelDecoder,
    SubpixelEncoder,
)

SHAPE = (1, 4, 4)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def small_vae(latent=3):
    return VAE(MLPEncoder(SHAPE, latent), MLPDecoder(latent, SHAPE), StandardNormal(3))


def test_forward_returns_distributions_and_a_sample_and_no_loss():
    x = torch.rand(5, *SHAPE)
    output = small_vae()(x)
    assert isinstance(output, VAEOutput)
    assert output._fields == ("posterior", "z", "likelihood", "prior")
    assert output.posterior.batch_shape == output.likelihood.batch_shape == (5,)
    assert output.z.shape == (5, 3)
    assert output.likelihood.event_shape == SHAPE
    assert (output.prior.batch_shape, output.prior.event_shape) == ((), (3,))


def test_z_is_reparameterised():
    """As z = mean + scale eps, its slopes are 1 in the mean and eps in the scale."""
    mean = torch.randn(4, 3, requires_grad=True)
    scale = torch.rand(4, 3).add(0.5).requires_grad_()

    class Given(nn.Module):
        def forward(self, _x):
            return Independent(Normal(mean, scale), 1)

    z = VAE(Given(), MLPDecoder(3, SHAPE), StandardNormal(3))(torch.rand(4, 1)).z
    by_mean, by_scale = torch.autograd.grad(z.sum(), (mean, scale))
    torch.testing.assert_close(by_mean, torch.ones(4, 3))
    torch.testing.assert_close(by_scale, ((z - mean) / scale).detach())


def test_encode_and_decode_are_the_two_halves_of_forward():
    model, x = small_vae(), torch.rand(5, *SHAPE)
    output = model(x)
    assert torch.equal(model.encode(x).mean, output.posterior.mean)
    assert torch.equal(model.decode(output.z), output.likelihood.mean)


def test_decode_is_differentiable_in_z():
    model = small_vae().double()
    z = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(model.decode, (z,))


@pytest.mark.parametrize("dim", [1, 7])
def test_the_prior_is_standard_normal(dim):
    prior = StandardNormal(dim)()
    assert prior.event_shape == (dim,)
    assert prior.mean.tolist() == [0.0] * dim
    assert prior.variance.tolist() == [1.0] * dim


def test_the_prior_follows_the_model_and_adds_no_weights():
    """Its zero is a buffer: it changes dtype with the model, files do not hold it."""
    model = small_vae().double()
    assert model.prior().mean.dtype == torch.float64
    assert not [name for name in model.state_dict() if name.startswith("prior")]


@pytest.mark.parametrize("dim", [0, -2])
def test_a_prior_without_dimensions_is_refused(dim):
    with pytest.raises(ValueError, match=f"dim must be at least 1, got {dim}"):
        StandardNormal(dim)


def test_latent_dim_is_that_of_the_prior():
    assert small_vae().latent_dim == 3


def test_a_decoder_of_another_latent_dimension_is_refused():
    model = VAE(MLPEncoder(SHAPE, 2), MLPDecoder(3, SHAPE), StandardNormal(2))
    with pytest.raises(ValueError, match=r"z must have shape \(B, 3\), got \(4, 2\)"):
        model(torch.rand(4, *SHAPE))


def test_the_repr_names_the_three_parts():
    for part in ("VAE(", "(encoder): MLPEncoder", "(decoder): MLPDecoder", "(prior)"):
        assert part in repr(small_vae())


@pytest.mark.parametrize("method", ["encode", "decode", "forward"])
@pytest.mark.parametrize("bad", [torch.rand(2, 9), torch.rand(3), torch.tensor(0.5)])
def test_bad_input_is_refused(method, bad):
    with pytest.raises(ValueError, match=r"[xz] must have shape \(B, .*\), got \("):
        getattr(small_vae(), method)(bad)


class Decode(nn.Module):
    """The function that a page runs."""

    def __init__(self, model: VAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, z):
        """Return the mean image."""
        return self.model.decode(z)


@pytest.mark.parametrize(
    "networks",
    [
        (BurgessEncoder(), BurgessDecoder(), 10),
        (LocatelloEncoder(), LocatelloDecoder(), 10),
        (SubpixelEncoder(), SubpixelDecoder(), 10),
        (MLPEncoder(SHAPE, 3), MLPDecoder(3, SHAPE), 3),
    ],
    ids=["burgess", "locatello", "subpixel", "mlp"],
)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_decode_can_be_exported_for_any_batch(networks):
    """One program for every number of codes, with the same answers."""
    encoder, decoder, latent = networks
    model = VAE(encoder, decoder, StandardNormal(latent)).eval()
    program = torch.export.export(
        Decode(model),
        (torch.zeros(2, latent),),
        dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    for batch in (2, 5):
        z = torch.randn(batch, latent)
        torch.testing.assert_close(program.module()(z), model.decode(z))
