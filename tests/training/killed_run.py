"""A training run that kills itself: `killed_run.py CHECKPOINT RUN WHEN STEP`.

RUN is "mlp", "conv" or "players" (an MLP with an adversary). WHEN is "step" (after the
last forward pass of that step, which with players follows the model's update) or
"write" (when that many checkpoints are being written, with half of the file on the
disk).
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from torch import Tensor, nn

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import (
    MLPDecoder,
    MLPDiscriminator,
    MLPEncoder,
    SubpixelDecoder,
    SubpixelEncoder,
)
from vae_lib.objectives import (
    Adversary,
    BetaVAE,
    FactorVAE,
    Loss,
    Objective,
    TwoPlayerObjective,
)
from vae_lib.training import History, fit, linear_warmup, seed_everything

STEPS = 12


class Noisy:
    """Images with fresh noise from PyTorch's and from NumPy's global generators."""

    def __init__(self, side: int) -> None:
        self.pixels = torch.linspace(0, 1, 20 * side * side).view(20, 1, side, side)

    def __len__(self) -> int:
        return len(self.pixels)

    def images(self, index: Tensor) -> Tensor:
        """Return the images at index (B,)."""
        x = torch.bernoulli(self.pixels[index])
        keep = np.random.random_sample(x.shape) > 0.1  # noqa: NPY002
        return x * torch.from_numpy(keep)


class Doomed:
    """An objective that does not survive a step."""

    def __init__(self, judge: Objective, kill_at: int | None) -> None:
        self.judge = judge
        self.kill_at = kill_at

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge the model, and die in its step."""
        loss = self.judge(model, x, step)
        if step == self.kill_at:
            die()
        return loss


class DoomedLater:
    """An objective that does not survive the adversary's part of a step."""

    def __init__(self, judge: TwoPlayerObjective, kill_at: int | None) -> None:
        self.judge = judge
        self.kill_at = kill_at
        self.adversary = judge.adversary

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge the model."""
        return self.judge(model, x, step)

    def adversary_loss(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge the adversary, and die in its step."""
        loss = self.judge.adversary_loss(model, x, step)
        if step == self.kill_at:
            die()
        return loss


def run(
    network: str, checkpoint: Path | None, kill_at: int | None = None
) -> tuple[nn.Module, History]:
    """Train for STEPS steps; killed in the middle of step kill_at.

    Returns all networks that were trained, and the history.
    """
    seed_everything(7)
    if network == "conv":
        model = VAE(SubpixelEncoder(1, 4), SubpixelDecoder(4), StandardNormal(4))
        data = Noisy(64)
    else:
        shape = (1, 6, 6)
        model = VAE(MLPEncoder(shape, 4), MLPDecoder(4, shape), StandardNormal(4))
        data = Noisy(6)
    networks: nn.Module = model
    if network == "players":
        second = MLPDiscriminator((4,), (8, 8))
        judge = FactorVAE(Adversary(second, learning_rate=1e-2), linear_warmup(10))
        objective = DoomedLater(judge, kill_at)
        networks = nn.ModuleList([model, second])
    else:
        objective = Doomed(BetaVAE(linear_warmup(10)), kill_at)
    history = fit(
        model,
        objective,
        data,
        steps=STEPS,
        batch_size=4,
        seed=3,
        checkpoint=checkpoint,
        checkpoint_every=2,
        log_every=3,
        progress=False,
    )
    return networks, history


def die() -> NoReturn:
    """Stop as if the power were cut: nothing is flushed, no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def die_in_write(number: int) -> None:
    """Let the write of that number stop half-way."""
    whole, count = os.fsync, 0

    def fsync(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
            whole(descriptor)
            die()
        whole(descriptor)

    os.fsync = fsync


def main() -> None:
    """Run until killed."""
    path, network, when, step = sys.argv[1:]
    if when == "write":
        die_in_write(int(step))
    run(network, Path(path), int(step) if when == "step" else None)


if __name__ == "__main__":
    main()
