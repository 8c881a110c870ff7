"""Compare programs on a machine that others use too: take turns, compare by rounds.

Absolute times on a shared machine drift by a factor of two between minutes. Programs
that take turns drift together, so that the ratio of two times of one round means
something, and the median over rounds forgives a round that was disturbed.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["cpu_has_bfloat16", "ratios", "take_turns"]


def take_turns(
    commands: Mapping[str, Sequence[str]], rounds: int, threads: int
) -> dict[str, list[dict[str, Any]]]:
    """Run every command once a round, each in a process of its own.

    Args:
        commands: arguments for this Python by name; the last line that the program
            prints must be a JSON object.
        rounds: number of turns for each; every other round runs in reverse order.
        threads: given to the programs as OMP_NUM_THREADS.

    Returns:
        What each printed, in the order of the rounds.

    Raises:
        RuntimeError: if a program fails, with its name and the end of what it said.
    """
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    reports: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for turn in range(rounds):
        order = list(commands) if turn % 2 == 0 else list(commands)[::-1]
        for name in order:
            print(f"round {turn + 1} of {rounds}: {name}", file=sys.stderr)
            done = subprocess.run(
                [sys.executable, *commands[name]],
                capture_output=True,
                text=True,
                env=environment,
                check=False,
            )
            if done.returncode != 0:
                raise RuntimeError(f"{name} failed:\n{done.stderr[-2000:]}")
            reports[name].append(json.loads(done.stdout.splitlines()[-1]))
    return reports


def ratios(slow: Sequence[float], fast: Sequence[float]) -> tuple[float, float, float]:
    """Median, least and greatest of the ratios round by round.

    >>> ratios([2.0, 6.0, 3.0], [1.0, 2.0, 1.0])
    (3.0, 2.0, 3.0)
    """
    found = [a / b for a, b in zip(slow, fast, strict=True)]
    return statistics.median(found), min(found), max(found)


def cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself (avx512_bf16, amx_bf16).

    Without that, bfloat16 is emulated, and slower than float32. Linux only.
    """
    information = Path("/proc/cpuinfo")
    if not information.exists():
        raise RuntimeError("cannot tell what the processor can do: no /proc/cpuinfo")
    flags = information.read_text().split()
    return "avx512_bf16" in flags or "amx_bf16" in flags
