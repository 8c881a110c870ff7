"""Bounds on the evidence of every set of views, against views of known evidence."""

import math

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from linear_views import LinearViews, gaussian
from vae_lib.data import Views
from vae_lib.models import VAE
from vae_lib.networks import mixture_of_experts, product_of_experts
from vae_lib.objectives import MixtureELBO, MultimodalELBO, NegativeELBO
from vae_lib.objectives import multimodal as module

PAIR = {"a": 3, "b": 4}
THREE = {"a": 3, "b": 4, "c": 2}


def repeated(views, count):
    """One example so often that a mean over the batch is one over its draws of z."""
    return Views({n: x.expand(count, *x.shape[1:]) for n, x in views.tensors.items()})


def mean_and_error(nats):
    return nats.mean().item(), 5 * nats.std().item() / math.sqrt(len(nats))


@pytest.mark.parametrize("rows", [PAIR, THREE])
def test_every_bound_is_minus_log_p_at_the_true_posterior(rows):
    """On average over z: of all views together, and of each view alone."""
    oracle = LinearViews.random(**rows)
    views = oracle.sample(1)
    many = repeated(views, 40_000)
    terms = MultimodalELBO()(oracle.model(), many).terms
    whole = sum(terms[f"distortion_{name}"] for name in rows) + terms["rate"]
    mean, error = mean_and_error(whole)
    assert abs(mean + oracle.log_p(views.tensors).item()) < error
    for name in rows:
        mean, error = mean_and_error(terms[f"alone_{name}"] + terms[f"rate_{name}"])
        assert abs(mean + oracle.log_p({name: views[name]}).item()) < error


def test_the_value_is_the_sum_of_the_bounds():
    oracle = LinearViews.random(**THREE)
    views = oracle.sample(6)
    for singles in (0.0, 1.0, 0.3):
        torch.manual_seed(1)
        value, terms = MultimodalELBO(singles=singles)(oracle.model(), views)
        expected = terms["rate"] + sum(terms[f"distortion_{n}"] for n in THREE)
        if singles:
            alone = sum(terms[f"alone_{n}"] + terms[f"rate_{n}"] for n in THREE)
            expected = expected + singles * alone
        else:
            assert not any(name.startswith("alone") for name in terms)
        torch.testing.assert_close(value, expected.mean())


def test_its_slope_in_the_experts_is_0_at_the_true_posterior():
    """There the bounds touch log p, which does not depend on them."""
    oracle = LinearViews.random(**PAIR)
    draws = 40_000
    views = repeated(oracle.sample(1), draws)
    moves = {n: torch.zeros(2, draws, 2, dtype=torch.float64) for n in PAIR}
    moves = {name: move.requires_grad_() for name, move in moves.items()}

    def moved(name, x):
        exact, (shift, stretch) = oracle.expert(name, x), moves[name]
        scale = exact.base_dist.scale * stretch.exp()
        return gaussian(exact.mean + shift, scale)

    value = MultimodalELBO()(oracle.model(moved), views).value * draws
    for slope in torch.autograd.grad(value, [*moves.values()]):
        error = 5 * slope.std(1) / math.sqrt(draws)
        assert (slope.mean(1).abs() < error).all()
        assert (error < 0.1).all()  # otherwise the line above says little


def test_a_wrong_expert_costs_its_kl():
    """Bound = -log p + KL(q || p(z | x)), and so larger than at the true posterior."""
    oracle = LinearViews.random(**PAIR)
    views = oracle.sample(1)

    def wrong(name, x):
        exact = oracle.expert(name, x)
        return gaussian(exact.mean + 0.3, 1.5 * exact.stddev)

    model = oracle.model(wrong)
    terms = MultimodalELBO()(model, repeated(views, 40_000)).terms
    whole = sum(terms[f"distortion_{name}"] for name in PAIR) + terms["rate"]
    mean, error = mean_and_error(whole)
    found, exact = model.posterior(views.tensors), oracle.posterior(views.tensors)
    exact = gaussian(exact.mean, exact.stddev)
    gap = torch.distributions.kl_divergence(found, exact).item()
    assert abs(mean + oracle.log_p(views.tensors).item() - gap) < error
    assert gap > 5 * error


