"""The CVAE hands its condition to whoever asks, and its decoder can leave Python."""

import pytest
import torch
from torch import nn

from vae_lib.data import Conditioned, Labelled, brush_masks, seen_part
from vae_lib.models import CVAE, Regression, StandardNormal, VAEOutput
from vae_lib.networks import (
    CompletionDecoder,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalPrior,
    MLPDecoder,
    MLPEncoder,
    OneHot,
    SignedPart,
)
from vae_lib.objectives import (
    BetaVAE,
    CapacityVAE,
    FreeBits,
    NegativeELBO,
    RegressionLikelihood,
)
from vae_lib.training import fit

SHAPE = (1, 4, 4)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def of_classes(*, learned=False):
    encoder = ConditionalEncoder(MLPEncoder((16 + 3,), 2), OneHot(3))
    decoder = ConditionalDecoder(MLPDecoder(2 + 3, SHAPE), OneHot(3))
    prior = ConditionalPrior(MLPEncoder((3,), 2, ()), OneHot(3))
    return CVAE(encoder, decoder, prior if learned else StandardNormal(2))


def of_vectors():
    encoder = ConditionalEncoder(MLPEncoder((16 + 5,), 2), nn.Identity())
    decoder = ConditionalDecoder(MLPDecoder(2 + 5, SHAPE), nn.Identity())
    return CVAE(encoder, decoder, StandardNormal(2))


def of_parts():
    encoder = ConditionalEncoder(MLPEncoder((32,), 2), SignedPart())
    decoder = ConditionalDecoder(MLPDecoder(2 + 16, SHAPE), SignedPart())
    prior = ConditionalPrior(MLPEncoder((16,), 2), SignedPart())
    return CVAE(encoder, CompletionDecoder(decoder), prior)


X = torch.rand(6, *SHAPE)
LABELS = torch.tensor([0, 1, 2, 2, 1, 0])
CASES = {
    "class": (of_classes, LABELS),
    "class, learned prior": (lambda: of_classes(learned=True), LABELS),
    "vector": (of_vectors, torch.rand(6, 5)),
    "part": (of_parts, seen_part(X, brush_masks(6, 4))),
}


@pytest.mark.parametrize("case", CASES)
def test_forward_returns_distributions_and_a_sample_given_y(case):
    build, y = CASES[case]
    model = build()
    output = model(X, y)
    assert isinstance(output, VAEOutput)
    assert output.posterior.batch_shape == output.likelihood.batch_shape == (6,)
    assert output.z.shape == (6, 2)
    assert output.likelihood.event_shape == SHAPE
    assert output.prior.event_shape == (2,)
    assert model.encode(X, y).mean.equal(output.posterior.mean)
    assert model.decode(output.z, y).equal(output.likelihood.mean)
    assert model.sample_codes(y).shape == (6, 2)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "objective", [NegativeELBO(), BetaVAE(2.0), CapacityVAE(), FreeBits()], ids=repr
)
def test_every_part_learns_from_every_objective_of_the_elbo(case, objective):
    """Also the networks that are given y alone."""
    build, y = CASES[case]
    model = build()
    loss = objective(model, Conditioned(X, y))
    assert {name: term.shape for name, term in loss.terms.items()} == {
        "distortion": (6,),
        "rate": (6,),
    }
    loss.value.backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert torch.isfinite(weight.grad).all()


def test_classes_come_in_either_kind_of_batch():
    losses = []
    for batch in (Labelled(X, LABELS), Conditioned(X, LABELS)):
        torch.manual_seed(1)
        losses.append(NegativeELBO()(of_classes().eval(), batch).value)
    torch.manual_seed(1)
    assert torch.equal(*losses)


@pytest.mark.parametrize("case", CASES)
def test_fit_hands_each_example_its_condition(case):
    """From tensors in memory, bytes as well as floats; the loss falls."""
    build, y = CASES[case]
    model = build()
    data = Conditioned((X * 255).round().byte(), y)
    history = fit(model, NegativeELBO(), data, steps=40, progress=False, log_every=1)
    losses = history["loss"]
    assert sum(losses[-5:]) < sum(losses[:5])


def test_to_change_is_to_encode_with_y_and_to_decode_with_another():
    model = of_classes()
    other = (LABELS + 1) % 3
    changed = model.change(X, LABELS, other)
    z = model.encode(X, LABELS).mean
    assert changed.equal(model.decode(z, other))
    assert not changed.equal(model.decode(z, LABELS))
    assert model.change(X, LABELS, LABELS).equal(model.decode(z, LABELS))


def test_codes_of_a_learned_prior_follow_the_condition():
    model = of_classes(learned=True)
    with torch.no_grad():
        model.prior.encoder.head.linear.weight[0] = torch.tensor([0.0, 50.0, -50.0])
    means = model.sample_codes(LABELS)[:, 0]
    assert (means[LABELS == 1] > 20).all()
    assert (means[LABELS == 2] < -20).all()


def test_the_standard_prior_is_the_same_whatever_y_is():
    prior = StandardNormal(2)
    assert prior(LABELS).mean.equal(prior().mean)
    assert prior(LABELS).batch_shape == ()


def test_a_regression_is_judged_by_its_exact_likelihood():
    """Value and slope: for independent coins, the cross-entropy of each pixel."""
    model = Regression(ConditionalDecoder(MLPDecoder(3, SHAPE), OneHot(3)))
    loss = RegressionLikelihood()(model, Labelled(X, LABELS))
    chances = model(X, LABELS).mean
    expected = -(X * chances.log() + (1 - X) * (1 - chances).log()).sum((1, 2, 3))
    torch.testing.assert_close(loss.terms["nats"], expected)
    torch.testing.assert_close(loss.value, expected.mean())
    loss.value.backward()
    slope = (chances - X).mean(0).flatten()
    torch.testing.assert_close(model.decoder.decoder.linear.bias.grad, slope)


def test_a_regression_without_a_condition_is_refused():
    model = Regression(ConditionalDecoder(MLPDecoder(3, SHAPE), OneHot(3)))
    with pytest.raises(ValueError, match="a regression needs a condition"):
        RegressionLikelihood()(model, X)


class Decode(nn.Module):
    """The function that a page runs."""

    def __init__(self, model) -> None:
        super().__init__()
        self.model = model

    def forward(self, z, y):
        """Return the mean image."""
        return self.model.decode(z, y)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_decode_can_be_exported_for_any_batch(case):
    build, y = CASES[case]
    model = build().eval()
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        Decode(model),
        (torch.zeros(3, 2), y[:3]),
        dynamic_shapes=({0: batch}, {0: batch}),
    )
    for count in (2, 6):
        z = torch.randn(count, 2)
        torch.testing.assert_close(
            program.module()(z, y[:count]), model.decode(z, y[:count])
        )
