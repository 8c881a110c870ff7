import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from vae_lib.networks import MLPDiscriminator
from vae_lib.objectives import GaussianKernel, InverseMultiquadric, squared_mmd
from vae_lib.widgets import DivergenceFlow
from vae_lib.widgets.flow_functions import (
    ADVERSARY_SPEED,
    CODE_SPEED,
    HIDDEN,
    KERNEL_SPEED,
    RATE_SPEED,
)
from vae_lib.widgets.onnx_export import export_onnx

MANY = 30
CODES = 3 * np.random.default_rng(0).normal(size=(MANY, 2))
LABELS = np.arange(MANY) % 3
KERNELS = {"gaussian": GaussianKernel, "multiquadric": InverseMultiquadric}


@pytest.fixture
def widget():
    return DivergenceFlow(CODES, LABELS)


@pytest.fixture
def inputs(widget):
    """Name -> tensor, of the start and of one step's draws."""
    shapes = {"state": (MANY, 4), "noise": (MANY, 2), "labels": (MANY,)}
    given = {k: torch.tensor(widget.start[k]).view(s) for k, s in shapes.items()}
    draws = torch.randn(MANY, 2, generator=torch.Generator().manual_seed(1))
    weights = torch.tensor(widget.start["weights"])
    return given | {"draws": draws, "scale": torch.tensor([0.7]), "weights": weights}


def call(widget, name, inputs):
    """What the kernel answers the view."""
    function = widget._program[name]
    found = function.run({key: inputs[key].numpy() for key in function.inputs})
    return {key: torch.from_numpy(value) for key, value in found.items()}


def at(means, inputs):
    """The codes of these means."""
    return means + inputs["state"][:, 2:] * inputs["noise"]


def test_step_of_the_rate_is_autograds(widget, inputs):
    """Each image on its own: the sum's slope, and both means and widths move."""
    state = inputs["state"].clone().requires_grad_()
    posterior = Normal(state[:, :2], state[:, 2:])
    rates = kl_divergence(posterior, Normal(0.0, 1.0)).sum(1)
    rates.sum().backward()
    found = call(widget, "rate", inputs)
    expected = state.detach() - RATE_SPEED * state.grad
    torch.testing.assert_close(found["after"], expected)
    torch.testing.assert_close(found["value"], rates.mean().reshape(1).detach())


@pytest.mark.parametrize("name", KERNELS)
def test_step_of_mmd_is_autograds_at_the_kernels_own_scale(widget, inputs, name):
    """The function scales the codes; here the kernel itself has the scale."""
    scale = 0.7
    kernel = GaussianKernel(scale)
    if name == "multiquadric":
        kernel = InverseMultiquadric((scale,))
    means = inputs["state"][:, :2].clone().requires_grad_()
    value = squared_mmd(at(means, inputs), inputs["draws"], kernel)
    value.sum().backward()
    found = call(widget, name, inputs)
    expected = means.detach() - KERNEL_SPEED * scale**2 * means.grad
    torch.testing.assert_close(found["after"][:, :2], expected)
    torch.testing.assert_close(found["after"][:, 2:], inputs["state"][:, 2:])
    torch.testing.assert_close(found["value"], value.mean().reshape(1).detach())


def test_step_of_the_adversary_is_autograds(widget, inputs):
    """First the network learns, then the codes move against what it has learned."""
    network = MLPDiscriminator((2,), (HIDDEN,))
    vector_to_parameters(inputs["weights"], network.parameters())
    means = inputs["state"][:, :2].clone().requires_grad_()
    real, fake = network(inputs["draws"]), network(at(means.detach(), inputs))
    labels = torch.cat([torch.ones(MANY), torch.zeros(MANY)])
    cost = F.binary_cross_entropy_with_logits(torch.cat([real, fake]), labels)
    slopes = torch.autograd.grad(cost, list(network.parameters()))
    learned = inputs["weights"] - ADVERSARY_SPEED * parameters_to_vector(slopes)
    vector_to_parameters(learned, network.parameters())
    (-F.logsigmoid(network(at(means, inputs)))).sum().backward()
    found = call(widget, "adversary", inputs)
    torch.testing.assert_close(found["learned"], learned)
    torch.testing.assert_close(
        found["after"][:, :2], means.detach() - CODE_SPEED * means.grad
    )
    torch.testing.assert_close(found["value"], cost.detach().reshape(1))


