"""What was measured on photographs says of what, and makes sense."""

import json

import pytest

from vae_lib.zoo import card
from vae_lib.zoo.rate_curves import MODEL, PRIOR, load_rate_curves


def test_it_was_measured_with_the_weights_that_ship():
    found = load_rate_curves()
    assert found["images"] == 1_000
    for name in (MODEL, PRIOR):
        assert found["weights"][name] == card(name)["weights"]["sha256"]


def test_measurements_of_other_weights_are_refused(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"weights": {MODEL: "abc"}}))
    message = r"old\.json was measured with other weights of vq_vae_cifar10: .* got abc"
    with pytest.raises(ValueError, match=message):
        load_rate_curves(path)


def test_a_prior_changes_bytes_and_nothing_else():
    codes = list(load_rate_curves()["codes"].values())
    assert codes[0]["bytes"] == 72  # 8 x 8 codes of 9 bits
    assert len({(point["psnr"], point["ssim"]) for point in codes}) == 1
    sizes = [point["bytes"] for point in codes]
    assert sizes == sorted(sizes, reverse=True)


def test_more_bytes_of_jpeg_are_worth_more():
    found = load_rate_curves()
    for curve in (found["jpeg"], found["scan"]):
        assert len(curve) == len(found["qualities"])
        for key in ("bytes", "psnr", "ssim"):
            values = [point[key] for point in curve]
            assert values == sorted(values), key
    headers = {
        round(whole["bytes"] - scan["bytes"])
        for whole, scan in zip(found["jpeg"], found["scan"], strict=True)
    }
    assert len(headers) == 1
    assert 600 < headers.pop() < 640
