"""Means over seeds, and how sure one can be of them."""

import json
import math

import numpy as np
import pytest

import vae_lib.zoo.load as loading
from vae_lib.zoo import summary


@pytest.fixture
def three_runs(tmp_path, monkeypatch):
    """Cards of three seeds, of which only the metrics matter."""
    for seed, elbo in enumerate((-40.0, -41.0, -42.0)):
        metrics = {
            "elbo": elbo,
            "rate_per_dimension": [1.0, 2.0],
            "scores": {"mig": 0.25},
        }
        found = {"seed": seed, "metrics": metrics}
        (tmp_path / f"rival_s{seed}.json").write_text(json.dumps(found))
    monkeypatch.setattr(loading, "CARDS", tmp_path)
    return tmp_path


def test_interval_is_students(three_runs):
    """For -40, -41, -42: error 1 / sqrt 3, and 4.3027 of them at two degrees."""
    found = summary("rival")
    assert set(found) == {"elbo", "scores.mig"}
    mean, low, high, seeds = found["elbo"]
    assert (mean, seeds) == (-41.0, 3)
    assert high - mean == pytest.approx(4.302653 / math.sqrt(3), abs=1e-6)
    assert mean - low == pytest.approx(high - mean)
    assert found["scores.mig"] == (0.25, 0.25, 0.25, 3)


def test_one_seed_says_nothing_of_the_others(three_runs):
    for seed in (1, 2):
        (three_runs / f"rival_s{seed}.json").unlink()
    assert summary("rival")["elbo"] == (-40.0, -math.inf, math.inf, 1)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_such_a_share_of_intervals_holds_the_mean(level, tmp_path, monkeypatch):
    """Two thousand times three draws around 7: the share is known to 0.03."""
    rng = np.random.default_rng(0)
    draws = rng.normal(7.0, 2.0, (2_000, 3))
    rows = iter(draws)
    monkeypatch.setattr(
        "vae_lib.zoo.intervals.runs",
        lambda _: [{"metrics": {"value": value}} for value in next(rows)],
    )
    held = [
        low < 7.0 < high
        for low, high in (summary("x", level)["value"][1:3] for _ in draws)
    ]
    assert np.mean(held) == pytest.approx(level, abs=0.04)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, math.nan])
def test_a_level_is_a_share(three_runs, level):
    with pytest.raises(ValueError, match=rf"level must lie in \(0, 1\), got {level}"):
        summary("rival", level)


def test_unknown_runs_are_refused(three_runs):
    with pytest.raises(ValueError, match="no runs are called 'x'"):
        summary("x")
