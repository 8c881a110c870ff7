"""A prior over grids is a distribution over grids, however it is asked."""

import itertools
import math

import pytest
import torch
from torch import nn

from random_priors import random_prior
from vae_lib.models import CodePrior
from vae_lib.networks import IndependentCodes


def all_grids(codes, grid):
    """Every grid there is, (K^(H W), H, W)."""
    places = math.prod(grid)
    every = itertools.product(range(codes), repeat=places)
    return torch.tensor(list(every)).view(-1, *grid)


@pytest.mark.parametrize(
    ("codes", "grid"), [(2, (2, 2)), (2, (3, 2)), (3, (2, 2)), (4, (1, 3))]
)
def test_the_probabilities_of_all_grids_sum_to_one(codes, grid):
    prior = random_prior(codes, grid).double()
    total = prior.log_prob(all_grids(codes, grid)).exp().sum().item()
    assert total == pytest.approx(1, abs=1e-12)


def test_they_sum_to_one_for_each_class_and_differ():
    prior, grids = random_prior(2, (2, 2), classes=3).double(), all_grids(2, (2, 2))
    by_class = torch.stack(
        [prior.log_prob(grids, torch.full((16,), k)).exp() for k in range(3)]
    )
    torch.testing.assert_close(by_class.sum(1), torch.ones(3).double())
    assert (by_class[0] - by_class[1]).abs().max() > 0.01


def test_two_levels_share_out_one_over_all_pairs_of_grids():
    """p(top) p(bottom | top), summed over all 4 tops and all 16 bottoms of each."""
    above = random_prior(2, (1, 2), seed=1).double()
    below = random_prior(2, (2, 2), classes=2, class_grid=(1, 2), seed=2).double()
    tops, bottoms = all_grids(2, (1, 2)), all_grids(2, (2, 2))
    top, bottom = tops.repeat_interleave(16, 0), bottoms.repeat(4, 1, 1)
    joint = (above.log_prob(top) + below.log_prob(bottom, top)).exp()
    assert joint.sum().item() == pytest.approx(1, abs=1e-12)
    each = joint.view(4, 16).sum(1)
    torch.testing.assert_close(each, above.log_prob(tops).exp())
    given = joint.view(4, 16) / each[:, None]
    assert (given[0] / given[3]).log().abs().max() > 0.05


def test_bottoms_are_drawn_from_what_their_top_makes_likely():
    """Ancestral sampling of both levels gives the joint's shares."""
    above = random_prior(2, (1, 2), seed=1)
    below = random_prior(2, (2, 2), classes=2, class_grid=(1, 2), seed=2)
    tops, bottoms = all_grids(2, (1, 2)), all_grids(2, (2, 2))
    generator = torch.Generator().manual_seed(0)
    drawn_top = above.sample(20_000, generator=generator)
    drawn = below.sample(drawn_top, generator=generator)
    for top in tops:
        chosen = (drawn_top == top).all((1, 2))
        one_top = top.expand(16, 1, 2)
        chances = below.log_prob(bottoms, one_top).exp()
        found = frequencies(drawn[chosen], 2)
        error = 5 * (chances * (1 - chances) / chosen.sum()).sqrt() + 1e-3
        assert ((found - chances).abs() < error).all()
        expected = above.log_prob(top[None]).exp().item()
        assert chosen.float().mean().item() == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("class_grid", [None, (1, 2)])
def test_a_grids_log_probability_is_the_chain_of_its_conditionals(class_grid):
    """What an entropy coder writes, place by place, is what the prior charges."""
    prior = random_prior(5, (3, 2), classes=2, class_grid=class_grid)
    grids = torch.randint(5, (20, 3, 2))
    labels = torch.arange(20) % 2
    if class_grid is not None:
        labels = torch.randint(2, (20, *class_grid))
    nats, slack = torch.zeros(2, 20, dtype=torch.float64)
    for place in range(6):
        chances = prior.conditional(grids, place, labels)
        torch.testing.assert_close(chances.sum(1), torch.ones(20).double())
        chance = chances[torch.arange(20), grids.flatten(1)[:, place]]
        nats += chance.log()
        slack += 1e-5 + 2 / 2**20 / chance  # counts are whole, and one more than due
    charged = prior.double().log_prob(grids, labels)
    assert ((nats - charged).abs() < slack).all()
    assert slack.median() < 0.01


