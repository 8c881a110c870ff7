"""Trained models: weights, a card that says how each was made, and the recipe."""

from vae_lib.zoo.intervals import Interval, summary
from vae_lib.zoo.load import card, load_model, names, runs
from vae_lib.zoo.posteriors import Posteriors, load_posteriors
from vae_lib.zoo.recipe import Recipe
from vae_lib.zoo.recipes import RECIPES

__all__ = [
    "RECIPES",
    "Interval",
    "Posteriors",
    "Recipe",
    "card",
    "load_model",
    "load_posteriors",
    "names",
    "runs",
    "summary",
]
