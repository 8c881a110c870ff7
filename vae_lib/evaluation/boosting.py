"""Gradient-boosted trees on binned codes, the trees of all classes grown at once."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import softmax

__all__ = ["BinnedBoosting"]

# Two features tie if the lesser gain is this share of the greater: rounding, no more.
TIE = 1 - 1e-6


@dataclass(frozen=True)
class _Trees:
    """One tree a class, in levels: level l has 2^l nodes.

    Args:
        features: by level, (nodes, K), the feature on which a node splits.
        limits: by level, (nodes, K), the last bin that goes left.
        leaves: (leaves, K), what a leaf adds to the class's score.
    """

    features: list[np.ndarray]
    limits: list[np.ndarray]
    leaves: np.ndarray


class BinnedBoosting:
    """Gradient boosting for classification, as scikit-learn's, but on binned features.

    Each stage fits one regression tree a class to y - p, every split by the greatest
    fall of the squared error, each leaf by one Newton step; this is the learner of
    `sklearn.ensemble.GradientBoostingClassifier`, whose splits it finds exactly where
    no feature has more than `bins` values. Its sums over bins are one sparse matrix
    product for all classes, which is what makes it fast.

    Args:
        random_state: decides between features that split equally well.
        stages: trees a class.
        rate: share of each tree that is believed.
        depth: splits from root to leaf.
        bins: at most so many, equally full, per feature.

    Source: Friedman (2001), "Greedy function approximation: a gradient boosting
    machine", Annals of Statistics 29(5), algorithm 6.

    The first feature tells the class, the second does not:

    >>> codes = np.array([[0.0, 1.0], [0.1, 0.0], [5.0, 0.9], [5.1, 0.1]] * 5)
    >>> learner = BinnedBoosting(np.random.RandomState(0)).fit(codes, codes[:, 0] > 1)
    >>> learner.feature_importances_.round(6)
    array([1., 0.])
    >>> learner.predict(np.array([[0.0, 0.0], [4.0, 0.0]]))
    array([False,  True])
    """

    def __init__(
        self,
        random_state: np.random.RandomState,
        stages: int = 100,
        rate: float = 0.1,
        depth: int = 3,
        bins: int = 64,
    ) -> None:
        self.random_state = random_state
        self.stages = stages
        self.rate = rate
        self.depth = depth
        self.bins = bins

    def fit(self, codes: np.ndarray, labels: np.ndarray) -> "BinnedBoosting":
        """Learn labels (N,) from codes (N, D)."""
        self.edges_ = [_edges(column, self.bins) for column in codes.T]
        self.classes_, target = np.unique(labels, return_inverse=True)
        frequency = np.bincount(target) / len(target)
        self.start_ = np.log(frequency)
        binned = self._bin(codes)
        self._grower = _Grower(binned, self.bins, self.depth, self.random_state)
        truth = np.eye(len(frequency))[target]
        score = np.tile(self.start_, (len(codes), 1))
        gain = np.zeros(codes.shape[1])
        self.trees_: list[_Trees] = []
        for _ in range(self.stages):
            belief = softmax(score, axis=1)
            trees, leaf = self._grower.grow(truth - belief, belief, gain)
            score += self.rate * _look_up(trees.leaves, leaf)
            self.trees_.append(trees)
        del self._grower
        self.feature_importances_ = gain / (gain.sum() or 1.0)
        return self

    def predict(self, codes: np.ndarray) -> np.ndarray:
        """Return the likeliest label (M,) of codes (M, D)."""
        binned = self._bin(codes)
        score = np.tile(self.start_, (len(codes), 1))
        for trees in self.trees_:
            node = np.zeros(score.shape, dtype=np.int64)
            for feature, limit in zip(trees.features, trees.limits, strict=True):
                node = 2 * node + ~_goes_left(binned, node, feature, limit)
            score += self.rate * _look_up(trees.leaves, node)
        return self.classes_[score.argmax(1)]

    def _bin(self, codes: np.ndarray) -> np.ndarray:
        """Bin numbers (N, D): how many of a feature's edges lie below each value."""
        columns = zip(self.edges_, codes.T, strict=True)
        return np.stack([np.searchsorted(e, x) for e, x in columns], axis=1)


