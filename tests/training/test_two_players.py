"""Two players in one loop: they take turns, and neither moves the other's weights."""

import math

import pytest
import torch
from torch import nn

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPDiscriminator, MLPEncoder
from vae_lib.objectives import (
    VAEGAN,
    WAE,
    AdversarialAutoencoder,
    Adversary,
    BetaTCVAE,
    FactorVAE,
    GaussianKernel,
    InverseMultiquadric,
    Loss,
    MinibatchStratified,
    NegativeELBO,
)
from vae_lib.training import History, Player, fit, load_checkpoint, save_checkpoint

SHAPE = (1, 6, 6)
X = torch.linspace(0, 1, 20 * 36).view(20, *SHAPE)


def vae():
    torch.manual_seed(0)
    return VAE(
        MLPEncoder(SHAPE, 2, (8,)), MLPDecoder(2, SHAPE, (8,)), StandardNormal(2)
    )


def adversary(event=(2,), **options: object):
    torch.manual_seed(1)
    return Adversary(MLPDiscriminator(event, (8, 8)), **options)


def train(objective, model=None, data=X, **options: object):
    model = model or vae()
    options = {"steps": 6, "batch_size": 4, "log_every": 1, "progress": False} | options
    return model, fit(model, objective, data, **options)


def weights(network):
    return [weight.detach().clone() for weight in network.parameters()]


def same(some, others):
    return all(torch.equal(a, b) for a, b in zip(some, others, strict=True))


