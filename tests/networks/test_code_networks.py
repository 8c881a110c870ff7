"""Networks over grids of codes: who knows whom."""

import pytest
import torch
from torch.nn import functional as F

from vae_lib.networks import CodeTransformer, IndependentCodes

GRID = (3, 4)
PLACES = 12


def transformer(**options: object):
    torch.manual_seed(0)
    sizes = {"width": 8, "layers": 2, "heads": 2}
    network = CodeTransformer(5, GRID, **(sizes | options)).double()
    with torch.no_grad():  # fresh embeddings are small: let everything matter
        for weight in network.parameters():
            weight.normal_(std=0.5)
    return network


def influence(network, indices, labels=None):
    """|d logits at place i / d code at place j|, (H W, H W), through the embedding."""
    table = torch.eye(5, dtype=torch.float64)[indices.flatten(1)].requires_grad_()
    weights = network.codes.weight

    class Soft(torch.nn.Module):
        def forward(self, _):
            return table @ weights

    network.codes = Soft()
    logits = network(indices, labels).flatten(2).sum(0)  # (K, H W)
    torch.manual_seed(1)
    mixed = torch.randn(5, dtype=torch.float64) @ logits
    rows = [
        torch.autograd.grad(mixed[i], table, retain_graph=True)[0].abs().sum((0, 2))
        for i in range(PLACES)
    ]
    return torch.stack(rows)


@pytest.mark.parametrize(
    ("classes", "class_grid", "labels"),
    [
        (None, None, None),
        (3, None, torch.tensor([0, 2])),
        (3, (3, 2), torch.arange(12).view(2, 3, 2) % 3),
    ],
)
def test_a_place_knows_nothing_of_itself_or_what_follows_and_all_before(
    classes, class_grid, labels
):
    """The gradient is zero, not small: an entropy coder has not the later codes."""
    network = transformer(num_classes=classes, class_grid=class_grid)
    indices = torch.randint(5, (2, *GRID))
    found = influence(network, indices, labels)
    before = torch.ones(PLACES, PLACES).tril(-1).bool()
    assert (found[~before] == 0).all()
    assert (found[before] > 0).all()


@pytest.mark.parametrize(("window", "layers"), [(1, 1), (2, 1), (1, 2)])
def test_a_window_bounds_how_far_a_place_sees(window, layers):
    """Rows and columns; asking twice carries twice as far, along earlier places."""
    network = transformer(window=window, layers=layers)
    found = influence(network, torch.randint(5, (1, *GRID))) > 0
    place = torch.arange(PLACES)
    row, column = place // 4, place % 4
    far = (row[:, None] - row).abs().maximum((column[:, None] - column).abs())
    one = (place < place[:, None]) & (far <= window)
    expected = one
    for _ in range(layers - 1):
        expected = expected | ((expected.double() @ one.double()) > 0)
    assert torch.equal(found, expected)
    assert far[found].max() <= window * layers


def test_changing_later_codes_changes_no_bit_of_the_logits():
    network = transformer().float()
    indices = torch.randint(5, (4, *GRID))
    with torch.no_grad():
        logits = network(indices).flatten(2)
        for place in range(PLACES):
            other = indices.clone().flatten(1)
            other[:, place:] = torch.randint(5, (4, PLACES - place))
            again = network(other.view_as(indices)).flatten(2)
            assert torch.equal(again[..., : place + 1], logits[..., : place + 1])


@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ({}, None),
        ({"window": 1}, None),
        ({"num_classes": 3}, torch.tensor([0, 2])),
        (
            {"num_classes": 3, "class_grid": (3, 2)},
            torch.arange(12).view(2, 3, 2) % 3,
        ),
    ],
)
def test_asked_place_by_place_it_answers_as_for_the_whole_grid(options, labels):
    """To the rounding of float64; a place is asked before its code is known."""
    network = transformer(**options)
    indices = torch.randint(5, (2, *GRID))
    steps, previous = network.steps(2, labels), None
    with torch.no_grad():
        whole = network(indices, labels).flatten(2)
        for place in range(PLACES):
            torch.testing.assert_close(steps(previous), whole[..., place])
            previous = indices.flatten(1)[:, place]
    with pytest.raises(ValueError, match="there are no more than 12 places"):
        steps(previous)