class _Grower:
    """Grows trees on the same binned codes again and again.

    Args:
        binned: bin numbers, (N, D).
        bins: more than the greatest of them.
        depth: of the trees.
        random_state: decides between features that split equally well.
    """

    def __init__(
        self,
        binned: np.ndarray,
        bins: int,
        depth: int,
        random_state: np.random.RandomState,
    ) -> None:
        self.binned, self.bins, self.depth = binned, bins, depth
        self.random_state = random_state
        points, features = binned.shape
        rows = (binned + bins * np.arange(features)).ravel()
        columns = np.repeat(np.arange(points), features)
        # (D bins, N): the product with values (N, any) adds up each bin's.
        self.members = csr_matrix(
            (np.ones(len(rows), np.float32), (rows, columns)),
            shape=(features * bins, points),
        )

    def grow(
        self, residual: np.ndarray, belief: np.ndarray, gain: np.ndarray
    ) -> tuple[_Trees, np.ndarray]:
        """Fit a tree to each column of residuals.

        Args:
            residual: y - p, (N, K).
            belief: p, (N, K).
            gain: (D,); what each feature's splits gained is added to it.

        Returns:
            The trees, and each point's leaf in each tree, (N, K).
        """
        points, classes = residual.shape
        node = np.zeros((points, classes), dtype=np.int64)
        single = residual.astype(np.float32)
        sums = self._collect(single)[:, :, None]
        counts = self._collect(np.ones((points, 1), np.float32))[:, :, None]
        counts = np.broadcast_to(counts, sums.shape)
        features, limits = [], []
        for level in range(self.depth):
            feature, limit, found = self._split(sums, counts)
            np.add.at(gain, feature, found)
            features.append(feature)
            limits.append(limit)
            left = _goes_left(self.binned, node, feature, limit)
            if level + 1 < self.depth:
                sums, counts = self._children(single, node, left, sums, counts)
            node = 2 * node + ~left
        leaves = 2**self.depth
        place = (node * classes + np.arange(classes)).ravel()
        shape = (leaves, classes)
        slope, bend = (
            np.bincount(place, part.ravel(), leaves * classes).reshape(shape)
            for part in (residual, belief * (1 - belief))
        )
        # A leaf without doubt has nothing to correct.
        value = np.divide(slope, bend, out=np.zeros(shape), where=bend > 1e-150)
        return _Trees(features, limits, value * (classes - 1) / classes), node

    def _collect(self, values: np.ndarray) -> np.ndarray:
        """Sums of values (N, C) over the bins of each feature, (D, bins, C)."""
        return (self.members @ values).reshape(-1, self.bins, values.shape[1])

    def _children(
        self,
        residual: np.ndarray,
        node: np.ndarray,
        left: np.ndarray,
        sums: np.ndarray,
        counts: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Sums and counts by bin of the next level's nodes, (D, bins, 2 nodes, K).

        Only those of left children are added up; the right ones are what is left.
        """
        nodes, classes = sums.shape[2:]
        both = np.empty((len(node), 2, nodes, classes), np.float32)
        for j in range(nodes):
            both[:, 1, j] = left & (node == j)
            np.multiply(both[:, 1, j], residual, out=both[:, 0, j])
        found = self._collect(both.reshape(len(both), -1))
        found = found.reshape(*sums.shape[:2], 2, nodes, classes)
        result = []
        for part, whole in zip((0, 1), (sums, counts), strict=True):
            halves = np.empty((*sums.shape[:2], nodes, 2, classes), np.float32)
            halves[:, :, :, 0] = found[:, :, part]
            np.subtract(whole, found[:, :, part], out=halves[:, :, :, 1])
            result.append(halves.reshape(*sums.shape[:2], 2 * nodes, classes))
        return tuple(result)

    def _split(
        self, sums: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Best feature, last bin that goes left, and gain of each node, (nodes, K)."""
        s, n = sums.cumsum(1), counts.cumsum(1)
        whole_s, whole_n = s[:, -1:], n[:, -1:]
        rest = whole_n - n
        # n_l n_r / n (mean_l - mean_r)^2, the fall of the squared error.
        apart = s * whole_n - whole_s * n
        apart *= apart
        size = n * rest
        size *= whole_n
        # Where a side is empty, apart is rounding at most: make the quotient 0.
        apart[size == 0] = 0
        fall = apart / np.maximum(size, 1, out=size)
        limit = fall.argmax(1)  # (D, nodes, K)
        best = np.take_along_axis(fall, limit[:, None], axis=1)[:, 0]
        lot = self.random_state.random_sample(best.shape)
        feature = np.where(best >= best.max(0) * TIE, lot, -1.0).argmax(0)
        gain = np.take_along_axis(best, feature[None], axis=0)[0]
        limit = np.take_along_axis(limit, feature[None], axis=0)[0]
        # A node that nothing splits passes all its points to the left.
        return feature, np.where(gain > 0, limit, self.bins), gain


def _goes_left(
    binned: np.ndarray, node: np.ndarray, feature: np.ndarray, limit: np.ndarray
) -> np.ndarray:
    """Whether each point goes left in each tree, (N, K), from nodes (N, K)."""
    # Flat `take` is several times faster than indexing by pairs.
    points, features = binned.shape
    place = node * node.shape[1] + np.arange(node.shape[1])
    cell = feature.take(place) + features * np.arange(points)[:, None]
    return binned.take(cell) <= limit.take(place)


def _look_up(leaves: np.ndarray, leaf: np.ndarray) -> np.ndarray:
    """What the leaves (leaves, K) hold for points in leaf (N, K), (N, K)."""
    return leaves.take(leaf * leaf.shape[1] + np.arange(leaf.shape[1]))


def _edges(column: np.ndarray, bins: int) -> np.ndarray:
    """Middles between values, at most bins - 1, with equally many points between."""
    values, count = np.unique(column, return_counts=True)
    middles = values[:-1] + (values[1:] - values[:-1]) / 2
    if len(values) <= bins:
        return middles
    wanted = np.arange(1, bins) * len(column) / bins
    return middles[np.unique(np.searchsorted(count.cumsum()[:-1], wanted))]
