"""How a gradient crosses an argmin: from the code that was chosen to the latent.

The nearest code does not move when the latent does, so the true gradient is zero. Each
route answers with another one. It is a function of the gradient at the codes (N, D), of
the latents (N, D) and of the codes chosen for them (N, D), and returns (N, D).
"""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

__all__ = ["GradientRoute", "rotation_trick", "straight_through"]

GradientRoute = Callable[[Tensor, Tensor, Tensor], Tensor]

# A latent or code shorter than this has no direction to speak of.
SHORTEST = 1e-6


def straight_through(gradient: Tensor, latents: Tensor, codes: Tensor) -> Tensor:  # noqa: ARG001
    """The gradient as it is, as if the quantiser were not there.

    Source: Bengio et al. (2013), arXiv:1308.3432, section 4; van den Oord et al.
    (2017), arXiv:1711.00937, section 3.2.
    """
    return gradient


def rotation_trick(gradient: Tensor, latents: Tensor, codes: Tensor) -> Tensor:
    """The gradient turned and scaled as the code would have to be to meet the latent.

    Let R be the rotation within the plane of latent e and code q that turns e's
    direction into q's. The code is written q = (|q| / |e|) R e with the factors held
    constant, so that the gradient at e is (|q| / |e|) R^T times that at q: its angle to
    the code becomes its angle to the latent.

    Source: Fifty et al. (2025), "Restructuring Vector Quantization with the Rotation
    Trick", ICLR, arXiv:2410.06424, section 4.

    A gradient along the code comes out along the latent:

    >>> import torch
    >>> latent, code = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    >>> rotation_trick(code, latent, code).round(decimals=4)
    tensor([[0.5000, 0.0000]])
    """
    start, end = (F.normalize(v, dim=1, eps=SHORTEST) for v in (latents, codes))
    between = F.normalize(start + end, dim=1, eps=SHORTEST)
    turned = (
        gradient
        - 2 * between * (between * gradient).sum(1, keepdim=True)
        + 2 * start * (end * gradient).sum(1, keepdim=True)
    )
    length = latents.norm(dim=1, keepdim=True).clamp(min=SHORTEST)
    return turned * (codes.norm(dim=1, keepdim=True) / length)
