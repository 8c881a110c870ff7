"""What levels know of a class: told at one level only, and the file that ships."""

import json

import pytest
import torch

from vae_lib.models import chain_ladder
from vae_lib.zoo import card
from vae_lib.zoo.level_classes import LEVEL_CLASSES, classes_by_level, level_classes


def test_a_class_that_only_the_lowest_level_hears_is_found_there():
    """Two kinds of images; the top's message is constant, the bottom's is loud."""
    torch.manual_seed(0)
    model = chain_ladder((1, 4, 4), (3, 2), (9, 8)).eval().requires_grad_(False)
    bottom, top = (message.linear for message in model.messages)
    top.weight.zero_()
    top.bias.zero_()
    bottom.weight[:3].mul_(100)
    bottom.bias[3:] = -6
    labels = torch.arange(400) % 2
    images = torch.rand(400, 1, 4, 4) / 4 + 0.75 * labels.view(-1, 1, 1, 1)
    found = classes_by_level(model, images, labels)
    assert list(found) == ["level 2", "level 1", "levels 1 to 2"]
    assert found["level 1"]["accuracy"] == found["levels 1 to 2"]["accuracy"] == 1.0
    # 133 coins: five standard errors from one half.
    assert abs(found["level 2"]["accuracy"] - 0.5) < 0.22
    assert found["level 2"]["nats"] < 0.1 < found["level 1"]["nats"]


def test_the_file_that_ships_is_of_the_weights_that_ship():
    found = level_classes()
    for name in ("ladder_mnist_s0", "flat_mnist_s0"):
        assert found["weights"][name] == card(name)["weights"]["sha256"]
        for probe in found[name].values():
            assert probe["nats"] <= probe["entropy"]
            assert 0 <= probe["accuracy"] <= 1
    assert "levels 1 to 3" in found["ladder_mnist_s0"]
    assert list(found["flat_mnist_s0"]) == ["level 1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:50], "mnist.json is damaged"),
        (lambda text: text.replace('"weights"', '"weight"'), "damaged: 'weights'"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, change, message):
    path = tmp_path / "mnist.json"
    path.write_text(change(LEVEL_CLASSES.read_text()))
    with pytest.raises(ValueError, match=message):
        level_classes(path)


def test_measures_of_other_weights_are_refused(tmp_path):
    found = json.loads(LEVEL_CLASSES.read_text())
    found["weights"]["flat_mnist_s0"] = "0" * 64
    path = tmp_path / "mnist.json"
    path.write_text(json.dumps(found))
    with pytest.raises(ValueError, match=r"describes weights 0{64} of flat_mnist_s0"):
        level_classes(path)
