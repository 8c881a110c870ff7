"""Joint, marginal and conditional log likelihoods against exact ones."""

import math

import pytest
import torch

from linear_views import LinearViews, gaussian
from vae_lib.evaluation import conditional_log_likelihood, joint_log_likelihood
from vae_lib.models import MultimodalVAE, StandardNormal
from vae_lib.networks import (
    ClassDecoder,
    ClassEncoder,
    MLPDecoder,
    MLPEncoder,
    mixture_of_experts,
)

EXACT = {"rtol": 0, "atol": 1e-9}
SETS = [("a",), ("b",), ("a", "b"), ("a", "b", "c")]


def oracle_and_views(count=7, seed=0):
    oracle = LinearViews.random(seed=seed, a=3, b=4, c=2)
    return oracle, oracle.sample(count).tensors


def some(x, names):
    return {name: x[name] for name in names}


@pytest.mark.parametrize("names", SETS)
@pytest.mark.parametrize("samples", [1, 9])
@pytest.mark.parametrize("seed", range(2))
def test_every_draw_gives_log_p_at_the_true_posterior(names, samples, seed):
    """Of any set of views: p(views, z) / p(z | views) = p(views) for every z."""
    oracle, x = oracle_and_views(seed=seed)
    found = joint_log_likelihood(oracle.model(), some(x, names), samples)
    torch.testing.assert_close(found, oracle.log_p(some(x, names)), **EXACT)


@pytest.mark.parametrize("given", [("a",), ("c", "b")])
def test_what_is_conditional_is_a_difference_of_log_p(given):
    """Log p(rest | given) by Bayes' rule, against the exact one."""
    oracle, x = oracle_and_views()
    found = conditional_log_likelihood(oracle.model(), x, given, samples=2)
    expected = oracle.log_p(x) - oracle.log_p(some(x, given))
    torch.testing.assert_close(found, expected, **EXACT)


def test_the_chain_rule_holds():
    """Log p(a, b, c) = log p(a) + log p(b | a) + log p(c | a, b)."""
    oracle, x = oracle_and_views()
    model = oracle.model()
    parts = (
        joint_log_likelihood(model, some(x, ["a"]))
        + conditional_log_likelihood(model, some(x, ["a", "b"]), ["a"])
        + conditional_log_likelihood(model, x, ["a", "b"])
    )
    torch.testing.assert_close(parts, oracle.log_p(x), **EXACT)


def wrong(oracle):
    def expert(name, x):
        exact = oracle.expert(name, x)
        return gaussian(exact.mean + 0.2, 1.4 * exact.stddev)

    return expert


@pytest.mark.parametrize("options", [{}, {"combine": mixture_of_experts}])
def test_with_wrong_experts_the_bound_rises_to_log_p(options):
    """Means over 2,000 repeats of one example: below log p, closer with more draws."""
    oracle, x = oracle_and_views(count=1)
    many = {name: one.expand(2_000, -1) for name, one in x.items()}
    model, exact = oracle.model(wrong(oracle), **options), oracle.log_p(x).item()
    means, errors = [], []
    for samples in (1, 8, 64):
        nats = joint_log_likelihood(model, many, samples, chunk=100_000)
        means.append(nats.mean().item())
        errors.append(5 * nats.std().item() / math.sqrt(len(nats)))
    assert means[0] + errors[0] < means[1] - errors[1]
    assert means[1] < means[2] + errors[2]
    assert means[2] - errors[2] < exact
    assert exact - means[2] < 0.2 * (exact - means[0])


def test_classes_sum_to_one():
    """Over all labels, sum_y p(y | image) = 1: each is a share of the same p(image)."""
    torch.manual_seed(1)
    shape = (1, 3, 3)
    model = MultimodalVAE(
        {"image": MLPEncoder(shape, 2), "label": ClassEncoder(4, 2)},
        {"image": MLPDecoder(2, shape), "label": ClassDecoder(2, 4)},
        StandardNormal(2),
    )
    image = torch.rand(1, *shape).round().expand(4, *shape)
    with torch.no_grad():
        nats = conditional_log_likelihood(
            model, {"image": image, "label": torch.arange(4)}, ["image"], 20_000
        )
    # Weights of an untrained model are even: 20,000 draws leave a per cent.
    assert nats.exp().sum().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("chunk", [3, 10_000])
def test_the_chunk_changes_memory_and_not_the_result(chunk):
    oracle, _ = oracle_and_views()
    x = oracle.sample(130).tensors
    model = oracle.model(wrong(oracle))
    torch.manual_seed(5)
    expected = joint_log_likelihood(model, x, 3)
    torch.manual_seed(5)
    torch.testing.assert_close(joint_log_likelihood(model, x, 3, chunk), expected)


def test_gradients_match_finite_differences():
    oracle, x = oracle_and_views(count=3)
    mean = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    scale = (torch.rand(3, 2, dtype=torch.float64) + 0.5).requires_grad_()

    def value(mean, scale):
        torch.manual_seed(1)
        model = oracle.model(lambda _name, _x: gaussian(mean, scale))
        return joint_log_likelihood(model, x, samples=4, chunk=5)

    assert torch.autograd.gradcheck(value, (mean, scale))


def test_bad_input_is_refused():
    oracle, x = oracle_and_views()
    model = oracle.model()
    with pytest.raises(ValueError, match="at least one view with at least one row"):
        joint_log_likelihood(model, {})
    with pytest.raises(ValueError, match="at least one view with at least one row"):
        joint_log_likelihood(model, {name: one[:0] for name, one in x.items()})
    with pytest.raises(ValueError, match="views must be among a, b, c, got d"):
        joint_log_likelihood(model, {"d": x["a"]})
    with pytest.raises(ValueError, match=r"rows, got \{'a': 7, 'b': 5\}"):
        joint_log_likelihood(model, {"a": x["a"], "b": x["b"][:5]})
    for option in ("samples", "chunk"):
        with pytest.raises(
            ValueError, match=f"{option} must be an integer of at least"
        ):
            joint_log_likelihood(model, x, **{option: 0})
    for given in ([], ["a", "b", "c"], ["d"]):
        with pytest.raises(
            ValueError, match="given must be some of a, b, c and not all"
        ):
            conditional_log_likelihood(model, x, given)
