"""Objectives: what a model is judged by. Each is a frozen, callable dataclass."""

from vae_lib.objectives.adversarial import VAEGAN, AdversarialAutoencoder
from vae_lib.objectives.adversary import Adversary, TwoPlayerObjective, tell_apart
from vae_lib.objectives.code_likelihood import CodeLikelihood
from vae_lib.objectives.dip import DIPVAE1, DIPVAE2, covariance_penalty
from vae_lib.objectives.elbo import (
    BetaVAE,
    CapacityVAE,
    FreeBits,
    NegativeELBO,
    distortion_and_rate,
    rate_of_each_dimension,
)
from vae_lib.objectives.factor_vae import FactorVAE, permute_dimensions
from vae_lib.objectives.gaussian_code import GaussianCode
from vae_lib.objectives.kernels import GaussianKernel, InverseMultiquadric, Kernel
from vae_lib.objectives.ladder import LadderELBO, rate_of_each_level
from vae_lib.objectives.loss import Loss, Objective, Schedule, at_step
from vae_lib.objectives.mmd import WAE, DeterministicWAE, InfoVAE, squared_mmd
from vae_lib.objectives.multimodal import MixtureELBO, MultimodalELBO
from vae_lib.objectives.regression_likelihood import RegressionLikelihood
from vae_lib.objectives.semi_supervised import (
    Classification,
    SemiSupervised,
    bound_of_each_class,
    labelled_bound,
    unlabelled_bound,
)
from vae_lib.objectives.total_correlation import (
    AggregateEstimator,
    BetaTCVAE,
    MinibatchStratified,
    MinibatchWeighted,
    rate_in_three_parts,
)
from vae_lib.objectives.vector_quantized import VectorQuantized

__all__ = [
    "DIPVAE1",
    "DIPVAE2",
    "VAEGAN",
    "WAE",
    "AdversarialAutoencoder",
    "Adversary",
    "AggregateEstimator",
    "BetaTCVAE",
    "BetaVAE",
    "CapacityVAE",
    "Classification",
    "CodeLikelihood",
    "DeterministicWAE",
    "FactorVAE",
    "FreeBits",
    "GaussianCode",
    "GaussianKernel",
    "InfoVAE",
    "InverseMultiquadric",
    "Kernel",
    "LadderELBO",
    "Loss",
    "MinibatchStratified",
    "MinibatchWeighted",
    "MixtureELBO",
    "MultimodalELBO",
    "NegativeELBO",
    "Objective",
    "RegressionLikelihood",
    "Schedule",
    "SemiSupervised",
    "TwoPlayerObjective",
    "VectorQuantized",
    "at_step",
    "bound_of_each_class",
    "covariance_penalty",
    "distortion_and_rate",
    "labelled_bound",
    "permute_dimensions",
    "rate_in_three_parts",
    "rate_of_each_dimension",
    "rate_of_each_level",
    "squared_mmd",
    "tell_apart",
    "unlabelled_bound",
]
