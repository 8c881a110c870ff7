"""Counted codes: what the file holds, and that nothing else is taken for it."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from vae_lib.models import VQVAE
from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.zoo import card
from vae_lib.zoo.code_counts import (
    CODE_COUNTS,
    COUNTED,
    PICTURES,
    SMOOTHING,
    code_counts,
    load_code_prior,
)
from vae_lib.zoo.rates import CODEBOOKS, GRIDS, rate_name

NAME = rate_name(4, 4)


def test_counts_are_of_pictures_at_every_place():
    """Codes of (N, H, W) come to (K, H, W), N at each place in all."""
    torch.manual_seed(0)
    encoder, decoder = GridEncoder(3, 2, 2, width=4), GridDecoder(2, 3, 2, width=4)
    model = VQVAE(encoder, VectorQuantizer(5, 2), decoder).eval()
    images = torch.rand(7, 3, 8, 12)
    counts = code_counts(model, images)
    assert counts.shape == (5, 2, 3)
    assert (counts.sum(0) == 7).all()
    codes = model.encode(images)
    assert counts[codes[0, 1, 2], 1, 2] == (codes[:, 1, 2] == codes[0, 1, 2]).sum()


@pytest.mark.parametrize("name", COUNTED)
def test_every_counted_model_has_its_prior(name):
    """The counts belong to the weights that ship, and make a distribution a place."""
    prior = load_code_prior(name)
    assert not any(weight.requires_grad for weight in prior.parameters())
    blank = torch.zeros(2, *prior.grid, dtype=torch.int64)
    chances = prior.conditional(blank, prior.places - 1)
    assert chances.shape == (2, prior.num_codes)
    torch.testing.assert_close(chances.sum(1), torch.ones(2, dtype=torch.float64))


def test_a_prior_gives_each_code_its_smoothed_share():
    counts = load_file(CODE_COUNTS)[NAME].double()
    assert (counts.sum(0) == PICTURES).all()
    expected = (counts + SMOOTHING) / (counts + SMOOTHING).sum(0)
    prior = load_code_prior(NAME)
    found = prior.conditional(torch.zeros(1, 4, 4, dtype=torch.int64), 5)[0]
    # conditional() rounds to parts of 2^20.
    torch.testing.assert_close(found, expected[:, 1, 1], rtol=0, atol=1e-5)


def test_counts_of_other_weights_are_refused(tmp_path):
    path = tmp_path / "old.safetensors"
    save_file(load_file(CODE_COUNTS), path, {"weights": json.dumps({NAME: "abc"})})
    expected = card(NAME)["weights"]["sha256"]
    message = f"old.safetensors counts codes of other weights .* {expected}, got abc"
    with pytest.raises(ValueError, match=message):
        load_code_prior(NAME, path)


@pytest.mark.parametrize("content", [b"", b"no tensors", None])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "torn.safetensors"
    path.write_bytes(CODE_COUNTS.read_bytes()[:-9] if content is None else content)
    with pytest.raises(ValueError, match=r"torn\.safetensors is damaged"):
        load_code_prior(NAME, path)


def test_an_uncounted_model_is_refused():
    with pytest.raises(ValueError, match="no codes of 'vae_faces' are counted; there"):
        load_code_prior("vae_faces")


def test_two_rates_are_reached_in_two_ways():
    """Else places and kinds of code could not be compared at equal bytes."""
    bits = [side**2 * (kinds - 1).bit_length() for kinds in CODEBOOKS for side in GRIDS]
    assert sorted(n for n in set(bits) if bits.count(n) == 2) == [128, 512]


@pytest.mark.parametrize("choice", [(5, 4), (4, 5)])
def test_a_model_outside_the_family_is_refused(choice):
    with pytest.raises(ValueError, match=r"num_codes must be one of \(4, 32, 256\)"):
        rate_name(*choice)