def frequencies(grids, codes):
    """Share of each of all grids (in the order of all_grids) among samples."""
    flat = grids.flatten(1)
    weights = codes ** torch.arange(flat.shape[1] - 1, -1, -1)
    counts = (flat * weights).sum(1).bincount(minlength=codes ** flat.shape[1])
    return counts / len(grids)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_come_as_often_as_they_are_probable(temperature):
    """At another temperature by the chain of tempered conditionals."""
    prior, grids = random_prior(2, (2, 2)), all_grids(2, (2, 2))
    with torch.no_grad():
        logits = prior(grids).base_dist.logits / temperature
    chain = logits.log_softmax(-1).gather(-1, grids[..., None]).sum((1, 2, 3)).exp()
    generator = torch.Generator().manual_seed(0)
    drawn = prior.sample(20_000, generator=generator, temperature=temperature)
    # Five standard errors of a share of 20,000.
    error = 5 * (chain * (1 - chain) / 20_000).sqrt() + 1e-4
    assert ((frequencies(drawn, 2) - chain).abs() < error).all()


def test_samples_of_a_class_follow_that_class():
    prior, grids = random_prior(2, (1, 2), classes=2), all_grids(2, (1, 2))
    labels = torch.arange(20_000) % 2
    drawn = prior.sample(labels, generator=torch.Generator().manual_seed(0))
    for k in range(2):
        chances = prior.log_prob(grids, torch.full((4,), k)).exp()
        found = frequencies(drawn[labels == k], 2)
        torch.testing.assert_close(found, chances.detach(), rtol=0, atol=0.02)


def test_completing_keeps_what_came_before_and_draws_the_rest_from_the_chain():
    prior, grids = random_prior(2, (2, 2)), all_grids(2, (2, 2))
    start = torch.tensor([[[1, 0], [1, 1]]]).repeat(20_000, 1, 1)
    generator = torch.Generator().manual_seed(0)
    drawn = prior.complete(start, 2, generator=generator)
    assert (start == torch.tensor([[1, 0], [1, 1]])).all()
    assert (drawn[:, 0] == torch.tensor([1, 0])).all()
    chances = prior.log_prob(grids).exp().detach()[8:12]  # grids that begin 1, 0
    found = frequencies(drawn, 2)[8:12]
    torch.testing.assert_close(found, chances / chances.sum(), rtol=0, atol=0.02)
    assert torch.equal(prior.complete(start, 4), start)


def test_the_same_generator_draws_the_same_grids():
    prior = random_prior(7, (3, 3))
    one, two, other = (
        prior.sample(5, generator=torch.Generator().manual_seed(k)) for k in (3, 3, 4)
    )
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


