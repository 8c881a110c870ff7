"""Data sets: each has a length and `images(index)`, float32 (B, C, H, W) in [0, 1]."""

from vae_lib.data.image_set import ImageSet, ImageSource

__all__ = ["ImageSet", "ImageSource"]
