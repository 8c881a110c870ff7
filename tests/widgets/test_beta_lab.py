import numpy as np
import pytest
import torch

from vae_lib.widgets import BetaLab

SETTINGS = {"data": "digits", "latents": 2, "beta": 0.5, "anneal": 0, "seed": 1}


def test_kernel_trains_and_hands_out_the_model(ask):
    lab = BetaLab(data=["digits"], latents=[2])
    ask(lab, "begin", **SETTINGS)
    found = ask(lab, "advance", count=3)
    assert found["distortion"].shape == (3, 2)
    assert found["rates"].shape == (3, 2, 2)
    seen = ask(lab, "examine")
    assert seen["means"].shape == (2, 1437, 2)
    assert seen["gaps"].shape == (2, 1)
    z = [[0.5, -1.0]]
    decoded = ask(lab, "decode", which=1, z=z)["x"]
    with torch.no_grad():
        expected = lab.model(twin=True).decode(torch.tensor(z)).numpy()
    np.testing.assert_allclose(decoded, expected, atol=1e-6)
    assert ask(lab, "state", which=0)["state"][-1] == 3


def test_notebook_exports_nothing_and_poster_is_disabled():
    lab = BetaLab(data=["digits"], latents=[2])
    assert lab.labs == {}
    assert lab.poster().count("<fieldset") == lab.poster().count("disabled><legend")
    assert " id=" not in lab.poster()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": []}, "must not be empty"),
        ({"data": ["faces"]}, "'digits' and 'sprites', got 'faces'"),
        ({"latents": [1]}, r"between 2 and 36, got \(1,\)"),
        ({"beta": 5}, r"beta must be one of \(0.1, .*, got 5"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        BetaLab(**arguments)


def test_questions_out_of_order_and_unknown_ones_are_refused(ask):
    lab = BetaLab(data=["digits"], latents=[2])
    with pytest.raises(ValueError, match="expected 'begin' before"):
        lab._answer("advance", {"count": 1})
    with pytest.raises(ValueError, match="press Train in the widget first"):
        lab.model()
    ask(lab, "begin", **SETTINGS)
    with pytest.raises(ValueError, match="got 'stop'"):
        lab._answer("stop", {})
