"""A class in and a class out."""

import pytest
import torch
from torch.distributions import Categorical, Independent

from vae_lib.networks import ClassDecoder, ClassEncoder


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def test_every_class_has_one_belief_and_no_two_share_it():
    encoder = ClassEncoder(4, 3)
    posterior = encoder(torch.tensor([2, 2, 0]))
    assert isinstance(posterior, Independent)
    assert (posterior.batch_shape, posterior.event_shape) == ((3,), (3,))
    assert torch.equal(posterior.mean[0], posterior.mean[1])
    assert not torch.equal(posterior.mean[0], posterior.mean[2])


def test_only_the_classes_asked_for_are_moved():
    encoder = ClassEncoder(4, 3)
    encoder(torch.tensor([1, 3])).mean.sum().backward()
    moved = encoder.table.weight.grad.abs().sum(1) > 0
    assert moved.tolist() == [False, True, False, True]


def test_the_decoder_gives_normalised_probabilities_and_its_gradient_is_exact():
    decoder = ClassDecoder(2, 5, hidden=(8,)).double()
    z = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    likelihood = decoder(z)
    assert isinstance(likelihood, Categorical)
    torch.testing.assert_close(likelihood.probs.sum(1), torch.ones(3).double())
    labels = torch.tensor([0, 4, 2])
    assert torch.autograd.gradcheck(lambda z: decoder(z).log_prob(labels), (z,))


def test_bad_classes_and_codes_are_refused():
    with pytest.raises(ValueError, match=r"labels must be torch.int64 of shape \(2,\)"):
        ClassEncoder(4, 3)(torch.zeros(2))
    with pytest.raises(ValueError, match="num_classes must be at least 1, got 0"):
        ClassEncoder(0, 3)
    with pytest.raises(ValueError, match="latent_dim must be at least 1, got 0"):
        ClassDecoder(0, 4)
    with pytest.raises(ValueError, match=r"z must have shape \(B, 2\), got \(3, 4\)"):
        ClassDecoder(2, 4)(torch.zeros(3, 4))
