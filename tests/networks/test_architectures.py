"""The networks of the papers, layer by layer, and what every network promises."""

import math

import pytest
import torch
from torch import nn

from vae_lib.networks import (
    BurgessDecoder,
    BurgessEncoder,
    Gaussian,
    LocatelloDecoder,
    LocatelloEncoder,
    MLPDecoder,
    MLPEncoder,
    SubpixelDecoder,
    SubpixelEncoder,
)

CONVOLUTIONAL = {
    "burgess": (BurgessEncoder, BurgessDecoder),
    "locatello": (LocatelloEncoder, LocatelloDecoder),
    "subpixel": (SubpixelEncoder, SubpixelDecoder),
}


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def pairs():
    """Every encoder with its decoder, the latent dimension and the event shape."""
    for name, (encoder, decoder) in CONVOLUTIONAL.items():
        for channels, latent in ((1, 10), (3, 4)):
            built = encoder(channels, latent), decoder(latent, channels)
            yield pytest.param(
                *built, latent, (channels, 64, 64), id=f"{name}-{channels}-{latent}"
            )
    half = SubpixelEncoder(1, 10, size=32), SubpixelDecoder(10, 1, size=32)
    yield pytest.param(*half, 10, (1, 32, 32), id="subpixel-at-32")
    for shape, hidden in (((1, 28, 28), (400,)), ((5,), (32, 16)), ((3, 4, 4), ())):
        built = MLPEncoder(shape, 3, hidden), MLPDecoder(3, shape, hidden)
        yield pytest.param(*built, 3, shape, id=f"mlp-{len(shape)}-{len(hidden)}")


PAIRS = list(pairs())


def layers(module):
    """Layers with weights: (kind, width, kernel side or None)."""
    found = []
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            found.append(("linear", layer.out_features, None))
        elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            assert layer.stride == (2, 2)
            kind = "conv" if isinstance(layer, nn.Conv2d) else "up"
            found.append((kind, layer.out_channels, layer.kernel_size[0]))
    return found


def size(module):
    return sum(weight.numel() for weight in module.parameters())


def test_burgess_is_the_network_of_the_paper():
    """Four convolutions of 32 4 x 4 kernels, two layers of 256; the decoder mirrors.

    A convolution from a to b maps has 16 a b + b weights, a layer a b + b.
    """
    encoder, decoder = BurgessEncoder(), BurgessDecoder()
    assert layers(encoder) == [("conv", 32, 4)] * 4 + [
        ("linear", 256, None),
        ("linear", 256, None),
        ("linear", 20, None),
    ]
    assert layers(decoder) == [
        ("linear", 256, None),
        ("linear", 256, None),
        ("linear", 512, None),
        *[("up", 32, 4)] * 3,
        ("up", 1, 4),
    ]
    convolutions = (16 * 32 + 32) + 3 * (16 * 32 * 32 + 32)
    dense = (512 * 256 + 256) + (256 * 256 + 256) + (256 * 20 + 20)
    assert size(encoder) == convolutions + dense == 252_052
    dense = (10 * 256 + 256) + (256 * 256 + 256) + (256 * 512 + 512)
    convolutions = 3 * (16 * 32 * 32 + 32) + (16 * 32 + 1)
    assert size(decoder) == dense + convolutions == 249_953


def test_locatello_is_the_network_of_the_study():
    """32 and 32 maps of 4 x 4 kernels, 64 and 64 of 2 x 2, one layer of 256."""
    encoder, decoder = LocatelloEncoder(), LocatelloDecoder()
    assert layers(encoder) == [
        ("conv", 32, 4),
        ("conv", 32, 4),
        ("conv", 64, 2),
        ("conv", 64, 2),
        ("linear", 256, None),
        ("linear", 20, None),
    ]
    assert layers(decoder) == [
        ("linear", 256, None),
        ("linear", 1024, None),
        ("up", 64, 4),
        ("up", 32, 4),
        ("up", 32, 4),
        ("up", 1, 4),
    ]
    convolutions = 544 + 16_416 + (4 * 32 * 64 + 64) + (4 * 64 * 64 + 64)
    assert size(encoder) == convolutions + (1024 * 256 + 256) + 5_140
    convolutions = (16 * 64 * 64 + 64) + (16 * 64 * 32 + 32) + 16_416 + 513
    assert size(decoder) == 2_816 + (256 * 1024 + 1024) + convolutions


