"""A whole step of training as one pure function of tensors, so that a page can run it.

Nothing here restates the mathematics: the step calls an objective of the book on a
model of the book. What a training loop keeps in objects (weights, Adam's moments, the
count of steps) is one flat vector, and what it draws (the posterior's noise) comes in.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor
from torch.func import functional_call, grad_and_value
from torch.overrides import TorchFunctionMode

from vae_lib.models import VAE
from vae_lib.objectives import BetaVAE, rate_of_each_dimension
from vae_lib.widgets.training_state import StateLayout, adam

__all__ = ["given_noise", "training_step"]


@contextmanager
def given_noise(noise: Tensor) -> Iterator[None]:
    """Within, the one standard normal draw of `rsample` is this noise.

    `torch.distributions` draws by filling an empty tensor in place, `normal_()`; here
    the filling returns the tensor given.

    Raises:
        ValueError: if the draw has another shape than noise, or there is not exactly
            one draw.
    """
    mode = _GivenNoise(noise)
    with mode:
        yield
    if mode.draws != 1:
        raise ValueError(f"expected one draw of noise, got {mode.draws}")


class _GivenNoise(TorchFunctionMode):
    def __init__(self, noise: Tensor) -> None:
        super().__init__()
        self.noise = noise
        self.draws = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is not Tensor.normal_:
            return func(*args, **(kwargs or {}))
        if args[0].shape != self.noise.shape:
            raise ValueError(
                f"the model draws noise of shape {tuple(args[0].shape)}, "
                f"got {tuple(self.noise.shape)}"
            )
        self.draws += 1
        return self.noise


def training_step(
    model: VAE,
    state: Tensor,
    x: Tensor,
    noise: Tensor,
    beta: Tensor,
    learning_rate: Tensor,
    epsilon: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of Adam on `BetaVAE`: what `fit` does to a model, without its objects.

    Args:
        model: says how weights become distributions; its own weights play no part.
        state: of the layout `StateLayout.of(model)`.
        x: a minibatch (B, *event).
        noise: the posterior's draw, (B, D), standard normal.
        beta: price of a nat of rate, ().
        learning_rate: Adam's step size, ().
        epsilon: Adam's, (); 1e-8 in `fit`. An input, because an optimiser of graphs
            takes a constant so small for zero.

    Returns:
        The state after the step; the batch's mean distortion (); the mean rate of each
        latent (D,); both in nats, before the step.

    Raises:
        ValueError: if the noise does not fit the model's draw.
    """
    layout = StateLayout.of(model)
    judge = BetaVAE(beta=_as_given)

    def loss(weights: dict[str, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        passes = []

        def watched(batch: Tensor) -> Any:
            passes.append(functional_call(model, weights, (batch,)))
            return passes[-1]

        with given_noise(noise):
            value, terms = judge(watched, x, beta)
        (seen,) = passes
        rates = rate_of_each_dimension(seen.posterior, seen.prior)
        return value, (terms["distortion"].mean(), rates.mean(0))

    gradients, (_, (distortion, rates)) = grad_and_value(loss, has_aux=True)(
        layout.weights(state)
    )
    after = adam(layout, state, gradients, learning_rate, epsilon)
    return after, distortion, rates


def _as_given(beta: Any) -> Any:
    """A schedule whose step is the price itself."""
    return beta
