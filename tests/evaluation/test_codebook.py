"""Usage and perplexity against counts done by hand."""

import math

import pytest
import torch

from vae_lib.evaluation import codebook_usage, perplexity

MEASURES = [codebook_usage, perplexity]


@pytest.mark.parametrize("codes", [1, 2, 64])
def test_codes_used_alike_are_all_used_and_all_effective(codes):
    indices = torch.arange(codes).repeat(3).view(3, codes, 1)
    assert codebook_usage(indices, codes) == 1.0
    assert perplexity(indices, codes) == pytest.approx(codes)


def test_one_code_is_one_code():
    indices = torch.full((2, 4, 4), 5)
    assert codebook_usage(indices, 8) == 1 / 8
    assert perplexity(indices, 8) == 1.0


def test_perplexity_is_exp_of_the_entropy():
    indices = torch.tensor([0] * 4 + [1] * 2 + [2] * 1 + [3] * 1)
    nats = 0.5 * math.log(2) + 0.25 * math.log(4) + 2 * 0.125 * math.log(8)
    assert perplexity(indices, 16) == pytest.approx(math.exp(nats))
    assert codebook_usage(indices, 16) == 0.25


@pytest.mark.parametrize("seed", range(5))
def test_names_and_order_of_codes_do_not_matter(seed):
    generator = torch.Generator().manual_seed(seed)
    indices = torch.randint(9, (4, 5, 6), generator=generator)
    renamed = torch.randperm(12, generator=generator)[indices].flatten()
    shuffled = renamed[torch.randperm(len(renamed), generator=generator)]
    for measure in MEASURES:
        assert measure(shuffled, 12) == pytest.approx(measure(indices, 12))
    assert 1 <= perplexity(indices, 12) <= 12 * codebook_usage(indices, 12)


@pytest.mark.parametrize("seed", range(5))
def test_batches_have_less_entropy_than_their_epoch(seed):
    generator = torch.Generator().manual_seed(seed)
    epoch = torch.randint(50, (10, 40), generator=generator)
    batches = [math.log(perplexity(batch, 50)) for batch in epoch]
    assert sum(batches) / 10 < math.log(perplexity(epoch, 50))
    used = [codebook_usage(batch, 50) for batch in epoch]
    assert max(used) < codebook_usage(epoch, 50)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ([0, 1], r"indices must be an int64 tensor, got list"),
        (torch.zeros(3), r"indices must be an int64 tensor, got torch.float32"),
        (
            torch.zeros(0, 2, dtype=torch.int64),
            r"indices must hold at least one, got shape \(0, 2\)",
        ),
        (torch.tensor([0, 4]), r"indices must lie in \[0, 4\), got 0 to 4"),
        (torch.tensor([-1, 2]), r"indices must lie in \[0, 4\), got -1 to 2"),
    ],
)
def test_what_is_no_index_is_refused(measure, indices, message):
    with pytest.raises(ValueError, match=message):
        measure(indices, 4)