@pytest.mark.parametrize(
    "name", ["rate", "gaussian", "multiquadric", "adversary", "measure"]
)
def test_exported_function_answers_as_pytorch_does(widget, inputs, name):
    """On inputs that the export was not checked on."""
    function = widget._program[name]
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    moved = inputs | {"state": inputs["state"] * 0.6 + 0.05}
    asked = {key: moved[key].numpy() for key in function.inputs}
    found = session.run(list(function.outputs), asked)
    expected = function.run(asked)
    for value, wanted in zip(found, expected.values(), strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5)


def test_information_and_misfit_split_the_rate(widget):
    """Hoffman & Johnson: on average over codes, and here over many draws of them.

    The tolerance is four standard errors of 30 x 200 draws of the log ratio.
    """
    generator = torch.Generator().manual_seed(2)
    means, widths = torch.randn(MANY, 2, generator=generator), torch.tensor(0.4)
    state = torch.cat([means, widths.expand(MANY, 2)], 1)
    labels = torch.zeros(MANY)
    split = []
    for _ in range(200):
        noise = torch.randn(MANY, 2, generator=generator)
        given = {"state": state, "noise": noise, "labels": labels}
        split.append(call(widget, "measure", given)["measures"][:2].sum())
    rate = kl_divergence(Normal(means, widths), Normal(0.0, 1.0)).sum(1).mean()
    assert abs(torch.stack(split).mean() - rate) < 0.06


@pytest.mark.parametrize(
    ("width", "information"), [(1e-4, np.log(MANY)), (1e4, 0.0)], ids=["sharp", "blind"]
)
def test_information_lies_between_nothing_and_a_name(
    widget, inputs, width, information
):
    state = torch.cat([inputs["state"][:, :2], torch.full((MANY, 2), width)], 1)
    found = call(widget, "measure", inputs | {"state": state})["measures"][0]
    assert float(found) == pytest.approx(information, abs=1e-3)


def test_neighbours_are_alike_in_pure_clusters(widget, inputs):
    """Eleven codes of each class side by side have ten alike neighbours each."""
    means = 100 * torch.eye(3)[:, :2].repeat_interleave(11, 0)[:MANY]
    means = means + 0.01 * torch.randn(MANY, 2, generator=torch.Generator())
    state = torch.cat([means, torch.zeros(MANY, 2) + 1e-3], 1)
    kinds = torch.arange(3.0).repeat_interleave(11)[:MANY]
    given = inputs | {"state": state, "labels": kinds}
    share = float(call(widget, "measure", given)["measures"][2])
    # Of the last class only 8 are here: each has 7 alike among its ten.
    assert share == pytest.approx((22 + 8 * 0.7) / 30)


def test_run_repeats(inputs):
    """A widget made twice starts from the same numbers, and takes the same steps."""
    torch.manual_seed(5)
    first = DivergenceFlow(CODES, LABELS)
    torch.manual_seed(6)
    second = DivergenceFlow(CODES, LABELS)
    assert first.start == second.start
    steps = [call(w, "adversary", inputs)["after"] for w in (first, second)]
    torch.testing.assert_close(*steps, rtol=0, atol=0)


def test_making_one_leaves_the_readers_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    DivergenceFlow(CODES, LABELS)
    torch.testing.assert_close(torch.rand(3), expected)


def test_poster_shows_every_code_and_is_disabled(widget):
    poster = BeautifulSoup(widget.poster(), "html.parser")
    texts = poster.select("svg > text")
    assert [len(text.text) for text in texts] == [10, 10, 10]
    assert all("disabled" in field.attrs for field in poster.select("fieldset"))
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")
    assert poster.select_one(".vae-of-alike")


def test_labels_may_be_missing():
    widget = DivergenceFlow(torch.tensor(CODES))
    (text,) = BeautifulSoup(widget.poster(), "html.parser").select("svg > text")
    assert text.text == MANY * "•"
    assert "vae-of-alike" not in widget.poster()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"codes": CODES[:, 0]}, r"shape \(N, 2\), N >= 1, got \(30,\)"),
        ({"codes": CODES * np.nan}, "codes must be finite"),
        ({"codes": CODES[:10]}, "11 to 400 codes can flow, got 10"),
        ({"codes": np.zeros((401, 2))}, "11 to 400 codes can flow, got 401"),
        ({"codes": CODES, "labels": LABELS[:9]}, r"30 integers, got int64 \(9,\)"),
        ({"codes": CODES, "labels": LABELS - 1}, r"\[0, 36\), got \[-1, 1\]"),
        ({"codes": CODES, "width": 0.0}, "width must be positive and finite, got 0.0"),
        ({"codes": CODES, "width": np.inf}, "width must be positive and finite"),
        ({"codes": CODES, "scale": 4}, r"scale must be one of \(0.2, .*, got 4"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        DivergenceFlow(**arguments)
