"""Directions of named attributes in a latent space, and what moving along one moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = [
    "AttributeDirections",
    "joint_directions",
    "leakage",
    "marginal_directions",
]


# Attributes made in float32 that add up do so to seven digits only.
COLLINEAR = 1e-6


@dataclass(frozen=True)
class AttributeDirections:
    """One vector in latent space for each named attribute.

    A step of length one is meant to move its attribute by one standard deviation of
    the sample that the directions were found from.

    Args:
        names: of the attributes, A of them, all different.
        vectors: one row for each name, (A, D).

    Raises:
        ValueError: if names repeat, or the vectors are not one finite row for each.

    >>> found = AttributeDirections(("smile", "age"), torch.eye(2))
    >>> found.edit(torch.zeros(1, 2), smile=-2.0, age=1.5)
    tensor([[-2.0000,  1.5000]])
    >>> found.edit(torch.zeros(1, 2), smlie=1.0)
    Traceback (most recent call last):
    ValueError: attributes must be out of smile, age, got 'smlie'
    """

    names: tuple[str, ...]
    vectors: Tensor

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"names must differ, got {', '.join(self.names)}")
        if self.vectors.dim() != 2 or len(self.vectors) != len(self.names):
            raise ValueError(
                f"vectors must have shape ({len(self.names)}, D), a row for each name, "
                f"got {tuple(self.vectors.shape)}"
            )
        if not torch.isfinite(self.vectors).all():
            raise ValueError("vectors must be finite, got NaN or infinity")

    def __getitem__(self, name: str) -> Tensor:
        """The direction (D,) of one attribute."""
        self._check(name)
        return self.vectors[self.names.index(name)]

    def only(self, names: Sequence[str]) -> "AttributeDirections":
        """The directions of some attributes, in the order asked for.

        Raises:
            ValueError: if an attribute is not known, or asked for twice.
        """
        rows = [self[name] for name in names]
        return AttributeDirections(tuple(names), torch.stack(rows))

    def edit(self, z: Tensor, **amounts: float) -> Tensor:
        """Move codes along named directions.

        Args:
            z: codes (..., D).
            amounts: how far along each, in the attribute's standard deviations.

        Returns:
            The moved codes, (..., D).

        Raises:
            ValueError: if an attribute is not known; lists those that are.
        """
        for name, amount in amounts.items():
            z = z + amount * self[name].to(z)
        return z

    def _check(self, name: str) -> None:
        if name not in self.names:
            raise ValueError(
                f"attributes must be out of {', '.join(self.names)}, got {name!r}"
            )


def joint_directions(
    codes: Tensor, attributes: Tensor, names: Sequence[str]
) -> AttributeDirections:
    """Directions that move one attribute and hold the others fixed.

    Least squares of the codes on all attributes at once: z is near c + sum_a t_a d_a,
    where t_a is attribute a in standard deviations from its mean. Attributes that go
    together in the sample are told apart as far as it also has faces where they do not.

    Args:
        codes: (N, D), e.g. the means of posteriors.
        attributes: (N, A), in any units.
        names: of the attributes, A of them.

    Raises:
        ValueError: if shapes do not agree, numbers are not finite, N <= A + 1, an
            attribute is constant, or one is a linear mixture of the others.

    Two attributes with correlation 0.8, each written along an axis of its own:

    >>> _ = torch.manual_seed(0)
    >>> age = torch.randn(1000)
    >>> table = torch.stack([age, 0.8 * age + 0.6 * torch.randn(1000)], dim=1)
    >>> axes = joint_directions(table / table.std(0), table, ("age", "grey"))
    >>> bool(torch.allclose(axes.vectors, torch.eye(2), atol=1e-5))
    True
    """
    centred, standard = _standardised(codes, attributes, names)
    rank = int(torch.linalg.matrix_rank(standard, rtol=COLLINEAR))
    if rank < standard.shape[1]:
        raise ValueError(
            "attributes must not be linear mixtures of one another, got "
            f"{standard.shape[1]} columns of rank {rank}"
        )
    vectors = torch.linalg.lstsq(standard, centred).solution
    return AttributeDirections(tuple(names), vectors.to(codes.dtype))


def marginal_directions(
    codes: Tensor, attributes: Tensor, names: Sequence[str]
) -> AttributeDirections:
    """Directions found one attribute at a time, whatever else goes with it.

    Least squares of the codes on each attribute alone. Of an attribute with two values
    this is the difference between the two means, scaled. If R holds the correlations of
    the attributes in the sample, these are R times `joint_directions`: each is a
    mixture of the joint ones.

    Args:
        codes: (N, D), e.g. the means of posteriors.
        attributes: (N, A), in any units.
        names: of the attributes, A of them.

    Raises:
        ValueError: if shapes do not agree, numbers are not finite, N <= A + 1, or an
            attribute is constant.

    >>> _ = torch.manual_seed(0)
    >>> age = torch.randn(1000)
    >>> table = torch.stack([age, 0.8 * age + 0.6 * torch.randn(1000)], dim=1)
    >>> axes = marginal_directions(table / table.std(0), table, ("age", "grey"))
    >>> bool(torch.allclose(axes.vectors, torch.corrcoef(table.T), atol=1e-5))
    True
    """
    centred, standard = _standardised(codes, attributes, names)
    vectors = standard.T @ centred / (len(standard) - 1)
    return AttributeDirections(tuple(names), vectors.to(codes.dtype))


@torch.no_grad()
def leakage(
    decode: Callable[[Tensor], Tensor],
    codes: Tensor,
    directions: AttributeDirections,
    effects: Tensor,
    amount: float = 1.0,
) -> Tensor:
    """How far every attribute moves in the picture when one is edited in the code.

    Each code is moved by half of amount to either side. The change of its picture is
    written as a sum of the changes that the true attributes make there, as well as
    least squares can, with one set of weights for all the pictures.

    Args:
        decode: codes (N, D) -> pictures (N, *event).
        codes: of N pictures, (N, D).
        directions: of A attributes.
        effects: what one standard deviation of each of B attributes changes in each of
            the pictures, (N, B, *event).
        amount: of the edit, in standard deviations, not 0.

    Returns:
        Weights for each standard deviation asked for, (A, B). In row a and column b
        stands by how many standard deviations attribute b moved when a was edited.

    Raises:
        ValueError: if shapes do not agree, amount is 0, or the effects are linear
            mixtures of one another (as when an attribute changes no picture).

    Two attributes are two pixels, and whoever edits age also adds grey:

    >>> axes = AttributeDirections(("age", "grey"), torch.tensor([[1.0, 0.8], [0, 1]]))
    >>> leakage(lambda z: z, torch.zeros(1, 2), axes, torch.eye(2)[None])
    tensor([[1.0000, 0.8000],
            [0.0000, 1.0000]])
    """
    if amount == 0:
        raise ValueError("amount must not be 0")
    if effects.dim() < 3 or len(effects) != len(codes):
        raise ValueError(
            f"effects must have shape ({len(codes)}, B, *event), "
            f"got {tuple(effects.shape)}"
        )
    table = effects.flatten(2).transpose(1, 2).flatten(0, 1).double()  # (N pixels, B)
    gram = table.T @ table
    if torch.linalg.matrix_rank(gram) < len(gram):
        raise ValueError("effects must not be linear mixtures of one another")
    rows = []
    for vector in directions.vectors.to(codes):
        step = amount / 2 * vector
        change = (decode(codes + step) - decode(codes - step)) / amount
        if change.shape != (len(effects), *effects.shape[2:]):
            raise ValueError(
                f"decode must return the effects' event {tuple(effects.shape[2:])}, "
                f"got {tuple(change.shape)}"
            )
        rows.append(torch.linalg.solve(gram, table.T @ change.double().flatten()))
    return torch.stack(rows).to(codes.dtype)


def _standardised(
    codes: Tensor, attributes: Tensor, names: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Codes from their mean, and attributes in standard deviations from theirs."""
    for label, table in {"codes": codes, "attributes": attributes}.items():
        if table.dim() != 2:
            raise ValueError(f"{label} must be a table, got {tuple(table.shape)}")
        if not torch.isfinite(table).all():
            raise ValueError(f"{label} must be finite, got NaN or infinity")
    count, columns = attributes.shape
    if len(codes) != count or len(names) != columns:
        raise ValueError(
            "codes and attributes must have equally many rows, and names as many as "
            f"attributes have columns, got {tuple(codes.shape)}, "
            f"{tuple(attributes.shape)} and {len(names)} names"
        )
    if count <= columns + 1:
        raise ValueError(f"{columns} attributes need more than {count} rows")
    codes, attributes = codes.double(), attributes.double()
    deviation = attributes.std(0)
    for name, value in zip(names, deviation, strict=True):
        if value == 0:
            raise ValueError(f"{name} must take at least two values, got one")
    return codes - codes.mean(0), (attributes - attributes.mean(0)) / deviation
