"""Killed at any moment and started again, a run ends as if nothing had happened."""

import importlib.util
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

import vae_lib
from vae_lib.models import VAE, StandardNormal, chain_ladder
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import BetaVAE, LadderELBO, NegativeELBO
from vae_lib.training import fit, linear_warmup

PROGRAM = Path(__file__).with_name("killed_run.py")
SHAPE = (1, 6, 6)
X = torch.linspace(0, 1, 20 * 36).view(20, *SHAPE)


def load_program():
    specification = importlib.util.spec_from_file_location("killed_run", PROGRAM)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


killed_run = load_program()


NETWORKS = ("mlp", "conv", "players")


@pytest.fixture(scope="module")
def uninterrupted():
    """Weights and history of whole runs, by network."""
    return {network: killed_run.run(network, None) for network in NETWORKS}


def assert_same(found, expected):
    model, history = found
    whole_model, whole_history = expected
    weights, whole_weights = model.state_dict(), whole_model.state_dict()
    assert weights.keys() == whole_weights.keys()
    for name, value in weights.items():
        assert torch.equal(value, whole_weights[name]), name
    assert history.to_dict() == whole_history.to_dict()


def random_step(seed):
    return random.Random(seed).randrange(2, killed_run.STEPS)


KILLS = [
    ("players", "step", random_step(2)),
    ("players", "write", 2),
    ("mlp", "step", random_step(0)),
    ("conv", "step", random_step(1)),
    # The first checkpoint has no older one to fall back on.
    ("mlp", "write", 1),
    ("conv", "write", 3),
]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Checkpoints of killed runs, side by side: importing takes the longest."""
    environment = os.environ | {"PYTHONPATH": str(Path(vae_lib.__file__).parents[1])}
    paths = {kill: tmp_path_factory.mktemp("killed") / "run" for kill in KILLS}
    processes = {
        kill: subprocess.Popen(
            [sys.executable, PROGRAM, path, *map(str, kill)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for kill, path in paths.items()
    }
    for process in processes.values():
        _, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, errors
    return paths


@pytest.mark.parametrize("kill", KILLS, ids=lambda kill: "-".join(map(str, kill)))
def test_a_killed_run_goes_on_to_the_same_weights_and_history(
    kill, killed, uninterrupted
):
    """The checkpoint holds weights, moments, generators and records, to the bit."""
    (network, when, number), path = kill, killed[kill]
    # A checkpoint follows every second step; a half-written one is none.
    written = number // 2 * 2 if when == "step" else (number - 1) * 2
    if written:
        with safe_open(path, framework="pt") as file:
            assert f'"step": {written},' in file.metadata()["run"]
    else:
        assert not path.exists()
    assert_same(killed_run.run(network, path), uninterrupted[network])
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_finished_run_is_read_and_not_repeated(tmp_path, uninterrupted):
    path = tmp_path / "run.safetensors"
    killed_run.run("mlp", path)
    before = path.stat().st_mtime_ns
    # Would be killed if it took a single step.
    found = killed_run.run("mlp", path, kill_at=0)
    assert_same(found, uninterrupted["mlp"])
    assert path.stat().st_mtime_ns == before


def test_checkpoints_change_no_number(tmp_path, uninterrupted):
    """Writing draws nothing: with and without, the run is the same."""
    found = killed_run.run("conv", tmp_path / "run.safetensors")
    assert_same(found, uninterrupted["conv"])


def vae(hidden=(8,)):
    torch.manual_seed(0)
    encoder, decoder = MLPEncoder(SHAPE, 2, hidden), MLPDecoder(2, SHAPE, hidden)
    return VAE(encoder, decoder, StandardNormal(2))


def train(path, model=None, objective=None, data=X, **options: object):
    options = {"steps": 4, "batch_size": 3, "checkpoint": path} | options
    return fit(
        model or vae(), objective or BetaVAE(2.0), data, progress=False, **options
    )


@pytest.fixture
def path(tmp_path):
    """The checkpoint of a finished run of four steps."""
    target = tmp_path / "run.safetensors"
    train(target)
    return target


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 1}, r"seed was 0, is 1"),
        ({"batch_size": 5}, r"batch_size was 3, is 5"),
        ({"learning_rate": 0.1}, r"learning_rate was 0\.001, is 0\.1"),
        ({"data": X[:7]}, r"examples was 20, is 7"),
        ({"precision": torch.bfloat16}, r"precision was 'torch.float32', is 'torch.bf"),
        ({"objective": BetaVAE(3.0)}, r"beta was 2\.0, is 3\.0"),
        ({"objective": NegativeELBO()}, r"objective was 'BetaVAE', is 'NegativeELBO'"),
    ],
)
def test_another_run_is_refused(path, options, message):
    """And told apart by name: what was, what is."""
    with pytest.raises(ValueError, match=rf"written by another run \({message}"):
        train(path, **options)


def test_another_model_is_refused(path):
    with pytest.raises(
        ValueError, match=r"(?s)belongs to another model: .*size mismatch"
    ):
        train(path, model=vae(hidden=(9,)))


def test_a_run_longer_than_asked_for_is_refused(path):
    with pytest.raises(ValueError, match=r"steps must be at least the 4 .* got 3"):
        train(path, steps=3)


def test_a_longer_run_goes_on(path):
    """Six steps, two of them new, are the six steps of a run in one go."""
    model, whole = vae(), vae()
    train(path, model=model, steps=6)
    train(None, model=whole, steps=6)
    for name, value in whole.state_dict().items():
        assert torch.equal(model.state_dict()[name], value)


@pytest.mark.parametrize("part", ["weights", "header", "middle"])
def test_a_flipped_bit_is_found(path, part):
    """Anywhere: in the step, in a weight, in a moment."""
    content = bytearray(path.read_bytes())
    place = {
        "weights": len(content) - 1,
        "header": content.index(b'\\"step\\": 4') + 10,
        "middle": len(content) // 2,
    }[part]
    content[place] ^= 1
    path.write_bytes(content)
    expected = rf"{path.name} is damaged: expected sha256 \w{{64}}, got \w{{64}}"
    with pytest.raises(ValueError, match=expected):
        train(path)


@pytest.mark.parametrize("length", [0, 5, 100, -1])
def test_a_truncated_file_is_refused(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match=rf"{path.name} is damaged or no checkpoint: "):
        train(path)


def test_a_refused_file_changes_nothing(path):
    """Neither the file nor the model: the user decides."""
    path.write_bytes(path.read_bytes()[:-1])
    content, model = path.read_bytes(), vae()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ValueError, match="is damaged"):
        train(path, model=model)
    assert path.read_bytes() == content
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_weights_alone_are_no_checkpoint(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "weights.safetensors"
    save_file(vae().state_dict(), path)
    with pytest.raises(
        ValueError, match="is no checkpoint: its header describes no ru"
    ):
        train(path)


def test_a_failed_write_leaves_the_old_file_alone(path, monkeypatch):
    """A full disk, say: the error is raised, the old checkpoint stays readable."""
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        train(path, steps=6)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_checkpoint_is_as_readable_as_any_new_file(path):
    """Not for its owner alone, as temporary files are."""
    plain = path.with_name("plain")
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_schedules_in_a_tuple_are_part_of_the_run(tmp_path):
    """A ladder's prices: the same ones go on, and others are told apart."""
    model = chain_ladder(SHAPE, (2, 2), (4, 4))

    def go_on(steps, warmup):
        objective = LadderELBO(beta=(1.0, linear_warmup(warmup)))
        train(tmp_path / "run", model=model, objective=objective, steps=steps)

    go_on(2, 10)
    go_on(4, 10)
    with pytest.raises(ValueError, match=r"beta was \[1.0, \{.*'steps': 10"):
        go_on(6, 11)
