"""Checkpoints: everything a run needs to go on as if nothing had happened.

One safetensors file holds the weights, the optimiser's state and PyTorch's random
numbers; its header holds the step, the history and the other generators as JSON, and
a checksum of it all. An adversary's weights and optimiser are kept in the same way
beside the model's. Nothing is unpickled.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from vae_lib.training.history import History
from vae_lib.training.player import Player
from vae_lib.training.seeding import get_generators, set_generators

__all__ = ["load_checkpoint", "save_checkpoint", "write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that, killed at any moment, the old or the new one is there.

    What is unfinished has a name of its own, hidden beside path; what a killed process
    leaves there, the next write replaces.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _flatten(player: Player) -> tuple[dict[str, Tensor], list[Any]]:
    """Split a player's state into tensors and JSON-able parameter groups."""
    weights, state = player.network.state_dict(), player.optimizer.state_dict()
    tensors = {f"model/{name}": value for name, value in weights.items()}
    for index, slots in state["state"].items():
        for name, value in slots.items():
            tensors[f"optimizer/{index}.{name}"] = value
    return tensors, state["param_groups"]


def save_checkpoint(
    path: str | os.PathLike[str],
    model: nn.Module,
    optimizer: Optimizer,
    step: int,
    history: History,
    fingerprint: dict[str, Any] | None = None,
    *,
    adversary: Player | None = None,
) -> None:
    """Write the state after `step` steps to path, atomically.

    Args:
        path: file to write; its folder is made.
        model: its parameters and persistent buffers are kept.
        optimizer: its state tensors and hyper-parameters are kept.
        step: number of steps done.
        history: what was recorded so far.
        fingerprint: what must be the same when the run goes on (seed, batch size, ...).
        adversary: the second player, if there is one; kept like the first.
    """
    tensors, groups = _flatten(Player(model, optimizer))
    state = {
        "step": step,
        "history": history.to_dict(),
        "groups": groups,
        "fingerprint": fingerprint or {},
        "random": get_generators(),
    }
    if adversary is not None:
        second, state["adversary_groups"] = _flatten(adversary)
        tensors |= {f"adversary/{name}": value for name, value in second.items()}
    tensors["random/cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        for index, numbers in enumerate(torch.cuda.get_rng_state_all()):
            tensors[f"random/cuda{index}"] = numbers
    header = json.dumps(state)
    # safetensors stores separate row-major arrays: channels-last weights are
    # rearranged, and weights that two layers share are written twice.
    copies = {
        name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in tensors.items()
    }
    metadata = {"run": header, "sha256": _digest(header, copies)}
    write_atomically(Path(path), save(copies, metadata))


def load_checkpoint(
    path: str | os.PathLike[str],
    model: nn.Module,
    optimizer: Optimizer,
    fingerprint: dict[str, Any] | None = None,
    *,
    adversary: Player | None = None,
) -> tuple[int, History]:
    """Restore what `save_checkpoint` wrote; also the random number generators.

    Returns:
        The number of steps done and the history so far.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is damaged, belongs to another model or adversary, or
            was written by a run with another fingerprint.
    """
    header, tensors = _read(path)
    _check_fingerprint(path, header["fingerprint"], fingerprint or {})
    there, expected = "adversary_groups" in header, adversary is not None
    if there != expected:
        words = {False: "no adversary", True: "an adversary"}
        raise ValueError(f"expected {words[expected]} in {path}, got {words[there]}")
    _restore(path, Player(model, optimizer), tensors, header["groups"])
    if adversary is not None:
        second = _under("adversary/", tensors)
        _restore(path, adversary, second, header["adversary_groups"])
    set_generators(header["random"])
    torch.set_rng_state(tensors["random/cpu"])
    for index in range(torch.cuda.device_count()):
        if f"random/cuda{index}" in tensors:
            torch.cuda.set_rng_state(tensors[f"random/cuda{index}"], index)
    return header["step"], History.from_dict(header["history"])


def _restore(
    path: str | os.PathLike[str],
    player: Player,
    tensors: dict[str, Tensor],
    groups: list[Any],
) -> None:
    """Undo `_flatten`."""
    try:
        player.network.load_state_dict(_under("model/", tensors))
    except RuntimeError as error:
        raise ValueError(f"{path} belongs to another model: {error}") from error
    slots: dict[int, dict[str, Tensor]] = {}
    parameters = player.parameters
    for name, value in _under("optimizer/", tensors).items():
        index, slot = name.split(".", 1)
        like = parameters[int(index)]
        if value.shape == like.shape:
            # The fused update walks memory: moments must lie in it as the weights do.
            value = torch.empty_like(like).copy_(value)
        slots.setdefault(int(index), {})[slot] = value
    player.optimizer.load_state_dict({"state": slots, "param_groups": groups})


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or no checkpoint: {error}") from error
    if not {"run", "sha256"} <= metadata.keys():
        raise ValueError(f"{path} is no checkpoint: its header describes no run")
    found = _digest(metadata["run"], tensors)
    if found != metadata["sha256"]:
        raise ValueError(
            f"{path} is damaged: expected sha256 {metadata['sha256']}, got {found}"
        )
    return json.loads(metadata["run"]), tensors


def _digest(header: str, tensors: dict[str, Tensor]) -> str:
    """Return the sha256 of the header and of every tensor with its name."""
    digest = hashlib.sha256(header.encode())
    for name, value in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(value.flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _check_fingerprint(
    path: str | os.PathLike[str], found: dict[str, Any], expected: dict[str, Any]
) -> None:
    differing = [
        f"{name} was {found.get(name)!r}, is {value!r}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
    if differing:
        raise ValueError(
            f"{path} was written by another run ({'; '.join(differing)}); "
            "delete it or choose another path"
        )
