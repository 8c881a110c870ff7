"""The training loop."""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from vae_lib.data import Batch, Conditioned, ImageSource, Labelled, x_and_given
from vae_lib.objectives import (
    Loss,
    Objective,
    Schedule,
    TwoPlayerObjective,
    at_step,
)
from vae_lib.training.checkpoints import load_checkpoint, save_checkpoint
from vae_lib.training.history import History
from vae_lib.training.memory import keep_freed_blocks
from vae_lib.training.player import Player, enter
from vae_lib.training.seeding import seed_everything

__all__ = ["fit"]

# float16 would need its gradients scaled against underflow; bfloat16 does not.
PRECISIONS = (torch.float32, torch.bfloat16)


@dataclass(frozen=True)
class _Resident:
    """Plain tensors as a source: uint8 is scaled, floats and code indices pass."""

    data: Batch

    def __len__(self) -> int:
        return len(self.data)

    def images(self, index: Tensor) -> Batch:
        pixels, given = x_and_given(self.data)
        # Copies whole rows: twice as fast as pixels[index].
        batch = pixels.index_select(0, index.to(pixels.device))
        batch = batch.float().div_(255) if batch.dtype == torch.uint8 else batch
        if not given:
            return batch
        return type(self.data)(batch, *(y[index.to(y.device)] for y in given))


def fit(
    model: nn.Module,
    objective: Objective,
    data: ImageSource | Batch,
    *,
    steps: int,
    batch_size: int = 64,
    learning_rate: Schedule = 1e-3,
    seed: int = 0,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 1_000,
    log_every: int = 10,
    precision: torch.dtype = torch.float32,
    progress: bool = True,
) -> History:
    """Minimise objective on minibatches of data with Adam.

    The model is trained in place, on the device where its weights are, and is left in
    evaluation mode. With the same seed the same run gives the same weights, and a run
    killed at any moment goes on from its checkpoint to the very weights that it would
    have reached.

    If the objective has an adversary (`TwoPlayerObjective`), the two take turns: after
    each update of the model the adversary takes one on a minibatch of its own, which
    is drawn anew. It is trained in place as well, on the model's device.

    Args:
        model: judged by `objective(model, batch, step)`.
        objective: returns a `Loss`; may have an adversary.
        data: has `len(data)` and `images(index) -> (B, *event)`; or a tensor
            (N, *event), uint8 (scaled by 1/255), floating point, or int64 (indices of
            codes). With classes or other conditions: `Labelled` or `Conditioned`
            tensors, or a source that returns such, as `WithLabels`; then the objective
            is given batches of that kind. Of several views: `Views`.
        steps: number of updates in all, those before a resumption included.
        batch_size: examples drawn, with replacement, for each update.
        learning_rate: Adam's step size, for the model; a number or a function of the
            step, e.g. `linear_warmup(steps, 1e-3, 0)`, which sinks to 0 at the end.
        seed: of the minibatches and of every draw in the model.
        checkpoint: file to resume from, if it exists, and to write.
        checkpoint_every: steps between two writes; the last step is always written.
        log_every: steps between two records in the history.
        precision: of the matrix products (bfloat16 by autocast; weights and losses
            stay float32).
        progress: show a bar.

    Returns:
        "loss" and the batch mean of every term, at every `log_every` steps and the
        last; with an adversary also "adversary_loss" and its terms.

    Raises:
        ValueError: if a count is not a positive integer, the precision is another one,
            data is empty, the model has no parameters, or the checkpoint is damaged,
            not this run's, or past `steps` already.
        FloatingPointError: if a loss is not finite; says when, and which terms.

    Source: Kingma & Ba (2015), arXiv:1412.6980.
    """
    _check_counts(
        steps=steps,
        batch_size=batch_size,
        checkpoint_every=checkpoint_every,
        log_every=log_every,
    )
    first_rate = _rate_at(learning_rate, 0)
    if precision not in PRECISIONS:
        raise ValueError(
            f"precision must be one of {', '.join(map(str, PRECISIONS))}, "
            f"got {precision}"
        )
    source = _as_source(data)
    keep_freed_blocks()
    seed_everything(seed)
    learner = enter(model, first_rate)
    device = learner.parameters[0].device
    adversary = _enter_adversary(objective, device)
    history, done = History(), 0
    fingerprint = {
        "seed": seed,
        "batch_size": batch_size,
        "learning_rate": first_rate,
        "examples": len(source),
        "precision": str(precision),
        **_describe(objective),
    }
    if checkpoint is not None and Path(checkpoint).exists():
        done, history = load_checkpoint(
            checkpoint, model, learner.optimizer, fingerprint, adversary=adversary
        )
        if done > steps:
            raise ValueError(
                f"steps must be at least the {done} already done in {checkpoint}, "
                f"got {steps}"
            )
    autocast = torch.autocast(device.type, precision, precision != torch.float32)

    def play(judge: Callable[..., Loss], player: Player, step: int) -> Loss:
        x = source.images(torch.randint(len(source), (batch_size,))).to(device)
        with autocast:
            loss = judge(model, x, step)
        _check_finite("loss" if player is learner else "adversary's loss", loss, step)
        player.update(loss.value)
        return loss

    remaining = range(done, steps)
    for step in tqdm(remaining, initial=done, total=steps, disable=not progress):
        learner.set_learning_rate(_rate_at(learning_rate, step))
        losses = {"loss": play(objective, learner, step)}
        if adversary is not None:
            judge = objective.adversary_loss
            losses["adversary_loss"] = play(judge, adversary, step)
        last = step + 1 == steps
        if step % log_every == 0 or last:
            history.record(step, _means(losses))
        if checkpoint is not None and ((step + 1) % checkpoint_every == 0 or last):
            save_checkpoint(
                checkpoint,
                model,
                learner.optimizer,
                step + 1,
                history,
                fingerprint,
                adversary=adversary,
            )
    for player in filter(None, (learner, adversary)):
        player.network.eval()
    return history


