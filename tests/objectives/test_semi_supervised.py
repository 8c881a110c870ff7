"""Bounds with and without the class, held to sums and to exact evidence."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.distributions import Categorical, Independent, Normal, kl_divergence

from vae_lib.data import Labelled, LinearGaussian
from vae_lib.models import M2, StandardNormal, UniformClasses
from vae_lib.networks import (
    LabelledMLPDecoder,
    LabelledMLPEncoder,
    MLPClassifier,
    PixelHead,
)
from vae_lib.objectives import (
    Classification,
    SemiSupervised,
    bound_of_each_class,
    labelled_bound,
    unlabelled_bound,
)
from vae_lib.training import linear_warmup

SHAPE, CLASSES = (1, 3, 3), 4


class Given(nn.Module):
    """A module made of a function."""

    def __init__(self, function: Callable) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: torch.Tensor):
        """Call it."""
        return self.function(*inputs)


class StillEncoder(nn.Module):
    """An encoder whose draws are its means, so that bounds can be computed twice."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, x, labels):
        """Return q(z | x, y) with rsample() = mean."""
        posterior = self.encoder(x, labels)
        posterior.rsample = lambda: posterior.mean
        return posterior


def small_m2():
    model = M2(
        MLPClassifier(SHAPE, CLASSES, (7,)),
        StillEncoder(LabelledMLPEncoder(SHAPE, 2, CLASSES, (6,))),
        LabelledMLPDecoder(2, CLASSES, PixelHead(5, SHAPE), (5,)),
        UniformClasses(CLASSES),
        StandardNormal(2),
    )
    return model.double()


def images(count=5):
    return torch.rand(count, *SHAPE, dtype=torch.float64)


def every(label, count):
    return torch.full((count,), label)


def test_the_unlabelled_bound_is_the_sum_over_classes():
    """Value and gradient, one class after the other and written out."""
    model, x = small_m2(), images()
    found = unlabelled_bound(model, x)
    log_q = model.classify(x).logits.log_softmax(-1)
    expected = torch.zeros(len(x), dtype=torch.float64)
    for label in range(CLASSES):
        bound = labelled_bound(model, x, every(label, len(x)))
        expected = expected + log_q[:, label].exp() * (bound - log_q[:, label])
    torch.testing.assert_close(found, expected)
    weights = list(model.parameters())
    slopes = torch.autograd.grad(found.sum(), weights)
    by_hand = torch.autograd.grad(expected.sum(), weights)
    for one, other in zip(slopes, by_hand, strict=True):
        torch.testing.assert_close(one, other)
    assert all(bool(slope.any()) for slope in slopes)


def test_each_column_is_the_labelled_bound_of_its_class():
    model, x = small_m2(), images()
    columns = bound_of_each_class(model, x)
    for label in range(CLASSES):
        expected = labelled_bound(model, x, every(label, len(x)))
        torch.testing.assert_close(columns[:, label], expected)


def test_a_certain_classifier_gives_the_labelled_bound():
    """Then the sum has one term and no entropy."""
    model, x = small_m2(), images()
    labels = torch.tensor([0, 3, 1, 1, 2])
    sure = torch.full((5, CLASSES), -1e4, dtype=torch.float64)
    sure[torch.arange(5), labels] = 0
    model.classifier = Given(lambda _x: Categorical(logits=sure))
    torch.testing.assert_close(
        unlabelled_bound(model, x), labelled_bound(model, x, labels)
    )


