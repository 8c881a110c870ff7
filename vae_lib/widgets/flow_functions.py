"""Steps that pull a cloud of posteriors towards the prior, as tensor functions.

A state is (N, 4): for each image the two means and the two widths of its posterior. Its
codes are z = mean + width * noise, with noise that stays the same in a run, so that a
code moves only because its posterior does.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal, kl_divergence
from torch.func import functional_call, grad_and_value
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector

from vae_lib.networks import MLPDiscriminator
from vae_lib.objectives import (
    GaussianKernel,
    InverseMultiquadric,
    squared_mmd,
    tell_apart,
)
from vae_lib.objectives.kernels import Kernel, squared_distances
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.training_state import StateLayout

__all__ = [
    "NEIGHBOURS",
    "adversary_step",
    "codes_of",
    "flow_functions",
    "kernel_step",
    "measures",
    "rate_step",
]

RATE_SPEED = 0.03  # of a gradient step on one image's rate
KERNEL_SPEED = 0.3  # the same on MMD^2, in units of the squared kernel scale
CODE_SPEED = 0.1  # of a step on one code's surprise
ADVERSARY_SPEED = 0.2  # of the adversary's own step
HIDDEN = 32
NEIGHBOURS = 10
FAR = 1e9  # a code is no neighbour of its own


def codes_of(state: Tensor, noise: Tensor) -> Tensor:
    """The codes z (N, 2) of a state (N, 4) under noise (N, 2)."""
    return state[:, :2] + state[:, 2:] * noise


def rate_step(_: nn.Module, state: Tensor) -> tuple[Tensor, Tensor]:
    """One gradient step on every image's own rate, which moves means and widths.

    Returns:
        The state after it, (N, 4), and the mean rate before it, (1,), in nats.
    """

    def total(state: Tensor) -> Tensor:
        return kl_divergence(_posteriors(state), _prior()).sum()

    gradient, value = grad_and_value(total)(state)
    return state - RATE_SPEED * gradient, value.reshape(1) / len(state)


def kernel_step(
    kernel: Kernel, state: Tensor, noise: Tensor, draws: Tensor, scale: Tensor
) -> tuple[Tensor, Tensor]:
    """One gradient step on MMD^2 between codes and draws, which moves the means.

    The widths stay: MMD^2 sees where codes lie, not whose noise put them there, and
    nothing here pays for narrow posteriors as a decoder does.

    Args:
        kernel: of scale 1.
        state: posteriors, (N, 4).
        noise: theirs, (N, 2).
        draws: from the prior, (N, 2), new at each step.
        scale: of the kernel, (1,), in standard deviations of the prior.

    Returns:
        The state after it, (N, 4), and the estimate of MMD^2 before it, (1,).
    """
    speed = KERNEL_SPEED * scale.square()

    def total(means: Tensor) -> tuple[Tensor, Tensor]:
        codes = codes_of(torch.cat([means, state[:, 2:]], 1), noise)
        # k_s(x, y) = k_1(x / s, y / s), for either kernel.
        each = squared_mmd(codes / scale, draws / scale, kernel)
        # With the speed inside, no slope is a constant: an exported graph would store
        # those, (N, N) each.
        return (speed * each).sum(), each.mean()

    means = state[:, :2]
    step, (_, value) = grad_and_value(total, has_aux=True)(means)
    return torch.cat([means - step, state[:, 2:]], 1), value.reshape(1)


def adversary_step(
    network: nn.Module, state: Tensor, noise: Tensor, draws: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """A step of the adversary, then one of the means on the surprise -log D(z).

    Args:
        network: the adversary; its own weights play no part.
        state: posteriors, (N, 4).
        noise: theirs, (N, 2).
        draws: from the prior, (N, 2), new at each step.
        weights: the adversary's, (P,).

    Returns:
        The state after it, (N, 4); the adversary's cross-entropy before it, (1,), in
        nats, ln 2 where it can do no better than guess; its weights after it, (P,).
    """
    layout = StateLayout.of(network)
    widths = state[:, 2:]

    def logits(weights: dict[str, Tensor], z: Tensor) -> Tensor:
        return functional_call(network, weights, (z,))

    def cost(named: dict[str, Tensor]) -> Tensor:
        fake = logits(named, codes_of(state, noise))
        return tell_apart(logits(named, draws), fake).value

    gradients, value = grad_and_value(cost)(layout.weights(weights))
    gradient = torch.cat([gradients[name].flatten() for name in layout.shapes])
    weights = weights - ADVERSARY_SPEED * gradient

    def surprise(means: Tensor) -> Tensor:
        codes = codes_of(torch.cat([means, widths], 1), noise)
        return F.softplus(-logits(layout.weights(weights), codes)).sum()

    slope, _ = grad_and_value(surprise)(state[:, :2])
    means = state[:, :2] - CODE_SPEED * slope
    return torch.cat([means, widths], 1), value.reshape(1), weights


def measures(_: nn.Module, state: Tensor, noise: Tensor, labels: Tensor) -> Tensor:
    """What the codes say of their images, and how far all of them are from the prior.

    Returns:
        Three numbers (3,). The information that a code has about which image it is of,
        at most log N, and the misfit KL(q(z) || p(z)), both in nats and estimated from
        the one code of each image; their sum estimates the mean rate. Then the share
        in [0, 1] of each code's ten nearest that have its label.

    Source: Hoffman & Johnson (2016), "ELBO surgery", equation 10.
    """
    count = len(state)
    z = codes_of(state, noise)
    each = _posteriors(state).log_prob(z[:, None])  # [i, j] = log q(z_i | x_j)
    aggregate = each.logsumexp(1) - math.log(count)
    information = (each.diagonal() - aggregate).mean()
    misfit = (aggregate - _prior().log_prob(z)).mean()
    apart = squared_distances(z, z) + FAR * torch.eye(count)
    nearest = apart.topk(NEIGHBOURS, largest=False).indices
    alike = (labels[nearest] == labels[:, None]).float().mean()
    return torch.stack([information, misfit, alike])


def flow_functions(
    state: Tensor, noise: Tensor, labels: Tensor
) -> tuple[list[TensorFunction], Tensor]:
    """All steps and the measures, and the weights (P,) that the adversary starts from.

    Args:
        state: posteriors to start from, (N, 4).
        noise: theirs, (N, 2).
        labels: class of each, (N,), float.
    """
    with torch.random.fork_rng():  # the reader's random numbers stay where they are
        torch.manual_seed(0)
        adversary = MLPDiscriminator((2,), (HIDDEN,))
        draws = torch.randn_like(noise)
    weights = parameters_to_vector(adversary.parameters()).detach()
    cloud = {"state": state, "noise": noise}
    with_kernel = cloud | {"draws": draws, "scale": torch.ones(1)}
    played = cloud | {"draws": draws, "weights": weights}

    def function(
        name: str,
        call: Callable[..., Tensor | tuple[Tensor, ...]],
        inputs: dict[str, Tensor],
        outputs: tuple[str, ...] = ("after", "value"),
        module: nn.Module | None = None,
    ) -> TensorFunction:
        whole = tuple(inputs)
        return TensorFunction(
            name, module or nn.Identity(), call, inputs, outputs, whole
        )

    steps = [
        function("rate", rate_step, {"state": state}),
        function("gaussian", _kernel_call(GaussianKernel(1.0)), with_kernel),
        function("multiquadric", _kernel_call(InverseMultiquadric()), with_kernel),
        function(
            "adversary",
            adversary_step,
            played,
            ("after", "value", "learned"),
            adversary,
        ),
    ]
    labelled = cloud | {"labels": labels}
    return [*steps, function("measure", measures, labelled, ("measures",))], weights


def _kernel_call(kernel: Kernel) -> Callable[..., tuple[Tensor, Tensor]]:
    def call(_: nn.Module, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        return kernel_step(kernel, *inputs)

    return call


def _posteriors(state: Tensor) -> Independent:
    # Without checks, whose outcome a traced graph could not know.
    return Independent(
        Normal(state[:, :2], state[:, 2:], validate_args=False), 1, validate_args=False
    )


def _prior() -> Independent:
    return Independent(
        Normal(torch.zeros(2), torch.ones(2), validate_args=False),
        1,
        validate_args=False,
    )
