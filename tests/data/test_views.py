"""The views of an example never part."""

import pytest
import torch

from vae_lib.data import Views
from vae_lib.objectives import Loss
from vae_lib.training import fit
from vae_lib.zoo.view_sets import FACE_VIEWS, digit_views, face_views


def pair():
    pixels = torch.arange(24, dtype=torch.uint8).view(6, 1, 2, 2)
    return Views({"image": pixels, "label": torch.arange(6)})


def test_a_batch_has_the_same_rows_of_every_view():
    index = torch.tensor([4, 0, 4])
    batch = pair().images(index)
    assert torch.equal(batch["label"], index)
    torch.testing.assert_close(
        batch["image"], pair()["image"][index].float() / 255, rtol=0, atol=0
    )
    assert len(batch) == 3
    assert batch.names == ("image", "label")


def test_a_part_of_the_views_keeps_their_rows():
    part = pair().only("label")
    assert part.names == ("label",)
    assert torch.equal(part["label"], pair()["label"])


def test_all_views_move_to_a_device():
    moved = pair().to("meta")
    assert {one.device.type for one in moved.tensors.values()} == {"meta"}


def test_training_draws_batches_of_views():
    """`fit` hands the objective what `images` gives, and every row comes."""
    seen = []

    def watch(model, views, step):
        seen.append(views)
        assert torch.equal(views["image"][:, 0, 0, 0] * 255 / 4, views["label"].float())
        return Loss(model(torch.ones(1, 1)).square().mean(), {})

    fit(torch.nn.Linear(1, 1), watch, pair(), steps=20, batch_size=4, progress=False)
    assert torch.cat([views["label"] for views in seen]).unique().tolist() == [
        *range(6)
    ]


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({}, "views must hold at least one view, got none"),
        ({"a": [1, 2]}, "view 'a' must be a tensor, got list"),
        ({"a": torch.tensor(1.0)}, r"view 'a' must have shape \(N, ...\), got \(\)"),
        (
            {"a": torch.zeros(3, 2), "b": torch.zeros(2)},
            r"same number of rows, at least one, got \{'a': 3, 'b': 2\}",
        ),
        ({"a": torch.zeros(0, 2)}, r"at least one, got \{'a': 0\}"),
    ],
)
def test_views_that_do_not_belong_together_are_refused(tensors, message):
    with pytest.raises(ValueError, match=message):
        Views(tensors)


def test_views_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="views must be among image, label, got sound"):
        pair().only("image", "sound")
    with pytest.raises(ValueError, match="at least one view, got none"):
        pair().only()
    with pytest.raises(
        ValueError, match=r"index must lie in \[0, 5\], got values .* 6"
    ):
        pair().images([6])


def test_digits_are_black_and_white_and_keep_their_classes():
    train, test = digit_views("train"), digit_views("test")
    assert (len(train), len(test)) == (1437, 360)
    assert train["image"].unique().tolist() == [0.0, 1.0]
    assert test["label"].bincount().tolist() == [36, 36, 35, 37, 36, 37, 36, 36, 35, 36]


def test_attributes_of_faces_are_shares_of_their_range():
    """Of the faces drawn: the age of the first thousand makes the rest what it is."""
    views = face_views(300, seed=3)
    assert views.names == ("image", *FACE_VIEWS)
    assert views["image"].dtype == torch.uint8
    for name in FACE_VIEWS:
        assert views[name].shape == (300, 1)
        assert 0 <= views[name].min() < 0.1
        assert 0.9 < views[name].max() <= 1
    table = torch.corrcoef(torch.stack([views["age"][:, 0], views["grey"][:, 0]]))
    assert table[0, 1] > 0.5
    again = face_views(300, seed=3)
    assert all(torch.equal(views[name], again[name]) for name in views.names)
