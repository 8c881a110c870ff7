import pytest
import torch
from torch import nn

from vae_lib.widgets.training_state import StateLayout, adam


class Counting(nn.Module):
    """A weight, a buffer that is saved and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, -2.0]))
        self.register_buffer("count", torch.tensor([3.0, 4.0, 5.0]))
        self.register_buffer("scratch", torch.zeros(7), persistent=False)


def test_state_holds_the_buffers_that_a_model_saves():
    model = Counting()
    layout = StateLayout.of(model)
    assert layout.size == 3 * 2 + 1 + 3
    state = layout.start(torch.tensor([6.0, 7.0]))
    assert state[layout.place("count") :].tolist() == [0, 0, 0]
    state[layout.place("count") + 1] = 9
    layout.load(model, state)
    assert model.weight.tolist() == [6, 7]
    assert model.count.tolist() == [0, 9, 0]


def test_adam_takes_what_something_else_has_moved():
    """The step is Adam's own, from where the weight was put; buffers are replaced."""
    model = Counting()
    layout = StateLayout.of(model)
    weight = nn.Parameter(model.weight.detach().clone())
    optimizer = torch.optim.Adam([weight], lr=0.1)
    state = layout.start(model.weight.detach())
    for step in range(4):
        moved = {
            "weight": torch.tensor([5.0, float(step)]),
            "count": torch.ones(3) * step,
        }
        gradient = torch.tensor([1.0, 0.5 - step])
        with torch.no_grad():
            weight.copy_(moved["weight"])
        weight.grad = gradient
        optimizer.step()
        numbers = torch.tensor(0.1), torch.tensor(1e-8)
        state = adam(layout, state, {"weight": gradient}, *numbers, moved)
        torch.testing.assert_close(layout.weights(state)["weight"], weight.detach())
        assert layout.kept(state)["count"].tolist() == [step] * 3


def test_unknown_names_are_refused():
    with pytest.raises(
        ValueError, match=r"one of \('weight', 'count'\), got 'scratch'"
    ):
        StateLayout.of(Counting()).place("scratch")
