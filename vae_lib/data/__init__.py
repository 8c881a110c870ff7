"""Data sets: each has a length and `images(index)`, float32 (B, C, H, W) in [0, 1]."""

from vae_lib.data.binarized import Binarized
from vae_lib.data.cifar10 import CIFAR10_CLASSES
from vae_lib.data.conditioned import Batch, Conditioned, x_and_given
from vae_lib.data.digits import Digits
from vae_lib.data.face_attributes import FACE_ATTRIBUTES, FaceAttribute
from vae_lib.data.faces import Faces
from vae_lib.data.factors import FactorGrid
from vae_lib.data.few_labels import PartlyLabelled, few_of_each_class
from vae_lib.data.image_grid import ImageGrid
from vae_lib.data.image_set import ImageSet, ImageSource
from vae_lib.data.labelled import (
    Labelled,
    LabelledSource,
    WithLabels,
    x_and_labels,
)
from vae_lib.data.masks import Masked, brush_masks, quadrants, seen_part
from vae_lib.data.published import load
from vae_lib.data.shapes3d import Shapes3D
from vae_lib.data.shifts import shifted_copies
from vae_lib.data.sprites import Sprites
from vae_lib.data.toy import LinearEncoder, LinearGaussian
from vae_lib.data.views import Views

__all__ = [
    "CIFAR10_CLASSES",
    "FACE_ATTRIBUTES",
    "Batch",
    "Binarized",
    "Conditioned",
    "Digits",
    "FaceAttribute",
    "Faces",
    "FactorGrid",
    "ImageGrid",
    "ImageSet",
    "ImageSource",
    "Labelled",
    "LabelledSource",
    "LinearEncoder",
    "LinearGaussian",
    "Masked",
    "PartlyLabelled",
    "Shapes3D",
    "Sprites",
    "Views",
    "WithLabels",
    "brush_masks",
    "few_of_each_class",
    "load",
    "quadrants",
    "seen_part",
    "shifted_copies",
    "x_and_given",
    "x_and_labels",
]
