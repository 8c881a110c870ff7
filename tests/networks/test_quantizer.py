"""The vector quantiser: which gradient goes where, and when the codes move."""

from typing import Any

import pytest
import torch
from torch.func import functional_call, grad

from vae_lib.networks import VectorQuantizer, rotation_trick
from vae_lib.networks.codebook import moving_average, nearest_codes, tally

SHAPE = (4, 3, 5, 6)  # B, D, H, W


def latents(seed=0, requires_grad=False):
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    return drawn.requires_grad_(requires_grad)


def quantizer(**arguments: Any):
    torch.manual_seed(0)
    return VectorQuantizer(8, 3, **arguments).double()


def rows(grid):
    return grid.permute(0, 2, 3, 1).reshape(-1, grid.shape[1])


def test_each_latent_is_replaced_by_its_nearest_code():
    one, x = quantizer(), latents()
    quantized = one(x)
    indices = torch.cdist(rows(x), one.codebook).argmin(1)
    assert torch.equal(quantized.indices.flatten(), indices)
    assert torch.equal(rows(quantized.latents), one.codebook[indices])
    assert torch.equal(one.lookup(quantized.indices), quantized.latents)


def test_both_losses_are_the_squared_distance_one_of_them_priced():
    one, x = quantizer(commitment=0.3), latents()
    quantized = one(x)
    distance = (x - quantized.latents).square().flatten(1).sum(1)
    torch.testing.assert_close(quantized.codebook_loss, distance)
    torch.testing.assert_close(quantized.commitment_loss, 0.3 * distance)


@pytest.mark.parametrize(
    ("term", "at_latents", "at_codebook"),
    [
        ("latents", True, False),
        ("codebook_loss", False, True),
        ("commitment_loss", True, False),
    ],
)
def test_each_term_reaches_one_side_only(term, at_latents, at_codebook):
    one, x = quantizer(), latents(requires_grad=True)
    getattr(one(x), term).sum().backward()
    assert bool((x.grad != 0).any()) == at_latents
    assert bool((one.codebook.grad != 0).any()) == at_codebook


def test_the_losses_gradients_are_those_of_the_formula():
    """With sg for detach: |sg(x) - e|^2 and commitment |x - sg(e)|^2, by autograd."""
    one, x = quantizer(commitment=0.7), latents(requires_grad=True)
    weights = torch.rand(len(x), dtype=torch.float64)
    quantized = one(x)
    (weights * (quantized.codebook_loss + quantized.commitment_loss)).sum().backward()
    book, free = (t.detach().clone().requires_grad_() for t in (one.codebook, x))
    codes = book[quantized.indices].permute(0, 3, 1, 2)
    to_code = (free.detach() - codes).square().flatten(1).sum(1)
    to_latent = 0.7 * (free - codes.detach()).square().flatten(1).sum(1)
    (weights * (to_code + to_latent)).sum().backward()
    torch.testing.assert_close(x.grad, free.grad)
    torch.testing.assert_close(one.codebook.grad, book.grad)


def test_the_decoders_gradient_arrives_along_the_route():
    x = latents(requires_grad=True)
    wanted = latents(seed=1)
    quantizer()(x).latents.backward(wanted)
    assert torch.equal(x.grad, wanted)
    one, x.grad = quantizer(route=rotation_trick), None
    quantized = one(x)
    quantized.latents.backward(wanted)
    expected = rotation_trick(rows(wanted), rows(x), rows(quantized.latents))
    torch.testing.assert_close(rows(x.grad), expected.detach())


def test_gradients_of_functions_agree_with_those_of_modules():
    """What exports a step differentiates it as a function of its tensors."""
    one, x = quantizer(), latents()

    def loss(book):
        quantized = functional_call(one, {"codebook": book}, (x,))
        return (quantized.codebook_loss + quantized.latents.flatten(1).sum(1)).sum()

    found = grad(loss)(one.codebook.detach())
    one(x).codebook_loss.sum().backward()
    torch.testing.assert_close(found, one.codebook.grad)


def test_the_moving_average_follows_quantising():
    """Codes are used before they move: what is returned knows nothing of the move."""
    one, x = quantizer(decay=0.9), latents()
    before, uses = one.codebook.clone(), one.uses.clone()
    quantized = one(x)
    assert torch.equal(rows(quantized.latents), before[quantized.indices.flatten()])
    counts, sums = tally(rows(x), nearest_codes(rows(x), before), 8)
    moved, uses = moving_average(before, uses, counts, sums, 0.9)
    assert torch.equal(one.codebook, moved)
    assert torch.equal(one.uses, uses)
    assert not torch.equal(one.codebook, before)


def test_with_a_moving_average_there_is_no_codebook_loss_and_no_parameter():
    one, x = quantizer(decay=0.9), latents(requires_grad=True)
    quantized = one(x)
    assert quantized.codebook_loss.tolist() == [0.0] * 4
    assert list(one.parameters()) == []
    quantized.commitment_loss.sum().backward()
    assert (x.grad != 0).any()