OBJECTIVES = {
    "FactorVAE": lambda: FactorVAE(adversary(), 3.0),
    "AdversarialAutoencoder": lambda: AdversarialAutoencoder(adversary()),
    "VAEGAN": lambda: VAEGAN(adversary(SHAPE)),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_both_players_train_and_the_history_tells_of_both(name):
    objective, model = OBJECTIVES[name](), vae()
    network = objective.adversary.network
    before = weights(model), weights(network)
    _, history = train(objective, model)
    for old, new in zip(before, (weights(model), weights(network)), strict=True):
        assert not any(map(torch.equal, old, new))
    assert history.names[0] == "loss"
    assert history.names[-2:] == ("adversary_loss", "adversary_accuracy")
    assert (
        (history["adversary_accuracy"] >= 0) & (history["adversary_accuracy"] <= 1)
    ).all()
    assert not model.training
    assert not network.training


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_same_seed_gives_the_same_two_players(name):
    first, second = OBJECTIVES[name](), OBJECTIVES[name]()
    (model, history), (other, again) = train(first, seed=5), train(second, seed=5)
    assert same(weights(model), weights(other))
    assert same(weights(first.adversary.network), weights(second.adversary.network))
    assert history.to_dict() == again.to_dict()


class Recorded:
    """A two-player objective that remembers who was judged on what."""

    def __init__(self, judge) -> None:
        self.judge = judge
        self.adversary = judge.adversary
        self.seen = []

    def remember(self, who, model, x, step):
        """Keep the minibatch and both networks' weights."""
        network = self.adversary.network
        assert model.training
        assert network.training
        self.seen.append((who, step, x, weights(model), weights(network)))

    def __call__(self, model, x, step=0) -> Loss:
        """Judge the model."""
        self.remember("model", model, x, step)
        return self.judge(model, x, step)

    def adversary_loss(self, model, x, step=0):
        """Judge the adversary."""
        self.remember("adversary", model, x, step)
        return self.judge.adversary_loss(model, x, step)


def test_they_take_turns_on_minibatches_of_their_own():
    objective = Recorded(FactorVAE(adversary(), 3.0))
    train(objective)
    turns = [(who, step) for who, step, *_ in objective.seen]
    assert turns == [(who, k) for k in range(6) for who in ("model", "adversary")]
    minibatches = [x for _, _, x, _, _ in objective.seen]
    assert not any(map(torch.equal, minibatches, minibatches[1:]))


def test_neither_moves_the_others_weights():
    """From one turn to the next only the weights of who was judged have changed."""
    objective = Recorded(FactorVAE(adversary(), 30.0))
    train(objective)
    for turn, following in zip(objective.seen, objective.seen[1:], strict=False):
        who, _, _, model, network = turn
        _, _, _, model_after, network_after = following
        assert same(model, model_after) == (who == "adversary")
        assert same(network, network_after) == (who == "model")


def test_the_adversary_learns_at_its_own_rate():
    """Adam's first step moves each weight by the rate, here with second thoughts 0."""
    objective = Recorded(FactorVAE(adversary(learning_rate=0.25, betas=(0.0, 0.0))))
    train(objective, steps=2, learning_rate=1e-3)
    first, second = objective.seen[1], objective.seen[2]
    for old, new in zip(first[4], second[4], strict=True):
        moved = (new - old).abs()
        # The slopes of a few weights are zero behind a dead unit, or nearly.
        assert moved.max() == pytest.approx(0.25, rel=1e-3)


def test_one_player_alone_draws_no_second_minibatch():
    """The same numbers as ever: the k-th minibatch is the k-th draw."""
    seen = []

    def objective(model, x, step=0):
        seen.append(x)
        return Loss(sum(w.square().sum() for w in model.parameters()), {})

    train(objective, seed=3)
    torch.manual_seed(3)
    assert same(seen, [X[torch.randint(20, (4,))] for _ in range(6)])


def test_an_adversary_recognises_what_it_can():
    """Codes far from the prior, which the model hardly moves: soon all are known."""
    model = vae()
    nn.init.constant_(model.encoder.head.linear.bias[:2], 5.0)
    objective = AdversarialAutoencoder(adversary(learning_rate=1e-2))
    _, history = train(objective, model, steps=60, learning_rate=1e-9, batch_size=32)
    assert history["adversary_loss"][0] > 0.4
    assert history["adversary_loss"][-1] < 0.1
    assert history["adversary_accuracy"][-10:].mean() > 0.95


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_adversarys_loss_that_is_not_finite_stops(bad):
    class Bad(Recorded):
        def adversary_loss(self, model, x, step=0):
            loss = super().adversary_loss(model, x, step)
            return Loss(loss.value * bad, loss.terms) if step == 2 else loss

    expected = rf"the adversary's loss is {bad} at step 2; .* finite: none$"
    with pytest.raises(FloatingPointError, match=expected):
        train(Bad(FactorVAE(adversary())))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            lambda: FactorVAE(adversary(learning_rate=1e-3)),
            lambda: FactorVAE(adversary(learning_rate=1e-4)),
            r"adversary was .*'learning_rate': 0\.001.*is .*'learning_rate': 0\.0001",
        ),
        (
            lambda: FactorVAE(adversary()),
            lambda: FactorVAE(Adversary(MLPDiscriminator((2,), (9, 8)))),
            r"adversary was .*out_features=8.*is .*out_features=9",
        ),
        (
            lambda: BetaTCVAE(20),
            lambda: BetaTCVAE(20, estimator=MinibatchStratified()),
            r"estimator was .*MinibatchWeighted.* is .*MinibatchStratified",
        ),
        (
            lambda: WAE(kernel=InverseMultiquadric((1.0, 2.0))),
            lambda: WAE(kernel=GaussianKernel()),
            r"kernel was .*'scales': \[1\.0, 2\.0\].* is .*GaussianKernel",
        ),
        (
            NegativeELBO,
            lambda: FactorVAE(adversary()),
            r"objective was 'NegativeELBO', is 'FactorVAE'",
        ),
    ],
)
def test_another_run_is_refused(first, second, message, tmp_path):
    """Also when what differs is inside a hyper-parameter."""
    path = tmp_path / "run.safetensors"
    train(first(), checkpoint=path)
    train(first(), checkpoint=path, steps=7)
    with pytest.raises(ValueError, match=rf"(?s)written by another run \({message}"):
        train(second(), checkpoint=path)


@pytest.mark.parametrize("saved", [True, False])
def test_a_checkpoint_with_another_number_of_players_is_refused(saved, tmp_path):
    def player():
        network = nn.Linear(2, 1)
        return Player(network, torch.optim.Adam(network.parameters()))

    first, second, path = player(), player(), tmp_path / "run.safetensors"
    save_checkpoint(
        path,
        first.network,
        first.optimizer,
        1,
        History(),
        adversary=second if saved else None,
    )
    words = ("no adversary", "an adversary")
    expected = rf"expected {words[not saved]} in .*, got {words[saved]}"
    with pytest.raises(ValueError, match=expected):
        load_checkpoint(
            path,
            first.network,
            first.optimizer,
            adversary=None if saved else second,
        )
