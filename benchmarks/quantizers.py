"""How long a vector quantiser takes, and how much memory, beside two public ones.

`python benchmarks/quantizers.py` compares one forward and backward pass in training
mode, with a moving average, 512 codes of 64 numbers. Times: the three take turns in one
process, on one thread, with freed blocks kept; median, least and greatest of the ratios
of processor time, round by round; above 1, ours is faster. Memory: each in a process of
its own, what the largest pass adds to the resident set.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from alternate import ratios
from torch import Tensor

from vae_lib.networks import VectorQuantizer
from vae_lib.training.memory import keep_freed_blocks

CODES, DIM, DECAY = 512, 64, 0.99
SHAPES = ((64, DIM, 8, 8), (32, DIM, 32, 32))

Pass = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]


def ours() -> Pass:
    """This library's."""
    quantizer = VectorQuantizer(CODES, DIM, decay=DECAY)
    quantizer.codebook.copy_(shared_codes())

    def run(latents: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        out = quantizer(latents)
        return out.latents, out.indices, out.commitment_loss.mean()

    return run


def lucidrains() -> Pass:
    """`VectorQuantize` of vector-quantize-pytorch as shipped."""
    from vector_quantize_pytorch import VectorQuantize

    quantizer = VectorQuantize(
        dim=DIM,
        codebook_size=CODES,
        decay=DECAY,
        commitment_weight=0.25,
        accept_image_fmap=True,
    )
    quantizer._codebook.embed.data.copy_(shared_codes()[None])
    quantizer._codebook.embed_avg.data.copy_(shared_codes()[None])

    def run(latents: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        out, indices, loss = quantizer(latents)
        return out, indices, loss.sum()

    return run


def pythae() -> Pass:
    """`QuantizerEMA` of pythae, which takes channels last."""
    from pythae.models.vq_vae.vq_vae_config import VQVAEConfig
    from pythae.models.vq_vae.vq_vae_utils import QuantizerEMA

    config = VQVAEConfig(
        commitment_loss_factor=0.25, num_embeddings=CODES, decay=DECAY, use_ema=True
    )
    config.embedding_dim = DIM
    quantizer = QuantizerEMA(config)
    quantizer.embeddings.copy_(shared_codes())

    def run(latents: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        out = quantizer(latents.permute(0, 2, 3, 1))
        return out["quantized_vector"], out["quantized_indices"], out["loss"]

    return run


PEERS = {"ours": ours, "vector-quantize-pytorch": lucidrains, "pythae": pythae}


def shared_codes() -> Tensor:
    """The codebook that all start with."""
    generator = torch.Generator().manual_seed(1)
    return torch.randn(CODES, DIM, generator=generator)


def batch(shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Latents, and the gradient that comes back from a decoder."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(2, *shape, generator=generator)
    return drawn[0].requires_grad_(), drawn[1]


def seconds(run: Pass, latents: Tensor, wanted: Tensor) -> float:
    """Processor time of one pass forwards and backwards."""
    start = time.process_time()
    out, _, loss = run(latents)
    torch.autograd.backward([out, loss], [wanted, None])
    latents.grad = None
    return time.process_time() - start


def peak(name: str, shape: tuple[int, ...]) -> float:
    """MiB that three passes add to the resident set at its largest. Linux only."""
    run, (latents, wanted) = PEERS[name](), batch(shape)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the largest so far
    before = resident("VmRSS")
    for _ in range(3):
        seconds(run, latents, wanted)
    return (resident("VmHWM") - before) / 1024


def resident(line: str) -> int:
    """The resident set now (VmRSS) or at its largest (VmHWM), in KiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{line}:")[1].split()[0])


def peak_in_a_process(name: str, place: int) -> float:
    """`peak`, measured where nothing else has used memory before."""
    command = [sys.executable, __file__, "--peak", name, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    """Print one table row for each peer and shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--peak", nargs=2, metavar=("NAME", "SHAPE"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_blocks()
    if arguments.peak:
        name, place = arguments.peak
        print(json.dumps(peak(name, SHAPES[int(place)])))
        return
    print("| latents | against | times | ms | ours ms | MiB | ours MiB |")
    print("|---|---|---|---|---|---|---|")
    for place, shape in enumerate(SHAPES):
        latents, wanted = batch(shape)
        found = {name: build()(latents)[1].flatten() for name, build in PEERS.items()}
        for name in found:
            assert torch.equal(found[name], found["ours"]), f"{name} chose other codes"
        runs = {name: build() for name, build in PEERS.items()}
        times: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(arguments.rounds + 2):
            for name, run in runs.items():
                took = seconds(run, latents, wanted)
                if turn >= 2:  # warm by then
                    times[name].append(took)
        memory = {name: peak_in_a_process(name, place) for name in runs}
        for name in list(runs)[1:]:
            middle, low, high = ratios(times[name], times["ours"])
            theirs, own = (1e3 * statistics.median(times[k]) for k in (name, "ours"))
            print(
                f"| {shape} | {name} | {middle:.1f} ({low:.1f} to {high:.1f}) "
                f"| {theirs:.1f} | {own:.1f} "
                f"| {memory[name]:.0f} | {memory['ours']:.0f} |"
            )


if __name__ == "__main__":
    main()