def mixture(seed, classes=3, latent=2, data=4):
    """A linear-Gaussian model a class, and M2 with the true posteriors of y and z.

    Columns of W at right angles make the posteriors of z diagonal.
    """
    parts = []
    for label in range(classes):
        random = LinearGaussian.random(latent, data, seed=classes * seed + label)
        columns = torch.linalg.qr(random.weight).Q * torch.tensor([2.0, 0.7])
        parts.append(LinearGaussian(columns.double(), random.bias, random.noise))

    def log_joint(x):
        logs = torch.stack([part.log_marginal(x) for part in parts], 1)
        return logs - math.log(classes)

    def likelihood(z, labels):
        means = torch.stack([part.likelihood(z).mean for part in parts], 1)
        mean = means[torch.arange(len(z)), labels]
        return Independent(Normal(mean, parts[0].noise), 1)

    def posterior(x, labels):
        exact = [part.posterior(x) for part in parts]
        row = torch.arange(len(x))
        mean = torch.stack([one.mean for one in exact], 1)[row, labels]
        scale = torch.stack([one.stddev for one in exact], 1)[row, labels]
        return Independent(Normal(mean, scale), 1)

    model = M2(
        Given(lambda x: Categorical(logits=log_joint(x))),
        Given(posterior),
        Given(likelihood),
        UniformClasses(classes).double(),
        StandardNormal(latent).double(),
    )
    x = torch.cat([part.sample(4) for part in parts])
    return model, x, log_joint(x)


def over_corners(bound, model, *inputs: torch.Tensor):
    """The bound's mean over z = mean +- scale in every dimension, in place of draws.

    The distortion is a sum of squares of z whose mean over the corners of a diagonal
    Gaussian is that over the Gaussian itself: no noise is left to wait for.
    """
    encoder = model.encoder.function
    found = []
    for corner in itertools.product((-1.0, 1.0), repeat=model.latent_dim):

        def at_corner(x, labels, corner=corner):
            posterior = encoder(x, labels)
            z = posterior.mean + posterior.stddev * torch.tensor(corner).double()
            posterior.rsample = lambda: z
            return posterior

        model.encoder.function = at_corner
        found.append(bound(model, *inputs))
    model.encoder.function = encoder
    return torch.stack(found).mean(0)


@pytest.mark.parametrize("seed", range(3))
def test_at_the_true_posteriors_bounds_are_evidence(seed):
    """L(x, y) = log p(x, y) for every y, and U(x) = log p(x)."""
    model, x, log_joint = mixture(seed)
    for label in range(model.num_classes):
        found = over_corners(labelled_bound, model, x, every(label, len(x)))
        torch.testing.assert_close(found, log_joint[:, label])
    found = over_corners(unlabelled_bound, model, x)
    torch.testing.assert_close(found, log_joint.logsumexp(1))


@pytest.mark.parametrize("sharpness", [0.0, 0.3, 0.9, 1.1, 3.0])
def test_any_other_classifier_loses_its_divergence(sharpness):
    """Log p(x) - U(x) = KL(q(y|x) || p(y|x)) if q(z|x,y) is exact."""
    model, x, log_joint = mixture(0)
    true = model.classify(x)
    other = Categorical(logits=sharpness * log_joint)
    model.classifier = Given(lambda _x: other)
    gap = log_joint.logsumexp(1) - over_corners(unlabelled_bound, model, x)
    torch.testing.assert_close(gap, kl_divergence(other, true))
    assert (gap > 0).any()


def test_the_loss_is_each_examples_own():
    """-L - alpha log q(y|x) where the class is known, -U elsewhere, and their mean."""
    model, x = small_m2(), images(6)
    labels = torch.tensor([2, -1, 0, -1, -1, 3])
    known = labels >= 0
    loss = SemiSupervised(alpha=7.0)(model, Labelled(x, labels))
    nats = torch.empty(6, dtype=torch.float64)
    nats[known] = -labelled_bound(model, x[known], labels[known])
    nats[~known] = -unlabelled_bound(model, x[~known])
    log_q = model.classify(x[known]).logits.log_softmax(-1)
    mistakes = -log_q.gather(1, labels[known][:, None]).sum()
    torch.testing.assert_close(loss.terms["nats"], nats)
    torch.testing.assert_close(loss.terms["classification"].sum(), mistakes)
    assert not loss.terms["classification"][~known].any()
    torch.testing.assert_close(loss.value, (nats.sum() + 7 * mistakes) / 6)


