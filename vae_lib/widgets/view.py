"""The widget base: one view, drawn by JavaScript, answered by a page or a kernel."""

from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets

from vae_lib.widgets.assets import asset_folder
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.sources import joined_module, stylesheet

__all__ = ["EngineView"]


class EngineView(anywidget.AnyWidget):
    """A view whose tensor functions run in the page if it can, else in the kernel.

    In the book's build the functions are exported to files, the view's state names
    them, and its JavaScript is the page runtime's. In a notebook nothing is exported:
    the JavaScript travels with the view and asks the kernel.

    Args:
        script: the view's JavaScript, a file beside this one without its suffix.
        program: the functions the view may call.
        **state: initial values of the view's traits.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    functions = traitlets.Dict().tag(sync=True)

    def __init__(
        self, script: str, program: Sequence[TensorFunction], **state: Any
    ) -> None:
        self._program = {function.name: function for function in program}
        folder = asset_folder()
        if folder is None:
            state |= {"_esm": joined_module(f"{script}.js"), "_css": stylesheet()}
        else:
            # Imported here: only the build needs the exporter and its packages.
            from vae_lib.widgets.onnx_export import publish

            functions = {name: publish(f, folder) for name, f in self._program.items()}
            state |= {"_esm": _RUNTIME_MODULE % script, "functions": functions}
        super().__init__(**state)

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/html": self.poster()}, metadata

    @anywidget.experimental.command
    def _run(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        """Answer one call of the view: named float32 tensors in, named tensors out."""
        inputs = {
            spec["name"]: np.frombuffer(data, np.float32).reshape(spec["shape"]).copy()
            for spec, data in zip(message["inputs"], buffers, strict=True)
        }
        outputs = self._program[message["function"]].run(inputs)
        specs = [{"name": k, "shape": list(v.shape)} for k, v in outputs.items()]
        data = [np.ascontiguousarray(v).tobytes() for v in outputs.values()]
        return {"outputs": specs}, data


# The page runtime holds every view's code once; repeating it in the state of each
# widget would cost kilobytes a widget.
_RUNTIME_MODULE = 'export default globalThis[Symbol.for("vae_lib.runtime")].views.%s;'
