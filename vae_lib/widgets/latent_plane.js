/** A point in a plane of two latents, over the codes of data, and the decoded picture. */

import { element, pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { latentName, planeMove, planePoint, planeShare, written } from "./latent.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";

const PLANE_INVITATION = "Drag the point, or focus it and press the arrow keys.";

async function render(context) {
  const { model, el } = context;
  const [, height, width] = model.get("shape");
  const reach = model.get("reach");
  const engine = engineFor(context);

  const frame = pictureCanvas(width, height, "Decoded picture");
  const point = element("div", {
    class: "vae-point",
    tabindex: "0",
    role: "slider",
    "aria-label": "Point in the latent plane",
    "aria-roledescription": "two-dimensional slider",
    "aria-valuemin": String(-reach),
    "aria-valuemax": String(reach),
  });
  const map = element("div", { class: "vae-map" });
  map.innerHTML = model.get("cloud");
  map.append(point);
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

  function place() {
    const z = model.get("code");
    const [left, top] = planeShare(z, reach);
    point.style.left = `${100 * left}%`;
    point.style.top = `${100 * top}%`;
    point.setAttribute("aria-valuenow", z[0].toFixed(2));
    point.setAttribute("aria-valuetext", where(z));
  }

  const draw = latest(async () => {
    await page.ready();
    const z = model.get("code");
    const { x } = await engine.run("decode", {
      z: { data: Float32Array.from(z), shape: [1, 2] },
    });
    paint(frame, x);
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: z }));
    page.say(() => {
      const words = `${where(z)}: ${described(x)}`;
      frame.setAttribute("aria-label", `Decoded picture at ${words}`);
      return words;
    });
  }, page.fail);

  const changed = () => {
    place();
    draw();
  };
  model.on("change:code", changed);

  const move = (z) => {
    model.set("code", z);
    model.save_changes();
  };
  const follow = (event) => {
    const { left, top, width: across, height: down } = map.getBoundingClientRect();
    const shares = [(event.clientX - left) / across, (event.clientY - top) / down];
    move(planePoint(shares, reach));
  };
  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no text selection
    map.setPointerCapture(event.pointerId);
    point.focus({ preventScroll: true });
    follow(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (map.hasPointerCapture(event.pointerId)) follow(event);
  });
  point.addEventListener("keydown", (event) => {
    const z = planeMove(model.get("code"), event.key, event.shiftKey, reach);
    if (!z) return;
    event.preventDefault(); // the page would scroll
    move(z);
  });

  place();
  await paintAddress(frame, model.get("frame"));
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:code", changed);
}

function where(z) {
  return z.map((value, k) => `${latentName(k)} = ${written(value)}`).join(", ");
}

export default { render };