@pytest.mark.parametrize("decay", [None, 0.9])
def test_in_evaluation_mode_nothing_moves(decay):
    one = quantizer(decay=decay, k_means_iterations=3, restart_below=5.0).eval()
    before = {name: value.clone() for name, value in one.state_dict().items()}
    one(latents())
    assert all(torch.equal(one.state_dict()[k], v) for k, v in before.items())


@pytest.mark.parametrize("decay", [None, 0.99])
def test_k_means_starts_the_codebook_once_and_one_more_step_keeps_usage(decay):
    """Started with nothing, an average would throw the clusters away at once."""
    one = quantizer(decay=decay, k_means_iterations=10)
    one(latents())
    first = one.codebook.clone()
    used = one.eval()(latents()).indices.unique()
    assert len(used) == 8
    one.train()(latents(seed=1))
    assert len(one.eval()(latents()).indices.unique()) == 8
    assert (one.codebook - first).norm(dim=1).max() < 0.1 * first.norm(dim=1).min()


@pytest.mark.parametrize("decay", [None, 0.9])
def test_restarts_wake_codes_that_are_far_from_all_latents(decay):
    one = quantizer(decay=decay, restart_below=0.5)
    with torch.no_grad():
        one.codebook[4:] += 100.0
    assert len(one.eval()(latents()).indices.unique()) <= 4
    one.train()
    for seed in range(200):
        one(latents(seed))
    assert len(one.eval()(latents()).indices.unique()) == 8


def test_a_restarted_code_is_not_restarted_at_the_next_batch():
    """It starts with as many uses as keep it, not with none."""
    one = quantizer(decay=0.99, restart_below=0.5)
    with torch.no_grad():
        one.uses.fill_(0.0)
    one(latents())
    assert (one.uses >= 0.5).all()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_layout_in_memory_changes_nothing(layout):
    one, x = quantizer(), latents()
    for found, expected in zip(one(x.to(memory_format=layout)), one(x), strict=True):
        torch.testing.assert_close(found, expected)


def test_all_that_is_learned_is_saved():
    one = quantizer(decay=0.9, k_means_iterations=2, restart_below=0.1)
    one(latents())
    other = quantizer(decay=0.9, k_means_iterations=2, restart_below=0.1)
    other.load_state_dict(one.state_dict())
    for seed in (1, 2):
        torch.manual_seed(seed)
        found = one(latents(seed))
        torch.manual_seed(seed)
        assert torch.equal(other(latents(seed)).latents, found.latents)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: VectorQuantizer(0, 3), r"num_codes must be at least 1, got 0"),
        (lambda: VectorQuantizer(8, 0), r"dim must be at least 1, got 0"),
        (
            lambda: VectorQuantizer(8, 3, commitment=-1.0),
            r"commitment must be non-negative and finite, got -1.0",
        ),
        (
            lambda: VectorQuantizer(8, 3, restart_below=float("nan")),
            r"restart_below must be non-negative and finite, got nan",
        ),
        (
            lambda: VectorQuantizer(8, 3, k_means_iterations=-1),
            r"k_means_iterations must be non-negative and finite, got -1",
        ),
        (
            lambda: VectorQuantizer(8, 3, decay=1.0),
            r"decay must be None or in \[0, 1\), got 1.0",
        ),
        (
            lambda: VectorQuantizer(8, 3)(torch.zeros(2, 4, 5, 5)),
            r"latents must have shape \(B, 3, H, W\), got \(2, 4, 5, 5\)",
        ),
        (
            lambda: VectorQuantizer(8, 3)(torch.zeros(0, 3, 5, 5)),
            r"latents must have shape \(B, 3, H, W\), got \(0, 3, 5, 5\)",
        ),
        (
            lambda: VectorQuantizer(8, 3)(torch.zeros(2, 3, 5, 5).double()),
            r"latents must be torch.float32, as the codes are, got torch.float64",
        ),
        (
            lambda: VectorQuantizer(8, 3).lookup(torch.zeros(2, 5, 5)),
            r"int64 of shape \(B, H, W\), got torch.float32 of shape \(2, 5, 5\)",
        ),
        (
            lambda: VectorQuantizer(8, 3).lookup(torch.full((1, 1, 1), 8)),
            r"indices must lie in \[0, 8\), got 8 to 8",
        ),
        (
            lambda: VectorQuantizer(50, 3, k_means_iterations=1)(
                torch.zeros(1, 3, 5, 5)
            ),
            r"as many latents as codes, 50, got 25",
        ),
    ],
)
def test_what_does_not_fit_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_it_says_what_it_is():
    words = repr(VectorQuantizer(8, 3, decay=0.9, route=rotation_trick))
    assert words == (
        "VectorQuantizer(8, 3, commitment=0.25, decay=0.9, route=rotation_trick, "
        "k_means_iterations=0, restart_below=0.0)"
    )
