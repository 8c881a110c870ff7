"""Named tensor functions that run in a kernel or, exported, in a page."""

import copy
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["TensorFunction", "decode_function"]


@dataclass(frozen=True, eq=False)
class TensorFunction:
    """A pure function of named tensors, computed by PyTorch or exported to ONNX.

    The first axis of every input, but for those named in `whole`, is a batch of any
    size.

    Args:
        name: what widgets call it, e.g. "decode".
        module: holds the parameters.
        call: `call(module, *inputs)` returns one tensor for each name in outputs.
        inputs: an example of each input (B, *event), in the order of call's arguments.
            Exports are checked on these values, so choose typical ones.
        outputs: names of the outputs.
        whole: inputs that hold no batch and have one shape only, e.g. weights.

    Raises:
        ValueError: if there is no input or output, a whole input is unknown, or the
            batch sizes differ.

    >>> def call(module, x):
    ...     return 2 * module(x)
    >>> example = {"x": torch.ones(2, 3)}
    >>> double = TensorFunction("double", nn.Identity(), call, example, ("y",))
    >>> double.run({"x": np.ones((1, 3), np.float32)})["y"].tolist()
    [[2.0, 2.0, 2.0]]
    """

    name: str
    module: nn.Module
    call: Callable[..., Tensor | tuple[Tensor, ...]]
    inputs: Mapping[str, Tensor]
    outputs: tuple[str, ...]
    whole: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.inputs or not self.outputs:
            raise ValueError(
                f"{self.name} needs at least one input and one output, "
                f"got {tuple(self.inputs)} and {self.outputs}"
            )
        if not set(self.whole) <= set(self.inputs):
            raise ValueError(
                f"whole inputs of {self.name} must be among {tuple(self.inputs)}, "
                f"got {self.whole}"
            )
        batches = {
            name: tuple(value.shape[:1])
            for name, value in self.inputs.items()
            if name not in self.whole
        }
        if len(set(batches.values())) > 1 or () in batches.values():
            raise ValueError(
                f"the inputs of {self.name} must share one batch size, got {batches}"
            )

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Compute the outputs with PyTorch, where the module lives.

        Args:
            inputs: each of the function's inputs, (B, *event) or whole, float.

        Returns:
            Each output, (B, *event), float32.

        Raises:
            ValueError: if an input is missing, unknown, or has another shape.
        """
        self._check(inputs)
        like = next(self.module.parameters(), torch.zeros(()))
        values = (
            torch.as_tensor(np.asarray(inputs[name])).to(like.device, like.dtype)
            for name in self.inputs
        )
        with torch.no_grad(), _evaluating(self.module):
            results = self.call(self.module, *values)
        results = (results,) if isinstance(results, Tensor) else results
        arrays = (result.float().cpu().numpy() for result in results)
        return dict(zip(self.outputs, arrays, strict=True))

    def portable(self) -> "TensorFunction":
        """The same function of a copy of the module, on the CPU in float32."""
        module = copy.deepcopy(self.module).to("cpu", torch.float32).eval()
        inputs = {name: value.cpu().float() for name, value in self.inputs.items()}
        return replace(self, module=module, inputs=inputs)

    def _check(self, inputs: Mapping[str, np.ndarray]) -> None:
        if set(inputs) != set(self.inputs):
            raise ValueError(
                f"{self.name} takes {tuple(self.inputs)}, got {tuple(inputs)}"
            )
        for name, example in self.inputs.items():
            shape, expected = np.shape(inputs[name]), tuple(example.shape[1:])
            if name in self.whole:
                if shape != tuple(example.shape):
                    raise ValueError(
                        f"{name} of {self.name} must have shape "
                        f"{tuple(example.shape)}, got {shape}"
                    )
                continue
            if shape[1:] != expected or len(shape) != example.dim():
                raise ValueError(
                    f"{name} of {self.name} must have shape (B, "
                    f"{', '.join(map(str, expected))}), got {shape}"
                )


def decode_function(model: Any, span: float = 3.0) -> TensorFunction:
    """The decoder's mean image as a function "decode" of z (B, D) -> x (B, C, H, W).

    Args:
        model: has `latent_dim` and `decode(z)`, e.g. a `vae_lib.models.VAE`.
        span: largest |z| at which an export is checked.

    Raises:
        ValueError: if the decoder's images are not (B, 1 or 3, H, W).
    """
    # Corners of the cube [-span, span]^D are the hardest codes that a slider can reach;
    # a generator of its own leaves the reader's random numbers untouched.
    generator = torch.Generator().manual_seed(0)
    uniform = torch.rand(48, model.latent_dim, generator=generator)
    corners = torch.randint(0, 2, (16, model.latent_dim), generator=generator)
    z = torch.cat([torch.zeros(1, model.latent_dim), uniform * 2 - 1, corners * 2 - 1])
    function = TensorFunction("decode", model, _decode, {"z": span * z}, ("x",))
    shape = function.run({"z": z[:1].numpy()})["x"].shape
    if len(shape) != 4 or shape[1] not in (1, 3):
        raise ValueError(
            f"a decoder must return images (B, 1 or 3, H, W), got shape {shape}"
        )
    return function


def _decode(model: Any, z: Tensor) -> Tensor:
    return model.decode(z)


@contextmanager
def _evaluating(module: nn.Module):  # noqa: ANN202
    training = module.training
    module.eval()
    try:
        yield
    finally:
        module.train(training)
