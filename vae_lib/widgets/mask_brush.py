"""MaskBrush: paint a part of a picture away, and see what a model puts there."""

import numpy as np
import torch
import traitlets
from torch import Tensor, nn

from vae_lib.data import seen_part
from vae_lib.models import CVAE
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples
from vae_lib.widgets.lab_parts import example_buttons
from vae_lib.widgets.philox import normals
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.view import EngineView

__all__ = ["MaskBrush"]

MOST_DRAWS = 12
# A hidden pixel, in two tones that no grey level has; `brush.js` has the same.
HIDDEN = np.array([[82, 110, 163], [133, 156, 199]]) / 255


class MaskBrush(EngineView):
    """Hide pixels of a picture with a brush and ask for several completions.

    Args:
        model: a `CVAE` whose condition is a part of an image, (B, 2, H, W), with a
            learned prior p(z | y).
        pictures: grey pictures to paint on, (N, 1, H, W) in [0, 1], N <= 12.
        seen: the mask at the start, (1, H, W), bool; by default the upper half is
            hidden.
        draws: how many completions at a time, 1 to 12.
        seed: of their noise, in [0, 2**32).
        title: the widget's heading.

    Raises:
        ValueError: if the pictures are no such images, or the mask, the model or the
            number of draws does not fit them.

    In a notebook `widget.seen` is the mask as it stands.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    grid = traitlets.List().tag(sync=True)
    pictures = traitlets.List().tag(sync=True)
    picture = traitlets.Int().tag(sync=True)
    hidden = traitlets.List().tag(sync=True)
    latents = traitlets.Int().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        model: CVAE,
        pictures: Tensor,
        *,
        seen: Tensor | None = None,
        draws: int = 6,
        seed: int = 0,
        title: str = "Paint it away",
    ) -> None:
        check_examples(pictures, (1, *getattr(pictures, "shape", ())[2:]))
        if not 1 <= draws <= MOST_DRAWS:
            raise ValueError(f"draws must lie in [1, {MOST_DRAWS}], got {draws}")
        grid = tuple(pictures.shape[2:])
        if seen is None:
            seen = (torch.arange(grid[0]) >= grid[0] // 2)[None, :, None].expand(
                1, *grid
            )
        if seen.dtype != torch.bool or tuple(seen.shape) != (1, *grid):
            raise ValueError(
                f"seen must be bool of shape {(1, *grid)}, "
                f"got {seen.dtype} of shape {tuple(seen.shape)}"
            )
        pictures = pictures.float()
        with torch.no_grad():
            prior = model.prior(seen_part(pictures, seen))
        (latents,) = prior.event_shape
        complete = _complete_function(model, pictures, seen, latents)
        y = seen_part(pictures[:1].expand(draws, -1, -1, -1), seen)
        noise = normals(seed, 0, draws * latents).reshape(draws, latents)
        answers = complete.run({"y": y.numpy(), "noise": noise})["x"]
        hidden = ~seen[0]
        super().__init__(
            "mask_brush",
            [complete],
            title=title,
            body=_body(pictures.numpy(), hidden.numpy(), answers),
            grid=list(grid),
            pictures=[one.flatten().round(decimals=3).tolist() for one in pictures],
            picture=0,
            hidden=hidden.flatten().int().tolist(),
            latents=latents,
            seed=seed,
        )

    @property
    def seen(self) -> Tensor:
        """The mask as it stands, (1, H, W), bool, true where a pixel is seen."""
        return torch.tensor(self.hidden).view(1, *self.grid) == 0

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-brush",
            self.title,
            [self.body],
            "A picture half hidden, and what the model puts there. With JavaScript you "
            "can paint; in a notebook the kernel completes.",
        )


def _complete_function(
    model: CVAE, pictures: Tensor, seen: Tensor, latents: int
) -> TensorFunction:
    """The mean completion as "complete" of y (B, 2, H, W) and noise (B, D)."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(len(pictures), latents, generator=generator)
    inputs = {"y": seen_part(pictures, seen), "noise": noise}
    function = TensorFunction("complete", model, _complete, inputs, ("x",))
    found = function.run({name: one.numpy() for name, one in inputs.items()})["x"]
    if found.shape != tuple(pictures.shape):
        raise ValueError(
            f"the model must complete pictures {tuple(pictures.shape)}, "
            f"got {found.shape}"
        )
    return function


def _complete(model: nn.Module, y: Tensor, noise: Tensor) -> Tensor:
    prior = model.prior(y)
    return model.decode(prior.mean + prior.stddev * noise, y)


def _body(pictures: np.ndarray, hidden: np.ndarray, answers: np.ndarray) -> str:
    """The parts below the title, in reading order."""
    _, _, height, width = pictures.shape
    addresses = [poster.picture_address(one) for one in pictures]
    tones = HIDDEN[np.indices(hidden.shape).sum(0) % 2].transpose(2, 0, 1)
    covered = np.where(hidden, tones, pictures[0])
    made = "".join(
        '<div class="vae-frame">'
        + poster.image(poster.picture_address(one), f"Completion {k}", width, height)
        + "</div>"
        for k, one in enumerate(answers, 1)
    )
    start = poster.image(
        poster.picture_address(covered),
        f"The picture, {int(hidden.sum())} of {hidden.size} pixels hidden",
        width,
        height,
    )
    return f"""
<fieldset class="vae-samples" disabled><legend>Picture</legend>
<div class="vae-examples">{example_buttons(addresses, "Paint on picture", width)}</div>
</fieldset>
<div class="vae-canvases"><div><p class="vae-caption">Paint here</p>
<div class="vae-painted">{start}</div></div>
<div><p class="vae-caption">The model's completions</p>
<div class="vae-answers">{made}</div></div></div>
<fieldset class="vae-tools" disabled><legend>Brush</legend>
<label><input type="radio" name="brush" value="hide" checked> Hide</label>
<label><input type="radio" name="brush" value="show"> Show again</label>
<button type="button" class="vae-button vae-whole">Show everything</button>
<button type="button" class="vae-button vae-train">Complete</button>
<button type="button" class="vae-button vae-again">Other completions</button>
</fieldset>"""
