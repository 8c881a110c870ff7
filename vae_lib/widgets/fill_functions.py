"""A multi-modal VAE as one function of what is known, for a page."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from vae_lib.models import MultimodalVAE
from vae_lib.widgets.program import TensorFunction

__all__ = ["expert_of", "fill_function", "number_views"]

EXAMPLES = 12


def number_views(model: MultimodalVAE, image: str) -> tuple[str, ...]:
    """The views beside the image; each must be one number.

    Raises:
        ValueError: if there is no such image, nothing beside it, or the rest is not of
            one number each.
    """
    if image not in model.names:
        raise ValueError(
            f"image must be one of {', '.join(model.names)}, got {image!r}"
        )
    names = tuple(name for name in model.names if name != image)
    z = model.prior().mean[None]
    shapes = {n: tuple(p.event_shape) for n, p in model.likelihoods(z, names).items()}
    if not names or set(shapes.values()) != {(1,)}:
        raise ValueError(
            f"the views beside {image} must be one number each, got {shapes}"
        )
    return names


def expert_of(model: MultimodalVAE, image: str, pictures: Tensor) -> tuple[Tensor, ...]:
    """What the image's expert says of pictures (N, C, H, W): mean, precision (N, D)."""
    with torch.no_grad():
        expert = model.experts({image: pictures})[image]
    return expert.mean, expert.variance.reciprocal()


def fill_function(model: MultimodalVAE, image: str) -> TensorFunction:
    """A model whose posterior is a product, as "fill".

    Its inputs are known (B, V), 1 for each view of one number that is known and 0 for
    the others; values (B, V) of all of them; the image's expert as mean and precision
    (B, D), a precision of 0 meaning that the image is not known; noise (B, D), standard
    normal. Its outputs are the mean image x (B, C, H, W) of one draw of the posterior,
    guess (B, V), every view's mean at the posterior's mean, and that mean itself,
    centre, with the posterior's scale (B, D).

    Args:
        model: with `product_of_experts`.
        image: the name of the view that is an image.

    Raises:
        ValueError: if the views or the posterior are not as above.
    """
    names = number_views(model, image)
    width = model.latent_dim
    generator = torch.Generator().manual_seed(0)
    values = torch.rand(EXAMPLES, len(names), generator=generator)
    known = (
        torch.arange(EXAMPLES)[:, None] % (torch.arange(len(names)) + 2) == 0
    ) * 1.0
    noise = torch.randn(EXAMPLES, width, generator=generator)
    one = {name: values[:2, k : k + 1] for k, name in enumerate(names)}
    with torch.no_grad():
        posterior = model.posterior(one)
    if not isinstance(getattr(posterior, "base_dist", None), Normal):
        raise ValueError(
            "the model must combine experts by product_of_experts, "
            f"got {type(posterior).__name__}"
        )
    inputs = {
        "known": known,
        "values": values,
        "mean": torch.zeros(EXAMPLES, width),
        "precision": torch.zeros(EXAMPLES, width),
        "noise": noise,
    }
    filling = _Filling(model, image, names)
    outputs = ("x", "guess", "centre", "scale")
    return TensorFunction("fill", filling, _fill, inputs, outputs)


class _Filling(nn.Module):
    """The experts and decoders that are asked; the image's encoder stays at home."""

    def __init__(self, model: MultimodalVAE, image: str, names: Sequence[str]) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(model.encoders[name] for name in names)
        self.decoders = nn.ModuleList(model.decoders[name] for name in names)
        self.image = model.decoders[image]


def _fill(
    filling: _Filling,
    known: Tensor,
    values: Tensor,
    mean: Tensor,
    precision: Tensor,
    noise: Tensor,
) -> tuple[Tensor, ...]:
    # The prior, N(0, I), is the expert that is always there.
    total = 1 + precision
    weighted = precision * mean
    for k, encoder in enumerate(filling.encoders):
        expert = encoder(values[:, k : k + 1]).base_dist
        counted = known[:, k : k + 1] / expert.scale.square()
        total = total + counted
        weighted = weighted + counted * expert.loc
    centre, scale = weighted / total, total.rsqrt()
    guess = torch.cat([decoder(centre).mean for decoder in filling.decoders], 1)
    x = filling.image(centre + scale * noise).mean.clamp(0, 1)
    return x, guess, centre, scale
