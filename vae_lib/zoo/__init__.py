"""Trained models: weights, a card that says how each was made, and the recipe."""

from vae_lib.zoo.load import card, load_model, names
from vae_lib.zoo.posteriors import Posteriors, load_posteriors
from vae_lib.zoo.recipes import RECIPES, Recipe

__all__ = [
    "RECIPES",
    "Posteriors",
    "Recipe",
    "card",
    "load_model",
    "load_posteriors",
    "names",
]
