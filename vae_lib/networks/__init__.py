"""Networks: modules that map tensors to distributions."""

from vae_lib.networks.classes import ClassDecoder, ClassEncoder
from vae_lib.networks.code_spaces import unit_sphere, whole_space
from vae_lib.networks.code_transformer import CodeTransformer
from vae_lib.networks.completion import CompletionDecoder
from vae_lib.networks.conditional import (
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalPrior,
    OneHot,
    SignedPart,
)
from vae_lib.networks.conv import (
    BurgessDecoder,
    BurgessEncoder,
    LocatelloDecoder,
    LocatelloEncoder,
    SubpixelDecoder,
    SubpixelEncoder,
)
from vae_lib.networks.discriminator import ConvDiscriminator, MLPDiscriminator
from vae_lib.networks.experts import (
    UniformMixture,
    mixture_of_experts,
    product_of_experts,
)
from vae_lib.networks.finite_scalar import FiniteScalarQuantizer
from vae_lib.networks.gradient_routes import rotation_trick, straight_through
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian, Gaussian
from vae_lib.networks.independent_codes import IndependentCodes
from vae_lib.networks.labelled_mlp import (
    LabelledMLPDecoder,
    LabelledMLPEncoder,
    MLPClassifier,
    PixelHead,
)
from vae_lib.networks.ladder_conv import (
    GridGaussian,
    GridLadderDecoder,
    GridPrior,
    GridRung,
)
from vae_lib.networks.ladder_mlp import ChainDecoder, ChainPrior, LadderRung
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
    "ChainDecoder",
    "ChainPrior",
    "ClassDecoder",
    "ClassEncoder",
    "CodeTransformer",
    "CompletionDecoder",
    "ConditionalDecoder",
    "ConditionalEncoder",
    "ConditionalPrior",
    "ConvDiscriminator",
    "DiagonalGaussian",
    "FiniteScalarQuantizer",
    "Gaussian",
    "GridDecoder",
    "GridEncoder",
    "GridGaussian",
    "GridLadderDecoder",
    "GridPrior",
    "GridRung",
    "IndependentCodes",
    "LabelledMLPDecoder",
    "LabelledMLPEncoder",
    "LadderRung",
    "LocatelloDecoder",
    "LocatelloEncoder",
    "MLPClassifier",
    "MLPDecoder",
    "MLPDiscriminator",
    "MLPEncoder",
    "OneHot",
    "PatchDecoder",
    "PatchEncoder",
    "PixelHead",
    "Quantized",
    "ResidualQuantizer",
    "SignedPart",
    "SmoothGaussian",
    "SubpixelDecoder",
    "SubpixelEncoder",
    "UniformMixture",
    "VectorQuantizer",
    "mixture_of_experts",
    "product_of_experts",
    "rotation_trick",
    "straight_through",
    "unit_sphere",
    "whole_space",
]
