"""The sweep of prices on the built site: crossed, chosen and moved as readers do."""

import numpy as np
import pytest

from widget_pages import levels, picture, posters, session, to_levels

pytestmark = pytest.mark.site
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
each_sweep = pytest.mark.parametrize("place", posters("beta_sweep"), ids=str)


def price(widget):
    return widget.locator("[name=beta]")


def wait_for_frame(widget, beta, latent=None, value=None):
    """Wait until the decoder's answer at this price, latent and value is shown."""
    widget.page.wait_for_function(
        """([w, beta, latent, value]) => {
          const { shown } = w;
          return shown && shown.beta === beta && (latent === null ||
            (shown.latent === latent && Math.abs(shown.z[latent] - value) < 1e-6));
        }""",
        arg=[widget.element_handle(), beta, latent, value],
        timeout=60_000,
    )
    return np.array(widget.evaluate("(w) => w.shown.z"))


def decoded(place, k, z):
    """What ONNX Runtime answers to code z with decoder number k, as pixels."""
    model = session(place.state["functions"][f"decode_{k}"]["file"])
    return to_levels(model.run(["x"], {"z": np.asarray(z, np.float32)[None]})[0][0])


def busiest(place, k, rank=0):
    return int(np.argsort(-np.array(place.state["rates"][k]), kind="stable")[rank])


@each_sweep
def test_keyboard_crosses_the_models(visit, place):
    """Pictures, bars and words are the next model's, before any decoder answers."""
    widget = place.open(visit(place.path))
    widget.page.route("**/*.onnx", lambda _: None)  # never comes
    k = place.state["place"] + 1
    price(widget).press("ArrowRight")
    beta = f"{place.state['betas'][k]:g}"
    widget.locator(".vae-price b", has_text=beta).wait_for()
    assert price(widget).get_attribute("aria-valuetext") == beta
    answers = widget.locator(".vae-pair-of img:last-child")
    sources = [image.get_attribute("src") for image in answers.all()]
    assert sources == place.state["answers"][k]
    rates = np.array(place.state["rates"][k])
    words = widget.locator(".vae-latents .vae-count").inner_text()
    assert words.startswith(f"{rates.sum():.1f} nats in {(rates >= 0.01).sum()} of")
    bars = widget.locator(".vae-latent b").all_inner_texts()
    assert len(bars) == len(rates)
    numbers = [float(bar) for bar in bars if bar != "closed"]
    expected = sorted(rates[rates >= 0.01], reverse=True)
    np.testing.assert_allclose(numbers, expected, atol=0.006)
    assert widget.locator(".vae-strip.vae-stale").count() == 1


@each_sweep
def test_a_decoder_is_fetched_for_the_model_at_hand_only(visit, place):
    page = visit(place.path)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    widget = place.open(page)
    page.wait_for_timeout(300)
    assert not [url for url in asked if url.endswith((".onnx", ".wasm"))]
    k = place.state["place"] + 1
    price(widget).press("ArrowRight")
    wait_for_frame(widget, place.state["betas"][k])
    found = {url.rsplit("/", 1)[1] for url in asked if url.endswith(".onnx")}
    files = [place.state["functions"][f"decode_{n}"]["file"] for n in (k - 1, k)]
    assert found <= set(files)
    assert files[1] in found


@each_sweep
def test_stored_answers_are_the_decoders_own(place):
    for k, codes in enumerate(place.state["codes"]):
        for code, address in zip(codes, place.state["answers"][k], strict=True):
            assert np.abs(decoded(place, k, code) - picture(address)).max() <= 1


@each_sweep
def test_keyboard_moves_the_chosen_latent(visit, place):
    """Frame and strip are the decoder's answers, to one level."""
    widget = place.open(visit(place.path))
    k, span = place.state["place"], place.state["span"]
    latent = busiest(place, k, rank=1)
    widget.locator(".vae-latent").nth(1).press("Enter")
    code = np.array(place.state["codes"][k][0])
    for _ in range(4):
        widget.locator("[name=value]").press("ArrowLeft")
    code[latent] -= 0.2
    beta = place.state["betas"][k]
    shown = wait_for_frame(widget, beta, latent, code[latent])
    np.testing.assert_allclose(shown, code, atol=1e-9)
    found = levels(widget.locator(".vae-frame canvas"))
    assert np.abs(found - decoded(place, k, code)).max() <= 1
    strip = levels(widget.locator(".vae-strip canvas"))
    width = place.state["shape"][2]
    stride = width + place.state["gap"]
    for n, value in enumerate(np.linspace(-span, span, place.state["steps"])):
        code[latent] = value
        part = strip[:, n * stride : n * stride + width]
        assert np.abs(part - decoded(place, k, code)).max() <= 1


@each_sweep
def test_mouse_chooses_a_sprite_and_a_picture_of_the_strip(visit, place):
    widget = place.open(visit(place.path))
    k = place.state["place"]
    beta, latent = place.state["betas"][k], busiest(place, k)
    second = widget.get_by_role("button", name="Sprite 2,")
    second.click()
    start = np.array(place.state["codes"][k][1])
    wait_for_frame(widget, beta, latent, start[latent])
    assert second.get_attribute("aria-pressed") == "true"
    strip = widget.locator(".vae-strip canvas")
    box = strip.bounding_box()
    strip.click(position={"x": box["width"] * 8.5 / 9, "y": box["height"] / 2})
    widget.page.wait_for_function(
        "([w, latent, least]) => w.shown.z[latent] > least",
        arg=[widget.element_handle(), latent, place.state["span"] - 0.2],
    )


@each_sweep
def test_finger_chooses_a_latent(visit, place):
    widget = place.open(visit(place.path, **PHONE))
    k = place.state["place"]
    third = widget.locator(".vae-latent").nth(2)
    third.tap()
    latent = busiest(place, k, rank=2)
    value = place.state["codes"][k][0][latent]
    wait_for_frame(widget, place.state["betas"][k], latent, value)
    assert third.get_attribute("aria-pressed") == "true"
    assert third.bounding_box()["height"] >= 40


@each_sweep
def test_words_follow_price_and_picture(visit, place):
    widget = place.open(visit(place.path))
    k = place.state["place"] - 1
    price(widget).press("ArrowLeft")
    beta = place.state["betas"][k]
    wait_for_frame(widget, beta)
    status = widget.get_by_role("status").filter(has_text=f"at β = {beta:g}, z")
    status.wait_for()
    label = widget.locator(".vae-frame canvas").get_attribute("aria-label")
    assert label.startswith(f"Decoded picture at β = {beta:g}, z")
    assert "bright" in label


@each_sweep
def test_less_motion_keeps_the_poster_until_asked(visit, place):
    page = visit(place.path, reduced_motion="reduce")
    assert place.poster(page).is_visible()
    assert not place.live(page).count()
    for button in page.get_by_role("button", name="Show the controls").all()[::-1]:
        button.press("Enter")
    widget = place.open(page)
    price(widget).press("End")
    wait_for_frame(widget, place.state["betas"][-1])


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_sweep
def test_axe_has_no_objection_to_a_crossed_sweep(
    visit, accessible, place, color_scheme
):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    price(widget).press("End")
    wait_for_frame(widget, place.state["betas"][-1])
    accessible(page, ".vae-live")
