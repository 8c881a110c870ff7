/** One slider for each latent, the decoded picture, and a strip along one latent. */

import { button, element, pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import {
  clamp,
  drawPrior,
  latentName,
  roundTo,
  sameOtherwise,
  sweep,
  written,
} from "./latent.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";

const INVITATION = "Move a slider, or focus one and press the arrow keys.";
const GAP = 2; // pixels between the pictures of the strip

async function render(context) {
  const { model, el } = context;
  const [, height, width] = model.get("shape");
  const span = model.get("span");
  const step = model.get("step");
  const steps = model.get("steps");
  const latents = model.get("latents"); // which latent each slider moves
  const sliders = await sliderViews(model);
  const engine = engineFor(context);

  const frame = pictureCanvas(width, height, "Decoded picture");
  const strip = pictureCanvas(steps * (width + GAP) - GAP, height, "Strip of pictures");
  const marker = element("span", { class: "vae-marker", "aria-hidden": "true" });
  const caption = element("span", { class: "vae-caption" });
  const examples = element("div", { class: "vae-examples", role: "group" });
  examples.setAttribute("aria-label", "Encode an example");
  const rows = element("div", { class: "vae-rows", role: "group" });
  rows.setAttribute("aria-label", model.get("shares").length ? "Latents, most informative first" : "Latents");
  rows.append(...sliders.map(({ view }) => view.el));
  for (const [k, share] of model.get("shares").entries()) {
    sliders[k].view.el.style.setProperty("--vae-share", share);
  }

  const widget = element("div", {
    class: "vae-widget vae-traversal",
    role: "group",
    "aria-label": model.get("title"),
  });
  const page = stage(widget, engine, INVITATION);
  const body = element("div", { class: "vae-body" });
  body.append(
    element("p", { class: "vae-title" }, model.get("title")),
    element("div", { class: "vae-frame" }, frame),
    rows,
    element(
      "div",
      { class: "vae-actions" },
      examples,
      element(
        "div",
        { class: "vae-buttons" },
        button("Reset to 0", () => setCode(latents.map(() => 0))),
        button("Random", () => setCode(drawPrior(latents.length, span, step, Math.random))),
      ),
    ),
    element(
      "div",
      { class: "vae-strip" },
      element("div", { class: "vae-film" }, strip, marker),
      caption,
    ),
    page.line,
  );
  widget.append(body);

  let focused = latents[0];
  let stripOf = null; // the code and latent that the strip shows
  const code = () => {
    const z = new Array(latents.length);
    sliders.forEach(({ model: slider }, k) => {
      z[latents[k]] = slider.get("value");
    });
    return z;
  };

  function setCode(z) {
    sliders.forEach(({ model: slider }, k) => {
      slider.set("value", roundTo(clamp(z[latents[k]], span), step));
      slider.save_changes();
    });
  }

  function mark() {
    const value = code()[focused];
    const cell = 1 / (steps + (GAP * (steps - 1)) / width);
    const left = cell / 2 + ((1 - cell) * (value + span)) / (2 * span);
    marker.style.left = `${100 * left}%`;
    const name = latentName(focused);
    caption.textContent = `along ${name}, from \u2212${span} to ${span}`;
    strip.setAttribute("aria-label", `Strip of pictures ${caption.textContent}`);
    for (const [k, { view, handle }] of sliders.entries()) {
      view.el.classList.toggle("vae-current", latents[k] === focused);
      // The slider's own value may read 0.35000000000000003.
      handle.setAttribute("aria-valuetext", written(code()[latents[k]]));
    }
    for (const [k, choice] of [...examples.children].entries()) {
      const { code: z } = model.get("examples")[k];
      const same = z.every((value, d) => Math.abs(value - code()[d]) < step / 2);
      choice.setAttribute("aria-pressed", String(same));
    }
  }

  const draw = latest(async () => {
    await page.ready();
    const z = code();
    const { x } = await engine.run("decode", {
      z: { data: Float32Array.from(z), shape: [1, z.length] },
    });
    paint(frame, x);
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: z }));
    const value = `${latentName(focused)} = ${written(z[focused])}`;
    page.say(() => {
      frame.setAttribute("aria-label", `Decoded picture at ${value}: ${described(x)}`);
      return `${value}: ${described(x)}`;
    });
    if (stripOf?.focused === focused && sameOtherwise(stripOf.z, z, focused)) return;
    stripOf = { focused, z };
    const { x: film } = await engine.run("decode", { z: sweep(z, focused, span, steps) });
    for (let k = 0; k < steps; k += 1) paint(strip, film, k, k * (width + GAP));
  }, page.fail);

  const focus = (latent) => {
    focused = latent;
    mark();
    draw();
  };
  const stops = sliders.map(({ model: slider, view }, k) => {
    const changed = () => {
      // A change of many sliders at once (an example, reset) keeps the strip's latent.
      if (view.el.contains(document.activeElement)) focused = latents[k];
      mark();
      draw();
    };
    slider.on("change:value", changed);
    view.el.addEventListener("focusin", () => focus(latents[k]));
    view.el.addEventListener("pointerdown", () => focus(latents[k]));
    return () => {
      slider.off("change:value", changed);
      view.remove();
    };
  });

  strip.addEventListener("pointerdown", (event) => {
    const share = event.offsetX / strip.clientWidth;
    const value = roundTo(clamp((2 * share - 1) * span * (steps / (steps - 1)), span), step);
    const { model: slider } = sliders[latents.indexOf(focused)];
    slider.set("value", value);
    slider.save_changes();
  });

  model.get("examples").forEach(({ picture, code: z }, k) => {
    const choice = button("", () => setCode(z));
    choice.className = "vae-example";
    choice.setAttribute("aria-label", `Encode example ${k + 1}`);
    choice.append(element("img", { src: picture, alt: "" }));
    examples.append(choice);
  });
  examples.hidden = examples.childElementCount === 0;

  mark();
  await Promise.all([
    paintAddress(frame, model.get("frame")),
    paintAddress(strip, model.get("strip")),
  ]);
  el.append(widget);
  sliders.forEach(({ view }) => view.trigger("displayed"));
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => stops.forEach((stop) => stop());
}

/** The sliders are widgets of their own: make a view of each and name its parts. */
async function sliderViews(model) {
  const manager = model.widget_manager;
  return Promise.all(
    model.get("sliders").map(async (reference) => {
      const slider = await manager.get_model(reference.replace("IPY_MODEL_", ""));
      const view = await manager.create_view(slider);
      const name = slider.get("description");
      const handle = view.el.querySelector(".noUi-handle");
      handle.setAttribute("aria-label", name);
      const readout = view.el.querySelector(".widget-readout");
      readout.setAttribute("role", "textbox");
      readout.setAttribute("aria-label", `Value of ${name}`);
      return { model: slider, view, handle };
    }),
  );
}

export default { render };
