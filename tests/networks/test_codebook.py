"""Search, tally, moving average, restarts and k-means, each against its definition."""

import math
from itertools import pairwise

import pytest
import torch

from vae_lib.networks import codebook
from vae_lib.networks.codebook import (
    k_means,
    moving_average,
    nearest_codes,
    restart_rare_codes,
    tally,
)


def draw(rows, dim, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(rows, dim, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize(
    ("rows", "codes", "dim"),
    [(1, 1, 1), (50, 7, 3), (9, 32, 2), (9, 33, 2), (70, 512, 4)],
)
def test_the_nearest_code_is_the_nearest_by_definition(rows, codes, dim):
    latents, book = draw(rows, dim), draw(codes, dim, seed=1)
    expected = torch.cdist(latents, book).argmin(1)
    assert torch.equal(nearest_codes(latents, book), expected)


def test_searching_in_parts_changes_nothing(monkeypatch):
    latents, book = draw(100, 4), draw(16, 4, seed=1)
    whole = nearest_codes(latents, book)
    monkeypatch.setattr(codebook, "ROWS", 7)
    assert torch.equal(nearest_codes(latents, book), whole)


def test_of_codes_equally_near_the_first_is_taken():
    book = torch.tensor([[1.0], [-1.0], [1.0]])
    assert nearest_codes(torch.zeros(1, 1), book).tolist() == [0]
    assert nearest_codes(torch.ones(1, 1), book).tolist() == [0]
    many = book.repeat(50, 1)  # more than are compared at once
    assert nearest_codes(torch.ones(1, 1), many).tolist() == [0]
    assert nearest_codes(-torch.ones(1, 1), many).tolist() == [1]


def test_a_tally_counts_and_sums_by_code():
    latents = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    counts, sums = tally(latents, torch.tensor([2, 0, 2]), num_codes=4)
    assert counts.tolist() == [1, 0, 2, 0]
    assert sums.tolist() == [[3, 4], [0, 0], [6, 8], [0, 0]]


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.99])
def test_the_moving_average_is_that_of_the_paper(decay):
    """Appendix A.1 keeps N and m and divides; only N and m / N are kept here."""
    book, uses = draw(5, 3), torch.rand(5, dtype=torch.float64) + 0.5
    big_n, m = uses.clone(), uses[:, None] * book
    for step in range(20):
        latents = draw(30, 3, seed=step)
        counts, sums = tally(latents, nearest_codes(latents, book), 5)
        book, uses = moving_average(book, uses, counts, sums, decay)
        big_n = decay * big_n + (1 - decay) * counts
        m = decay * m + (1 - decay) * sums
        torch.testing.assert_close(uses, big_n)
        used = counts > 0
        torch.testing.assert_close(book[used], (m / big_n[:, None])[used])


def test_a_code_that_nobody_chooses_stays_where_it_is():
    """Also when its uses have sunk below the smallest number there is."""
    book, uses = torch.tensor([[1.5], [2.5]]), torch.ones(2)
    counts, sums = torch.tensor([0.0, 4.0]), torch.tensor([[0.0], [12.0]])
    for _ in range(300):
        book, uses = moving_average(book, uses, counts, sums, decay=0.5)
    assert uses[0] == 0
    assert book[0] == 1.5
    torch.testing.assert_close(book[1], torch.tensor([3.0]))


def test_one_moving_average_step_is_a_gradient_step_with_a_rate_for_each_code():
    """Rate (1 - decay) / (2 N_k) on the summed squared distance, N_k after the step."""
    book, uses = draw(6, 2).requires_grad_(), torch.full((6,), 3.0).double()
    latents = draw(40, 2, seed=1)
    indices = nearest_codes(latents, book.detach())
    (latents - book[indices]).square().sum().backward()
    counts, sums = tally(latents, indices, 6)
    moved, after = moving_average(book.detach(), uses, counts, sums, decay=0.9)
    by_gradient = book - 0.1 / (2 * after[:, None]) * book.grad
    torch.testing.assert_close(moved, by_gradient.detach())


def test_k_means_never_raises_the_error_and_ends_at_means():
    latents = torch.cat([draw(40, 2) * 0.1 + centre for centre in (-4, 0, 4)])

    def error(book):
        return (latents - book[nearest_codes(latents, book)]).square().sum()

    errors = []
    for iterations in range(1, 9):
        torch.manual_seed(0)
        book, counts = k_means(latents, 3, iterations)
        errors.append(float(error(book)))
    assert all(after <= before for before, after in pairwise(errors))
    indices = nearest_codes(latents, book)
    assert counts.tolist() == torch.bincount(indices).tolist()
    for k in range(3):
        torch.testing.assert_close(book[k], latents[indices == k].mean(0))


def test_k_means_leaves_no_cluster_empty_where_latents_differ():
    """Nine places, nine codes: an emptied cluster starts again until all are held."""
    places = torch.cartesian_prod(torch.arange(3.0), torch.arange(3.0)).repeat(20, 1)
    torch.manual_seed(0)
    book, counts = k_means(places, 9, iterations=30)
    assert int((counts > 0).sum()) == len(book.unique(dim=0))
    assert counts.sum() == 180


def test_k_means_of_too_few_latents_is_refused():
    with pytest.raises(ValueError, match=r"as many latents as codes, 5, got 4"):
        k_means(torch.zeros(4, 2), 5, 1)


def test_only_rare_codes_restart_and_they_restart_at_latents():
    book, latents = draw(8, 3), draw(5, 3, seed=1)
    uses = torch.tensor([0.0, 1.0, 0.4, 0.6, 2.0, 0.5, 9.0, 0.1]).double()
    torch.manual_seed(0)
    moved, after = restart_rare_codes(book, uses, latents, least=0.5)
    rare = uses < 0.5
    assert torch.equal(moved[~rare], book[~rare])
    assert torch.equal(after[~rare], uses[~rare])
    assert (after[rare] == 0.5).all()
    distances = torch.cdist(moved[rare], latents).min(1).values
    torch.testing.assert_close(distances, torch.zeros_like(distances))


def test_restarts_draw_every_latent():
    """Each of four latents is drawn about as often: five standard errors of 4,000."""
    latents = torch.arange(4.0)[:, None]
    torch.manual_seed(0)
    moved, _ = restart_rare_codes(torch.zeros(4_000, 1), torch.zeros(4_000), latents, 1)
    share = torch.bincount(moved.flatten().long()) / 4_000
    assert (share - 0.25).abs().max() < 5 * math.sqrt(0.25 * 0.75 / 4_000)
