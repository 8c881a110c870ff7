"""The VQ-VAE of two levels: who tells whom what, and which gradient goes where."""

import pytest
import torch
from torch import nn

from vae_lib.models import VQVAE, VQVAE2
from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.objectives import VectorQuantized
from vae_lib.training import fit

X = torch.rand(5, 1, 16, 16, generator=torch.Generator().manual_seed(0))


def model(seed=0, decay=None, top_alone=0.0):
    """8 x 8 pixels a top code, 4 x 4 a bottom code."""
    torch.manual_seed(seed)
    return VQVAE2(
        encoder=GridEncoder(1, 6, 2, width=8),
        top_encoder=GridEncoder(6, 3, 1, width=8),
        top_quantizer=VectorQuantizer(16, 3, decay=decay),
        top_decoder=GridDecoder(3, 4, 1, width=8, likelihood=nn.Identity()),
        bottom_encoder=nn.Conv2d(6 + 4, 5, 1),
        bottom_quantizer=VectorQuantizer(32, 5, decay=decay),
        decoder=GridDecoder(4 + 5, 1, 2, width=8),
        top_alone=top_alone,
    )


def reached(one, term):
    """The modules that a gradient of a term arrives at, other than as zeros."""
    one.zero_grad(set_to_none=True)
    term.sum().backward()
    return {
        name.split(".")[0]
        for name, weight in one.named_parameters()
        if weight.grad is not None and (weight.grad != 0).any()
    }


BELOW = {"encoder", "top_encoder", "top_decoder", "bottom_encoder"}


def test_each_term_of_each_level_reaches_its_modules_and_no_other():
    """The bottom's commitment passes the top's codes on the way to the top encoder."""
    one = model()
    routes = {
        "top codebook": lambda out: out.top.codebook_loss,
        "top commitment": lambda out: out.top.commitment_loss,
        "bottom codebook": lambda out: out.bottom.codebook_loss,
        "bottom commitment": lambda out: out.bottom.commitment_loss,
        "distortion": lambda out: -out.likelihood.log_prob(X),
    }
    assert {name: reached(one, term(one(X))) for name, term in routes.items()} == {
        "top codebook": {"top_quantizer"},
        "top commitment": {"encoder", "top_encoder"},
        "bottom codebook": {"bottom_quantizer"},
        "bottom commitment": BELOW,
        "distortion": BELOW | {"decoder"},
    }


def test_the_objective_sums_the_levels_example_by_example():
    one = model()
    value, terms = VectorQuantized()(one, X)
    out = one(X)
    assert out.levels == (out.top, out.bottom)
    for name in ("codebook", "commitment"):
        levels = [getattr(level, f"{name}_loss") for level in out.levels]
        assert all(level.shape == (5,) for level in levels)
        torch.testing.assert_close(terms[name], levels[0] + levels[1])
    torch.testing.assert_close(terms["distortion"], -out.likelihood.log_prob(X))
    torch.testing.assert_close(value, sum(terms.values()).mean())


def test_decoding_the_codes_is_the_mean_of_the_likelihood():
    one = model().eval()
    out, (top, bottom) = one(X), one.encode(X)
    assert (top.shape, bottom.shape) == ((5, 2, 2), (5, 4, 4))
    assert torch.equal(top, out.top.indices)
    assert torch.equal(bottom, out.bottom.indices)
    torch.testing.assert_close(one.decode(top, bottom), out.likelihood.mean)
    again = one.likelihood(top, bottom).log_prob(X)
    torch.testing.assert_close(again, out.likelihood.log_prob(X))
    assert one.num_codes == (16, 32)


def without_top(one):
    """Nobody listens to what the top tells: its weights are zero at both ends."""
    with torch.no_grad():
        one.bottom_encoder.weight[:, 6:] = 0
        one.decoder.trunk[0].weight[:, :4] = 0
    return one


def flat(one):
    """The one-level VQ-VAE of the modules that are left."""
    decoder = GridDecoder(5, 1, 2, width=8)
    decoder.load_state_dict(
        one.decoder.state_dict()
        | {"trunk.0.weight": one.decoder.trunk[0].weight[:, 4:].detach().clone()}
    )
    features = nn.Conv2d(6, 5, 1)
    features.load_state_dict(
        {
            "weight": one.bottom_encoder.weight[:, :6].detach().clone(),
            "bias": one.bottom_encoder.bias.detach().clone(),
        }
    )
    encoder = nn.Sequential(one.encoder, features)
    return VQVAE(encoder, one.bottom_quantizer, decoder).double()


def test_without_the_top_it_is_the_vq_vae_of_one_level():
    """Values, codes and gradients: all that is left is the chain of the bottom."""
    two = without_top(model()).double()
    one, x = flat(two), X.double()
    assert torch.equal(two.encode(x)[1], one.encode(x))
    found, expected = VectorQuantized()(two, x), VectorQuantized()(one, x)
    distortion, like = found.terms["distortion"], expected.terms["distortion"]
    torch.testing.assert_close(distortion, like)
    below = two(x).bottom
    torch.testing.assert_close(below.codebook_loss, expected.terms["codebook"])
    torch.testing.assert_close(below.commitment_loss, expected.terms["commitment"])
    first = two.encoder.trunk[0].weight
    by_two = torch.autograd.grad(distortion.sum(), first)[0]
    by_one = torch.autograd.grad(like.sum(), first)[0]
    torch.testing.assert_close(by_two, by_one)


