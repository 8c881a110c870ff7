import pytest
import torch

from vae_lib.widgets import VQLab
from vae_lib.widgets.vq_learner import VQSettings

SETTINGS = {
    "data": "digits",
    "codes": 16,
    "dim": 2,
    "commitment": 0.5,
    "decay": 0.9,
    "k_means": True,
    "restarts": True,
    "seed": 1,
}


def test_kernel_trains_decodes_and_hands_out_the_model(ask):
    lab = VQLab(data=["digits"])
    ask(lab, "begin", **SETTINGS)
    assert ask(lab, "advance", count=3)["terms"].shape == (3, 3)
    seen = ask(lab, "examine")
    assert seen["latents"].shape == (1437, 2, 4, 4)
    assert seen["codebook"].shape == (16, 2)
    grids = seen["indices"][:2].reshape(2, 16).astype(int)
    decoded = ask(lab, "decode", indices=grids.tolist())["x"]
    model = lab.model()
    x = torch.from_numpy(decoded)
    with torch.no_grad():
        expected = model.decode(torch.from_numpy(grids).view(2, 4, 4))
        everything = model(lab._learner.data.images(range(1437))).likelihood.mean
    torch.testing.assert_close(x, expected, rtol=0, atol=1e-6)
    images = lab._learner.data.images(range(1437))
    error = float((everything - images).square().mean())
    assert seen["error"] == pytest.approx(error, rel=1e-4)
    state = ask(lab, "state")["state"]
    assert state[3 * lab._learner.layout.count] == 3


def test_notebook_exports_nothing_and_poster_is_disabled():
    lab = VQLab()
    assert lab.labs == {}
    assert (
        lab.poster().count("<fieldset") == lab.poster().count("disabled><legend") == 3
    )
    assert " id=" not in lab.poster()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": []}, "must not be empty"),
        ({"data": ["faces"]}, "'digits' and 'sprites', got 'faces'"),
        ({"codes": [1]}, r"between 2 and 256, got \(1,\)"),
        ({"dims": [0]}, r"between 1 and 16, got \(0,\)"),
        ({"commitment": 3}, r"commitment must be one of \(0.05, .*, got 3"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        VQLab(**arguments)


def test_questions_out_of_order_and_unknown_ones_are_refused(ask):
    lab = VQLab(data=["digits"])
    with pytest.raises(ValueError, match="expected 'begin' before"):
        lab._answer("advance", {"count": 1})
    with pytest.raises(ValueError, match="press Train in the widget first"):
        lab.model()
    ask(lab, "begin", **SETTINGS | {"k_means": False})
    with pytest.raises(ValueError, match="got 'stop'"):
        lab._answer("stop", {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"codes": 0}, "codes must lie between 1 and 256, got 0"),
        ({"codes": 257}, "codes must lie between 1 and 256, got 257"),
        ({"dim": 0}, "dim must be at least 1, got 0"),
        ({"commitment": -1.0}, "commitment must be non-negative and finite, got -1"),
        ({"decay": 1.0}, r"decay must lie in \[0, 1\), got 1.0"),
        ({"seed": -1}, r"seed must lie in \[0, 2\*\*32\), got -1"),
    ],
)
def test_settings_out_of_range_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        VQSettings(**arguments)
