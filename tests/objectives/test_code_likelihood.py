"""The likelihood of codes, and that training on it finds a known field."""

import itertools

import pytest
import torch

from vae_lib.data import Labelled
from vae_lib.models import CodePrior
from vae_lib.networks import CodeTransformer, IndependentCodes
from vae_lib.objectives import CodeLikelihood
from vae_lib.training import fit, linear_warmup

GRID = (3, 3)
GRIDS = torch.tensor(list(itertools.product(range(2), repeat=9))).view(-1, *GRID)


def ising(coupling):
    """Probabilities of all 512 grids: neighbours that agree are likelier, (512,)."""
    spins = 2 * GRIDS.double() - 1
    down, across = spins[:, 1:] * spins[:, :-1], spins[..., 1:] * spins[..., :-1]
    return (coupling * (down.sum((1, 2)) + across.sum((1, 2)))).softmax(0)


def draws(chances, count=20_000):
    return GRIDS[torch.multinomial(chances, count, replacement=True)]


def train(prior, data, steps, rate=1e-2):
    options = {"steps": steps, "batch_size": 128, "progress": False}
    falling = linear_warmup(steps, rate, rate / 100)
    return fit(prior, CodeLikelihood(), data, learning_rate=falling, **options)


def test_value_and_terms_are_the_negative_log_likelihood():
    network = CodeTransformer(4, (2, 2), 3, width=8, heads=2)
    prior = CodePrior(network, 4, (2, 2), 3)
    indices, labels = torch.randint(4, (5, 2, 2)), torch.randint(3, (5,))
    loss = CodeLikelihood()(prior, Labelled(indices, labels))
    assert set(loss.terms) == {"nats"}
    assert torch.equal(loss.terms["nats"], -prior.log_prob(indices, labels))
    assert torch.equal(loss.value, loss.terms["nats"].mean())


def test_the_gradient_is_what_is_expected_minus_what_came():
    """d(-log p) / d logit = softmax - one-hot: the exponential family's gradient."""
    network = IndependentCodes(3, (1, 1)).double()
    network.table.data[0, :, 0, 0] = torch.tensor([0.3, -0.4, 0.9])
    prior = CodePrior(network, 3, (1, 1))
    CodeLikelihood()(prior, torch.tensor([[[2]]])).value.backward()
    expected = network.table.data.softmax(1)
    expected[0, 2] -= 1
    torch.testing.assert_close(network.table.grad, expected)


def test_a_known_field_is_learned_to_its_entropy():
    """KL(field || prior), summed over all 512 grids: not estimated from samples.

    Independent codes pay all that neighbours know of each other. Of the transformer's
    0.03 nats, some are the 20,000 draws': 511 free numbers cost 511 / 40,000 nats.
    """
    chances = ising(0.6)
    entropy = -(chances * chances.log()).sum()
    torch.manual_seed(0)
    data = draws(chances)
    torch.manual_seed(0)
    prior = CodePrior(CodeTransformer(2, GRID, width=16, layers=2), 2, GRID)
    train(prior, data, 300)
    independent = IndependentCodes(2, GRID)
    independent.count(data)
    with torch.no_grad():
        paid = -(chances * prior.log_prob(GRIDS)).sum()
        apart = -(chances * CodePrior(independent, 2, GRID).log_prob(GRIDS)).sum()
    assert entropy < paid < entropy + 0.03
    assert apart > entropy + 1


def test_each_class_learns_its_own_field():
    """Neighbours that agree in one class and differ in the other."""
    fields = [ising(0.6), ising(-0.6)]
    torch.manual_seed(0)
    data = torch.cat([draws(field) for field in fields])
    labels = torch.arange(2).repeat_interleave(20_000)
    torch.manual_seed(0)
    prior = CodePrior(CodeTransformer(2, GRID, 2, width=16, layers=1), 2, GRID, 2)
    train(prior, Labelled(data, labels), 400)
    for k, field in enumerate(fields):
        with torch.no_grad():
            answer = prior.log_prob(GRIDS, torch.full((512,), k))
        divergence = (field * (field.log() - answer)).sum()
        assert 0 < divergence < 0.06


def test_gradient_descent_finds_what_counting_finds():
    torch.manual_seed(0)
    data = torch.randint(3, (200, 2, 2)).clamp(max=1)
    counted, trained = IndependentCodes(3, (2, 2)), IndependentCodes(3, (2, 2))
    counted.count(data)
    train(CodePrior(trained, 3, (2, 2)), data, 300, rate=3e-2)
    shares = trained.table.detach().softmax(1)
    torch.testing.assert_close(shares, counted.table.detach().exp(), rtol=0, atol=0.03)


def test_a_prior_without_classes_refuses_labels():
    prior = CodePrior(IndependentCodes(2, GRID), 2, GRID)
    batch = Labelled(GRIDS[:2], torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="labels were given to a network without"):
        CodeLikelihood()(prior, batch)
