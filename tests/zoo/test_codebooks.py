"""Runs that are compared differ in their quantiser and seed, and in nothing else."""

from dataclasses import replace

import pytest
import torch

from vae_lib.networks import VectorQuantizer
from vae_lib.zoo import card, codebooks, runs
from vae_lib.zoo.codebooks import CHANGES, CODEBOOKS, SEEDS

SETTINGS = ("num_codes", "dim", "commitment", "decay", "route")
CURES = ("k_means_iterations", "restart_below")
# Two of them at once: what one cure does beside another, or at another size or price.
CROSSED = {
    "kmeans_restarts",
    "gradient_restarts",
    *(f"gradient_commitment{price}" for price in (0.05, 1, 2)),
    *(f"restarts_commitment{price}" for price in (0.05, 1, 2)),
    *(f"restarts_codes{codes}" for codes in (64, 128, 256)),
}


def test_all_else_is_equal():
    alike = [replace(one, model=None, seed=0) for one in CODEBOOKS.values()]
    assert all(one == alike[0] for one in alike)
    assert {one.seed for one in CODEBOOKS.values()} == set(SEEDS)


@pytest.mark.parametrize("change", CHANGES)
def test_each_changes_one_thing_or_crosses_two(change):
    quantizer, base = CHANGES[change](), CHANGES["base"]()
    if not isinstance(quantizer, VectorQuantizer):
        assert quantizer.num_codes == base.num_codes
        return
    found = [
        name
        for name in (*SETTINGS, *CURES)
        if getattr(quantizer, name) != getattr(base, name)
    ]
    assert len(found) == (0 if change == "base" else 1 + (change in CROSSED))


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_trains(change):
    recipe = CODEBOOKS[f"codebook_{change}_s0"]
    model = recipe.model().train()
    loss = recipe.objective()(model, torch.rand(8, 3, codebooks.SIZE, codebooks.SIZE))
    loss.value.backward()
    assert torch.isfinite(loss.value)
    assert all(weight.grad is not None for weight in model.encoder.parameters())


@pytest.mark.parametrize("change", CHANGES)
def test_cards_tell_what_the_recipe_says(change):
    found = runs(f"codebook_{change}")
    assert [one["seed"] for one in found] == list(SEEDS)
    recipe = CODEBOOKS[f"codebook_{change}_s0"]
    for one in found:
        assert one["steps"] == recipe.steps
        assert one["data"] == recipe.data
        assert one["metrics"]["quantizer"] == str(recipe.model().quantizer)
        assert one["command"] == f"make weights NAME={one['name']}"
        assert one["metrics"]["images"] == 2_000


def test_seeds_are_runs_of_their_own():
    errors = {
        card(f"codebook_base_s{k}")["metrics"]["reconstruction_mse"] for k in SEEDS
    }
    assert len(errors) == len(SEEDS)
