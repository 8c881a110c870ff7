"""Operations of PyTorch that ONNX lacks, written in operations that it has.

For graphs of fixed shapes that hold gradients: what the exporter's own table writes in
place, leaves whole or does not know. A graph must not write, except where the exporter
itself turns the writing into a new tensor.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

__all__ = ["DECOMPOSITIONS"]

aten = torch.ops.aten


def _diagonal_backward(slope: Tensor, sizes: list[int], offset: int, *_: int) -> Tensor:
    if len(sizes) != 2 or sizes[0] != sizes[1] or offset != 0:
        raise ValueError(
            f"only the main diagonal of a square can be exported, got {sizes} and "
            f"offset {offset}"
        )
    return slope[:, None] * torch.eye(sizes[0])


def _convolution_backward(
    slope: Tensor,
    x: Tensor,
    weight: Tensor,
    _bias_sizes: list[int] | None,
    stride: list[int],
    padding: list[int],
    dilation: list[int],
    transposed: bool,
    _output_padding: list[int],
    groups: int,
    _wanted: list[bool],
) -> tuple[Tensor, Tensor, Tensor]:
    """Slopes at x, weight and bias, each a convolution again, or a sum.

    Towards x the convolution is undone. Towards the weight examples and maps change
    roles: each pair of maps is a picture and a kernel, and what was the stride is now
    the distance between the kernel's pixels.
    """
    if groups != 1:
        raise ValueError(f"only one group of maps can be exported, got {groups}")
    height, width = weight.shape[2:]
    back = [0, 0]
    if not transposed:  # rows at the end that no stride reached
        reached = zip(x.shape[2:], slope.shape[2:], strict=True)
        back = [
            size - ((count - 1) * stride[k] - 2 * padding[k] + kernel)
            for k, ((size, count), kernel) in enumerate(
                zip(reached, (height, width), strict=True)
            )
        ]
    for_x = aten.convolution(
        slope, weight, None, stride, padding, dilation, not transposed, back, groups
    )
    picture, kernel = (slope, x) if transposed else (x, slope)
    turned = picture.transpose(0, 1), kernel.transpose(0, 1)
    for_weight = aten.convolution(
        *turned, None, dilation, padding, stride, False, [0, 0], groups
    )
    for_weight = for_weight.transpose(0, 1)[:, :, :height, :width]
    return for_x, for_weight, slope.sum((0, 2, 3))


def _index_add(
    x: Tensor, dim: int, index: Tensor, source: Tensor, alpha: float = 1
) -> Tensor:
    if dim != 0 or alpha != 1:
        raise ValueError(
            f"only rows can be added, and whole, got dim {dim} and alpha {alpha}"
        )
    return x.index_put((index,), source, accumulate=True)


def _index_add_(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    return x.copy_(_index_add(x, *args, **kwargs))


def _bincount(x: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Its length is `minlength`: the graph cannot see how large the largest x is."""
    if weights is not None or minlength < 1:
        raise ValueError(
            "only counts of a known number of values can be exported, got minlength "
            f"{minlength} and {'no ' if weights is None else ''}weights"
        )
    return torch.zeros(minlength, dtype=torch.int64).scatter_add(
        0, x, torch.ones_like(x)
    )


DECOMPOSITIONS: dict[Any, Callable[..., Tensor | Sequence[Tensor]]] = {
    aten.diagonal_backward.default: _diagonal_backward,
    aten.convolution_backward.default: _convolution_backward,
    aten.index_add.default: _index_add,
    aten.index_add_.default: _index_add_,
    aten.bincount.default: _bincount,
}