def test_subpixel_needs_half_the_arithmetic_of_locatello():
    """Multiplications of the convolutions: its widest maps stay at 16 x 16 and 32."""

    def multiplications(module, inputs):
        total = 0

        def count(layer, arguments, output):
            nonlocal total
            place = layer.weight[0].numel()
            places = (output if isinstance(layer, nn.Conv2d) else arguments[0])[0]
            total += place * places.numel()

        for layer in module.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                layer.register_forward_hook(count)
        module(inputs)
        return total

    images, codes = torch.zeros(1, 1, 64, 64), torch.zeros(1, 10)
    small = multiplications(SubpixelEncoder(), images)
    small += multiplications(SubpixelDecoder(), codes)
    large = multiplications(LocatelloEncoder(), images)
    large += multiplications(LocatelloDecoder(), codes)
    assert small < 0.6 * large


@pytest.mark.parametrize("size", [32, 64])
def test_subpixel_sees_and_draws_every_pixel(size):
    """Folding is a permutation: no pixel may be without influence or out of reach."""
    x = torch.rand(1, 1, size, size, requires_grad=True)
    SubpixelEncoder(size=size)(x).mean.abs().sum().backward()
    assert (x.grad != 0).all()
    decoder, z = SubpixelDecoder(size=size), torch.randn(1, 10)
    assert (decoder(z).mean != decoder(z + 1).mean).all()


def test_subpixel_has_two_sizes():
    for make in (SubpixelEncoder, SubpixelDecoder):
        with pytest.raises(ValueError, match="size must be 32 or 64, got 48"):
            make(size=48)


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
@pytest.mark.parametrize("batch", [1, 3])
def test_shapes(encoder, decoder, latent, event, batch):
    """Batch (B,), event (D,) there and (*event) back; parameters lie in range."""
    posterior = encoder(torch.rand(batch, *event))
    assert posterior.batch_shape == (batch,)
    assert posterior.event_shape == (latent,)
    assert (posterior.stddev > 0).all()
    likelihood = decoder(posterior.rsample())
    assert likelihood.batch_shape == (batch,)
    assert likelihood.event_shape == event
    assert ((likelihood.mean >= 0) & (likelihood.mean <= 1)).all()
    assert likelihood.log_prob(torch.rand(batch, *event)).shape == (batch,)


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
def test_every_parameter_gets_a_gradient(encoder, decoder, latent, event):
    """A parameter without one is a layer that nothing reads."""
    encoder.zero_grad()
    decoder.zero_grad()
    x = torch.rand(4, *event)
    posterior = encoder(x)
    z = posterior.rsample()
    (decoder(z).log_prob(x) - posterior.log_prob(z)).sum().backward()
    for module in (encoder, decoder):
        for name, weight in module.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
@pytest.mark.parametrize("seed", range(2))
def test_examples_of_a_batch_do_not_mix(encoder, decoder, latent, event, seed):
    """What one example maps to does not depend on its company or on the order."""
    torch.manual_seed(seed)
    x, z = torch.rand(4, *event), torch.randn(4, latent)
    order = torch.tensor([2, 0, 3, 1])
    for network, batch in ((encoder, x), (decoder, z)):
        together = network(batch).mean
        torch.testing.assert_close(network(batch[order]).mean, together[order])
        torch.testing.assert_close(network(batch[1:2]).mean, together[1:2])


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
def test_not_a_number_is_never_hidden(encoder, decoder, latent, event):
    """No clamp or activation may turn a NaN into a number, in its example alone."""
    x, z = torch.rand(2, *event), torch.randn(2, latent)
    x[0], z[0] = math.nan, math.nan
    posterior, image = encoder(x), decoder(z).mean
    assert posterior.mean[0].isnan().all()
    assert posterior.stddev[0].isnan().all()
    assert image[0].isnan().all()
    assert torch.isfinite(posterior.mean[1]).all()
    assert torch.isfinite(image[1]).all()


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
def test_distributions_are_float32_under_autocast(encoder, decoder, latent, event):
    """log_prob and the KL sum thousands of terms: bfloat16 would keep 3 digits."""
    with torch.autocast("cpu", torch.bfloat16):
        posterior = encoder(torch.rand(2, *event))
        likelihood = decoder(posterior.rsample())
    assert posterior.mean.dtype == torch.float32
    assert likelihood.mean.dtype == torch.float32


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
def test_an_empty_batch_is_refused(encoder, decoder, latent, event):
    with pytest.raises(ValueError, match="x must hold at least one example, got none"):
        encoder(torch.zeros(0, *event))
    with pytest.raises(ValueError, match="z must hold at least one example, got none"):
        decoder(torch.zeros(0, latent))