class Whole(nn.Module):
    """A network that can only be asked for all places at once."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, indices: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """What the network answers."""
        return self.network(indices, labels)


@pytest.mark.parametrize("class_grid", [None, (2, 1)])
@pytest.mark.parametrize("place", [0, 4])
def test_a_network_asked_in_steps_draws_what_it_draws_asked_as_a_whole(
    class_grid, place
):
    prior = random_prior(7, (4, 3), classes=3, class_grid=class_grid).double()
    whole = CodePrior(Whole(prior.network), 7, (4, 3), 3)
    labels = torch.randint(3, (6, *(class_grid or ())))
    start = torch.randint(7, (6, 4, 3))
    one, two = (
        p.complete(start, place, labels, generator=torch.Generator().manual_seed(0))
        for p in (prior, whole)
    )
    assert torch.equal(one, two)
    assert torch.equal(one.flatten(1)[:, :place], start.flatten(1)[:, :place])


def test_near_zero_temperature_takes_the_likeliest_code_every_time():
    prior = random_prior(5, (2, 3))
    cold = prior.sample(10, temperature=1e-4)
    assert (cold == cold[0]).all()
    with torch.no_grad():
        assert torch.equal(prior(cold).base_dist.logits.argmax(-1), cold)


def test_independent_codes_cost_their_entropy():
    """Two places, a fair and a certain code: ln 2 nats, not 2 ln 2."""
    grids = torch.tensor([[[0, 1]], [[1, 1]]])
    network = IndependentCodes(2, (1, 2))
    prior = CodePrior(network, 2, (1, 2))
    assert prior.log_prob(grids).tolist() == pytest.approx([-2 * math.log(2)] * 2)
    network.count(grids, smoothing=0.0)
    assert prior.log_prob(grids).tolist() == pytest.approx([-math.log(2)] * 2)


ZEROS = torch.zeros(2, 2, 2, dtype=torch.int64)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda p: p(ZEROS - 1), r"indices must lie in \[0, 2\], got -1 to -1"),
        (lambda p: p(ZEROS + 3), r"indices must lie in \[0, 2\], got 3 to 3"),
        (lambda p: p(ZEROS[:0]), r"indices must not be empty, got \(0, 2, 2\)"),
        (lambda p: p(ZEROS[:, :1]), r"indices must have shape \(B, 2, 2\), got"),
        (lambda p: p.log_prob(ZEROS, ZEROS[:, 0, 0]), "network without classes"),
        (lambda p: p.sample(0), "count must be at least 1, got 0"),
        (lambda p: p.sample(1, temperature=0), "temperature must be positive .* got 0"),
        (lambda p: p.sample(1, temperature=math.nan), "temperature .* got nan"),
        (lambda p: p.complete(ZEROS, 5), r"place must lie in \[0, 4\], got 5"),
        (lambda p: p.conditional(ZEROS, 4), r"place must lie in \[0, 3\], got 4"),
        (lambda p: p.conditional(ZEROS, -1), r"place must lie in \[0, 3\], got -1"),
    ],
)
def test_questions_that_do_not_fit_are_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask(random_prior())


def test_labels_are_checked_against_the_classes():
    prior = random_prior(classes=2)
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 1\], got 0 to 2"):
        prior.log_prob(ZEROS, torch.tensor([0, 2]))
    with pytest.raises(ValueError, match="labels must be given, for there are 2"):
        prior.sample(3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, (2, 2)), "num_codes must be at least 2, got 1"),
        ((3, (2, 0)), r"grid must be a height and a width, got \(2, 0\)"),
        ((3, (2,)), r"grid must be a height and a width, got \(2,\)"),
        ((3, (2, 2), 0), "num_classes must be at least 1, got 0"),
    ],
)
def test_sizes_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        CodePrior(IndependentCodes(3, (2, 2)), *arguments)


def test_a_network_of_another_size_is_refused():
    prior = CodePrior(IndependentCodes(4, (2, 2)), 3, (2, 2))
    with pytest.raises(ValueError, match=r"logits of shape \(2, 3, 2, 2\), got \(2, 4"):
        prior(ZEROS)
    with pytest.raises(ValueError, match=r"logits of shape \(5, 3\), got \(5, 4\)"):
        prior.sample(5)


def test_a_prior_is_saved_and_loaded_by_its_weights():
    prior, other = random_prior(seed=0), random_prior(seed=1)
    assert not torch.equal(prior.log_prob(ZEROS), other.log_prob(ZEROS))
    other.load_state_dict(prior.state_dict())
    assert torch.equal(prior.log_prob(ZEROS), other.log_prob(ZEROS))
    assert all("mask" not in name for name in prior.state_dict())
    assert isinstance(prior.network, nn.Module)
