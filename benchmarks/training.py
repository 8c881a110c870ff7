"""How long a training step takes: `fit`, a loop written by hand, pythae's trainer.

`python benchmarks/training.py` takes some minutes and prints one table; `--help` lists
the options. Needs `pip install -e .[bench]`. A ratio is the other loop's time over that
of `fit`: above 1, `fit` is faster.
"""

import argparse
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alternate import cpu_has_bfloat16, ratios, take_turns

LOOPS = Path(__file__).with_name("training_loops.py")
# Steps a run, and how many times faster than pythae fit is to be, by precision.
NETWORKS = {
    "burgess": (32, {"float32": 1.6, "bfloat16": 2.2}),
    "locatello": (32, {"float32": 1.6, "bfloat16": 2.2}),
    "mlp": (256, {"float32": 1.4, "bfloat16": 1.9}),
}
PRECISIONS = ("float32", "bfloat16")
# fit may take this much longer than the loop written by hand.
ALLOWED = 1.05


def main() -> None:
    """Run the loops in turns and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=[*NETWORKS])
    parser.add_argument(
        "--precisions", nargs="+", choices=PRECISIONS, default=[*PRECISIONS]
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    native = cpu_has_bfloat16()
    print(
        f"{arguments.rounds} rounds, {arguments.threads} thread(s); "
        f"load average {os.getloadavg()[0]:.1f}; "
        f"bfloat16 instructions: {'yes' if native else 'no, it is emulated'}"
    )
    print("| network | precision | against | wall | processor | target |")
    print("|---|---|---|---|---|---|")
    for network in arguments.networks:
        compare(network, arguments.precisions, arguments.rounds, arguments.threads)


def compare(network: str, precisions: Sequence[str], rounds: int, threads: int) -> None:
    """Print the rows of one network."""
    steps, targets = NETWORKS[network]
    runs = [(loop, precision) for precision in precisions for loop in ("fit", "hand")]
    commands = {
        f"{loop} {precision}": [
            str(LOOPS), loop, network, "--steps", str(steps), "--precision", precision
        ]
        for loop, precision in [*runs, ("pythae", "float32")]
    }  # fmt: skip
    reports = take_turns(commands, rounds, threads)
    for precision in precisions:
        for other, wanted in (
            ("pythae float32", f">= {targets[precision]}"),
            (f"hand {precision}", f">= {1 / ALLOWED:.2f}"),
        ):
            columns = [
                "{:.2f} ({:.2f} to {:.2f})".format(
                    *ratios(
                        [report[clock] for report in reports[other]],
                        [report[clock] for report in reports[f"fit {precision}"]],
                    )
                )
                for clock in ("wall", "processor")
            ]
            row = (network, precision, other, *columns, wanted)
            print(f"| {' | '.join(row)} |", flush=True)
    for name, found in reports.items():
        milliseconds = 1e3 * statistics.median(report["processor"] for report in found)
        print(
            f"<!-- {network}, {name}: {milliseconds:.2f} ms of the processor a step; "
            f"mean loss of the last eighth {late_loss(found):.1f} nats -->",
            flush=True,
        )


def late_loss(runs: list[dict[str, Any]]) -> float:
    """Mean loss over the last eighth of the steps, in nats, over all rounds."""
    return statistics.fmean(
        loss for run in runs for loss in run["losses"][-len(run["losses"]) // 8 :]
    )


if __name__ == "__main__":
    main()