def test_independent_codes_answer_in_steps_as_they_do_for_the_whole_grid():
    network = IndependentCodes(5, GRID, 2)
    torch.nn.init.normal_(network.table)
    indices, labels = torch.randint(5, (3, *GRID)), torch.tensor([1, 0, 1])
    steps = network.steps(3, labels)
    found = torch.stack([steps(None) for _ in range(PLACES)], 2)
    assert torch.equal(found, network(indices, labels).flatten(2))


def test_the_first_place_and_no_other_is_asked_without_a_code():
    steps, code = transformer().steps(1), torch.zeros(1, dtype=torch.int64)
    with pytest.raises(ValueError, match=r"must be None for the first .* at place 0"):
        steps(code)
    steps(None)
    with pytest.raises(ValueError, match="no other, got None at place 1"):
        steps(None)


def test_the_class_matters_everywhere():
    network = transformer(num_classes=2)
    indices = torch.randint(5, (1, *GRID))
    zero, one = (network(indices, torch.tensor([k])) for k in range(2))
    assert ((zero - one).abs().amax(1) > 1e-6).all()


@pytest.mark.parametrize("coarse", [(1, 1), (3, 1), (1, 4), (3, 2), (3, 4)])
def test_a_coarser_grid_is_told_above_and_around_each_place(coarse):
    """A class moves the places below it, and those of its neighbours within two."""
    down, across = GRID[0] // coarse[0], GRID[1] // coarse[1]
    network = transformer(num_classes=2, class_grid=coarse, layers=1)
    for key in (network.layers[0].key_and_value, network.layers[0].answer):
        torch.nn.init.zeros_(key.weight)  # no place hears of another
    indices = torch.randint(5, (1, *GRID))
    labels = torch.zeros(1, *coarse, dtype=torch.int64)
    for row in range(coarse[0]):
        for column in range(coarse[1]):
            other = labels.clone()
            other[0, row, column] = 1
            change = (network(indices, other) - network(indices, labels))[0].abs()
            moved = (change.amax(0) > 1e-9).nonzero()
            above = moved // torch.tensor([down, across])
            assert ((above - torch.tensor([row, column])).abs() <= 2).all()
            below = torch.tensor([row * down, column * across])
            assert (moved == below).all(1).any()
            assert (moved == below + torch.tensor([down - 1, across - 1])).all(1).any()


def test_places_below_one_class_are_told_the_same():
    network = transformer(num_classes=4, class_grid=(3, 2))
    told = network._told(torch.arange(6).view(1, 3, 2) % 4).unflatten(1, GRID)
    assert torch.equal(told[:, :, 0::2], told[:, :, 1::2])
    assert (told[:, :, 0] != told[:, :, 2]).any()


@pytest.mark.parametrize("class_grid", [None, (3, 2)])
def test_every_weight_of_the_transformer_is_trained(class_grid):
    network = transformer(num_classes=2, class_grid=class_grid)
    indices = torch.randint(5, (32, *GRID))
    labels = torch.randint(2, (32, *(class_grid or ())))
    F.cross_entropy(network(indices, labels), indices).backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().max() > 1e-12, name


def test_counting_is_where_the_likelihoods_slope_is_zero():
    """The best independent prior: no step away from the frequencies pays."""
    torch.manual_seed(0)
    indices, labels = torch.randint(3, (90, 2, 2)), torch.arange(90) % 2
    network = IndependentCodes(3, (2, 2), 2).double()
    network.count(indices, labels, smoothing=0.0)
    F.cross_entropy(network(indices, labels), indices).backward()
    assert network.table.grad.abs().max() < 1e-15
    shares = network.table.exp()
    torch.testing.assert_close(shares.sum(1), torch.ones(2, 2, 2).double())
    torch.testing.assert_close(
        shares[1, 2], (indices[labels == 1] == 2).double().mean(0)
    )


