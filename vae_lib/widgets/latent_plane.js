/** A point in a plane of two latents, over the codes of data, and the decoded picture. */

import { element, pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { described, paint, paintAddress } from "./picture.js";
import { planeMap, planeWords } from "./plane_map.js";
import { stage } from "./stage.js";

const PLANE_INVITATION = "Drag the point, or focus it and press the arrow keys.";

async function render(context) {
  const { model, el } = context;
  const [, height, width] = model.get("shape");
  const reach = model.get("reach");
  const engine = engineFor(context);

  const frame = pictureCanvas(width, height, "Decoded picture");
  const map = element("div", { class: "vae-map" });
  map.innerHTML = model.get("cloud");
  const legend = element("div", { class: "vae-legend" });
  legend.innerHTML = model.get("legend");

  const widget = element("div", {
    class: "vae-widget vae-plane",
    role: "group",
    "aria-label": model.get("title"),
  });
  const page = stage(widget, engine, PLANE_INVITATION);
  widget.append(
    element(
      "div",
      { class: "vae-body" },
      element("p", { class: "vae-title" }, model.get("title")),
      map,
      element("div", { class: "vae-frame" }, frame),
      legend,
      page.line,
    ),
  );

  const draw = latest(async () => {
    await page.ready();
    const z = model.get("code");
    const { x } = await engine.run("decode", {
      z: { data: Float32Array.from(z), shape: [1, 2] },
    });
    paint(frame, x);
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: z }));
    page.say(() => {
      const words = `${planeWords(z)}: ${described(x)}`;
      frame.setAttribute("aria-label", `Decoded picture at ${words}`);
      return words;
    });
  }, page.fail);

  const plane = planeMap(map, reach, "Point in the latent plane", {
    at: () => model.get("code"),
    move(z) {
      model.set("code", z);
      model.save_changes();
    },
  });
  const changed = () => {
    plane.place();
    draw();
  };
  model.on("change:code", changed);

  plane.place();
  await paintAddress(frame, model.get("frame"));
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:code", changed);
}

export default { render };
