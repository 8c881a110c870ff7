"""Trained models: weights, a card that says how each was made, and the recipe."""

from vae_lib.zoo.load import card, load_model, names
from vae_lib.zoo.recipes import RECIPES, Recipe

__all__ = ["RECIPES", "Recipe", "card", "load_model", "names"]
