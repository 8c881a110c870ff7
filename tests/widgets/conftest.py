"""A small decoder that every widget test can afford."""

import numpy as np
import pytest
import torch

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder


@pytest.fixture
def make_vae():
    """`make_vae(latent_dim, channels)`: an untrained VAE of 8 x 8 pictures."""

    def make(latent_dim=3, channels=1):
        torch.manual_seed(0)
        shape = (channels, 8, 8)
        return VAE(
            MLPEncoder(shape, latent_dim, (16,)),
            MLPDecoder(latent_dim, shape, (64,)),
            StandardNormal(latent_dim),
        )

    return make


@pytest.fixture(autouse=True)
def no_asset_folder(monkeypatch):
    """A notebook's surroundings, whoever runs the tests."""
    monkeypatch.delenv("VAE_LIB_ASSETS", raising=False)


@pytest.fixture
def ask():
    """`ask(lab, method, **given)`: as a lab's view asks the kernel, over bytes."""

    def answer(lab, method, **given: object):
        reply, buffers = lab._learn({"method": method, "given": given}, [])
        return {
            spec["name"]: np.frombuffer(data, np.float32).reshape(spec["shape"]).copy()
            for spec, data in zip(reply["outputs"], buffers, strict=True)
        }

    return answer
