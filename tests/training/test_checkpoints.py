"""A checkpoint holds all that a run needs, written and read without a run."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from vae_lib.training import History, load_checkpoint, save_checkpoint


def test_a_checkpoint_restores_weights_that_layers_share(tmp_path):
    """Tied weights are one tensor with two names."""
    first, second = nn.Linear(3, 3), nn.Linear(3, 3)
    second.weight = first.weight
    model = nn.Sequential(first, second)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    path = tmp_path / "folder" / "tied.safetensors"
    save_checkpoint(path, model, optimizer, 1, History())
    weight = first.weight.detach().clone()
    nn.init.zeros_(first.weight)
    step, history = load_checkpoint(path, model, optimizer)
    assert (step, len(history)) == (1, 0)
    assert torch.equal(first.weight, weight)


def test_a_checkpoint_restores_every_global_generator(tmp_path):
    model = nn.Linear(1, 1)
    optimizer = torch.optim.Adam(model.parameters())
    path = tmp_path / "run.safetensors"
    save_checkpoint(path, model, optimizer, 0, History())

    def draw():
        return torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()  # noqa: NPY002

    first = draw()
    assert draw() != first
    load_checkpoint(path, model, optimizer)
    assert draw() == first


def test_a_missing_checkpoint_is_missing(tmp_path):
    model = nn.Linear(1, 1)
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "no", model, torch.optim.Adam(model.parameters()))
