import math
from types import SimpleNamespace

import pytest
import torch
from torch.distributions import Independent, Normal

from vae_lib.evaluation import factor_information


class Grid:
    """Factors of 2 and 3 values, drawn as the two pixels of an image."""

    sizes = (2, 3)

    def render(self, factors):
        """Return images (N, 1, 1, 2)."""
        return factors.double().view(-1, 1, 1, 2)


def model_with(mean, scale=1.0):
    """A model whose posterior's mean is that function of the factors (N, 2)."""

    def encode(images):
        centre = mean(images.flatten(1))
        return Independent(Normal(centre, torch.full_like(centre, scale)), 1)

    return SimpleNamespace(encode=encode)


PLACES = torch.tensor([[0, 0], [1, 2]])


def many(model, free, repeats=2_000):
    """Mean over enough draws that a result is exact to about 0.01 nats."""
    return factor_information(model, Grid(), PLACES[:1].repeat(repeats, 1), free)


def test_a_code_that_ignores_the_factors_carries_nothing():
    """All posteriors coincide, so both mixtures do, whatever is drawn."""
    nats = factor_information(model_with(torch.zeros_like), Grid(), PLACES, [0, 1])
    torch.testing.assert_close(nats, torch.zeros(2, dtype=torch.float64))


def test_a_code_without_noise_carries_the_whole_entropy():
    """Posteriors a thousand standard deviations apart leave no doubt."""
    nats = factor_information(model_with(lambda v: 1000 * v), Grid(), PLACES, [0, 1])
    torch.testing.assert_close(nats, torch.tensor([2.0, 3.0]).double().log())


def test_two_overlapping_codes_carry_what_the_integral_says():
    """I = h(mixture) - h(noise) in one dimension, summed on a fine grid."""
    gap = 1.5
    z = torch.linspace(-12, 12, 20_001, dtype=torch.float64)
    mixture = Normal(z.new_tensor([-gap / 2, gap / 2]), 1.0)
    density = mixture.log_prob(z[:, None]).exp().mean(1)
    entropy = -torch.trapezoid(torch.xlogy(density, density), z)
    exact = float(entropy) - 0.5 * math.log(2 * math.pi * math.e)
    torch.manual_seed(0)
    found = many(model_with(lambda v: gap * v[:, :1]), free=[0])
    # 4,000 draws of a log ratio whose standard deviation is about 0.5: 0.008 nats.
    assert float(found) == pytest.approx(exact, abs=0.03)


def test_a_code_of_the_sum_tells_a_factor_only_to_those_who_know_the_other():
    """The code says whether v_0 + v_1 is odd: v_0 if v_1 is held, else little."""
    parity = model_with(lambda v: 1000 * (v.sum(1, keepdim=True) % 2))
    held = factor_information(parity, Grid(), PLACES, [0])
    assert float(held) == pytest.approx(math.log(2))
    torch.manual_seed(0)
    both = factor_information(parity, Grid(), PLACES[:1].repeat(500, 1), [0, 1])
    # v_1 is even in two of three cases: the sum's parity leaks 0.057 nats of v_0.
    p = torch.tensor([1 / 3, 2 / 3], dtype=torch.float64)
    leak = math.log(2) + float(torch.xlogy(p, p).sum())
    assert float(both[0]) == pytest.approx(leak, abs=1e-6)


def test_the_order_of_the_free_factors_is_the_order_of_the_result():
    model = model_with(lambda v: 1000 * v)
    forward = factor_information(model, Grid(), PLACES, [0, 1])
    torch.testing.assert_close(
        factor_information(model, Grid(), PLACES, [1, 0]), forward.flip(0)
    )


def test_the_chunk_changes_memory_and_not_the_result():
    model = model_with(lambda v: v)
    results = []
    for chunk in (1, 4, 512):
        torch.manual_seed(0)
        results.append(factor_information(model, Grid(), PLACES, [0, 1], chunk=chunk))
    torch.testing.assert_close(results[0], results[1])
    torch.testing.assert_close(results[0], results[2])


@pytest.mark.parametrize(
    ("places", "free", "message"),
    [
        (torch.zeros(2, 3, dtype=torch.int64), [0], r"places must have shape \(P, 2\)"),
        (torch.zeros(0, 2, dtype=torch.int64), [0], r"got \(0, 2\)"),
        (PLACES, [], r"free must be distinct factors out of 0 to 1, got \[\]"),
        (PLACES, [0, 0], r"got \[0, 0\]"),
        (PLACES, [2], r"got \[2\]"),
        (PLACES, [-1], r"got \[-1\]"),
    ],
)
def test_wrong_places_and_factors_are_refused(places, free, message):
    with pytest.raises(ValueError, match=message):
        factor_information(model_with(torch.zeros_like), Grid(), places, free)


def test_the_chunk_must_be_positive():
    model = model_with(torch.zeros_like)
    with pytest.raises(ValueError, match="chunk must be an integer of at least 1"):
        factor_information(model, Grid(), PLACES, [0], chunk=0)
