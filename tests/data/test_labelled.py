"""Examples and their classes never part."""

import pytest
import torch

from vae_lib.data import Digits, ImageSet, Labelled, WithLabels, x_and_labels


def test_a_source_with_labels_gives_those_of_the_images_asked_for():
    digits = Digits("test")
    index = torch.tensor([5, 0, 5, 359])
    batch = WithLabels(digits).images(index)
    assert len(WithLabels(digits)) == len(digits)
    assert torch.equal(batch.x, digits.images(index))
    assert torch.equal(batch.labels, digits.labels(index))


def test_a_batch_splits_into_examples_and_classes_or_none():
    x, labels = torch.rand(3, 2), torch.arange(3)
    assert x_and_labels(x) == (x, None)
    both = x_and_labels(Labelled(x, labels))
    assert both[0] is x
    assert both[1] is labels


def test_both_move_to_a_device():
    moved = Labelled(torch.rand(3, 2), torch.arange(3)).to("meta")
    assert moved.x.device.type == moved.labels.device.type == "meta"
    assert len(moved) == 3


def test_a_grid_of_classes_may_stand_for_one():
    """A finer grid of codes is told those of a coarser one."""
    fine, coarse = torch.arange(48).view(3, 4, 4), torch.arange(12).view(3, 2, 2)
    batch = Labelled(fine, coarse)
    assert len(batch) == 3
    assert torch.equal(x_and_labels(batch)[1], coarse)


@pytest.mark.parametrize(
    ("x", "labels", "message"),
    [
        (
            torch.rand(3, 2),
            torch.arange(2),
            r"expected x \(B, \*event\) and labels \(B,\) .*, got \(3, 2\) and \(2,\)",
        ),
        (
            torch.rand(3),
            torch.arange(3),
            r"expected x \(B, \*event\) and labels \(B,\) .*, got \(3,\) and \(3,\)",
        ),
        (
            torch.rand(3, 2),
            torch.arange(3)[:, None],
            r"expected x .* got \(3, 2\) and \(3, 1\)",
        ),
        (
            torch.rand(3, 2),
            torch.zeros(2, 4, 4, dtype=torch.int64),
            r"labels \(B,\) or \(B, H, W\), got \(3, 2\) and \(2, 4, 4\)",
        ),
        (torch.rand(3, 2), torch.rand(3), r"labels must be torch.int64, got .*float32"),
    ],
)
def test_examples_without_their_classes_are_refused(x, labels, message):
    with pytest.raises(ValueError, match=message):
        Labelled(x, labels)


def test_a_source_without_labels_is_refused():
    with pytest.raises(ValueError, match=r"and labels\(index\), got Tensor"):
        WithLabels(torch.rand(3, 1, 2, 2))
    unlabelled = ImageSet(torch.zeros(3, 1, 2, 2, dtype=torch.uint8))
    with pytest.raises(ValueError, match="this image set has no labels"):
        WithLabels(unlabelled).images([0])
