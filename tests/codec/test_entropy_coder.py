import pytest
import torch

from vae_lib.codec import CONSTANT_BITS, code_bits, decode_grids, encode_grids
from vae_lib.codec.windows import cut, join

CASES = [
    (num_codes, grid, count, seed)
    for seed, (num_codes, grid, count) in enumerate(
        [
            (2, (1, 1), 1),
            (2, (3, 5), 7),
            (3, (1, 9), 2),
            (16, (4, 4), 65),
            (64, (8, 8), 3),
            (256, (2, 3), 130),
            (512, (8, 8), 20),
            (1000, (5, 1), 4),
        ]
    )
]


@pytest.mark.parametrize(("num_codes", "grid", "count", "seed"), CASES)
def test_any_codes_come_back_exactly(neighbours, num_codes, grid, count, seed):
    """Likely or not: codes drawn from the prior, and codes drawn by a coin."""
    prior = neighbours(num_codes, grid, seed)
    generator = torch.Generator().manual_seed(seed)
    for codes in (
        prior.sample(count, seed),
        torch.randint(num_codes, (count, *grid), generator=generator),
        torch.full((count, *grid), num_codes - 1),
    ):
        payload = encode_grids(codes, prior)
        assert torch.equal(decode_grids(payload, count, prior), codes)


@pytest.mark.parametrize("sharpness", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("count", [1, 10, 300])
def test_measured_bits_are_the_cross_entropy(neighbours, sharpness, count):
    """Within 1 % and a constant, for flat priors and sharp ones."""
    prior = neighbours(64, (8, 8), sharpness=sharpness)
    codes = prior.sample(count, seed=1)
    expected = float(code_bits(codes, prior).sum())
    measured = 8 * len(encode_grids(codes, prior))
    assert expected - 1 <= measured <= 1.01 * expected + CONSTANT_BITS


def test_a_uniform_prior_charges_log2_of_k(neighbours):
    prior = neighbours(16, (4, 4), sharpness=0.0)
    codes = torch.randint(16, (5, 4, 4), generator=torch.Generator().manual_seed(0))
    bits = code_bits(codes, prior)
    torch.testing.assert_close(bits, torch.full((5,), 64.0, dtype=torch.float64))


def test_a_prior_that_peeks_at_the_code_itself_gains_nothing(neighbours):
    """The coder hides what the reader has not, whatever a prior does with it."""

    class Peeking(neighbours):
        def conditional(self, indices, place):
            seen = indices.flatten(1)[:, place]
            return torch.eye(self.num_codes, dtype=torch.float64)[seen]

    prior = Peeking(8, (2, 2))
    codes = torch.arange(8).repeat(8).view(16, 2, 2)
    payload = encode_grids(codes, prior)
    assert torch.equal(decode_grids(payload, 16, prior), codes)
    assert 8 * len(payload) > 20 * 16


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (torch.zeros(1, 2, 2, dtype=torch.int64), r"shape \(B, 2, 3\), got \(1, 2, 2"),
        (torch.zeros(0, 2, 3, dtype=torch.int64), r"shape \(B, 2, 3\), got \(0, 2, 3"),
        (torch.zeros(2, 3, dtype=torch.int64), r"shape \(B, 2, 3\), got \(2, 3"),
        (torch.zeros(1, 2, 3), "must be int64, got torch.float32"),
        (torch.full((1, 2, 3), 4), r"must lie in \[0, 4\), got 4 to 4"),
        (torch.full((1, 2, 3), -1), r"must lie in \[0, 4\), got -1 to -1"),
    ],
)
def test_codes_that_are_not_the_priors_are_refused(neighbours, codes, message):
    prior = neighbours(4, (2, 3))
    for use in (encode_grids, code_bits):
        with pytest.raises(ValueError, match=rf"indices .*{message}"):
            use(codes, prior)


def test_half_a_word_is_refused(neighbours):
    with pytest.raises(ValueError, match="whole words of 4 bytes, got 7"):
        decode_grids(b"1234567", 1, neighbours(4, (2, 3)))


def test_bytes_that_no_encoder_wrote_are_refused(neighbours):
    """All ones point behind the end of the last code's share."""
    prior = neighbours(3, (4, 4))
    with pytest.raises(ValueError, match="the payload is not of this prior: "):
        decode_grids(b"\xff" * 16, 1, prior)


@pytest.mark.parametrize("window", [(1, 1), (2, 3), (4, 6)])
def test_windows_are_cut_and_joined(window):
    grids = torch.randint(9, (2, 4, 6), generator=torch.Generator().manual_seed(0))
    windows = cut(grids, window)
    assert windows.shape[1:] == window
    assert torch.equal(join(windows, (4, 6)), grids)
    assert torch.equal(windows[0], grids[0, : window[0], : window[1]])


def test_a_window_that_does_not_divide_the_grid_is_refused():
    message = "windows of 2 x 3 must divide the grid, got 4 x 4"
    with pytest.raises(ValueError, match=message):
        cut(torch.zeros(1, 4, 4), (2, 3))
