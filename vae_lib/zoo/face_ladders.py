"""A ladder of grids on small drawn faces: which level knows what.

Every attribute of a drawn face is known, so that a card can say which level knows it.
The ladder opens from the top: the lower a level, the longer its nats are dear.
"""

import math
from functools import partial
from typing import Any

import torch

from vae_lib.data import Faces
from vae_lib.data.face_attributes import FACE_ATTRIBUTES
from vae_lib.evaluation import level_draws, linear_readout
from vae_lib.models import LadderVAE, grid_ladder
from vae_lib.objectives import LadderELBO
from vae_lib.training import linear_warmup
from vae_lib.zoo.images import drawn_faces
from vae_lib.zoo.ladder_measures import measure_ladder
from vae_lib.zoo.recipe import Recipe

__all__ = ["FACE_LADDERS", "known_from_the_top", "known_on_faces", "loose_faces"]

SIZE = 32
# Numbers in a place and side of each level's grid, level 1 first.
LEVELS = ((1, 8), (4, 4), (16, 1))


def loose_faces(count: int, seed: int) -> torch.Tensor:
    """Attributes (count, 16) that do not hang together: one tells nothing of another.

    In the faces that ladders are trained on signs of age come together, so that a level
    that knows grey hair would seem to know wrinkles.
    """
    generator = torch.Generator().manual_seed(seed)
    return Faces(SIZE).sample(count, correlated=False, generator=generator)


def known_from_the_top(
    model: LadderVAE, images: torch.Tensor, attributes: torch.Tensor
) -> list[dict[str, float]]:
    """Share of each attribute that a line reads off the top level, and the next, ...

    It reads draws of the posterior, as the decoder does, not their means.

    Args:
        model: a ladder of L levels.
        images: faces (N, 3, S, S).
        attributes: theirs, (N, 16).

    Returns:
        One table a level, from the top alone to all levels together, of R^2 on
        held-out faces by attribute. The background's hue is a circle, of which sine
        and cosine are read.
    """
    hue = 2 * math.pi * attributes[:, -1:]
    wanted = torch.cat([attributes[:, :-1], hue.cos(), hue.sin()], dim=1)
    codes = level_draws(model, images)
    tables = []
    for level in reversed(range(model.levels)):
        together = torch.cat(codes[level:], dim=1).cpu()
        *plain, cos, sin = linear_readout(together, wanted)
        weights = wanted[:, -2:].var(0)
        circle = float((cos * weights[0] + sin * weights[1]) / weights.sum())
        tables.append(
            dict(zip(FACE_ATTRIBUTES, [*map(float, plain), circle], strict=True))
        )
    return tables


def known_on_faces(
    model: LadderVAE, recipe: Recipe, count: int = 2_000
) -> dict[str, Any]:
    """The metrics of any ladder, and what is known from the top down on loose faces."""
    metrics = measure_ladder(model, recipe, samples=16, weighted=500)
    attributes = loose_faces(count, seed=2)
    images = Faces(SIZE).render_attributes(attributes)
    images = images.to(next(model.parameters()).device)
    tables = known_from_the_top(model, images, attributes)
    rounded = [{name: round(r, 3) for name, r in one.items()} for one in tables]
    return {**metrics, "known_from_the_top": rounded}


# Level 1 first. A level that is only dear dies, and does not come back when it gets
# cheap: so some nats are free. The chapter shows what the top did with its twenty.
FREE = (4.0, 4.0, 20.0)
_FROM_THE_TOP = (
    linear_warmup(1_000, 30.0, 1.0),
    linear_warmup(600, 10.0, 1.0),
    linear_warmup(200, 0.0, 1.0),
)

FACE_LADDERS: dict[str, Recipe] = {
    "ladder_faces": Recipe(
        model=partial(grid_ladder, (3, SIZE, SIZE), LEVELS, 32),
        objective=partial(LadderELBO, _FROM_THE_TOP, FREE),
        train=partial(drawn_faces, 10_000, 0, SIZE),
        test=partial(drawn_faces, 2_000, 1, SIZE),
        data="trained on 10,000 drawn faces at 32 x 32 whose attributes hang together, "
        "measured on 2,000 others",
        steps=2_500,
        batch_size=64,
        learning_rate=2e-3,
        learning_rate_at_end=0.0,
        measure=known_on_faces,
    )
}
