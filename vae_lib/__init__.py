"""Models describe distributions; objectives judge them; `fit` turns the crank."""

__version__ = "0.1.0"
