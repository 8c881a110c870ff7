"""Residual quantisation: each quantiser writes down what those before it left."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from vae_lib.networks.quantizer import Quantized, VectorQuantizer

__all__ = ["ResidualQuantizer"]


class ResidualQuantizer(nn.Module):
    """A latent as a sum of codes, one from each of M codebooks, coarse to fine.

    The first quantiser takes the latent, the second what the first has left of it, and
    so on: K^M sums from M K codes. The decoder's gradient reaches the latents once,
    straight through the sum, not once for each code.

    Args:
        stages: quantisers of one dim and one number of codes, at least one of them.

    Raises:
        ValueError: if there is no stage, they differ in dim or codes, or indices are
            not (B, M, H, W).

    Source: Lee et al. (2022), "Autoregressive Image Generation using Residual
    Quantization", CVPR, arXiv:2203.01941, section 3.1, with one codebook for all
    stages; one for each as in Zeghidour et al. (2021), arXiv:2107.03312, section III.C.

    >>> stages = [VectorQuantizer(num_codes=8, dim=2) for _ in range(3)]
    >>> quantized = ResidualQuantizer(stages)(torch.zeros(5, 2, 4, 4))
    >>> quantized.latents.shape, quantized.indices.shape
    (torch.Size([5, 2, 4, 4]), torch.Size([5, 3, 4, 4]))
    """

    def __init__(self, stages: Sequence[VectorQuantizer]) -> None:
        super().__init__()
        sizes = [(stage.num_codes, stage.dim) for stage in stages]
        if len(set(sizes)) != 1:
            raise ValueError(
                "stages must be one or more of the same number of codes and dim, "
                f"got {sizes}"
            )
        self.stages = nn.ModuleList(stages)
        self.num_codes, self.dim = sizes[0]

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise latents (B, D, H, W).

        Returns:
            The sums of codes, (B, D, H, W); indices (B, M, H, W), those of each stage
            in [0, K); both losses summed over the stages, (B,).
        """
        left, found = latents, []
        for stage in self.stages:
            found.append(stage(left))
            # What is left depends on the latents alone: each stage's commitment loss
            # pulls at them, and no loss at the codes of the stages before.
            left = left - found[-1].latents.detach()
        total = sum(one.latents.detach() for one in found)
        return Quantized(
            total + (latents - latents.detach()),  # zero, but for its gradient
            torch.stack([one.indices for one in found], 1),
            sum(one.codebook_loss for one in found),
            sum(one.commitment_loss for one in found),
        )

    def lookup(self, indices: Tensor) -> Tensor:
        """The sums of codes (B, D, H, W) at indices (B, M, H, W), int64 in [0, K).

        The first m of M stages alone, (B, m, H, W), are a coarser answer.

        Raises:
            ValueError: if indices have another shape or dtype, or are outside.
        """
        if indices.dim() != 4 or not 1 <= indices.shape[1] <= len(self.stages):
            raise ValueError(
                f"indices must have shape (B, 1 to {len(self.stages)}, H, W), "
                f"got {tuple(indices.shape)}"
            )
        pairs = zip(self.stages, indices.unbind(1), strict=False)
        return sum(stage.lookup(one) for stage, one in pairs)