def test_weights_follow_the_step():
    model, x = small_m2(), images(4)
    batch = Labelled(x, torch.tensor([1, -1, -1, 0]))
    objective = SemiSupervised(
        alpha=linear_warmup(10), unlabelled=linear_warmup(20), labelled=2.0
    )
    terms = objective(model, batch, 5).terms
    weight = torch.tensor([2.0, 0.25, 0.25, 2.0]).double()
    expected = (weight * terms["nats"] + 0.5 * terms["classification"]).mean()
    torch.testing.assert_close(objective(model, batch, 5).value, expected)
    assert objective(model, batch, 0).value < expected


@pytest.mark.parametrize("labels", [[1, 2, 0], [-1, -1, -1]])
def test_a_batch_may_be_of_one_kind(labels):
    """Then the other kind's bound is not asked for, and nothing is divided by zero."""
    model, x = small_m2(), images(3)
    loss = SemiSupervised()(model, Labelled(x, torch.tensor(labels)))
    loss.value.backward()
    assert torch.isfinite(loss.value)
    assert set(loss.terms) == {"nats", "classification"}
    assert all(term.shape == (3,) for term in loss.terms.values())


def test_without_alpha_labels_do_not_teach_the_classifier():
    """L does not ask q(y|x): the reason for the last term."""
    model, x = small_m2(), images(3)
    batch = Labelled(x, torch.tensor([1, 2, 0]))
    for alpha in (0.0, 1.0):
        model.zero_grad()
        SemiSupervised(alpha=alpha)(model, batch).value.backward()
        slopes = [w.grad for w in model.classifier.parameters()]
        assert any(one is not None and one.any() for one in slopes) == (alpha > 0)


def test_classification_is_cross_entropy():
    model, x = MLPClassifier(SHAPE, CLASSES, (7,)).double(), images(3)
    labels = torch.tensor([1, 3, 0])
    loss = Classification()(model, Labelled(x, labels))
    expected = -model(x).logits.log_softmax(-1)[torch.arange(3), labels]
    torch.testing.assert_close(loss.terms["classification"], expected)
    torch.testing.assert_close(loss.value, expected.mean())


@pytest.mark.parametrize("name", ["alpha", "unlabelled", "labelled"])
def test_weights_are_not_negative(name):
    text = f"{name} must be non-negative and finite, got -1"
    with pytest.raises(ValueError, match=text):
        SemiSupervised(**{name: -1.0})


@pytest.mark.parametrize("judge", [SemiSupervised(), Classification()])
def test_images_alone_are_refused(judge):
    with pytest.raises(ValueError, match="expected a Labelled batch, got Tensor"):
        judge(small_m2(), images())


@pytest.mark.parametrize("judge", [SemiSupervised(), Classification()])
def test_a_batch_is_not_empty(judge):
    batch = Labelled(images(0), torch.zeros(0, dtype=torch.int64))
    with pytest.raises(ValueError, match="at least one example, got none"):
        judge(small_m2(), batch)


def test_an_unknown_class_is_nothing_to_classify():
    batch = Labelled(images(2), torch.tensor([1, -1]))
    text = r"labels must lie in \[0, 3\], got values from -1 to 1"
    with pytest.raises(ValueError, match=text):
        Classification()(MLPClassifier(SHAPE, CLASSES, (7,)).double(), batch)


@pytest.mark.parametrize("label", [-2, CLASSES])
def test_a_class_that_is_none_is_refused(label):
    """Below -1 it would pass for unknown."""
    batch = Labelled(images(2), torch.tensor([-1, label]))
    low, high = min(-1, label), max(-1, label)
    text = rf"labels must lie in \[-1, 3\], got values from {low} to {high}"
    with pytest.raises(ValueError, match=text):
        SemiSupervised()(small_m2(), batch)


def test_images_and_decoder_must_fit():
    model = small_m2()
    model.decoder = LabelledMLPDecoder(2, CLASSES, PixelHead(5, (9,)), (5,)).double()
    with pytest.raises(ValueError, match=r"event shape \(1, 3, 3\), got \(9,\)"):
        unlabelled_bound(model, images())
