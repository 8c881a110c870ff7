"""Binarized: fresh Bernoulli draws with the right mean, from the global generator."""

import pytest
import torch

from vae_lib.data import Binarized, Digits, ImageSet, ImageSource


class Constant:
    """One grey image, whatever the index."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __len__(self) -> int:
        return 5

    def images(self, index):
        """Return as many images as there are indices."""
        return torch.full((len(index), 1, 2, 2), self.value)


def test_the_mean_of_many_draws_is_the_grey_level():
    """Standard error of 4,000 draws of a Bernoulli is at most 0.5 / sqrt(4000)."""
    torch.manual_seed(0)
    grey = Digits("test")
    draws = Binarized(grey).images([7] * 4000)
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    error = (draws.mean(0) - grey.images([7])[0]).abs()
    assert error.max() < 5 * 0.5 / 4000**0.5


def test_black_and_white_stay_as_they_are():
    assert torch.equal(Binarized(Constant(0.0)).images([0]), torch.zeros(1, 1, 2, 2))
    assert torch.equal(Binarized(Constant(1.0)).images([0]), torch.ones(1, 1, 2, 2))


def test_every_call_draws_again_and_a_seed_repeats_it():
    data = Binarized(Digits("test"))
    torch.manual_seed(1)
    first, second = data.images(range(20)), data.images(range(20))
    torch.manual_seed(1)
    again = data.images(range(20))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_length_labels_and_factors_are_those_below():
    digits = Digits("test")
    data = Binarized(digits)
    assert isinstance(data, ImageSource)
    assert len(data) == len(digits)
    assert torch.equal(data.labels([3, 4]), digits.labels([3, 4]))
    factors = torch.arange(6).reshape(3, 2)
    pixels = torch.zeros(3, 1, 2, 2, dtype=torch.uint8)
    below = ImageSet(pixels, all_factors=factors)
    assert torch.equal(Binarized(below).factors([2, 0]), factors[[2, 0]])
    assert repr(data) == "Binarized(Digits(split='test', seed=0))"


@pytest.mark.parametrize("name", ["labels", "factors"])
def test_what_is_not_below_cannot_be_had(name):
    with pytest.raises(ValueError, match=f"this data set has no {name}, got"):
        getattr(Binarized(Constant(0.5)), name)([0])


@pytest.mark.parametrize("dataset", [None, torch.zeros(2, 1, 2, 2), [0.5]])
def test_only_a_source_of_images_can_be_binarised(dataset):
    with pytest.raises(ValueError, match="dataset must have a length and a method"):
        Binarized(dataset)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_probability_is_refused(value):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\], got values from"):
        Binarized(Constant(value)).images([0])


@pytest.mark.parametrize("index", [[], [360], [0.5], [[1]]])
def test_a_bad_index_is_refused(index):
    with pytest.raises(ValueError, match="index must"):
        Binarized(Digits("test")).images(index)
