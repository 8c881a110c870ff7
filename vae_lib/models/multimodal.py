"""The multi-modal VAE: several views of one thing, and one code for them all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.networks import product_of_experts

__all__ = ["MultimodalOutput", "MultimodalVAE"]

Combine = Callable[[Sequence[Distribution], Distribution], Distribution]


class MultimodalOutput(NamedTuple):
    """One pass of some views of B examples through a multi-modal VAE.

    Attributes:
        posterior: q(z | the views given), batch (B,), event (D,).
        z: a reparameterised sample of the posterior, (B, D).
        likelihoods: p(x | z) of every view by name, the missing ones too, batch (B,).
        prior: p(z), batch (), event (D,).
    """

    posterior: Distribution
    z: Tensor
    likelihoods: dict[str, Distribution]
    prior: Distribution


class MultimodalVAE(nn.Module):
    """p(z) times one p(x_v | z) a view v, with a posterior for any set of views.

    Views are independent given z, so what they have in common must pass through it.
    Each view has an expert, a Gaussian over z; those of the views at hand are combined
    with the prior. A view is missing when it is not given.

    Args:
        encoders: view -> module that maps x (B, *event) to its expert, batch (B,),
            event (D,).
        decoders: the same views -> module that maps z (B, D) to p(x | z).
        prior: called without arguments, returns p(z), event (D,).
        combine: makes q(z | views) of the experts and the prior; the product, or
            `mixture_of_experts`.

    Raises:
        ValueError: if there is no view, or encoders and decoders have other views.

    Source: Wu & Goodman (2018), arXiv:1802.05335, section 2; with the mixture, Shi et
    al. (2019), arXiv:1911.03393, section 3.

    >>> import torch
    >>> from vae_lib.models import StandardNormal
    >>> from vae_lib.networks import ClassDecoder, ClassEncoder, MLPDecoder, MLPEncoder
    >>> model = MultimodalVAE(
    ...     {"image": MLPEncoder((1, 8, 8), 2), "label": ClassEncoder(10, 2)},
    ...     {"image": MLPDecoder(2, (1, 8, 8)), "label": ClassDecoder(2, 10)},
    ...     StandardNormal(2),
    ... )
    >>> model.fill_in({"label": torch.tensor([3, 8])})["image"].mean.shape
    torch.Size([2, 1, 8, 8])
    """

    def __init__(
        self,
        encoders: Mapping[str, nn.Module],
        decoders: Mapping[str, nn.Module],
        prior: nn.Module,
        combine: Combine = product_of_experts,
    ) -> None:
        super().__init__()
        if not encoders or set(encoders) != set(decoders):
            raise ValueError(
                "encoders and decoders must have the same views, at least one, "
                f"got {list(encoders)} and {list(decoders)}"
            )
        self.encoders = nn.ModuleDict(encoders)
        self.decoders = nn.ModuleDict({name: decoders[name] for name in encoders})
        self.prior = prior
        self.combine = combine

    @property
    def names(self) -> tuple[str, ...]:
        """What the views are called, in the order of the encoders."""
        return tuple(self.encoders)

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions D."""
        return self.prior().event_shape[0]

    def experts(self, views: Mapping[str, Tensor]) -> dict[str, Distribution]:
        """What each given view says of z, by name: batch (B,), event (D,).

        Raises:
            ValueError: if a view is not known, or the numbers of rows differ.
        """
        self._check(views)
        rows = {name: len(x) for name, x in views.items()}
        if len(set(rows.values())) > 1:
            raise ValueError(f"views must have the same number of rows, got {rows}")
        # In the model's order, whatever that of the argument is.
        return {
            name: encoder(views[name])
            for name, encoder in self.encoders.items()
            if name in views
        }

    def posterior(self, views: Mapping[str, Tensor]) -> Distribution:
        """q(z | views) of any views, batch (B,), event (D,); of none, the prior.

        Raises:
            ValueError: if a view is not known, or the numbers of rows differ.
        """
        return self.combine(list(self.experts(views).values()), self.prior())

    def likelihoods(
        self, z: Tensor, names: Iterable[str] | None = None
    ) -> dict[str, Distribution]:
        """p(x | z) of z (B, D) for some views, or all, by name.

        Raises:
            ValueError: if a view is not known.
        """
        names = self.names if names is None else tuple(names)
        self._check(names)
        return {name: self.decoders[name](z) for name in names}

    def fill_in(self, views: Mapping[str, Tensor]) -> dict[str, Distribution]:
        """p(x | z) of the views not given, for one z ~ q(z | views) an example.

        Raises:
            ValueError: if no view is given, a view is not known, or the numbers of rows
                differ.
        """
        z = self._some(views).rsample()
        return self.likelihoods(z, [name for name in self.names if name not in views])

    def forward(self, views: Mapping[str, Tensor]) -> MultimodalOutput:
        """Return the distributions along one pass of some views, by name.

        Raises:
            ValueError: if no view is given, a view is not known, or the numbers of rows
                differ.
        """
        posterior = self._some(views)
        z = posterior.rsample()
        return MultimodalOutput(posterior, z, self.likelihoods(z), self.prior())

    def _some(self, views: Mapping[str, Tensor]) -> Distribution:
        if not views:
            raise ValueError(
                "at least one view must be given; without any, sample the prior"
            )
        return self.posterior(views)

    def _check(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in self.encoders]
        if unknown:
            raise ValueError(
                f"views must be among {', '.join(self.names)}, got {', '.join(unknown)}"
            )
