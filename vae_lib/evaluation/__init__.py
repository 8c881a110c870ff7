"""Evaluation: what a trained model knows, carries and loses."""

from vae_lib.evaluation.beta_vae_score import beta_vae_score
from vae_lib.evaluation.codebook import codebook_usage, perplexity
from vae_lib.evaluation.collapse import active_units, rate_per_dimension
from vae_lib.evaluation.dci import (
    DCI,
    Classifier,
    binned_boosting,
    completeness,
    dci_scores,
    disentanglement,
    gradient_boosting,
)
from vae_lib.evaluation.directions import (
    AttributeDirections,
    joint_directions,
    leakage,
    marginal_directions,
)
from vae_lib.evaluation.explicitness import explicitness_score
from vae_lib.evaluation.factor_information import FactorSource, factor_information
from vae_lib.evaluation.factor_vae_score import factor_vae_score
from vae_lib.evaluation.few_labels import few_label_errors
from vae_lib.evaluation.information import discretize, entropy, mutual_information
from vae_lib.evaluation.joint_likelihood import (
    conditional_log_likelihood,
    joint_log_likelihood,
)
from vae_lib.evaluation.levels import (
    active_units_per_level,
    level_codes,
    level_draws,
    rate_per_level,
)
from vae_lib.evaluation.likelihood import (
    elbo,
    importance_weighted_bound,
    prior_sampled_bound,
)
from vae_lib.evaluation.mig import mig_score
from vae_lib.evaluation.modularity import modularity_score
from vae_lib.evaluation.named_code import NamedCode
from vae_lib.evaluation.probe import Probe, linear_probe, posterior_probe
from vae_lib.evaluation.rate_parts import rate_parts
from vae_lib.evaluation.readout import linear_readout
from vae_lib.evaluation.reconstruction import mse, psnr, ssim
from vae_lib.evaluation.sap import sap_score, separability
from vae_lib.evaluation.vote_pool import FactorDataset

__all__ = [
    "DCI",
    "AttributeDirections",
    "Classifier",
    "FactorDataset",
    "FactorSource",
    "NamedCode",
    "Probe",
    "active_units",
    "active_units_per_level",
    "beta_vae_score",
    "binned_boosting",
    "codebook_usage",
    "completeness",
    "conditional_log_likelihood",
    "dci_scores",
    "discretize",
    "disentanglement",
    "elbo",
    "entropy",
    "explicitness_score",
    "factor_information",
    "factor_vae_score",
    "few_label_errors",
    "gradient_boosting",
    "importance_weighted_bound",
    "joint_directions",
    "joint_log_likelihood",
    "leakage",
    "level_codes",
    "level_draws",
    "linear_probe",
    "linear_readout",
    "marginal_directions",
    "mig_score",
    "modularity_score",
    "mse",
    "mutual_information",
    "perplexity",
    "posterior_probe",
    "prior_sampled_bound",
    "psnr",
    "rate_parts",
    "rate_per_dimension",
    "rate_per_level",
    "sap_score",
    "separability",
    "ssim",
]
