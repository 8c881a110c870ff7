"""LabelSlider: one slider over models that were told few classes, or many."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from vae_lib.models import M2, VAE
from vae_lib.widgets import poster
from vae_lib.widgets.label_body import label_body
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.view import EngineView

__all__ = ["LabelSlider", "writing_function"]

MOST_EXAMPLES = 12


class LabelSlider(EngineView):
    """Choose how many labels there were: who errs how often, and what a class means.

    What the models believe of the examples is part of the view, so that its slider
    answers at once. What they write is asked of them: every class in the hand of the
    chosen example.

    Args:
        vae: M1, whose codes the models describe.
        models: number of labels -> M2 of codes; two or more, alike in classes and
            latents.
        errors: number of labels -> method -> percent of test images it gets wrong; the
            same methods for each number.
        codes: of examples, (N, D), N <= 12; the first is chosen at first.
        labels: the class of each, (N,), int64.
        start: number of labels that the slider stands at first.
        title: the widget's heading.

    Raises:
        ValueError: if there are fewer than two models, they differ in classes or
            latents, errors are of other numbers or methods, or the examples or the
            start are not as above.

    In a notebook `widget.count` is the number of labels as it stands; assign to it to
    move the slider.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    counts = traitlets.List().tag(sync=True)
    place = traitlets.Int().tag(sync=True)
    errors = traitlets.List().tag(sync=True)
    beliefs = traitlets.List().tag(sync=True)
    hands = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)

    def __init__(
        self,
        vae: VAE,
        models: Mapping[int, M2],
        errors: Mapping[int, Mapping[str, float]],
        codes: Tensor,
        labels: Tensor,
        *,
        start: int = 100,
        title: str = "What do the labels teach?",
    ) -> None:
        counts = _counts(models, errors, start)
        _check_examples(codes, labels, vae.latent_dim)
        write = [
            writing_function(vae, models[count], f"write_{k}")
            for k, count in enumerate(counts)
        ]
        beliefs, hands = zip(
            *(_read(models[count], codes) for count in counts), strict=True
        )
        place = counts.index(start)
        classes = beliefs[place].shape[1]
        written = write[place].run(
            {
                "z": np.repeat(hands[place][:1], classes, axis=0),
                "y": np.arange(classes, dtype=np.float32),
            }
        )["x"]
        with torch.no_grad():
            seen = vae.decode(codes.float()).numpy()
        pictures = [poster.picture_address(x) for x in seen]
        super().__init__(
            "label_slider",
            write,
            title=title,
            body=label_body(
                counts,
                place,
                errors[start],
                pictures,
                labels.tolist(),
                beliefs[place],
                written,
            ),
            counts=counts,
            place=place,
            errors=[[list(one) for one in errors[n].items()] for n in counts],
            beliefs=[one.round(4).tolist() for one in beliefs],
            hands=[one.round(4).tolist() for one in hands],
            labels=labels.tolist(),
        )

    @property
    def count(self) -> int:
        """How many labels there were; assign one of the models' to move the slider.

        Raises:
            ValueError: if no model had so many.
        """
        return self.counts[self.place]

    @count.setter
    def count(self, value: int) -> None:
        if value not in self.counts:
            raise ValueError(f"count must be one of {self.counts}, got {value}")
        self.place = self.counts.index(value)

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-labels",
            self.title,
            [self.body],
            "One of several models that differ in how many labels they were told. With "
            "JavaScript, or in a notebook, the slider crosses them.",
        )


def writing_function(vae: VAE, model: M2, name: str) -> TensorFunction:
    """What M2 writes and M1 draws: z (B, D) and classes y (B,) -> x (B, C, H, W).

    Args:
        vae: M1.
        model: of its codes.
        name: what the view calls the function.
    """
    both = torch.nn.ModuleDict({"vae": vae, "model": model})
    # A generator of its own leaves the reader's random numbers untouched.
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(40, model.latent_dim, generator=generator)
    y = torch.arange(40) % model.num_classes
    return TensorFunction(name, both, _write, {"z": z, "y": y.float()}, ("x",))


def _write(both: torch.nn.ModuleDict, z: Tensor, y: Tensor) -> Tensor:
    return both["vae"].decode(both["model"].decode(z, y.long()))


@torch.no_grad()
def _read(model: M2, codes: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """What a model believes of codes (N, K), and the hand they are in (N, D)."""
    believed = model.classify(codes.float())
    hands = model.encoder(codes.float(), believed.logits.argmax(1)).mean
    return believed.probs.numpy(), hands.numpy()


def _counts(
    models: Mapping[int, M2], errors: Mapping[int, Any], start: int
) -> list[int]:
    """The numbers of labels in order, or ValueError if what is given does not fit."""
    if len(models) < 2:
        raise ValueError(f"a slider needs at least 2 models, got {len(models)}")
    counts = sorted(models)
    if start not in models:
        raise ValueError(f"start must be one of {counts}, got {start}")
    if sorted(errors) != counts:
        raise ValueError(f"errors must be given for {counts}, got {sorted(errors)}")
    methods = [list(errors[count]) for count in counts]
    if not methods[0] or any(one != methods[0] for one in methods):
        raise ValueError(f"errors must be of the same methods, got {methods}")
    sizes = {(one.num_classes, one.latent_dim) for one in models.values()}
    if len(sizes) > 1:
        raise ValueError(
            f"models must agree in classes and latents, got {sorted(sizes)}"
        )
    return counts


def _check_examples(codes: Tensor, labels: Tensor, dim: int) -> None:
    if (
        codes.dim() != 2
        or codes.shape[1] != dim
        or not 1 <= len(codes) <= MOST_EXAMPLES
    ):
        raise ValueError(
            f"codes must be 1 to {MOST_EXAMPLES} codes (N, {dim}), "
            f"got {tuple(codes.shape)}"
        )
    if labels.dtype != torch.int64 or labels.shape != codes.shape[:1]:
        raise ValueError(
            f"labels must be torch.int64 of shape ({len(codes)},), "
            f"got {labels.dtype} of shape {tuple(labels.shape)}"
        )
