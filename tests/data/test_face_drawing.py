"""Drawn faces: every attribute is visible, where it should be and nowhere else."""

import pytest
import torch

from vae_lib.data import FACE_ATTRIBUTES, Faces

SIZE = 48
NAMES = list(FACE_ATTRIBUTES)


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces(SIZE)


def sweep(faces: Faces, name: str, steps: int = 5, **others: float) -> torch.Tensor:
    """Return attributes (steps, 16) that move one attribute over its range."""
    known = FACE_ATTRIBUTES[name]
    values = torch.linspace(known.low, known.high, steps).tolist()
    return torch.cat([faces.usual(**others, **{name: value}) for value in values])


def where_it_changes(images: torch.Tensor) -> torch.Tensor:
    """Return which pixels (size, size) differ between any of the images."""
    return (images - images[0]).abs().amax((0, 1)) > 0


def test_rendering_is_deterministic_and_draws_no_random_numbers(faces):
    attributes = faces.sample(6)
    state = torch.random.get_rng_state()
    images = faces.render_attributes(attributes)
    assert torch.equal(images, Faces(SIZE).render_attributes(attributes))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_face_does_not_depend_on_its_batch(faces):
    attributes = faces.sample(70, generator=torch.Generator().manual_seed(0))
    alone = torch.cat([faces.render_attributes(row[None]) for row in attributes])
    together = faces.render_attributes(attributes)
    # Rounding may differ where vector and scalar code meet.
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_an_attribute_is_visible_at_64_pixels(name):
    """Some pixel changes by more than a twelfth of the range at each of four steps."""
    faces = Faces(64)
    images = faces.render_attributes(sweep(faces, name))
    steps = images.diff(dim=0).abs().amax((1, 2, 3))
    assert (steps > 1 / 12).all(), f"{name}: {steps.tolist()}"


# Parts of the image, (top, bottom, left, right) in parts of its side, out of which an
# attribute does not reach.
REACH = {
    "smile": (0.40, 0.85, 0.15, 0.85),
    "mouth_open": (0.60, 0.90, 0.20, 0.80),
    "eyes_open": (0.25, 0.70, 0.15, 0.85),
    "gaze": (0.40, 0.65, 0.15, 0.85),
    "brows": (0.25, 0.52, 0.15, 0.85),
    "glasses": (0.36, 0.68, 0.08, 0.92),
    "beard": (0.45, 0.97, 0.15, 0.85),
}


@pytest.mark.parametrize("name", REACH)
def test_an_attribute_stays_in_its_part_of_the_face(faces, name):
    changed = where_it_changes(faces.render_attributes(sweep(faces, name)))
    rows, columns = changed.nonzero().T / SIZE
    top, bottom, left, right = REACH[name]
    assert rows.min() >= top
    assert rows.max() <= bottom
    assert columns.min() >= left
    assert columns.max() <= right


@pytest.mark.parametrize("name", ["hair_length", "hair_colour", "curl", "grey"])
def test_hair_grows_outside_of_the_eyes_and_mouth(faces, name):
    """Hair falls beside the face; grey and colour also reach the brows."""
    changed = where_it_changes(faces.render_attributes(sweep(faces, name)))
    assert changed.any()
    low, high = int(0.52 * SIZE), int(0.70 * SIZE)
    assert not changed[low:high, int(0.34 * SIZE) : int(0.66 * SIZE)].any()


def test_without_hair_and_beard_the_colour_of_hair_is_that_of_the_brows(faces):
    bald = sweep(faces, "hair_colour", hair_length=0.0)
    rows, _ = where_it_changes(faces.render_attributes(bald)).nonzero().T / SIZE
    assert rows.min() > 0.25
    assert rows.max() < 0.5


def test_the_background_never_paints_the_face(faces):
    changed = where_it_changes(faces.render_attributes(sweep(faces, "background")))
    assert not changed[int(0.3 * SIZE) : int(0.7 * SIZE), SIZE // 3 : -SIZE // 3].any()
    assert changed[:, 0].all()


def test_a_smile_raises_the_corners_above_the_middle_step_by_step():
    """Rows are weighed by how far they differ from skin, at a corner and the middle."""
    images = Faces(128).render_attributes(sweep(Faces(), "smile", 7))[:, :, 88:108]
    heights = []
    for columns in (slice(54, 58), slice(62, 66)):
        strip = images[..., columns]
        skin = strip.median(dim=2, keepdim=True).values
        weight = (strip - skin).square().sum((1, 3))
        heights.append((weight * torch.arange(20)).sum(1) / weight.sum(1))
    above = heights[0] - heights[1]
    assert (above.diff() < 0).all(), above.tolist()
    assert above[0] > 1
    assert above[-1] < -1


def test_opening_the_eyes_shows_more_white():
    faces = Faces(128)
    images = faces.render_attributes(sweep(faces, "eyes_open", 5, skin=0.3))
    white = (images.amin(1) > 0.6)[:, 50:80, 30:98].sum((1, 2))
    assert white[0] == 0
    assert (white.diff() >= 0).all(), white.tolist()
    assert white[4] > 2 * white[2] > 0


def test_skin_goes_from_deep_to_light(faces):
    forehead = faces.render_attributes(sweep(faces, "skin"))[
        :, :, int(0.55 * SIZE), SIZE // 2
    ]
    assert (forehead.diff(dim=0) > 0).all()


def test_turning_moves_the_nose_the_way_of_the_turn():
    """The shadow under the nose is the darkest thing in its rows."""
    faces = Faces(128)
    images = faces.render_attributes(sweep(faces, "yaw", 5))
    dark = (1 - images.mean(1))[:, 82:85, 36:92]
    dark = (dark - dark.amin((1, 2), keepdim=True)) ** 8
    places = (dark.sum(1) * torch.arange(56)).sum(1) / dark.sum((1, 2))
    assert (places.diff() > 1).all(), places.tolist()


def test_the_eyes_of_a_face_that_looks_ahead_are_symmetric(faces):
    """Light and the glints in the eyes tell left from right, and little else."""
    image = faces.render_attributes(faces.usual())[0]
    eyes = image[:, int(0.42 * SIZE) : int(0.56 * SIZE), 14:-14]
    assert (eyes - eyes.flip(2)).abs().mean() < 0.03


def test_larger_images_show_the_same_face():
    """Averaged over blocks, an image at twice the size is about that at the size."""
    attributes = Faces().sample(16, generator=torch.Generator().manual_seed(0))
    coarse = Faces(64).render_attributes(attributes)
    fine = Faces(128).render_attributes(attributes)
    fine = torch.nn.functional.avg_pool2d(fine, 2)
    assert (coarse - fine).abs().mean() < 0.01
