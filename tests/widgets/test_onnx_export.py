import copy

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import BurgessDecoder, MLPEncoder
from vae_lib.widgets import onnx_export
from vae_lib.widgets.onnx_export import export_onnx, publish
from vae_lib.widgets.program import TensorFunction, decode_function


def answer(data, z):
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return session.run(["x"], {"z": z.astype(np.float32)})[0]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("batch", [1, 9])
def test_file_answers_as_pytorch_does(make_vae, channels, batch):
    """To half a grey level, for codes that the export was not checked on."""
    model = make_vae(4, channels)
    z = np.random.default_rng(1).normal(size=(batch, 4)).clip(-3, 3)
    exported = export_onnx(decode_function(model))
    expected = decode_function(model).run({"z": z})["x"]
    assert np.abs(answer(exported.data, z) - expected).max() < 1 / 510


def test_convolutional_decoder_answers_as_pytorch_does():
    torch.manual_seed(0)
    decoder = BurgessDecoder(latent_dim=3)
    model = VAE(MLPEncoder((1, 64, 64), 3, (4,)), decoder, StandardNormal(3))
    exported = export_onnx(decode_function(model))
    z = np.random.default_rng(1).normal(size=(2, 3))
    expected = decode_function(model).run({"z": z})["x"]
    assert np.abs(answer(exported.data, z) - expected).max() < 1 / 510
    weights = sum(parameter.numel() for parameter in decoder.parameters())
    assert exported.half
    assert len(exported.data) < 2.1 * weights  # two bytes a weight and a little graph


def test_weights_that_float16_cannot_hold_stay_float32(make_vae):
    """A steep decoder turns a rounding of 1e-3 into many grey levels."""
    model = make_vae(2)
    with torch.no_grad():
        model.decoder.linear.weight *= 3000
    exported = export_onnx(decode_function(model))
    assert not exported.half
    assert exported.difference <= 1e-4
    stored = onnx.load_model_from_string(exported.data).graph.initializer
    assert all(weight.data_type != onnx.TensorProto.FLOAT16 for weight in stored)


def test_equal_models_give_equal_files_that_name_no_machine(make_vae):
    function = decode_function(make_vae(2))
    first = export_onnx(function).data
    assert export_onnx(decode_function(copy.deepcopy(function.module))).data == first
    assert b"vae_lib" not in first
    assert b".py" not in first
    assert b"aten" not in first


def test_file_is_published_under_its_checksum_once(make_vae, tmp_path):
    model = make_vae(2)
    first = publish(decode_function(model), tmp_path)
    assert publish(decode_function(model), tmp_path) == first
    (file,) = tmp_path.iterdir()
    assert file.name == first["file"]
    assert file.stat().st_size == first["bytes"]


def test_export_that_answers_otherwise_is_refused(make_vae, monkeypatch):
    """The comparison is real: a damaged graph does not get through."""
    whole = onnx_export._trace

    def damaged(function):
        model = whole(function)
        for weight in model.graph.initializer:
            values = onnx.numpy_helper.to_array(weight)
            if values.dtype == np.float32:
                weight.CopyFrom(onnx.numpy_helper.from_array(values * 2, weight.name))
        return model

    monkeypatch.setattr(onnx_export, "_trace", damaged)
    with pytest.raises(RuntimeError, match=r"differs from PyTorch by .*, expected"):
        export_onnx(decode_function(make_vae(2)))


def test_several_inputs_and_outputs_keep_their_names():
    def both(module, a, b):
        return module(a) + b, a - b

    example = {"a": torch.randn(3, 2), "b": torch.randn(3, 2)}
    function = TensorFunction("both", nn.Linear(2, 2), both, example, ("sum", "less"))
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    values = {"a": np.ones((1, 2), np.float32), "b": np.zeros((1, 2), np.float32)}
    assert [output.name for output in session.get_outputs()] == ["sum", "less"]
    np.testing.assert_allclose(
        session.run(["less"], values)[0], function.run(values)["less"]
    )
