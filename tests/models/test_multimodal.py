"""Any views in, any views out."""

import itertools

import pytest
import torch

from linear_views import LinearViews
from vae_lib.models import MultimodalOutput, MultimodalVAE, StandardNormal
from vae_lib.networks import (
    ClassDecoder,
    ClassEncoder,
    MLPDecoder,
    MLPEncoder,
    mixture_of_experts,
    product_of_experts,
)

SHAPE = (1, 4, 4)
COMBINE = [product_of_experts, mixture_of_experts]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def small(combine=product_of_experts):
    encoders = {"image": MLPEncoder(SHAPE, 3), "label": ClassEncoder(10, 3)}
    decoders = {"label": ClassDecoder(3, 10), "image": MLPDecoder(3, SHAPE)}
    return MultimodalVAE(encoders, decoders, StandardNormal(3), combine)


def views(count=5):
    return {"image": torch.rand(count, *SHAPE), "label": torch.arange(count)}


@pytest.mark.parametrize("combine", COMBINE)
def test_forward_describes_every_view_whatever_is_given(combine):
    model = small(combine)
    for given in ({"image"}, {"label"}, {"image", "label"}):
        output = model({name: x for name, x in views().items() if name in given})
        assert isinstance(output, MultimodalOutput)
        assert list(output.likelihoods) == ["image", "label"]
        assert output.z.shape == (5, 3)
        assert output.z.requires_grad
        assert output.posterior.batch_shape == (5,)
        assert output.likelihoods["image"].event_shape == SHAPE
        assert output.likelihoods["label"].probs.shape == (5, 10)


@pytest.mark.parametrize("rows", [{"a": 3}, {"a": 3, "b": 4}, {"a": 2, "b": 3, "c": 6}])
@pytest.mark.parametrize("seed", range(3))
def test_with_the_true_experts_the_posterior_is_exact_for_every_set(rows, seed):
    """The prior stands in the product once, however many views are given."""
    oracle = LinearViews.random(seed=seed, **rows)
    x, model = oracle.sample(4).tensors, oracle.model()
    for count in range(1, len(rows) + 1):
        for names in itertools.combinations(rows, count):
            given = {name: x[name] for name in names}
            found, exact = model.posterior(given), oracle.posterior(given)
            torch.testing.assert_close(found.mean, exact.mean)
            torch.testing.assert_close(found.variance, exact.variance)


@pytest.mark.parametrize("combine", COMBINE)
def test_with_every_view_missing_the_prior_remains(combine):
    model = small(combine)
    posterior = model.posterior({})
    assert torch.equal(posterior.mean, model.prior().mean)
    assert torch.equal(posterior.stddev, model.prior().stddev)


@pytest.mark.parametrize("combine", COMBINE)
def test_the_order_of_the_views_does_not_matter(combine):
    model, x = small(combine), views()
    z = torch.randn(5, 3)
    swapped = dict(reversed(x.items()))
    assert torch.equal(
        model.posterior(x).log_prob(z), model.posterior(swapped).log_prob(z)
    )


def test_a_view_is_filled_in_from_the_others_alone():
    """Only the missing ones are described, and the image has no say in the label's."""
    model, x = small(), views()
    assert list(model.fill_in({"label": x["label"]})) == ["image"]
    assert list(model.fill_in({"image": x["image"]})) == ["label"]
    assert model.fill_in(x) == {}
    torch.manual_seed(1)
    first = model.fill_in({"label": x["label"]})["image"].mean
    torch.manual_seed(1)
    z = model.posterior({"label": x["label"]}).rsample()
    torch.testing.assert_close(first, model.likelihoods(z, ["image"])["image"].mean)


def test_experts_that_are_not_asked_get_no_gradient():
    model, x = small(), views()
    model.fill_in({"label": x["label"]})["image"].log_prob(x["image"]).sum().backward()
    assert model.encoders["image"].head.linear.weight.grad is None
    assert model.encoders["label"].table.weight.grad.abs().sum() > 0
    assert model.decoders["image"].linear.weight.grad.abs().sum() > 0


def test_names_are_in_the_order_of_the_encoders():
    model = small()
    assert model.names == ("image", "label")
    assert list(model.decoders) == ["image", "label"]
    assert model.latent_dim == 3


def test_all_weights_are_registered():
    """They move, load and are trained with the model."""
    expected = {
        f"{part}.{name}"
        for part in ("encoders", "decoders")
        for name in ("image", "label")
    }
    found = {".".join(key.split(".")[:2]) for key in small().state_dict()}
    assert found == expected


def test_views_that_do_not_fit_are_refused():
    model, x = small(), views()
    with pytest.raises(ValueError, match="views must be among image, label, got sound"):
        model({**x, "sound": torch.zeros(5, 1)})
    with pytest.raises(ValueError, match="views must be among image, label, got sound"):
        model.likelihoods(torch.zeros(1, 3), ["sound"])
    with pytest.raises(ValueError, match=r"rows, got \{'image': 5, 'label': 4\}"):
        model({"image": x["image"], "label": x["label"][:4]})
    for method in (model, model.fill_in):
        with pytest.raises(ValueError, match="at least one view must be given"):
            method({})


def test_encoders_and_decoders_of_other_views_are_refused():
    encoder, decoder = MLPEncoder(SHAPE, 3), MLPDecoder(3, SHAPE)
    prior = StandardNormal(3)
    with pytest.raises(ValueError, match=r"got \['a'\] and \['b'\]"):
        MultimodalVAE({"a": encoder}, {"b": decoder}, prior)
    with pytest.raises(ValueError, match=r"at least one, got \[\] and \[\]"):
        MultimodalVAE({}, {}, prior)
