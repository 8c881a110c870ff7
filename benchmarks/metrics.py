"""How long the disentanglement scores take, beside the definitions written plainly.

`python benchmarks/metrics.py` takes turns, in one process and on one thread, and prints
the median, the least and the greatest ratio round by round: above 1, ours is faster.
Codes: 15,000 points of dSprites' factors, ten dimensions, five of them noisy copies.
`--dci` adds the learner of published DCI scores, which takes a minute a round.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from alternate import ratios
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score
from sklearn.svm import LinearSVC

from vae_lib.evaluation import (
    beta_vae_score,
    dci_scores,
    factor_vae_score,
    gradient_boosting,
    mig_score,
    sap_score,
)

SIZES = np.array([3, 6, 40, 32, 32])
TRAIN = 10_000


class Grid:
    """Images that show the factors as pixels: encoding costs next to nothing."""

    sizes = tuple(SIZES.tolist())

    def index(self, factors: torch.Tensor) -> torch.Tensor:
        """Return positions (N,) of factors (N, K)."""
        return torch.from_numpy(np.ravel_multi_index(factors.numpy().T, self.sizes))

    def images(self, index: torch.Tensor) -> torch.Tensor:
        """Return images (N, 1, 1, K)."""
        return torch.stack(torch.unravel_index(index, self.sizes), 1)[:, None, None] / 1


def encode(images: torch.Tensor) -> np.ndarray:
    """Codes (B, 10): five rotated factors, five dimensions of noise."""
    codes = (images.flatten(1).numpy() / (SIZES - 1) - 0.5) * 12**0.5
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))[0]
    seed = int(images.sum()) + len(images)
    rest = np.random.default_rng(seed).normal(size=codes.shape)
    return np.hstack([codes @ turn, rest])


def plain_mig(codes: np.ndarray, factors: np.ndarray) -> float:
    """Mutual information pair by pair."""
    cut = [np.digitize(c, np.histogram(c, 20)[1][:-1]) for c in codes.T]
    information = np.array([[mutual_info_score(v, c) for v in factors.T] for c in cut])
    nats = np.array([mutual_info_score(v, v) for v in factors.T])
    ordered = np.sort(information, axis=0)
    return float(np.mean((ordered[-1] - ordered[-2]) / nats))


def plain_sap(codes: np.ndarray, factors: np.ndarray) -> float:
    """One scikit-learn machine a pair."""
    accuracy = np.empty((codes.shape[1], factors.shape[1]))
    for d, column in enumerate(codes.T[:, :, None]):
        for k, factor in enumerate(factors.T):
            machine = LinearSVC(C=0.01, class_weight="balanced")
            machine.fit(column[:TRAIN], factor[:TRAIN])
            accuracy[d, k] = machine.score(column[TRAIN:], factor[TRAIN:])
    ordered = np.sort(accuracy, axis=0)
    return float(np.mean(ordered[-1] - ordered[-2]))


def plain_votes(rng: np.random.Generator, count: int, pairs: bool) -> tuple:
    """Draw fresh images for every vote, and encode them vote by vote."""
    grid, kinds, features = Grid(), [], []

    def codes(factors: np.ndarray) -> np.ndarray:
        return encode(grid.images(grid.index(torch.from_numpy(factors))))

    for _ in range(count):
        kind = rng.integers(len(SIZES))
        first, second = rng.integers(SIZES, size=(2, 64, len(SIZES)))
        kinds.append(kind)
        if pairs:
            second[:, kind] = first[:, kind]
            features.append(np.abs(codes(first) - codes(second)).mean(0))
        else:
            first[:, kind] = first[0, kind]
            features.append(codes(first).var(0, ddof=1))
    return np.array(kinds), np.array(features)


def plain_factor_vae(seed: int) -> float:
    """Majority table of the dimension of least relative variance."""
    rng, grid = np.random.default_rng(seed), Grid()
    points = torch.from_numpy(rng.integers(SIZES, size=(10_000, len(SIZES))))
    spread = encode(grid.images(grid.index(points))).var(0, ddof=1)
    kind, variance = plain_votes(rng, 10_000, pairs=False)
    table = np.zeros((10, len(SIZES)))
    np.add.at(table, ((variance / spread).argmin(1), kind), 1)
    kind, variance = plain_votes(rng, 5_000, pairs=False)
    return float(np.mean(table.argmax(1)[(variance / spread).argmin(1)] == kind))


def plain_beta_vae(seed: int) -> float:
    """Logistic regression on mean differences."""
    rng = np.random.default_rng(seed)
    kind, features = plain_votes(rng, 10_000, pairs=True)
    machine = LogisticRegression(max_iter=10_000).fit(features, kind)
    kind, features = plain_votes(rng, 5_000, pairs=True)
    return float(machine.score(features, kind))


def compare(name: str, plain: Callable, ours: Callable, rounds: int) -> None:
    """Print one row: both take turns, each with the number of the round as seed."""
    seconds, found = ([], []), ([], [])
    for turn in range(rounds):
        for place in (0, 1) if turn % 2 == 0 else (1, 0):
            start = time.process_time()
            found[place].append((plain, ours)[place](turn))
            seconds[place].append(time.process_time() - start)
    cells = ["{:.1f} ({:.1f} to {:.1f})".format(*ratios(*seconds))]
    cells += [f"{np.median(part):.3f}" for part in seconds]
    cells += [f"{np.mean(part, 0).round(4)}" for part in found]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dci", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    factors = rng.integers(SIZES, size=(15_000, len(SIZES)))
    codes = (factors / (SIZES - 1) - 0.5) * 12**0.5
    codes = np.hstack([codes, np.zeros_like(codes)])
    codes += rng.normal(size=codes.shape) * ([0.3] * 5 + [1.0] * 5)
    train, held = (codes[:TRAIN], factors[:TRAIN]), (codes[TRAIN:], factors[TRAIN:])
    print("| score | plain / ours | plain s | ours s | plain value | ours value |")
    print("|---|---|---|---|---|---|")
    rows = {
        "MIG": (lambda _: plain_mig(*train), lambda _: mig_score(*train)),
        "SAP": (
            lambda _: plain_sap(codes, factors),
            lambda _: sap_score(*train, test=held),
        ),
        "FactorVAE": (
            plain_factor_vae,
            lambda seed: factor_vae_score(encode, Grid(), seed=seed),
        ),
        "beta-VAE": (
            plain_beta_vae,
            lambda seed: beta_vae_score(encode, Grid(), seed=seed),
        ),
    }
    if arguments.dci:
        small = (codes[:3000], factors[:3000])
        rows["DCI, 2,000 points"] = (
            lambda seed: dci_scores(*small, seed=seed, learner=gradient_boosting),
            lambda seed: dci_scores(*small, seed=seed),
        )
    for name, (plain, ours) in rows.items():
        compare(name, plain, ours, arguments.rounds)


if __name__ == "__main__":
    main()