@pytest.mark.parametrize(("encoder", "decoder", "latent", "event"), PAIRS)
def test_bad_input_is_refused(encoder, decoder, latent, event):
    expected = rf"x must have shape \(B, {', '.join(map(str, event))}\), got "
    good = torch.rand(2, *event)
    for bad in (good[0], good[None], good[..., :-1], torch.rand(2), torch.tensor(1.0)):
        with pytest.raises(ValueError, match=expected):
            encoder(bad)
    message = r"x must be torch.float32, as the network's weights are, got torch."
    for bad in (good.byte(), good.double(), good.half()):
        with pytest.raises(ValueError, match=message):
            encoder(bad)
    with pytest.raises(ValueError, match="x must be a tensor, got ndarray"):
        encoder(good.numpy())
    for bad in (torch.rand(latent), torch.rand(2, latent + 1), torch.rand(2, 1, 1)):
        with pytest.raises(ValueError, match=rf"shape \(B, {latent}\), got \("):
            decoder(bad)
    for bad in (torch.zeros(2, latent).long(), torch.zeros(2, latent).double()):
        with pytest.raises(ValueError, match=r"z must be torch.float32.* got torch."):
            decoder(bad)
    with pytest.raises(ValueError, match="z must be a tensor, got list"):
        decoder([[0.0] * latent])


@pytest.mark.parametrize("name", CONVOLUTIONAL)
@pytest.mark.parametrize("bad", [0, -3])
def test_a_size_that_is_not_positive_is_refused(name, bad):
    encoder, decoder = CONVOLUTIONAL[name]
    for build in (encoder, decoder):
        with pytest.raises(ValueError, match=f"latent_dim must be .* got {bad}"):
            build(latent_dim=bad)
        with pytest.raises(ValueError, match=f"channels must be at least 1, got {bad}"):
            build(channels=bad)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MLPEncoder((4,), 0), r"dim must be at least 1, got 0"),
        (lambda: MLPEncoder((4,), 2, (8, 0)), r"widths must be .* got \(4, 8, 0\)"),
        (lambda: MLPEncoder((0, 4), 2), r"widths must be at least 1, got \(0, 400\)"),
        (lambda: MLPDecoder(-1, (4,)), r"widths must be at least 1, got \(-1, 400\)"),
        (lambda: MLPDecoder(2, (4,), (-8,)), r"widths must be .* got \(2, -8\)"),
        (lambda: MLPDecoder(2, (0,)), r"pixels must be at least 1, got 0"),
    ],
)
def test_bad_widths_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_a_decoder_takes_another_likelihood(name):
    _, decoder = CONVOLUTIONAL[name]
    likelihood = decoder(likelihood=Gaussian(0.1))(torch.zeros(2, 10))
    assert likelihood.event_shape == (1, 64, 64)
    torch.testing.assert_close(likelihood.stddev, torch.full((2, 1, 64, 64), 0.1))


@pytest.mark.parametrize("network", [BurgessEncoder(), MLPDecoder(2, (1, 4, 4))])
def test_the_repr_shows_the_layers(network):
    assert type(network).__name__ in repr(network)
    assert "Linear(" in repr(network)
