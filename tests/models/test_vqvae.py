"""The VQ-VAE: encode, decode, and the gradients of its three parts."""

import pytest
import torch

from vae_lib.models import VQVAE
from vae_lib.networks import (
    FiniteScalarQuantizer,
    GridDecoder,
    GridEncoder,
    VectorQuantizer,
)
from vae_lib.objectives import VectorQuantized
from vae_lib.training import fit

QUANTIZERS = {
    "vector": lambda: VectorQuantizer(16, 3),
    "moving average": lambda: VectorQuantizer(16, 3, decay=0.9),
    "finite scalar": lambda: FiniteScalarQuantizer([5, 4, 3]),
}


def model(quantizer="vector"):
    torch.manual_seed(0)
    encoder, decoder = GridEncoder(1, 3, width=8), GridDecoder(3, 1, width=8)
    return VQVAE(encoder, QUANTIZERS[quantizer](), decoder)


@pytest.mark.parametrize("quantizer", QUANTIZERS)
def test_decoding_the_codes_is_the_mean_of_the_likelihood(quantizer):
    one, x = model(quantizer).eval(), torch.rand(5, 1, 8, 8)
    output = one(x)
    indices = one.encode(x)
    assert torch.equal(indices, output.quantized.indices)
    assert 0 <= int(indices.min()) <= int(indices.max()) < one.num_codes
    torch.testing.assert_close(one.decode(indices), output.likelihood.mean)


def test_each_term_of_the_objective_reaches_its_part_and_no_other():
    """Distortion: encoder and decoder. Codebook: codes. Commitment: encoder."""
    one, x = model(), torch.rand(5, 1, 8, 8)
    reached = {}
    for term in ("distortion", "codebook", "commitment"):
        one.zero_grad(set_to_none=True)
        VectorQuantized()(one, x).terms[term].sum().backward()
        reached[term] = {
            name.split(".")[0]
            for name, weight in one.named_parameters()
            if weight.grad is not None and (weight.grad != 0).any()
        }
    assert reached == {
        "distortion": {"encoder", "decoder"},
        "codebook": {"quantizer"},
        "commitment": {"encoder"},
    }


def test_the_objective_is_the_sum_of_its_terms_each_by_example():
    one, x = model(), torch.rand(5, 1, 8, 8)
    value, terms = VectorQuantized()(one, x)
    assert all(term.shape == (5,) for term in terms.values())
    torch.testing.assert_close(value, sum(terms.values()).mean())
    output = one(x)
    torch.testing.assert_close(terms["distortion"], -output.likelihood.log_prob(x))
    alone = VectorQuantized()(one, x[2:3]).terms
    for name, term in terms.items():
        torch.testing.assert_close(alone[name], term[2:3])


def test_a_decoder_of_another_event_is_refused():
    one = VQVAE(GridEncoder(1, 3, width=8), QUANTIZERS["vector"](), GridDecoder(3, 3))
    text = r"event shape \(1, 8, 8\), got \(3, 8, 8\)"
    with pytest.raises(ValueError, match=text):
        VectorQuantized()(one, torch.rand(2, 1, 8, 8))


def test_with_as_many_codes_as_latents_training_reaches_the_autoencoder():
    """Four constant pictures, four codes: each gets one, and each comes back."""
    greys = torch.tensor([0.1, 0.4, 0.6, 0.9]).view(4, 1, 1, 1).expand(4, 1, 4, 4)
    torch.manual_seed(0)
    one = VQVAE(
        GridEncoder(1, 2, width=16),
        VectorQuantizer(4, 2, decay=0.9, restart_below=0.5),
        GridDecoder(2, 1, width=16),
    )
    fit(one, VectorQuantized(), greys, steps=300, batch_size=16, progress=False)
    assert len(one.encode(greys).unique()) == 4
    assert (one.decode(one.encode(greys)) - greys).abs().max() < 0.1