def test_with_one_view_it_is_the_vae_whose_posterior_is_expert_times_prior():
    """The same noise, value and slopes; and nothing is counted twice."""
    oracle = LinearViews.random(a=4)
    views = oracle.sample(7)
    network = nn.Linear(4, 4).double()

    def expert(_name, x):
        mean, log_scale = network(x).chunk(2, 1)
        return gaussian(mean, log_scale.exp())

    class Posterior(nn.Module):
        def forward(self, x):
            return product_of_experts([expert("a", x)], oracle.prior())

    multimodal = oracle.model(expert)
    vae = VAE(Posterior(), multimodal.decoders["a"], multimodal.prior)
    torch.manual_seed(2)
    found = MultimodalELBO()(multimodal, views).value
    torch.manual_seed(2)
    expected = NegativeELBO()(vae, views["a"]).value
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(
        torch.autograd.grad(found, [*network.parameters()]),
        torch.autograd.grad(expected, [*network.parameters()]),
    )


OBJECTIVES = [
    (MultimodalELBO({"a": 3.0}, warmup=4), product_of_experts),
    (MultimodalELBO({"c": 3.0}, singles=0.5, subsets=2), product_of_experts),
    (MixtureELBO({"a": 3.0}, warmup=4), mixture_of_experts),
]


@pytest.mark.parametrize(("objective", "combine"), OBJECTIVES)
def test_gradients_match_finite_differences(objective, combine):
    """With fixed noise a loss is a smooth function of every expert's numbers."""
    oracle = LinearViews.random(**THREE)
    views = oracle.sample(4)
    means = torch.randn(3, 4, 2, dtype=torch.float64, requires_grad=True)
    logs = 0.3 * torch.randn(3, 4, 2, dtype=torch.float64)

    def value(means, logs):
        torch.manual_seed(1)
        place = dict(zip(THREE, range(3), strict=True))

        def expert(name, _x):
            return gaussian(means[place[name]], logs[place[name]].exp())

        return objective(oracle.model(expert, combine), views, 3).value

    assert gradcheck(value, (means, logs.requires_grad_()))


@pytest.mark.parametrize(
    ("make", "combine"),
    [
        (MultimodalELBO, product_of_experts),
        (MixtureELBO, mixture_of_experts),
    ],
)
def test_a_weight_multiplies_the_distortions_of_its_view(make, combine):
    oracle = LinearViews.random(**PAIR)
    views, model = oracle.sample(5), oracle.model(combine=combine)
    torch.manual_seed(1)
    plain, terms = make()(model, views)
    torch.manual_seed(1)
    heavy, again = make({"b": 4.0})(model, views)
    extra = terms["distortion_b"] + terms.get("alone_b", 0.0)
    torch.testing.assert_close(heavy - plain, 3 * extra.mean())
    # Terms are nats of the model, whatever they cost.
    assert all(torch.equal(terms[name], again[name]) for name in terms)


@pytest.mark.parametrize(
    ("make", "combine"),
    [
        (MultimodalELBO, product_of_experts),
        (MixtureELBO, mixture_of_experts),
    ],
)
def test_during_the_warmup_the_rate_is_cheap(make, combine):
    oracle = LinearViews.random(**PAIR)
    views, model = oracle.sample(5), oracle.model(combine=combine)

    def value(step, warmup):
        torch.manual_seed(1)
        return make(warmup=warmup)(model, views, step)

    full, terms = value(0, 0)
    rate = sum(nats.mean() for name, nats in terms.items() if name.startswith("rate"))
    for step, price in ((0, 0.0), (2, 0.25), (8, 1.0), (100, 1.0)):
        torch.testing.assert_close(value(step, 8).value, full - (1 - price) * rate)


