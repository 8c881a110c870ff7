"""Probes find what is there, not more, and say it in nats."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from vae_lib.evaluation import linear_probe, posterior_probe
from vae_lib.evaluation import probe as probes


def classes(count=1_200, number=4):
    return torch.arange(count) % number


def noise(count=1_200, dim=3):
    return torch.randn(count, dim, generator=torch.Generator().manual_seed(0))


def around(means, scale):
    return Independent(Normal(means, torch.full_like(means, scale)), 1)


def test_a_code_that_holds_the_class_gives_it_all_away():
    labels = classes()
    codes = torch.eye(4)[labels] * 30 + noise(dim=4)
    found = linear_probe(codes, labels)
    assert found.accuracy == 1
    # The ridge leaves a little doubt: what is lost is below two hundredths of a nat.
    assert math.log(4) - 0.02 < found.nats <= found.entropy
    assert found.entropy == pytest.approx(math.log(4), abs=0.01)


def test_noise_gives_nothing_away():
    found = linear_probe(noise(), classes())
    # 400 held-out points: three standard errors of a share of a quarter.
    assert found.accuracy == pytest.approx(0.25, abs=3 * math.sqrt(0.1875 / 400))
    # A fit to 800 points of 12 slopes costs about 12 / (2 x 800) twice: 0.015 nats.
    assert -0.05 < found.nats < 0.02


def test_the_nats_meet_the_information_of_a_noisy_coin():
    """Two unit Gaussians d apart: I(z; y) by quadrature, and the probe is the truth."""
    distance, count = 2.0, 40_000
    labels = classes(count, 2)
    codes = torch.zeros(count, 2)
    codes[:, 0] = distance * labels + noise(count, 1)[:, 0]
    codes[:, 1] = noise(count, 2)[:, 1]
    grid = torch.linspace(-8, 10, 20_001, dtype=torch.float64)
    low, high = (Normal(m, 1.0).log_prob(grid).exp() for m in (0.0, distance))
    mixture = (low + high) / 2
    split = low * (low / mixture).log() / 2 + high * (high / mixture).log() / 2
    truth = float(torch.trapezoid(split, grid))
    found = linear_probe(codes, labels)
    # 13,000 held-out points of a spread of some 0.6 nats: 0.005.
    assert found.nats == pytest.approx(truth, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_scale_and_shift_of_the_codes_do_not_matter(seed):
    labels = classes()
    codes = (noise() + torch.eye(4)[labels][:, :3]).double().numpy()
    scale = np.array([1e-4, 1.0, 1e4])
    found = linear_probe(codes, labels, seed=seed)
    moved = linear_probe(codes * scale - 3 * scale, labels, seed=seed)
    assert moved.accuracy == found.accuracy
    assert moved.nats == pytest.approx(found.nats, abs=1e-6)


def test_chance_is_the_most_frequent_class():
    labels = torch.tensor([0] * 900 + [1] * 300)
    found = linear_probe(noise(), labels[torch.randperm(1_200)])
    assert found.chance == pytest.approx(0.75, abs=0.06)
    assert found.entropy < math.log(2)


def test_posteriors_find_a_ring_that_no_line_cuts_off():
    """One class at the centre, one around it."""
    generator = torch.Generator().manual_seed(1)
    angle = 2 * math.pi * torch.rand(1_200, generator=generator)
    labels = classes(number=2)
    means = 4.0 * labels[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    posteriors = around(means, 0.5)
    z = posteriors.sample()
    assert linear_probe(z, labels).accuracy < 0.75
    found = posterior_probe(posteriors, z, labels)
    assert found.accuracy > 0.99
    assert math.log(2) - 0.05 < found.nats <= found.entropy


def test_posteriors_of_classes_that_lie_alike_tell_nothing():
    means = noise(dim=2)
    posteriors = around(means, 0.7)
    found = posterior_probe(posteriors, posteriors.sample(), classes())
    assert found.accuracy < 0.32
    assert -0.05 < found.nats < 0.05


def test_an_examples_own_posterior_does_not_vouch_for_it():
    """Each alone in its place: without its own, nobody is near, and all are equal."""
    means = 1_000.0 * torch.arange(40.0)[:, None]
    posteriors = around(means, 0.1)
    found = posterior_probe(posteriors, posteriors.sample(), classes(40))
    # Logarithms in float32.
    assert found.nats == pytest.approx(0.0, abs=1e-6)


def test_the_posterior_probe_reads_parts_as_the_whole(monkeypatch):
    posteriors = around(noise(300, 2), 0.5)
    z = posteriors.sample()
    whole = posterior_probe(posteriors, z, classes(300))
    monkeypatch.setattr(probes, "ROWS", 7)
    assert posterior_probe(posteriors, z, classes(300)) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: linear_probe(noise(), classes()[:, None]),
            r"labels must have shape \(N,\), got \(1200, 1\)",
        ),
        (lambda: linear_probe(noise(), classes(9)), "same number of rows, got 1200"),
        (lambda: linear_probe(noise()[:, :1], classes()), "needs at least 2, got"),
        (lambda: linear_probe(noise(), classes(number=1)), "at least two values"),
        (
            lambda: linear_probe(noise(300), torch.arange(300)),
            r"every class must be among the training points, got none of \d+",
        ),
        (
            lambda: posterior_probe(around(noise(), 1.0), noise(7), classes()),
            r"must be equally many, got \(1200,\), 7 and \(1200,\)",
        ),
        (
            lambda: posterior_probe(around(noise(1), 1.0), noise(1), classes(1)),
            "at least two int64 labels are needed, got 1 of torch.int64",
        ),
        (
            lambda: posterior_probe(around(noise(3), 1.0), noise(3), torch.rand(3)),
            "at least two int64 labels are needed, got 3 of torch.float32",
        ),
    ],
)
def test_what_cannot_be_probed_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_probe_that_has_not_converged_says_so(monkeypatch):
    monkeypatch.setattr(probes, "MOST_STEPS", 1)
    with pytest.raises(RuntimeError, match="the probe has not converged in 1 steps"):
        linear_probe(noise() + 3 * torch.eye(4)[classes()][:, :3], classes())


def test_posteriors_that_are_too_narrow_do_not_bet_against_the_truth():
    """In ten dimensions hardly any neighbour is near, and the nearest are chance."""
    means = 3 * noise(400, 10)
    posteriors = around(means, 0.3)
    found = posterior_probe(posteriors, posteriors.sample(), classes(400))
    # Untempered, some fifty nats' difference between strangers would cost dozens.
    assert -0.02 < found.nats < 0.05