def _enter_adversary(objective: Objective, device: torch.device) -> Player | None:
    if not isinstance(objective, TwoPlayerObjective):
        return None
    second = objective.adversary
    return enter(second.network.to(device), second.learning_rate, second.betas)


def _means(losses: dict[str, Loss]) -> dict[str, float]:
    """Every loss's value under its name, followed by the batch means of its terms."""
    means = {}
    for name, loss in losses.items():
        means[name] = float(loss.value.detach())
        means |= {key: float(term.detach().mean()) for key, term in loss.terms.items()}
    return means


def _as_source(data: ImageSource | Batch) -> ImageSource:
    in_memory = isinstance(data, Tensor | Labelled | Conditioned)
    source = _Resident(data) if in_memory else data
    if not hasattr(source, "images"):
        raise ValueError(
            "data must be a tensor or have len() and images(index), "
            f"got {type(data).__name__}"
        )
    if in_memory:
        x, _ = x_and_given(data)
        if x.dtype not in (torch.uint8, torch.int64) and not x.is_floating_point():
            raise ValueError(
                f"data must be uint8, int64 or floating point, got {x.dtype}"
            )
        if x.dim() < 2:
            raise ValueError(f"data must have shape (N, *event), got {tuple(x.shape)}")
    if len(source) == 0:
        raise ValueError("data must hold at least one example, got none")
    return source


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name} must be a positive integer, got {count}")


def _rate_at(learning_rate: Schedule, step: int) -> float:
    rate = at_step(learning_rate, step)
    if not 0 < rate < math.inf:
        raise ValueError(
            f"learning_rate must be positive and finite, got {rate} at step {step}"
        )
    return rate


def _describe(objective: Objective) -> dict[str, Any]:
    """The objective's name and its constant hyper-parameters."""
    constants = _constants(objective) if is_dataclass(objective) else {}
    return {"objective": type(objective).__name__, **constants}


def _constants(thing: Any) -> dict[str, Any]:
    """A dataclass's fields as JSON gives them back; functions cannot be compared."""
    values = {field.name: getattr(thing, field.name) for field in fields(thing)}
    return {name: _constant(one) for name, one in values.items() if _comparable(one)}


def _comparable(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_comparable, value))
    if isinstance(value, Mapping):
        return all(map(_comparable, value.values()))
    plain = isinstance(value, int | float | str | None | nn.Module)
    return plain or is_dataclass(value)


def _constant(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_constant(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _constant(one) for key, one in value.items()}
    if isinstance(value, nn.Module):
        return str(value)
    if is_dataclass(value):
        return {"is": type(value).__name__, **_constants(value)}
    return value


def _check_finite(name: str, loss: Loss, step: int) -> None:
    if torch.isfinite(loss.value):
        return
    bad = [key for key, term in loss.terms.items() if not torch.isfinite(term).all()]
    raise FloatingPointError(
        f"the {name} is {loss.value.item()} at step {step}; "
        f"terms that are not finite: {', '.join(bad) or 'none'}"
    )
