"""Shapes3D: each factor changes what it is named for, and nothing else."""

import math

import pytest
import torch

from vae_lib.data import ImageSource, Shapes3D
from vae_lib.data.ray_casting import SOLIDS
from vae_lib.data.room import PAINTS, view
from vae_lib.data.shapes3d import saturated

SIZE = 32
FLOOR, WALL, OBJECT, SCALE, SHAPE, ORIENTATION = range(6)


@pytest.fixture(scope="module")
def rooms() -> Shapes3D:
    return Shapes3D(SIZE)


def random_factors(rooms: Shapes3D, count: int, views: int = 4) -> torch.Tensor:
    """Return factors with many colours and, to be quick, few views."""
    generator = torch.Generator().manual_seed(0)
    index = torch.randint(len(rooms), (count,), generator=generator)
    factors = rooms.factors(index)
    factors[:, SCALE:] = factors[:views, SCALE:].repeat(-(-count // views), 1)[:count]
    return factors


def test_the_grid_is_that_of_3d_shapes(rooms):
    assert rooms.names == (
        "floor_hue", "wall_hue", "object_hue", "scale", "shape", "orientation",
    )  # fmt: skip
    assert rooms.sizes == (10, 10, 10, 8, 4, 15)
    assert len(rooms) == 480_000
    assert isinstance(rooms, ImageSource)
    ends = rooms.values([[0] * 6, [9, 9, 9, 7, 3, 14]])
    assert ends.tolist() == [[0, 0, 0, 0.75, 0, -30], [0.9, 0.9, 0.9, 1.25, 3, 30]]
    assert [solid.name for solid in SOLIDS] == ["cube", "cylinder", "sphere", "capsule"]


def test_index_undoes_factors(rooms):
    generator = torch.Generator().manual_seed(1)
    index = torch.randint(len(rooms), (5000,), generator=generator)
    assert torch.equal(rooms.index(rooms.factors(index)), index)


def test_images_are_rendered_factors(rooms):
    index = rooms.index(random_factors(rooms, 8))
    images = rooms.images(index)
    assert images.shape == (8, 3, SIZE, SIZE)
    assert images.dtype == torch.float32
    assert images.min() >= 0
    assert images.max() <= 1
    assert torch.equal(images, rooms.render(rooms.factors(index)))


def test_rendering_is_deterministic_and_draws_no_random_numbers(rooms):
    state = torch.random.get_rng_state()
    factors = random_factors(rooms, 8)
    assert torch.equal(rooms.render(factors), Shapes3D(SIZE).render(factors))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_an_image_does_not_depend_on_its_batch(rooms):
    factors = random_factors(rooms, 12)
    alone = torch.cat([rooms.render(row[None]) for row in factors])
    torch.testing.assert_close(rooms.render(factors), alone, rtol=0, atol=1e-6)


@pytest.mark.parametrize("column", [FLOOR, WALL, OBJECT])
def test_a_hue_paints_its_own_part_only(rooms, column):
    """Where a part has no weight in a pixel, its hue changes nothing there."""
    factors = random_factors(rooms, 16)
    repainted = factors.clone()
    repainted[:, column] = (repainted[:, column] + 3) % 10
    weights = torch.stack(
        [
            view(SOLIDS[int(shape)], scale, degrees, SIZE)[column]
            for *_, scale, shape, degrees in rooms.values(factors).tolist()
        ]
    )
    change = (rooms.render(repainted) - rooms.render(factors)).abs().amax(1)
    assert (change[weights == 0] == 0).all()
    # A hue a third of the circle away differs by most of a channel's range.
    assert (change[weights > 0.3] > 0.2).all()
    assert 0.02 < (weights > 0.3).float().mean() < 0.7


def test_every_factor_changes_the_image(rooms):
    start = torch.tensor([1, 4, 7, 3, 0, 6])
    before = rooms.render(start[None])
    for column, size in enumerate(rooms.sizes):
        moved = start.clone()
        moved[column] = (moved[column] + 1) % size
        after = rooms.render(moved[None])
        # A fifth of a level in mean: what one step of orientation does to a wall edge.
        assert (after - before).abs().mean() > 1 / 255, rooms.names[column]


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda solid: solid.name)
def test_a_larger_scale_covers_more_of_the_image(solid):
    areas = [
        (view(solid, scale, 0.0, SIZE)[PAINTS.index("object")] > 0).sum()
        for scale in (0.75, 1.0, 1.25)
    ]
    assert areas == sorted(areas)
    assert areas[2] > 1.8 * areas[0]


def test_the_camera_turns_the_corner_of_the_room_to_one_side():
    """Seen from straight ahead, the corner is in the middle, and then moves steadily.

    The lamp stands to one side, so that the two walls differ in brightness: the corner
    is the column, in a row above the solid, where that changes most.
    """
    row = SIZE // 8
    columns = []
    for degrees in (-30, -15, 0, 15, 30):
        wall = view(SOLIDS[0], 0.75, degrees, SIZE)[PAINTS.index("wall"), row]
        columns.append(int(wall.diff().abs().argmax()))
    assert columns == sorted(columns, reverse=columns[0] > columns[-1])
    assert len(set(columns)) == 5
    assert abs(columns[2] - (SIZE / 2 - 0.5)) <= 1


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda solid: solid.name)
def test_rays_meet_the_surface_where_its_normal_points_at_them(solid):
    """From outside, a convex solid is entered through a face that faces the ray."""
    generator = torch.Generator().manual_seed(0)
    origin = torch.randn(3, 4000, generator=generator)
    origin = 3 * origin / origin.norm(dim=0)
    target = 0.6 * torch.randn(3, 4000, generator=generator)
    t = solid.enter(origin, target - origin)
    hit = t.isfinite()
    assert 0.2 < hit.float().mean() < 0.99
    point = (origin + t * (target - origin))[:, hit]
    normal = solid.normal(point)
    torch.testing.assert_close(normal.norm(dim=0), torch.ones(point.shape[1]))
    # Rays that graze an edge may be off by rounding.
    assert ((normal * (target - origin)[:, hit]).sum(0) < 1e-3).all()
    assert point[2].abs().max() <= solid.half_height + 1e-5
    # Just inside, the opposite ray leaves at once: no ray enters from there.
    outward = solid.enter(point + 1e-3 * normal, normal)
    assert outward.isinf().all()


