"""Networks: modules that map tensors to distributions."""

from vae_lib.networks.code_spaces import unit_sphere, whole_space
from vae_lib.networks.code_transformer import CodeTransformer
from vae_lib.networks.conv import (
    BurgessDecoder,
    BurgessEncoder,
    LocatelloDecoder,
    LocatelloEncoder,
    SubpixelDecoder,
    SubpixelEncoder,
)
from vae_lib.networks.discriminator import ConvDiscriminator, MLPDiscriminator
from vae_lib.networks.finite_scalar import FiniteScalarQuantizer
from vae_lib.networks.gradient_routes import rotation_trick, straight_through
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian, Gaussian
from vae_lib.networks.independent_codes import IndependentCodes
from vae_lib.networks.mlp import MLPDecoder, MLPEncoder
from vae_lib.networks.patches import PatchDecoder, PatchEncoder
from vae_lib.networks.quantizer import Quantized, VectorQuantizer
from vae_lib.networks.residual import GridDecoder, GridEncoder
from vae_lib.networks.residual_quantizer import ResidualQuantizer
from vae_lib.networks.smooth import SmoothGaussian

__all__ = [
    "Bernoulli",
    "BurgessDecoder",
    "BurgessEncoder",
    "CodeTransformer",
    "ConvDiscriminator",
    "DiagonalGaussian",
    "FiniteScalarQuantizer",
    "Gaussian",
    "GridDecoder",
    "GridEncoder",
    "IndependentCodes",
    "LocatelloDecoder",
    "LocatelloEncoder",
    "MLPDecoder",
    "MLPDiscriminator",
    "MLPEncoder",
    "PatchDecoder",
    "PatchEncoder",
    "Quantized",
    "ResidualQuantizer",
    "SmoothGaussian",
    "SubpixelDecoder",
    "SubpixelEncoder",
    "VectorQuantizer",
    "rotation_trick",
    "straight_through",
    "unit_sphere",
    "whole_space",
]
