"""Evaluation: what a trained model knows, carries and loses."""

from vae_lib.evaluation.collapse import active_units, rate_per_dimension
from vae_lib.evaluation.factor_information import FactorSource, factor_information
from vae_lib.evaluation.likelihood import elbo, importance_weighted_bound
from vae_lib.evaluation.reconstruction import mse, psnr, ssim

__all__ = [
    "FactorSource",
    "active_units",
    "elbo",
    "factor_information",
    "importance_weighted_bound",
    "mse",
    "psnr",
    "rate_per_dimension",
    "ssim",
]
