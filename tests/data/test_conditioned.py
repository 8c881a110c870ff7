"""Examples and what is known of them never part."""

import pytest
import torch

from vae_lib.data import Conditioned, Labelled, x_and_given


def test_a_batch_splits_into_examples_and_what_they_are_given_with():
    """So that model(x, *given) is right for every model."""
    x, labels = torch.rand(3, 2), torch.arange(3)
    assert x_and_given(x) == (x, ())
    for batch, y in (
        (Labelled(x, labels), labels),
        (Conditioned(x, labels), labels),
        (Conditioned(x, x), x),
    ):
        examples, given = x_and_given(batch)
        assert examples is x
        assert len(given) == 1
        assert given[0] is y


def test_both_move_to_a_device():
    moved = Conditioned(torch.rand(3, 2), torch.rand(3, 2, 4, 4)).to("meta")
    assert moved.x.device.type == moved.y.device.type == "meta"
    assert len(moved) == 3


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (torch.rand(3, 2), torch.rand(2, 4), r"got \(3, 2\) and \(2, 4\)"),
        (torch.rand(3), torch.rand(3), r"x \(B, \*event\) and y .* got \(3,\) and"),
        (torch.rand(3, 2), torch.tensor(1.0), r"got \(3, 2\) and \(\)"),
        (
            torch.rand(3, 2),
            torch.ones(3, dtype=torch.bool),
            r"y must be int64 or floating point, got torch\.bool",
        ),
        (
            torch.rand(3, 2),
            torch.ones(3, dtype=torch.int32),
            r"y must be int64 or floating point, got torch\.int32",
        ),
    ],
)
def test_examples_without_their_conditions_are_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        Conditioned(x, y)
