"""How long a training step takes: `fit`, a loop written by hand, pythae's trainer.

`python benchmarks/training.py` takes some minutes and prints one table; `--help` lists
the options. Needs `pip install -e .[bench]`.
"""

import argparse
import os
import statistics
from pathlib import Path
from typing import Any

from alternate import cpu_has_bfloat16, ratios, take_turns

LOOPS = Path(__file__).with_name("training_loops.py")
# Steps a run, and how many times faster than pythae fit is to be, by precision.
NETWORKS = {
    "burgess": (32, {"float32": 1.6, "bfloat16": 2.2}),
    "locatello": (32, {"float32": 1.6, "bfloat16": 2.2}),
    "mlp": (512, {"float32": 1.4, "bfloat16": 1.9}),
}
# fit may take this much longer than the loop written by hand.
ALLOWED = 1.05


def main() -> None:
    """Run the loops in turns and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=[*NETWORKS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    native = cpu_has_bfloat16()
    print(
        f"{arguments.rounds} rounds, {arguments.threads} thread(s); "
        f"load average {os.getloadavg()[0]:.1f}; "
        f"bfloat16 instructions: {'yes' if native else 'no, it is emulated'}"
    )
    print("| network | precision | against | ratio (least to greatest) | target |")
    print("|---|---|---|---|---|")
    for network in arguments.networks:
        compare(network, arguments.rounds, arguments.threads)


def compare(network: str, rounds: int, threads: int) -> None:
    """Print the rows of one network."""
    steps, targets = NETWORKS[network]
    commands = {
        f"{loop} {precision}": [
            str(LOOPS), loop, network, "--steps", str(steps), "--precision", precision
        ]
        for precision in targets
        for loop in ("fit", "hand", "pythae")
        if (loop, precision) != ("pythae", "bfloat16")
    }  # fmt: skip
    reports = take_turns(commands, rounds, threads)
    seconds = {
        name: [report["seconds"] for report in runs] for name, runs in reports.items()
    }
    peer = seconds["pythae float32"]
    for precision, target in targets.items():
        ours, hand = seconds[f"fit {precision}"], seconds[f"hand {precision}"]
        for other, times, wanted in (
            ("pythae float32", peer, f">= {target}"),
            ("hand-written", hand, f">= {1 / ALLOWED:.2f}"),
        ):
            middle, least, greatest = ratios(times, ours)
            print(
                f"| {network} | {precision} | {other} "
                f"| {middle:.2f} ({least:.2f} to {greatest:.2f}) | {wanted} |",
                flush=True,
            )
    medians = ", ".join(
        f"{name} {1e3 * statistics.median(times):.2f} ms"
        for name, times in seconds.items()
    )
    last = ", ".join(f"{name} {late_loss(runs):.1f}" for name, runs in reports.items())
    print(f"<!-- {network}: {medians}; mean loss of the last eighth: {last} nats -->")


def late_loss(runs: list[dict[str, Any]]) -> float:
    """Mean loss over the last eighth of the steps, in nats, over all rounds."""
    return statistics.fmean(
        loss for run in runs for loss in run["losses"][-len(run["losses"]) // 8 :]
    )


if __name__ == "__main__":
    main()
