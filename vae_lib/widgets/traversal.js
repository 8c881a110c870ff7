/** One slider for each latent, the decoded picture, and a strip along one latent. */

import { button, element, pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { drawPrior, latentName, sameOtherwise, sweep, written } from "./latent.js";
import { described, paint, paintAddress } from "./picture.js";
import { codeSliders } from "./sliders.js";
import { stage } from "./stage.js";
import { pictureStrip } from "./strip.js";

const INVITATION = "Move a slider, or focus one and press the arrow keys.";

async function render(context) {
  const { model, el } = context;
  const [, height, width] = model.get("shape");
  const [span, step, steps] = ["span", "step", "steps"].map((name) => model.get(name));
  const sliders = await codeSliders(model);
  const engine = engineFor(context);
  const names = model.get("names");
  const nameOf = (latent) => names[latent] ?? latentName(latent);
  let focused = model.get("latents")[0];
  let stripOf = null; // the code and the latent that the strip shows

  const frame = pictureCanvas(width, height, "Decoded picture");
  const size = { width, height, span, steps, gap: model.get("gap") };
  const strip = pictureStrip(size, (value) => sliders.move({ [focused]: value }));
  const choices = model.get("examples").map((example, k) => ({
    code: example.code,
    node: exampleButton(example.picture, k + 1, () => sliders.move(example.code)),
  }));
  const widget = element("div", {
    class: "vae-widget vae-traversal",
    role: "group",
    "aria-label": model.get("title"),
  });
  const page = stage(widget, engine, INVITATION);
  const dim = model.get("latents").length;
  const buttons = [
    button("Reset to 0", () => sliders.move(new Array(dim).fill(0))),
    button("Random", () => sliders.move(drawPrior(dim, span, step, Math.random))),
  ];
  widget.append(
    element(
      "div",
      { class: "vae-body" },
      element("p", { class: "vae-title" }, model.get("title")),
      element("div", { class: "vae-frame" }, frame),
      rows(sliders.nodes, model.get("shares"), names.length > 0),
      element(
        "div",
        { class: "vae-actions" },
        element("div", { class: "vae-examples" }, ...choices.map(({ node }) => node)),
        element("div", { class: "vae-buttons" }, ...buttons),
      ),
      strip.node,
      page.line,
    ),
  );

  function mark() {
    const z = sliders.code();
    strip.mark(nameOf(focused), z[focused]);
    sliders.mark(focused);
    for (const { code, node } of choices) {
      const same = code.every((value, k) => Math.abs(value - z[k]) < step / 2);
      node.setAttribute("aria-pressed", String(same));
    }
  }

  const draw = latest(async () => {
    await page.ready();
    const z = sliders.code();
    const { x } = await engine.run("decode", {
      z: { data: Float32Array.from(z), shape: [1, dim] },
    });
    paint(frame, x);
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: z }));
    page.say(() => {
      const words = `${nameOf(focused)} = ${written(z[focused])}: ${described(x)}`;
      frame.setAttribute("aria-label", `Decoded picture at ${words}`);
      return words;
    });
    // Moving the latent in hand moves along the strip and leaves its pictures.
    if (stripOf?.focused === focused && sameOtherwise(stripOf.z, z, focused)) return;
    stripOf = { focused, z };
    const { x: film } = await engine.run("decode", { z: sweep(z, focused, span, steps) });
    strip.show(film);
  }, page.fail);

  const attend = (latent) => {
    focused = latent ?? focused; // an example or reset keeps the strip's latent
    mark();
    draw();
  };
  const stop = sliders.listen(attend, attend);

  mark();
  await Promise.all([
    paintAddress(frame, model.get("frame")),
    strip.start(model.get("strip")),
  ]);
  el.append(widget);
  sliders.displayed();
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return stop;
}

function rows(nodes, shares, named) {
  for (const [k, share] of shares.entries()) {
    nodes[k].style.setProperty("--vae-share", share);
  }
  const latents = shares.length ? "Latents, most informative first" : "Latents";
  const label = named ? "Attributes" : latents;
  const made = element("div", { class: "vae-rows", role: "group", "aria-label": label });
  made.append(...nodes);
  return made;
}

function exampleButton(picture, number, act) {
  const made = button("", act);
  made.className = "vae-example";
  made.setAttribute("aria-label", `Encode example ${number}`);
  made.append(element("img", { src: picture, alt: "" }));
  return made;
}

export default { render };
