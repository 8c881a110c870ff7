"""Networks that are told a condition are the plain ones, told more."""

import pytest
import torch
from torch import nn

from vae_lib.networks import (
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalPrior,
    LocatelloEncoder,
    MLPDecoder,
    MLPEncoder,
    OneHot,
    SignedPart,
    SubpixelDecoder,
    SubpixelEncoder,
)

SHAPE = (1, 4, 4)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def test_one_hot_numbers_follow_the_labels_and_the_modules_dtype():
    labels = torch.tensor([2, 0, 1, 2])
    found = OneHot(3).double()(labels)
    assert found.dtype == torch.float64
    assert found.argmax(1).equal(labels)
    assert found.sum(1).tolist() == [1.0] * 4
    assert not OneHot(3).state_dict()  # a file of weights need not hold a table of 1s


def test_a_signed_part_tells_white_black_and_hidden_apart():
    part = torch.tensor([[[1.0, 0.0, 0.0]]])
    mask = torch.tensor([[[1.0, 1.0, 0.0]]])
    y = torch.stack([part, mask], 1)
    assert SignedPart()(y).flatten().tolist() == [1.0, -1.0, 0.0]


def test_a_signed_part_does_not_look_under_the_mask():
    """Whatever the image holds there."""
    y = torch.rand(3, 3, 4, 4)
    y[:, -1] = (y[:, -1] > 0.5).float()
    other = y.clone()
    other[:, :-1] = torch.where(y[:, -1:] > 0, y[:, :-1], torch.rand(3, 2, 4, 4))
    assert SignedPart()(y).equal(SignedPart()(other))


def test_a_vector_encoder_sees_x_and_then_y():
    plain = MLPEncoder((16 + 5,), 3).double()
    model = ConditionalEncoder(plain, nn.Identity())
    x = torch.rand(6, *SHAPE, dtype=torch.float64)
    y = torch.rand(6, 5, dtype=torch.float64)
    expected = plain(torch.cat([x.flatten(1), y], 1))
    assert model(x, y).mean.equal(expected.mean)


@pytest.mark.parametrize("encoder", [SubpixelEncoder, LocatelloEncoder])
def test_a_convolution_sees_a_vector_as_constant_maps_and_an_image_as_maps(encoder):
    plain = encoder(3 + 2, 4)
    model = ConditionalEncoder(plain, nn.Identity())
    x, y = torch.rand(2, 3, 64, 64), torch.rand(2, 2)
    maps = y[:, :, None, None].expand(-1, -1, 64, 64)
    assert model(x, y).mean.equal(plain(torch.cat([x, maps], 1)).mean)
    assert model(x, maps).mean.equal(model(x, y).mean)


@pytest.mark.parametrize(
    ("decoder", "latent"), [(MLPDecoder(3 + 4, SHAPE), 3), (SubpixelDecoder(7, 3), 3)]
)
def test_a_decoder_sees_z_and_then_y(decoder, latent):
    z, labels = torch.randn(4, latent), torch.tensor([3, 0, 1, 2])
    found = ConditionalDecoder(decoder, OneHot(4))(z, labels)
    expected = decoder(torch.cat([z, torch.eye(4)[labels]], 1))
    assert found.mean.equal(expected.mean)


def test_an_embedding_is_a_condition_as_well_and_learns():
    decoder = ConditionalDecoder(MLPDecoder(3 + 2, SHAPE), nn.Embedding(10, 2))
    decoder(torch.randn(4, 3), torch.tensor([7, 7, 1, 0])).mean.sum().backward()
    moved = decoder.condition.weight.grad.abs().sum(1) > 0
    assert moved.nonzero().flatten().tolist() == [0, 1, 7]


def test_a_learned_prior_knows_y_alone():
    prior = ConditionalPrior(MLPEncoder((16,), 2), SignedPart())
    y = torch.cat([torch.rand(3, *SHAPE), torch.ones(3, *SHAPE)], 1)
    found = prior(y)
    assert (found.batch_shape, found.event_shape) == ((3,), (2,))
    expected = prior.encoder(2 * y[:, :1].flatten(1) - 1)
    torch.testing.assert_close(found.mean, expected.mean)
    images = ConditionalPrior(MLPEncoder(SHAPE, 2), nn.Identity())
    assert images(y[:, :1]).event_shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: OneHot(0), "num_classes must be at least 1, got 0"),
        (
            lambda: OneHot(3)(torch.rand(2)),
            r"labels must be torch.int64 of shape \(B,\), got torch.float32 of",
        ),
        (
            lambda: OneHot(3)(torch.tensor([[1]])),
            r"got torch.int64 of shape \(1, 1\)",
        ),
        (
            lambda: SignedPart()(torch.rand(2, 1, 4, 4)),
            r"y must hold images and a mask, \(B, C \+ 1, H, W\), got \(2, 1, 4, 4\)",
        ),
        (
            lambda: ConditionalDecoder(MLPDecoder(5, SHAPE), nn.Identity())(
                torch.zeros(3, 2), torch.zeros(1, 3)
            ),
            r"features \(B, F\) for each of 3 examples, got \(1, 3\)",
        ),
        (
            lambda: ConditionalEncoder(MLPEncoder((18,), 2), nn.Identity())(
                torch.zeros(3, *SHAPE), torch.zeros(3)
            ),
            r"features \(B, F\) for each of 3 examples, got \(3,\)",
        ),
        (
            lambda: ConditionalDecoder(MLPDecoder(5, SHAPE), nn.Identity())(
                torch.zeros(3, 2), torch.zeros(3, 2)
            ),
            r"z must have shape \(B, 5\), got \(3, 4\)",
        ),
    ],
)
def test_a_condition_that_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
