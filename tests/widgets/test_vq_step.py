import numpy as np
import pytest
import torch
from torch import nn

from vae_lib.objectives import VectorQuantized
from vae_lib.widgets import philox
from vae_lib.widgets.lab_data import lab_data
from vae_lib.widgets.lab_functions import spread
from vae_lib.widgets.learner import LEARNING_RATE, drawn_weights, minibatch
from vae_lib.widgets.vq_functions import CODEBOOK, ROWS, USES, vq_model
from vae_lib.widgets.vq_learner import RESTART_BELOW, VQLearner, VQSettings


class FromPhilox:
    """Stands in for PyTorch's draws: hands out the lab's, in the order of a run."""

    def __init__(self, settings) -> None:
        self.settings = settings
        self.clusters = 0
        self.restarts = 0

    def randperm(self, count):
        """The rows that k-means starts from; the rest is not looked at."""
        assert count == ROWS
        seed, codes = self.settings.seed, self.settings.codes
        return torch.from_numpy(philox.some(seed, philox.CLUSTERS, 0, codes, count))

    def randint(self, count, shape):
        """First k-means's rows, if it starts the codebook, then the restarts'."""
        assert (count, shape) == (ROWS, (self.settings.codes,))
        if self.settings.k_means and self.clusters < 10:
            self.clusters += 1
            return self._places(philox.CLUSTERS, self.clusters)
        self.restarts += 1
        return self._places(philox.RESTARTS, self.restarts - 1)

    def _places(self, purpose, step):
        seed, codes = self.settings.seed, self.settings.codes
        return torch.from_numpy(philox.indices(seed, step, codes, ROWS, purpose))


def train_with_pytorch(settings, steps, monkeypatch):
    """A loop as in `fit`, with the quantiser itself, on the lab's start and draws."""
    draws = FromPhilox(settings)
    monkeypatch.setattr(torch, "randperm", draws.randperm)
    monkeypatch.setattr(torch, "randint", draws.randint)
    data = lab_data(settings.data)
    model = vq_model(
        data,
        settings.dim,
        settings.codes,
        commitment=settings.commitment,
        decay=settings.decay or None,
        k_means_iterations=10 if settings.k_means else 0,
        restart_below=RESTART_BELOW if settings.restarts else 0.0,
    )
    codes = philox.normals(
        settings.seed, 0, settings.codes * settings.dim, philox.CODES
    )
    wide = vq_model(data, settings.dim)
    weights = drawn_weights(settings.seed, spread(wide, apart=(CODEBOOK,)))
    nn.utils.vector_to_parameters(torch.from_numpy(weights), wide.parameters())
    learnt = {k: v for k, v in wide.state_dict().items() if not k.startswith("quant")}
    model.load_state_dict(learnt, strict=False)
    with torch.no_grad():
        start = torch.from_numpy(codes).view(settings.codes, settings.dim)
        model.quantizer.codebook.copy_(start / settings.dim**0.5)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    terms = []
    for step in range(steps):
        x = torch.from_numpy(minibatch(data, settings.seed, step))
        loss = VectorQuantized()(model, x)
        optimizer.zero_grad()
        loss.value.backward()
        optimizer.step()
        terms.append([float(term.detach().mean()) for term in loss.terms.values()])
    return model, np.array(terms)


def compare(settings, learner, steps, monkeypatch):
    """Largest differences of the weights, the codes, the uses and the terms."""
    found = learner.advance(steps)
    model, terms = train_with_pytorch(settings, steps, monkeypatch)
    state = torch.from_numpy(learner.state)
    weights, kept = learner.layout.weights(state), learner.layout.kept(state)
    codes = weights.pop(CODEBOOK)[: settings.codes]
    quantizer = model.quantizer
    expected = model.state_dict()
    apart = max(float((w - expected[name]).abs().max()) for name, w in weights.items())
    uses = kept[USES][: settings.codes]
    tracked = settings.decay or settings.restarts  # else the quantiser keeps no count
    return {
        "weights": apart,
        "codes": float((codes - quantizer.codebook.detach()).abs().max()),
        "uses": float((uses - quantizer.uses).abs().max()) if tracked else 0.0,
        "terms": float(np.abs(found - terms).max() / terms.max()),
    }


SETTINGS = [
    VQSettings(decay=0.0, codes=16),
    VQSettings(decay=0.0, codes=256, restarts=True, dim=8),
    VQSettings(decay=0.9, codes=8, commitment=2.0),
    VQSettings(decay=0.99, codes=64, k_means=True, seed=1),
    VQSettings(decay=0.9, codes=64, k_means=True, restarts=True, dim=8),
    VQSettings(decay=0.9, codes=256, k_means=True, restarts=True),
    VQSettings(data="sprites", decay=0.9, codes=16, restarts=True, commitment=0.05),
    VQSettings(data="sprites", decay=0.0, codes=64, k_means=True, dim=8),
]
if __name__ == "__main__":
    import sys

    for s in SETTINGS:
        with pytest.MonkeyPatch.context() as m:
            print(s, compare(s, VQLearner(s), int(sys.argv[1]), m), flush=True)
