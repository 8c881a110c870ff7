"""One training run for `training.py`: LOOP and NETWORK, as in `fit mlp --steps 64`.

Three loops train the same network from the same weights on the same images by the
negative ELBO: `fit`; the fastest loop that we could write by hand without the library's
models, objectives and `fit`; and pythae's trainer. A clock inside the forward pass
counts every step from one forward pass to the next, whatever a loop does in between.
"""

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_lib.data import Sprites
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import (
    BurgessDecoder,
    BurgessEncoder,
    LocatelloDecoder,
    LocatelloEncoder,
    MLPDecoder,
    MLPEncoder,
)
from vae_lib.objectives import NegativeELBO
from vae_lib.training import fit, seed_everything
from vae_lib.training.memory import keep_freed_blocks

LEARNING_RATE = 1e-3
WARM_UP = 5
# Batches in an epoch; the steps are a multiple of it.
EPOCH = 32


def _mlp() -> VAE:
    shape = (1, 28, 28)
    return VAE(MLPEncoder(shape, 10), MLPDecoder(10, shape), StandardNormal(10))


# Network: how it is built, the side of an image, the batch size.
NETWORKS: dict[str, tuple[Callable[[], VAE], int, int]] = {
    "burgess": (
        lambda: VAE(BurgessEncoder(), BurgessDecoder(), StandardNormal(10)),
        64,
        64,
    ),
    "locatello": (
        lambda: VAE(LocatelloEncoder(), LocatelloDecoder(), StandardNormal(10)),
        64,
        64,
    ),
    "mlp": (_mlp, 28, 128),
}


class Clock:
    """The times and losses of the forward passes."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float]] = []
        self.losses: list[Tensor] = []

    def tick(self) -> None:
        """Note the time, on the wall and on the processor."""
        self.times.append((time.perf_counter(), time.process_time()))

    def report(self) -> dict[str, Any]:
        """Seconds a step after the warm-up, and the loss of every step."""
        times = self.times[WARM_UP:]
        wall, processor = (
            (last - first) / (len(times) - 1)
            for first, last in zip(times[0], times[-1], strict=True)
        )
        return {
            "wall": wall,
            "processor": processor,
            "losses": [float(loss) for loss in self.losses],
        }


def with_fit(
    model: VAE, pixels: Tensor, batch: int, steps: int, precision: torch.dtype
) -> Clock:
    """The library's loop, as a reader calls it."""
    clock = Clock()

    def objective(model: VAE, x: Tensor, step: int = 0):  # noqa: ANN202
        clock.tick()
        loss = NegativeELBO()(model, x, step)
        clock.losses.append(loss.value.detach())
        return loss

    fit(
        model,
        objective,
        pixels,
        steps=steps,
        batch_size=batch,
        learning_rate=LEARNING_RATE,
        precision=precision,
    )
    return clock


def by_hand(
    model: VAE, pixels: Tensor, batch: int, steps: int, precision: torch.dtype
) -> Clock:
    """Resident bytes, fused Adam, channels-last, kept blocks, no distributions."""
    keep_freed_blocks()
    seed_everything(0)
    clock = Clock()
    model.to(memory_format=torch.channels_last).train()
    encode, decode = logits_of(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    for _ in range(steps):
        index = torch.randint(len(pixels), (batch,))
        x = pixels.index_select(0, index).float().div_(255)
        clock.tick()
        with torch.autocast("cpu", precision, precision != torch.float32):
            mean, log_scale = encode(x)
            mean, log_scale = mean.float(), log_scale.float()
            scale = log_scale.exp()
            z = mean + scale * torch.randn_like(mean)
            logits = decode(z).float()
        distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        rate = 0.5 * (mean.square() + scale.square() - 1).sum() - log_scale.sum()
        loss = (distortion + rate) / batch
        clock.losses.append(loss.detach())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return clock


def with_pythae(
    model: VAE, pixels: Tensor, batch: int, steps: int, precision: torch.dtype
) -> Clock:
    """The VAE and the trainer of pythae around the same layers, on float32 images."""
    from pythae import models as peers
    from pythae.data.datasets import BaseDataset
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    assert precision == torch.float32, "pythae's trainer has mixed precision on GPUs"
    logging.disable(logging.INFO)
    encode, decode = logits_of(model)
    clock = Clock()

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.layers = model.encoder

        def forward(self, x: Tensor) -> ModelOutput:
            clock.tick()
            mean, log_scale = encode(x)
            return ModelOutput(embedding=mean, log_covariance=2 * log_scale)

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            super().__init__()
            self.layers = model.decoder

        def forward(self, z: Tensor) -> ModelOutput:
            return ModelOutput(reconstruction=decode(z).sigmoid())

    class Recorded(peers.VAE):
        def loss_function(self, *arguments: Tensor) -> tuple[Tensor, ...]:
            losses = super().loss_function(*arguments)
            clock.losses.append(losses[0].detach())
            return losses

    images = pixels.float() / 255
    shape = tuple(images.shape[1:])
    config = peers.VAEConfig(
        input_dim=shape, latent_dim=model.latent_dim, reconstruction_loss="bce"
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = BaseTrainer(
            model=Recorded(config, Encoder(), Decoder()),
            train_dataset=BaseDataset(images, torch.zeros(len(images))),
            training_config=BaseTrainerConfig(
                output_dir=folder,
                num_epochs=steps * batch // len(images),
                learning_rate=LEARNING_RATE,
                per_device_train_batch_size=batch,
                optimizer_cls="Adam",
                seed=0,
                no_cuda=True,
            ),
        )
        trainer.train()
    # The trainer tries one forward pass before it begins.
    clock.losses = clock.losses[1:]
    return clock


def logits_of(model: VAE) -> tuple[Callable[[Tensor], Any], Callable[[Tensor], Tensor]]:
    """The layers alone: x to (mean, log scale), and z to logits."""
    trunk, head = model.encoder.trunk, model.encoder.head.linear
    flatten = isinstance(model.encoder, MLPEncoder)

    def encode(x: Tensor) -> tuple[Tensor, Tensor]:
        return head(trunk(x.flatten(1) if flatten else x)).chunk(2, dim=-1)

    if not isinstance(model.decoder, MLPDecoder):
        return encode, model.decoder.trunk
    shape = model.decoder.event_shape
    layers = nn.Sequential(model.decoder.trunk, model.decoder.linear)
    return encode, lambda z: layers(z).unflatten(1, shape)


LOOPS = {"fit": with_fit, "hand": by_hand, "pythae": with_pythae}


def main() -> None:
    """Train once and print a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loop", choices=LOOPS)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), required=True)
    arguments = parser.parse_args()
    build, side, batch = NETWORKS[arguments.network]
    # Whole epochs for the loop that thinks in epochs.
    index = torch.randperm(737_280, generator=torch.Generator().manual_seed(0))
    images = Sprites(side).images(index[: EPOCH * batch])
    pixels = images.mul(255).round().to(torch.uint8)
    seed_everything(0)
    clock = LOOPS[arguments.loop](
        build(), pixels, batch, arguments.steps, getattr(torch, arguments.precision)
    )
    print(json.dumps(clock.report()))


if __name__ == "__main__":
    main()