def test_a_ball_is_met_where_algebra_says():
    """A ray along x at height h meets a ball of radius r at x = -sqrt(r^2 - h^2)."""
    ball = SOLIDS[2]
    heights = torch.tensor([0.0, 0.3, 0.6, 0.7])
    origin = torch.stack([torch.full((4,), -5.0), torch.zeros(4), heights])
    direction = torch.tensor([1.0, 0.0, 0.0])[:, None].expand(3, 4)
    x = origin[0] + ball.enter(origin, direction)
    expected = [-math.sqrt(0.68**2 - h**2) for h in (0.0, 0.3, 0.6)] + [math.inf]
    torch.testing.assert_close(x, torch.tensor(expected))


def test_weights_of_a_pixel_share_it():
    """No part is brighter than its paint, and each pixel shows something."""
    weights = view(SOLIDS[3], 1.0, 10.0, SIZE)
    assert weights.shape == (len(PAINTS), SIZE, SIZE)
    assert weights.min() >= 0
    assert weights[:4].sum(0).max() <= 1 + 1e-6
    assert weights[:4].sum(0).min() > 0.02


def test_hues_go_round_the_circle():
    thirds = saturated(torch.tensor([0.0, 1 / 3, 2 / 3]))
    assert thirds.argmax(1).tolist() == [0, 1, 2]
    torch.testing.assert_close(saturated(torch.tensor(1.0)), thirds[0])


def test_the_repr_names_the_size():
    assert repr(Shapes3D(32)) == "Shapes3D(size=32)"


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "size must be at least 1 pixel, got 0"),
        (64.0, "size must be an integer, got 64.0"),
        (None, "size must be an integer, got None"),
    ],
)
def test_a_bad_size_is_refused(size, message):
    with pytest.raises(ValueError, match=message):
        Shapes3D(size)


@pytest.mark.parametrize("method", ["render", "index", "values"])
@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([[10, 0, 0, 0, 0, 0]], r"factor 'floor_hue' must lie in \[0, 9\]"),
        ([[0, 0, 0, 8, 0, 0]], r"factor 'scale' must lie in \[0, 7\]"),
        ([[0, 0, 0, 0, 4, 0]], r"factor 'shape' must lie in \[0, 3\], got .* 4 to 4"),
        ([[0, 0, 0, 0, 0, -1]], r"factor 'orientation' must lie in \[0, 14\]"),
        ([[0, 0, 0, 0, 0]], r"factors must have shape \(N, 6\), got \(1, 5\)"),
        (torch.zeros(1, 6), "factors must hold integers, got torch.float32"),
    ],
)
def test_bad_factors_are_refused(rooms, method, factors, message):
    with pytest.raises(ValueError, match=message):
        getattr(rooms, method)(factors)


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([480_000], r"index must lie in \[0, 479999\], got values from 480000"),
        ([], "index must not be empty"),
        ([0.5], "index must hold integers"),
    ],
)
def test_a_bad_index_is_refused(rooms, index, message):
    with pytest.raises(ValueError, match=message):
        rooms.images(index)
