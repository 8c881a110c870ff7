"""What stands in for a control: before it lives, without a script, on paper."""

import re

import pytest

from widget_pages import (
    CLASSES,
    decoding_places,
    fetching_places,
    places,
    posters,
    slider,
    wait_for_any_frame,
)

pytestmark = pytest.mark.site
each_poster = pytest.mark.parametrize("place", posters(), ids=str)
each_widget = pytest.mark.parametrize("place", places(), ids=str)
each_decoder = pytest.mark.parametrize("place", decoding_places(), ids=str)
each_fetching = pytest.mark.parametrize("place", fetching_places(), ids=str)


def test_every_kind_of_control_stands_in_the_book(site):
    """Else tests of each control of a kind would pass by having nothing to test."""
    assert {place.kind for place in posters()} == set(CLASSES)


@each_poster
def test_without_javascript_poster_and_sentence_stand(visit, place):
    poster = place.poster(visit(place.path, java_script_enabled=False))
    assert poster.is_visible()
    for picture in poster.locator(".vae-frame img, svg[role=img]").all():
        assert picture.is_visible()
        assert picture.get_attribute("alt") or picture.get_attribute("aria-label")
    assert "With JavaScript" in poster.locator(".vae-status").inner_text()
    assert poster.locator("fieldset:not([disabled])").count() == 0


@each_widget
def test_less_motion_keeps_the_poster_until_asked(visit, place):
    page = visit(place.path, reduced_motion="reduce")
    poster = place.poster(page)
    assert poster.is_visible()
    assert poster.locator(".vae-status").is_visible()
    assert not place.live(page).count()
    for button in page.get_by_role("button", name="Show the controls").all()[::-1]:
        button.press("Enter")
    widget = place.open(page)
    slider(widget).press("ArrowRight")
    wait_for_any_frame(widget)


@pytest.mark.parametrize("width", [390, 1280])
@each_poster
def test_nothing_moves_when_the_control_comes(visit, place, width):
    """Poster and control have one size, here measured in one page's layout."""
    page = visit(place.path, width=width)
    live = place.open(page).bounding_box()
    poster = place.poster(page)
    poster.evaluate("(poster) => delete poster.dataset.live")
    assert abs(poster.bounding_box()["height"] - live["height"]) <= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each_poster
def test_paper_shows_the_poster(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    page.emulate_media(media="print")
    assert place.poster(page).is_visible()
    assert not widget.is_visible()


@each_decoder
def test_words_follow_the_picture(visit, place):
    """The canvas's text alternative and the polite status say where the code is."""
    widget = place.open(visit(place.path))
    status = widget.get_by_role("status")
    invitation = status.inner_text()
    for _ in range(8):
        slider(widget).press("ArrowRight")
    wait_for_any_frame(widget)
    widget.page.wait_for_timeout(
        1500
    )  # announcements are 600 ms apart; the last counts
    words = status.inner_text()
    assert words != invitation
    named = place.state.get("names")
    name = re.escape(named[0]) if named else r"z\S+"
    assert re.search(rf"{name} = −?\d\.\d\d.*(%|dark)", words)
    assert words in widget.locator(".vae-frame canvas").get_attribute("aria-label")


@each_fetching
def test_slow_or_broken_network_is_told(browser, site, place):
    """Who waits sees how long; one whose network fails is told, and may try again."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(site + place.path, wait_until="networkidle")
    page.route("**/*.onnx", lambda route: route.abort())
    widget = place.open(page)
    with page.expect_event("requestfinished", lambda it: it.url.endswith(".wasm")):
        slider(widget).press("ArrowRight")
    widget.get_by_text("The model does not answer").wait_for()
    page.unroute("**/*.onnx")
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    speed = {"downloadThroughput": 500_000, "uploadThroughput": 500_000}
    network.send(
        "Network.emulateNetworkConditions", {"offline": False, "latency": 0, **speed}
    )
    slider(widget).press("ArrowRight")
    bar = widget.get_by_role("progressbar", name="Fetching the model")
    bar.wait_for()
    assert "MB" in widget.locator(".vae-progress").inner_text()
    wait_for_any_frame(widget)
    assert not bar.is_visible()
    context.close()


def test_slow_machine_is_no_failure(browser, site):
    """A widget whose code comes late is not one that failed, as anywidget has it."""
    context = browser.new_context()
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.add_init_script(
        """const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          for (const start = performance.now(); performance.now() - start < 2500; );
          return make(blob);
        };"""
    )
    page.goto(site + places()[0].path)
    widget = places()[0].open(page)
    slider(widget).press("ArrowRight")
    wait_for_any_frame(widget)
    context.close()
    assert problems == []
