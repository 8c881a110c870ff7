"""The label slider on the built site: crossed, chosen and read as readers do."""

import numpy as np
import pytest

from widget_pages import (
    assert_fetched_at_the_first_touch,
    levels,
    posters,
    session,
    to_levels,
)

pytestmark = pytest.mark.site
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
each_slider = pytest.mark.parametrize("place", posters("label_slider"), ids=str)


def count(widget):
    return widget.locator("[name=count]")


def wait_for_frame(widget, labels, example=0):
    """Wait until the classes in this example's hand, at so many labels, are shown."""
    widget.page.wait_for_function(
        "([w, ...now]) => w.shown && now.every((value, k) => w.shown[k] === value)",
        arg=[widget.element_handle(), labels, example],
        timeout=60_000,
    )


def read(place, k, example):
    """What the model of place k reads in an example, and whether it is right."""
    guess = int(np.argmax(place.state["beliefs"][k][example]))
    return f"{guess} {'✓' if guess == place.state['labels'][example] else '✗'}"


def written(place, k, example):
    """What ONNX Runtime draws: every class in this example's hand, as pixels."""
    model = session(place.state["functions"][f"write_{k}"]["file"])
    hand = np.float32(place.state["hands"][k][example])
    classes = len(place.state["beliefs"][k][example])
    given = {
        "z": np.tile(hand, (classes, 1)),
        "y": np.arange(classes, dtype=np.float32),
    }
    return [to_levels(x) for x in model.run(["x"], given)[0]]


@each_slider
def test_keyboard_crosses_the_numbers(visit, place):
    """Errors, readings and beliefs are the next model's, before any is fetched."""
    widget = place.open(visit(place.path))
    widget.page.route("**/*.onnx", lambda _: None)  # never comes
    k = place.state["place"] + 1
    count(widget).press("ArrowRight")
    labels = f"{place.state['counts'][k]:,}"
    widget.locator(".vae-price b", has_text=labels).wait_for()
    assert count(widget).get_attribute("aria-valuetext") == f"{labels} labels"
    bars = widget.locator(".vae-error").all_inner_texts()
    for bar, (name, error) in zip(bars, place.state["errors"][k], strict=True):
        assert bar.split("\n") == [name, f"{error:.1f}%"]
    readings = widget.locator(".vae-example span").all_inner_texts()
    assert readings == [read(place, k, n) for n in range(len(place.state["labels"]))]
    beliefs = widget.locator(".vae-belief").all_inner_texts()
    for words, share in zip(beliefs, place.state["beliefs"][k][0], strict=True):
        assert abs(float(words.strip("<>%")) - 100 * share) <= 1
    assert widget.locator(".vae-stale").count() == 1


@each_slider
def test_pictures_are_the_models_own(visit, place):
    """By keyboard and by mouse, to one level."""
    widget = place.open(visit(place.path))
    count(widget).press("End")
    last = len(place.state["counts"]) - 1
    wait_for_frame(widget, place.state["counts"][last])
    widget.locator(".vae-example").nth(2).click()
    wait_for_frame(widget, place.state["counts"][last], 2)
    frames = widget.locator(".vae-styled canvas").all()
    for frame, expected in zip(frames, written(place, last, 2), strict=True):
        assert np.abs(levels(frame) - expected).max() <= 1
    own = widget.locator(".vae-styled.vae-own figcaption").inner_text()
    assert own.split()[0] == str(place.state["labels"][2])


@each_slider
def test_a_model_is_fetched_at_the_first_touch(visit, place):
    assert_fetched_at_the_first_touch(visit(place.path), place, ".vae-example")


@each_slider
def test_finger_chooses_a_digit_and_words_follow(visit, place):
    widget = place.open(visit(place.path, **PHONE))
    second = widget.locator(".vae-example").nth(1)
    second.tap()
    k = place.state["place"]
    wait_for_frame(widget, place.state["counts"][k], 1)
    assert second.get_attribute("aria-pressed") == "true"
    words = f"digit 2 is read as {read(place, k, 1)}"
    widget.get_by_role("status").filter(has_text=words).wait_for()
    assert second.bounding_box()["height"] >= 40
    label = widget.locator(".vae-styled canvas").first.get_attribute("aria-label")
    assert label == "Digit 2 as a 0"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_slider
def test_axe_has_no_objection_to_a_crossed_slider(
    visit, accessible, place, color_scheme
):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    count(widget).press("End")
    wait_for_frame(widget, place.state["counts"][-1])
    accessible(page, ".vae-live")
