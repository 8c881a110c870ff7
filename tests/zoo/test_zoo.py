"""Every model of the zoo says how it was made, and is what it says."""

import json
import math
import re
from dataclasses import replace
from functools import partial

import pytest
import torch
from safetensors.torch import load_file

import vae_lib.zoo.load as loading
from vae_lib.data import ImageSet
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import BetaVAE, Loss
from vae_lib.zoo import RECIPES, Recipe, card, load_model, names, runs
from vae_lib.zoo.measures import measure_vae, measure_vq_vae
from vae_lib.zoo.train import in_words, train

SHAPE = (1, 4, 4)
PIXELS = (torch.arange(30 * 16) * 5 % 256).to(torch.uint8).view(30, *SHAPE)
NAME = "tiny"


def tiny_vae():
    return VAE(
        MLPEncoder(SHAPE, 2, (8,)), MLPDecoder(2, SHAPE, (8,)), StandardNormal(2)
    )


TINY = Recipe(
    model=tiny_vae,
    objective=partial(BetaVAE, beta=2.0),
    train=lambda: ImageSet(PIXELS),
    test=lambda: ImageSet(PIXELS[:12]),
    data="thirty patterns, twelve of them measured",
    steps=5,
    batch_size=4,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A zoo of one trained model, in a folder of its own."""
    monkeypatch.setitem(RECIPES, NAME, TINY)
    train(NAME, tmp_path)
    monkeypatch.setattr(loading, "WEIGHTS", tmp_path)
    monkeypatch.setattr(loading, "CARDS", tmp_path)
    return tmp_path


CARDS = sorted(path.stem for path in loading.CARDS.glob("*.json"))


def test_every_recipe_has_a_card_and_the_first_seed_its_weights():
    """Of an ablation the cards are all that is asked for."""
    ship = {
        name for name, one in RECIPES.items() if one.seed == 0 and not one.card_only
    }
    assert set(names()) == ship
    assert {path.stem for path in loading.CARDS.glob("*.json")} == set(RECIPES)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_belongs_to_its_recipe(name):
    """A recipe changed after training would describe a model that is not here."""
    recipe, found = RECIPES[name], card(name)
    assert found["name"] == name
    assert found["command"] == f"make weights NAME={name}"
    assert found["objective"] == in_words(recipe.objective())
    rates = ("learning_rate", "learning_rate_at_end")
    for field in ("data", "steps", "batch_size", *rates, "seed"):
        assert found[field] == getattr(recipe, field), field


def measured_by(measure):
    """Names of those that ship and whose card such a measure wrote."""
    return [name for name in names() if RECIPES[name].measure is measure]


@pytest.mark.parametrize("name", names())
def test_every_model_loads_to_be_used(name):
    model, found = load_model(name), card(name)
    assert not model.training
    assert not any(weight.requires_grad for weight in model.parameters())
    assert sum(w.numel() for w in model.parameters()) == found["parameters"]


@pytest.mark.parametrize("name", measured_by(measure_vae))
def test_every_vae_is_what_its_card_measured(name):
    """Its rates add up, and it draws images of its own event shape."""
    model, metrics = load_model(name), card(name)["metrics"]
    assert len(metrics["rate_per_dimension"]) == model.latent_dim
    assert sum(metrics["rate_per_dimension"]) == pytest.approx(
        metrics["rate"], abs=1e-2
    )
    assert metrics["elbo"] == pytest.approx(
        -metrics["rate"] - metrics["distortion"], abs=2e-3
    )
    image = model.decode(torch.zeros(2, model.latent_dim))
    assert torch.isfinite(image).all()
    assert model.encode(image).mean.shape == (2, model.latent_dim)


@pytest.mark.parametrize("name", measured_by(measure_vq_vae))
def test_every_vq_vae_is_what_its_card_measured(name):
    """It decodes any codes on its grid, and as many codes as it says are used."""
    model, metrics = load_model(name), card(name)["metrics"]
    assert model.num_codes == metrics["codes"]
    grid = torch.randint(model.num_codes, (2, *metrics["grid"]))
    image = model.decode(grid)
    assert torch.isfinite(image).all()
    assert model.encode(image.clamp(0, 1)).shape == grid.shape
    assert metrics["perplexity"] >= 1
    assert metrics["perplexity"] <= metrics["codebook_usage"] * model.num_codes + 0.1
    uniform = math.prod(metrics["grid"]) * math.log(model.num_codes)
    assert metrics["uniform_rate"] == pytest.approx(uniform, abs=1e-2)


CARD = {
    "name",
    "command",
    "data",
    "objective",
    "steps",
    "batch_size",
    "learning_rate",
    "learning_rate_at_end",
    "seed",
    "seconds",
    "parameters",
    "versions",
    "device",
    "metrics",
    "weights",
}
METRICS = {
    "images",
    "distortion",
    "rate",
    "elbo",
    "importance_weighted_bound",
    "rate_per_dimension",
    "active_units",
    "reconstruction_mse",
}


def test_a_card_says_all_it_should(tiny):
    found = card(NAME)
    assert set(found) >= CARD
    assert set(found["metrics"]) >= METRICS
    assert set(found["versions"]) >= {"vae_lib", "python", "torch"}
    assert found["device"] == "cpu"
    assert found["weights"]["dtype"] == "float16"
    path = tiny / f"{NAME}.safetensors"
    assert found["weights"]["bytes"] == path.stat().st_size
    assert re.fullmatch("[0-9a-f]{64}", found["weights"]["sha256"])
    assert found["parameters"] == sum(w.numel() for w in tiny_vae().parameters())
    metrics = found["metrics"]
    assert metrics["images"] == 12
    assert metrics["rate"] > 0
    # Twelve images of 16 grey pixels: an untrained decoder pays about 16 ln 2.
    assert metrics["distortion"] == pytest.approx(16 * math.log(2), rel=0.2)
    assert 0 <= metrics["active_units"] <= 2


def test_a_recipe_gives_the_same_weights_again(tiny, tmp_path):
    """Same seed, same versions, same machine: the same bytes."""
    again = train(NAME, tmp_path / "again")
    content = (tmp_path / "again" / f"{NAME}.safetensors").read_bytes()
    assert content == (tiny / f"{NAME}.safetensors").read_bytes()
    assert again["weights"] == card(NAME)["weights"]
    assert again["metrics"] == card(NAME)["metrics"]


def test_another_seed_gives_other_weights(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, NAME, replace(TINY, seed=1))
    again = train(NAME, tmp_path / "again")
    assert again["weights"]["sha256"] != card(NAME)["weights"]["sha256"]


def test_a_broken_training_goes_on(tiny, tmp_path, monkeypatch):
    """Stopped in its third step, it ends with the bytes of a run in one go."""
    folder = tmp_path / "broken"

    class Breaks(BetaVAE):
        def __call__(self, model: VAE, x: torch.Tensor, step: int = 0) -> Loss:
            """Judge, but not at step 3."""
            if step == 3:
                raise KeyboardInterrupt
            return super().__call__(model, x, step)

    Breaks.__name__ = "BetaVAE"
    monkeypatch.setitem(RECIPES, NAME, replace(TINY, objective=lambda: Breaks(2.0)))
    with pytest.raises(KeyboardInterrupt):
        train(NAME, folder)
    assert not list(folder.glob("*.safetensors"))
    monkeypatch.setitem(RECIPES, NAME, TINY)
    assert train(NAME, folder)["weights"] == card(NAME)["weights"]


def test_training_leaves_weights_and_card_and_nothing_else(tiny):
    assert {path.name for path in tiny.iterdir()} == {
        f"{NAME}.safetensors",
        f"{NAME}.json",
    }


def test_weights_are_halves_computed_with_as_singles(tiny):
    stored = load_file(tiny / f"{NAME}.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16}
    for key, value in load_model(NAME).state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, stored[key].float())


def test_a_damaged_weight_file_is_refused(tiny):
    """By its checksum, before a byte of it is interpreted."""
    path = tiny / f"{NAME}.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    expected = card(NAME)["weights"]["sha256"]
    message = (
        rf"{NAME}.safetensors is damaged: expected sha256 {expected}, got \w{{64}}"
    )
    with pytest.raises(ValueError, match=message):
        load_model(NAME)


def test_a_tampered_card_is_refused(tiny):
    path = tiny / f"{NAME}.json"
    changed = json.loads(path.read_text())
    changed["weights"]["sha256"] = "0" * 64
    path.write_text(json.dumps(changed))
    with pytest.raises(ValueError, match=r"is damaged: expected sha256 0{64}, got \w"):
        load_model(NAME)


def test_an_unreadable_card_is_named(tiny):
    (tiny / f"{NAME}.json").write_text('{"name": ')
    with pytest.raises(ValueError, match=rf"{NAME}.json is damaged: "):
        card(NAME)


@pytest.mark.parametrize("ask", [card, load_model])
@pytest.mark.parametrize("name", ["tin", "../tiny", "", "tiny.safetensors"])
def test_an_unknown_name_is_refused_with_those_there_are(tiny, ask, name):
    expected = rf"no trained model is called '{re.escape(name)}'; there are {NAME}"
    with pytest.raises(ValueError, match=expected):
        ask(name)


def test_runs_come_in_the_order_of_their_seeds(tiny, monkeypatch):
    for seed in (10, 2):
        name = f"{NAME}_s{seed}"
        monkeypatch.setitem(RECIPES, name, replace(TINY, seed=seed))
        train(name, tiny)
    (tiny / f"{NAME}_s2.safetensors").unlink()
    (tiny / f"{NAME}_second.json").write_text("another recipe's")
    assert [found["name"] for found in runs(NAME)] == [f"{NAME}_s2", f"{NAME}_s10"]
    text = f"{NAME}_s2 ships its card only; `make weights NAME={NAME}_s2` trains it"
    with pytest.raises(ValueError, match=text):
        load_model(f"{NAME}_s2")
    with pytest.raises(ValueError, match="no runs are called 'tin' followed by a seed"):
        runs("tin")


def test_an_unknown_recipe_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(ValueError, match=r"no recipe is called 'x'; there are aae"):
        train("x", tmp_path)
    assert not list(tmp_path.iterdir())


def test_measured_images_are_spread_over_a_sorted_set(monkeypatch):
    """Black images first: a model judged on the first half would only see those."""
    sorted_by_grey = torch.zeros(40, *SHAPE, dtype=torch.uint8)
    sorted_by_grey[20:] = 255
    recipe = replace(TINY, test=lambda: ImageSet(sorted_by_grey))
    seen = []
    model = tiny_vae()
    encode = model.encode
    monkeypatch.setattr(
        model, "encode", lambda x: (seen.append(x.flatten(1).mean(1)), encode(x))[1]
    )
    measure_vae(model, recipe, limit=20, samples=2)
    assert {float(part.mean()) for part in seen if len(part) == 20} == {0.5}
