"""What an entropy coder asks of a prior, and gets the same bits at both ends."""

import math

import pytest
import torch

from random_priors import random_prior
from vae_lib.models import CodePrior
from vae_lib.networks import IndependentCodes


def test_who_decodes_computes_the_very_bits():
    """From the codes so far, the rest being anything, as from all of them."""
    prior = random_prior(16, (4, 4))
    grids = torch.randint(16, (6, 4, 4))
    so_far = torch.zeros_like(grids)
    for place in range(16):
        of_all = prior.conditional(grids, place)
        assert torch.equal(of_all, prior.conditional(so_far, place))
        so_far.flatten(1)[:, place] = grids.flatten(1)[:, place]
    assert torch.equal(so_far, grids)


@pytest.mark.parametrize("threads", [1, 2])
def test_neither_batch_size_nor_threads_change_a_bit(threads):
    """In float64 before rounding they do, by 1e-15; hardly ever across a rounding."""
    prior = random_prior(64, (4, 4))
    grids = torch.randint(64, (33, 4, 4))
    together = [prior.conditional(grids, place) for place in range(16)]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for size in (1, 7):
            for place in range(16):
                split = [prior.conditional(g, place) for g in grids.split(size)]
                assert torch.equal(torch.cat(split), together[place])
    finally:
        torch.set_num_threads(before)


def test_no_code_is_impossible_for_the_coder():
    network = IndependentCodes(3, (1, 1))
    network.count(torch.zeros(4, 1, 1, dtype=torch.int64), smoothing=0.0)
    prior = CodePrior(network, 3, (1, 1))
    chances = prior.conditional(torch.zeros(1, 1, 1, dtype=torch.int64), 0)
    assert (chances > 0).all()
    assert -math.log(chances[0, 0]) <= 3 / 2**20


def test_the_coders_question_leaves_the_weights_as_they_are():
    prior = random_prior()
    before = {name: value.clone() for name, value in prior.state_dict().items()}
    prior.conditional(torch.zeros(1, 2, 2, dtype=torch.int64), 1)
    for name, value in prior.state_dict().items():
        assert value.dtype == before[name].dtype
        assert torch.equal(value, before[name])
