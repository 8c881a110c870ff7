"""Networks: modules that map tensors to distributions."""

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
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian, Gaussian
from vae_lib.networks.independent_codes import IndependentCodes
from vae_lib.networks.mlp import MLPDecoder, MLPEncoder
from vae_lib.networks.smooth import SmoothGaussian

__all__ = [
    "Bernoulli",
    "BurgessDecoder",
    "BurgessEncoder",
    "CodeTransformer",
    "ConvDiscriminator",
    "DiagonalGaussian",
    "Gaussian",
    "IndependentCodes",
    "LocatelloDecoder",
    "LocatelloEncoder",
    "MLPDecoder",
    "MLPDiscriminator",
    "MLPEncoder",
    "SmoothGaussian",
    "SubpixelDecoder",
    "SubpixelEncoder",
]