def test_without_the_top_its_codes_change_nothing_and_otherwise_everything():
    one = model().eval()
    top, bottom = one.encode(X)
    other = (top + 1) % 16
    assert (one.decode(other, bottom) != one.decode(top, bottom)).any()
    without_top(one)
    assert torch.equal(one.decode(other, bottom), one.decode(top, bottom))


def test_the_bottom_knows_what_the_top_has_said():
    """With other top codes the same image gets other bottom latents, so other codes."""
    one = model().eval()
    before = one.encode(X)
    with torch.no_grad():
        one.top_quantizer.codebook.add_(5.0)
    after = one.encode(X)
    assert (before[1] != after[1]).any()


def test_in_evaluation_the_codes_of_an_image_are_its_own():
    """Alone or in a batch, once or twice."""
    one = model(decay=0.9).eval()
    for level, again, alone in zip(
        one.encode(X), one.encode(X), one.encode(X[2:3]), strict=True
    ):
        assert torch.equal(level, again)
        assert torch.equal(level[2:3], alone)


def test_a_hidden_bottom_teaches_the_top_only():
    """Hidden from (nearly) all, the bottom hears nothing from the decoder."""
    one = model(top_alone=1 - 1e-9)
    seen = reached(one, -one(X).likelihood.log_prob(X))
    assert seen == {"encoder", "top_encoder", "top_decoder", "decoder"}
    alone = one.decode(one.encode(X)[0])
    torch.testing.assert_close(one(X).likelihood.mean, alone)


def test_the_bottom_is_hidden_from_the_share_of_examples_that_was_asked_for():
    """Of 2,000 examples a quarter, to four standard errors; in evaluation from none."""
    one = model(top_alone=0.25)
    x = X[:1].expand(2_000, 1, 16, 16)
    alone = one.decode(one.encode(x)[0])
    hidden = (one(x).likelihood.mean - alone).abs().flatten(1).amax(1) < 1e-5
    assert hidden.float().mean().item() == pytest.approx(0.25, abs=4 * 0.0097)
    one.eval()
    shown = (one(x).likelihood.mean - alone).abs().flatten(1).amax(1)
    assert (shown > 1e-3).all()


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_is_checked(share):
    with pytest.raises(ValueError, match=rf"must lie in \[0, 1\), got {share}"):
        model(top_alone=share)


TOP = torch.zeros(2, 2, 2, dtype=torch.int64)
BOTTOM = torch.zeros(2, 4, 4, dtype=torch.int64)


@pytest.mark.parametrize(
    ("top", "bottom", "message"),
    [
        (TOP[:1], BOTTOM, r"bottom must have shape \(1, 4, 4\) below .*\(1, 2, 2\)"),
        (TOP, BOTTOM[:, :2], r"bottom must have shape \(2, 4, 4\) .* got \(2, 2, 4\)"),
        (TOP + 16, BOTTOM, r"indices must lie in \[0, 16\), got 16 to 16"),
        (TOP, BOTTOM - 1, r"indices must lie in \[0, 32\), got -1 to -1"),
        (TOP.float(), BOTTOM, r"indices must be int64 of shape \(B, H, W\), got"),
    ],
)
def test_codes_that_do_not_fit_are_refused(top, bottom, message):
    with pytest.raises(ValueError, match=message):
        model().decode(top, bottom)


def test_a_decoder_of_another_event_is_refused():
    one = model()
    one.decoder = GridDecoder(4 + 5, 3, 2, width=8)
    text = r"event shape \(1, 16, 16\), got \(3, 16, 16\)"
    with pytest.raises(ValueError, match=text):
        VectorQuantized()(one, X)


def test_with_codes_enough_training_reaches_the_autoencoder():
    """Grey of the whole, and of a corner: each image gets codes, and comes back."""
    images = torch.full((4, 1, 8, 8), 0.2)
    images[2:] = 0.8
    images[1::2, :, :4, :4] = 0.5
    torch.manual_seed(0)
    one = VQVAE2(
        encoder=GridEncoder(1, 8, 2, width=16),
        top_encoder=GridEncoder(8, 2, 1, width=16),
        top_quantizer=VectorQuantizer(8, 2, decay=0.9, restart_below=0.2),
        top_decoder=GridDecoder(2, 4, 1, width=16, likelihood=nn.Identity()),
        bottom_encoder=nn.Conv2d(8 + 4, 2, 1),
        bottom_quantizer=VectorQuantizer(8, 2, decay=0.9, restart_below=0.2),
        decoder=GridDecoder(4 + 2, 1, 2, width=16),
    )
    fit(one, VectorQuantized(), images, steps=300, batch_size=16, progress=False)
    top, bottom = one.encode(images)
    codes = torch.cat([top.flatten(1), bottom.flatten(1)], 1)
    assert len(codes.unique(dim=0)) == 4
    # The mean image is off by 0.27; pixels at the corner's edge are the last to learn.
    assert (one.decode(top, bottom) - images).abs().mean() < 0.05
