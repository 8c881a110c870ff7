"""What was measured on photographs says of what, and makes sense."""

import json

import pytest

from vae_lib.zoo import card
from vae_lib.zoo.rate_curves import MODELS, load_rate_curves


def test_it_was_measured_with_the_weights_that_ship():
    found = load_rate_curves()
    assert found["images"] == 1_000
    for name in MODELS:
        assert found["weights"][name] == card(name)["weights"]["sha256"]


def test_measurements_of_other_weights_are_refused(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"weights": {MODELS[0]: "abc"}}))
    message = (
        r"old\.json was measured with other weights of vq_vae_cifar10_p8: .* got abc"
    )
    with pytest.raises(ValueError, match=message):
        load_rate_curves(path)


def test_a_prior_changes_bytes_and_nothing_else():
    found = load_rate_curves()
    fixed, coded = found["fixed"], found["coded"]
    # 16 and 64 codes of 9 bits.
    assert [point["bytes"] for point in fixed] == [18, 72]
    for before, after in zip(fixed, coded, strict=True):
        assert after["bytes"] < before["bytes"]
        assert (after["psnr"], after["ssim"]) == (before["psnr"], before["ssim"])


def test_more_bytes_are_worth_more():
    found = load_rate_curves()
    assert len(found["jpeg"]) == len(found["scan"]) == len(found["qualities"])
    for curve in (found["jpeg"], found["scan"], found["coded"]):
        for key in ("bytes", "psnr", "ssim"):
            values = [point[key] for point in curve]
            assert values == sorted(values), key
    headers = {
        round(whole["bytes"] - scan["bytes"])
        for whole, scan in zip(found["jpeg"], found["scan"], strict=True)
    }
    assert len(headers) == 1
    assert 600 < headers.pop() < 640
