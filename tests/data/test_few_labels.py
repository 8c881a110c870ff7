"""A few labels: as many of each class, chosen by the seed, and told no others."""

import pytest
import torch

from vae_lib.data import Digits, ImageSet, PartlyLabelled, few_of_each_class
from vae_lib.data.few_labels import UNKNOWN


def labels_of(count, classes=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(classes, (count,), generator=generator)


@pytest.mark.parametrize("count", [5, 20, 100])
@pytest.mark.parametrize("seed", [0, 7])
def test_every_class_has_as_many(count, seed):
    labels = labels_of(1_000)
    chosen = few_of_each_class(labels, count, seed)
    assert labels[chosen].bincount().tolist() == [count // 5] * 5
    assert len(chosen.unique()) == count


def test_the_choice_depends_on_the_seed_alone():
    """Whatever was drawn before, and without drawing from what comes after."""
    labels = labels_of(1_000)
    torch.manual_seed(1)
    first = few_of_each_class(labels, 20, seed=3)
    after = torch.rand(1)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(1), after)
    assert torch.equal(few_of_each_class(labels, 20, seed=3), first)
    assert not torch.equal(few_of_each_class(labels, 20, seed=4), first)


def test_more_labels_of_a_seed_hold_its_fewer_ones():
    """Else a curve over their number would mix the choice with the number."""
    labels = labels_of(1_000)
    few, many = (few_of_each_class(labels, count, seed=2) for count in (15, 60))
    assert set(few.tolist()) < set(many.tolist())


@pytest.mark.parametrize("count", [0, -5, 7])
def test_a_count_that_does_not_fit_the_classes_is_refused(count):
    text = f"count must be a positive multiple of the 5 classes, got {count}"
    with pytest.raises(ValueError, match=text):
        few_of_each_class(labels_of(100), count)


def test_a_class_that_is_too_rare_is_named():
    labels = torch.tensor([4, 4, 4, 9])
    text = "2 examples of each class were asked for, class 9 has 1"
    with pytest.raises(ValueError, match=text):
        few_of_each_class(labels, 4)


def numbered(count=200):
    """Images whose first pixel is their number."""
    pixels = torch.zeros(count, 1, 1, 2, dtype=torch.uint8)
    pixels[:, 0, 0, 0] = torch.arange(count)
    return ImageSet(pixels, all_labels=torch.arange(count) % 5)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_list_holds_every_image_and_the_labelled_ones_again(share):
    images = numbered()
    data = PartlyLabelled(images, 20, seed=1, share=share)
    batch = data.images(torch.arange(len(data)))
    number = (255 * batch.x[:, 0, 0, 0]).round().long()
    assert torch.equal(number[:200], torch.arange(200))
    assert (batch.labels[:200] == UNKNOWN).all()
    assert torch.equal(batch.labels[200:], images.all_labels[number[200:]])
    told = few_of_each_class(images.all_labels, 20, seed=1)
    assert number[200:].bincount(minlength=200)[told].tolist() == [data.repeats] * 20
    known = float((batch.labels != UNKNOWN).double().mean())
    # A labelled example more or less in each repetition: 20 of some hundreds.
    assert known == pytest.approx(share, abs=20 / len(data))


def test_draws_from_the_list_are_labelled_in_that_share():
    """Five standard errors of 10,000 draws."""
    data = PartlyLabelled(Digits("train"), 100, share=0.25)
    index = torch.randint(len(data), (10_000,), generator=torch.manual_seed(0))
    known = float((data.images(index).labels >= 0).double().mean())
    assert known == pytest.approx(0.25, abs=0.02)


def test_the_repr_says_how_many_are_labelled():
    assert repr(PartlyLabelled(numbered(), 20)).endswith(", 20 labelled)")


@pytest.mark.parametrize("share", [0, 1, -0.5, float("nan")])
def test_a_share_is_between_none_and_all(share):
    with pytest.raises(ValueError, match=rf"share must lie in \(0, 1\), got {share}"):
        PartlyLabelled(numbered(), 20, share=share)


def test_images_without_labels_are_refused():
    with pytest.raises(ValueError, match=r"methods images\(index\) and labels"):
        PartlyLabelled(torch.zeros(3, 1, 2, 2), 2)


def test_a_position_outside_the_list_is_refused():
    data = PartlyLabelled(numbered(), 20)
    with pytest.raises(ValueError, match="index must lie in"):
        data.images([len(data)])