def test_smoothing_leaves_no_code_impossible():
    network = IndependentCodes(4, (1, 1))
    network.count(torch.zeros(8, 1, 1, dtype=torch.int64))
    expected = torch.tensor([8.1, 0.1, 0.1, 0.1]) / 8.4
    torch.testing.assert_close(network.table.data.exp().flatten(), expected)


def test_independent_codes_start_uniform_and_see_no_code():
    network = IndependentCodes(7, GRID)
    logits = network(torch.randint(7, (2, *GRID)))
    assert logits.shape == (2, 7, *GRID)
    assert (logits == 0).all()


ZEROS = torch.zeros(2, *GRID, dtype=torch.int64)
LABELS = torch.zeros(2, dtype=torch.int64)


@pytest.mark.parametrize("build", [CodeTransformer, IndependentCodes])
@pytest.mark.parametrize(
    ("classes", "arguments", "message"),
    [
        (None, (ZEROS[0],), r"indices must have shape \(B, 3, 4\), got \(3, 4\)"),
        (None, (ZEROS.mT,), r"indices must have shape \(B, 3, 4\), got \(2, 4, 3\)"),
        (None, (ZEROS.int(),), r"indices must be torch.int64, got torch.int32"),
        (None, (ZEROS, LABELS), r"labels were given to a network without classes"),
        (2, (ZEROS,), r"labels must be given, for there are 2 classes"),
        (2, (ZEROS, LABELS[:1]), r"labels must .* shape \(2,\), got .* \(1,\)"),
        (2, (ZEROS, LABELS.int()), r"labels must be torch.int64 .* got torch.int32"),
    ],
)
def test_codes_and_labels_that_do_not_fit_are_refused(
    build, classes, arguments, message
):
    with pytest.raises(ValueError, match=message):
        build(5, GRID, classes)(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "width must be at least 1, got 0"),
        ({"layers": 0}, "layers must be at least 1, got 0"),
        ({"heads": 3}, "heads must divide width 8, got 3"),
        ({"window": 0}, "window must be at least 1, got 0"),
        ({"num_classes": 0}, "num_classes must be at least 1, got 0"),
        ({"class_grid": (1, 1)}, r"num_classes must be given for .* \(1, 1\)"),
        (
            {"num_classes": 2, "class_grid": (2, 2)},
            r"class_grid must divide the grid \(3, 4\), got \(2, 2\)",
        ),
        (
            {"num_classes": 2, "class_grid": (0, 1)},
            r"class_grid must divide the grid \(3, 4\), got \(0, 1\)",
        ),
    ],
)
def test_sizes_of_the_transformer_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        transformer(**options)


@pytest.mark.parametrize(
    ("codes", "labels", "message"),
    [
        ([0, 3], [0, 1], r"indices must lie in \[0, 2\], got 0 to 3"),
        ([0, -1], [0, 1], r"indices must lie in \[0, 2\], got -1 to 0"),
        ([0, 2], [0, 2], r"labels must lie in \[0, 1\], got 0 to 2"),
    ],
)
def test_codes_and_labels_that_there_are_not_are_not_counted(codes, labels, message):
    """They would be counted as another place's or class's."""
    indices = torch.tensor(codes).view(2, 1, 1)
    network = IndependentCodes(3, (1, 1), 2)
    with pytest.raises(ValueError, match=message):
        network.count(indices, torch.tensor(labels))


@pytest.mark.parametrize("labels", [LABELS, ZEROS, ZEROS[:1, :, :2]])
def test_a_grid_of_classes_must_have_its_shape(labels):
    network = transformer(num_classes=2, class_grid=(3, 2))
    text = r"labels must be torch.int64 of shape \(2, 3, 2\), got"
    with pytest.raises(ValueError, match=text):
        network(ZEROS, labels)


def test_smoothing_must_not_be_negative():
    network = IndependentCodes(5, GRID)
    with pytest.raises(ValueError, match=r"smoothing must not be negative, got -1"):
        network.count(ZEROS, smoothing=-1)