def test_random_sets_add_their_bounds(monkeypatch):
    """The three pairs of three views, each with weight 1."""
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    monkeypatch.setattr(module, "_random_sets", lambda _names, count: pairs[:count])
    oracle = LinearViews.random(**THREE)
    views = oracle.sample(1)
    many, model = repeated(views, 60_000), oracle.model()
    with_pairs = MultimodalELBO(subsets=3)(model, many).value
    without = MultimodalELBO()(model, many).value
    expected = -sum(
        oracle.log_p({name: views[name] for name in pair}).item() for pair in pairs
    )
    # A bound's draw at the true posterior varies by less than two nats: the two means
    # differ by less than 6 * sqrt(2 / 60,000) times five.
    assert (with_pairs - without).item() == pytest.approx(expected, abs=0.15)


def test_random_sets_have_two_views_at_least_and_never_all():
    names = ("a", "b", "c", "d")
    sets = module._random_sets(names, 4_000)
    sizes = torch.tensor([len(one) for one in sets])
    assert sizes.unique().tolist() == [2, 3]
    # Five standard errors of a share of a half.
    assert abs((sizes == 2).double().mean() - 0.5) < 0.04
    assert all(tuple(sorted(one)) == one for one in sets)
    for name in names:
        share = sum(name in one for one in sets) / len(sets)
        assert share == pytest.approx((2 / 4 + 3 / 4) / 2, abs=0.04)


def test_the_mixtures_bound_is_exact_for_every_z_at_the_true_posterior():
    """If every expert knows all views' posterior, so does their mixture."""
    oracle = LinearViews.random(**PAIR)
    views = oracle.sample(6)
    exact = oracle.posterior(views.tensors)
    everyone = gaussian(exact.mean, exact.stddev)
    model = oracle.model(lambda _name, _x: everyone, mixture_of_experts)
    value, terms = MixtureELBO()(model, views)
    whole = terms["distortion_a"] + terms["distortion_b"] + terms["rate"]
    torch.testing.assert_close(whole, -oracle.log_p(views.tensors))
    torch.testing.assert_close(value, whole.mean())


def test_the_mixtures_bound_lies_above_minus_log_p_by_its_kl():
    """Its true experts ask one view each: E[...] = -log p + KL(mixture || p(z | x))."""
    oracle = LinearViews.random(latent=1, a=2, b=3)
    views = oracle.sample(1)

    def posterior_of_one(name, x):
        exact = oracle.posterior({name: x})
        return gaussian(exact.mean, exact.stddev)

    model = oracle.model(posterior_of_one, mixture_of_experts)
    terms = MixtureELBO()(model, repeated(views, 40_000)).terms
    mean, error = mean_and_error(
        sum(terms[f"distortion_{n}"] for n in PAIR) + terms["rate"]
    )
    mixture, exact = model.posterior(views.tensors), oracle.posterior(views.tensors)
    z = torch.linspace(-12, 12, 8_001, dtype=torch.float64)[:, None]
    log_q, log_p = mixture.log_prob(z), exact.log_prob(z)
    kl = torch.trapezoid(log_q.exp() * (log_q - log_p), dx=24 / 8_000).item()
    assert kl > 5 * error
    assert abs(mean + oracle.log_p(views.tensors).item() - kl) < error


def test_cross_terms_are_those_of_the_other_experts():
    """An expert that puts z elsewhere is charged for it in the other view's term."""
    oracle = LinearViews.random(**PAIR)
    views = oracle.sample(3)
    far = gaussian(torch.full((3, 2), 50.0).double(), torch.full((3, 2), 0.1).double())

    def expert(name, x):
        return oracle.expert(name, x) if name == "a" else far

    model = oracle.model(expert, mixture_of_experts)
    terms = MixtureELBO()(model, views).terms
    assert (terms["cross_a"] > 100 * terms["cross_b"]).all()
    # Two experts: the mean of all is the mean of one's own and the other's.
    assert (terms["distortion_a"] > terms["cross_a"] / 2 - 20).all()
