"""From a tensor function to a self-contained ONNX file that answers as PyTorch does."""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from vae_lib.widgets.assets import store_asset
from vae_lib.widgets.onnx_decompositions import DECOMPOSITIONS
from vae_lib.widgets.program import TensorFunction

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["Exported", "export_onnx", "publish"]

GREY_LEVEL = 1 / 255
# Float32 arithmetic in another order; a wrong operator is off by far more.
FLOAT32_TOLERANCE = 1e-4
# Half a grey level: after rounding, no pixel differs by more than one.
FLOAT16_TOLERANCE = GREY_LEVEL / 2
# Smaller tensors (biases, shapes) are not worth a Cast.
SMALLEST_HALVED = 256


@dataclass(frozen=True)
class Exported:
    """An ONNX file and how far its answers are from PyTorch's.

    Args:
        data: the file's bytes, weights inside.
        half: whether the weights are stored in float16.
        difference: largest absolute difference from PyTorch on the function's example
            inputs, in the output's units.
    """

    data: bytes
    half: bool
    difference: float


def export_onnx(function: TensorFunction) -> Exported:
    """Export function, with float16 weights where no pixel can tell.

    The file is run by ONNX Runtime on the function's example inputs and compared with
    PyTorch. Equal functions give equal bytes: names of files and lines are removed.

    Returns:
        The smallest file within tolerance: float16 weights if every output stays within
        half a grey level (1/510) of PyTorch, else float32.

    Raises:
        RuntimeError: if even the float32 file differs by more than 1e-4.
    """
    function = function.portable()
    model = _trace(function)
    expected = function.run({k: v.numpy() for k, v in function.inputs.items()})
    data = model.SerializeToString(deterministic=True)
    difference = _difference(data, function, expected)
    if not difference <= FLOAT32_TOLERANCE:
        raise RuntimeError(
            f"the ONNX export of {function.name} differs from PyTorch by "
            f"{difference:.2g}, expected at most {FLOAT32_TOLERANCE:.0e}"
        )
    halved = _halve_weights(model).SerializeToString(deterministic=True)
    half_difference = _difference(halved, function, expected)
    if half_difference <= FLOAT16_TOLERANCE:
        return Exported(halved, half=True, difference=half_difference)
    return Exported(data, half=False, difference=difference)


def publish(function: TensorFunction, folder: Path) -> dict[str, str | int]:
    """Export function into folder: the file's name and size, as a page needs them."""
    exported = export_onnx(function)
    name = store_asset(folder, exported.data, ".onnx")
    return {"file": name, "bytes": len(exported.data)}


class _Flat(nn.Module):
    """The function as a module of positional tensors, which the exporter asks for."""

    def __init__(self, function: TensorFunction) -> None:
        super().__init__()
        self.module = function.module
        self.call = function.call

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.call(self.module, *inputs)


def _trace(function: TensorFunction) -> "ModelProto":
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)  # "torchvision is not installed" is of no concern here
    try:
        with warnings.catch_warnings():
            # PyTorch's own exporter uses names that PyTorch deprecates.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            # Several inputs share one batch, and are meant to.
            warnings.filterwarnings("ignore", r"# The axis name: batch", UserWarning)
            program = torch.onnx.export(
                _graph(function),
                tuple(function.inputs.values()),
                dynamo=True,
                verbose=False,
                input_names=list(function.inputs),
                output_names=list(function.outputs),
                dynamic_shapes=_dynamic_shapes(function),
            )
    finally:
        log.setLevel(level)
    return _anonymous(program.model_proto)


def _graph(function: TensorFunction) -> nn.Module:
    """The function as a module that the exporter understands.

    It does not look into gradients. A graph of fixed shapes, traced beforehand, has
    them written out as ordinary operations.
    """
    flat = _Flat(function).eval()
    if set(function.whole) != set(function.inputs):
        return flat
    traced = make_fx(flat, decomposition_table=DECOMPOSITIONS)
    return traced(*function.inputs.values()).eval()


def _dynamic_shapes(function: TensorFunction) -> tuple[Any, ...] | None:
    if set(function.whole) == set(function.inputs):
        return None
    batch = torch.export.Dim("batch")
    axes = ({} if name in function.whole else {0: batch} for name in function.inputs)
    return (tuple(axes),)


def _anonymous(model: "ModelProto") -> "ModelProto":
    """Remove names of classes, files and lines: they differ between machines."""
    for thing in (model, model.graph, *model.graph.node, *model.graph.value_info):
        thing.ClearField("doc_string")
        thing.ClearField("metadata_props")
    for thing in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        thing.ClearField("doc_string")
        thing.ClearField("metadata_props")
    return model


def _halve_weights(model: "ModelProto") -> "ModelProto":
    """Store large weights in float16; a Cast gives the graph its float32 back."""
    from onnx import ModelProto, TensorProto, helper, numpy_helper

    halved = ModelProto()
    halved.CopyFrom(model)
    casts = []
    for weight in halved.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALLEST_HALVED:
            continue
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = f"{weight.name}_half"
        casts.append(
            helper.make_node("Cast", [name], [weight.name], to=TensorProto.FLOAT)
        )
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name))
    nodes = [*casts, *halved.graph.node]
    del halved.graph.node[:]
    halved.graph.node.extend(nodes)
    return halved


def _difference(
    data: bytes, function: TensorFunction, expected: dict[str, np.ndarray]
) -> float:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        data, options, providers=["CPUExecutionProvider"]
    )
    found = session.run(
        list(function.outputs), {k: v.numpy() for k, v in function.inputs.items()}
    )
    pairs = zip(expected.values(), found, strict=True)
    return max(float(np.abs(want - got).max()) for want, got in pairs)
