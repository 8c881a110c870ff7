"""What objectives of several views refuse, a checkpoint of other prices included."""

import math

import pytest
import torch
from torch import nn

from linear_views import LinearViews, gaussian
from vae_lib.networks import mixture_of_experts
from vae_lib.objectives import MixtureELBO, MultimodalELBO
from vae_lib.training import fit

PAIR = {"a": 3, "b": 4}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"weights": {"a": -1.0}},
            r"weight of 'a' must be a non-negative number, got -",
        ),
        ({"weights": {"a": math.nan}}, r"weight of 'a' must be a non-negative .* nan"),
        ({"weights": {"a": "1"}}, r"weight of 'a' must be a non-negative .* '1'"),
        (
            {"weights": (1.0, 2.0)},
            r"weights must be a mapping from views .* \(1.0, 2.0",
        ),
        ({"singles": -1.0}, r"singles must be a non-negative number, got -1.0"),
        ({"singles": math.inf}, r"singles must be a non-negative number, got inf"),
        ({"subsets": -1}, r"subsets must be a non-negative integer, got -1"),
        ({"subsets": 1.5}, r"subsets must be a non-negative integer, got 1.5"),
        ({"warmup": -1}, r"warmup must be a non-negative integer, got -1"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MultimodalELBO(**options)
    if not {"singles", "subsets"} & options.keys():
        with pytest.raises(ValueError, match=message):
            MixtureELBO(**options)


def test_models_and_views_that_do_not_fit_are_refused():
    oracle = LinearViews.random(**PAIR)
    views, product = oracle.sample(3), oracle.model()
    mixture = oracle.model(combine=mixture_of_experts)
    for make, model in ((MultimodalELBO, product), (MixtureELBO, mixture)):
        with pytest.raises(ValueError, match=r"views must be a, b, got a$"):
            make()(model, views.only("a"))
        with pytest.raises(ValueError, match=r"must name views .* a, b, got c"):
            make({"c": 2.0})(model, views)
    with pytest.raises(ValueError, match="need at least three views, got a, b"):
        MultimodalELBO(subsets=1)(product, views)
    with pytest.raises(ValueError, match=r"Gaussian posteriors.* got UniformMix"):
        MultimodalELBO()(mixture, views)
    with pytest.raises(ValueError, match="by mixture_of_experts, got Indep"):
        MixtureELBO()(product, views)


def test_a_checkpoint_is_that_of_its_weights(tmp_path):
    """A run with other prices is another run, and does not go on from this one."""
    oracle = LinearViews.random(**PAIR)
    views, path = oracle.sample(8), tmp_path / "run"

    def run(weight, steps):
        torch.manual_seed(0)
        network = nn.Linear(4, 4).double()

        def expert(name, x):
            padded = nn.functional.pad(x, (0, 4 - x.shape[1]))
            mean, log_scale = network(padded).chunk(2, 1)
            return gaussian(mean, log_scale.exp())

        model = oracle.model(expert)
        model.network = network
        fit(
            model,
            MultimodalELBO({"a": weight}),
            views,
            steps=steps,
            checkpoint=path,
            progress=False,
        )
        return network.weight.detach()

    run(2.0, 3)
    with pytest.raises(ValueError, match="weights"):
        run(3.0, 5)
    resumed = run(2.0, 5)
    path.unlink()
    assert torch.equal(resumed, run(2.0, 5))
