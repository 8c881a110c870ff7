/** One style, every class: an example or a point of the plane, drawn as each of them. */

import { pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { described, paint, paintAddress } from "./picture.js";
import { planeMap, planeWords } from "./plane_map.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const STYLES_INVITATION =
  "Choose an example, drag the point, or focus it and press the arrow keys.";

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-styles");
  const engine = engineFor(context);
  const page = stage(widget, engine, STYLES_INVITATION);
  body.append(page.line);
  const names = model.get("names");
  const examples = model.get("examples");
  const figures = [...body.querySelectorAll(".vae-styled")];
  const buttons = [...body.querySelectorAll(".vae-example")];
  const map = body.querySelector(".vae-map");
  map.querySelector(".vae-point").remove(); // the poster's

  const frames = await Promise.all(
    figures.map(async (figure, k) => {
      const still = figure.querySelector("img");
      const frame = pictureCanvas(still.width, still.height, names[k]);
      await paintAddress(frame, still.src);
      still.replaceWith(frame);
      return frame;
    }),
  );

  /** The example whose style stands, or -1 when the point has left it. */
  const chosen = () => {
    const [across, up] = model.get("code");
    return examples.findIndex(({ code }) => code[0] === across && code[1] === up);
  };

  const draw = latest(async () => {
    await page.ready();
    const z = model.get("code");
    const count = names.length;
    const kind = new Float32Array(count * count);
    for (let k = 0; k < count; k += 1) kind[k * count + k] = 1;
    const { x } = await engine.run("decode", {
      z: { data: Float32Array.from(names.flatMap(() => z)), shape: [count, 2] },
      kind: { data: kind, shape: [count, count] },
    });
    for (const [k, frame] of frames.entries()) {
      paint(frame, x, k);
      frame.setAttribute("aria-label", `${names[k]} at ${planeWords(z)}`);
    }
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: z }));
    page.say(() => `${whose()}${planeWords(z)}. The ${names[0]}: ${described(x)}.`);
  }, page.fail);

  function whose() {
    const k = chosen();
    return k < 0 ? "" : `In the style of example ${k + 1}, a ${names[examples[k].label]}: `;
  }

  const move = (z) => {
    model.set("code", z);
    model.save_changes();
  };
  const plane = planeMap(map, model.get("reach"), "Style in the latent plane", {
    at: () => model.get("code"),
    move,
  });
  const stand = () => {
    plane.place();
    const k = chosen();
    for (const [i, one] of buttons.entries()) {
      one.setAttribute("aria-pressed", String(i === k));
    }
    for (const [i, figure] of figures.entries()) {
      figure.classList.toggle("vae-own", k >= 0 && examples[k].label === i);
    }
  };
  const changed = () => {
    stand();
    draw();
  };
  model.on("change:code", changed);
  for (const [k, one] of buttons.entries()) {
    one.addEventListener("click", () => move(examples[k].code.slice()));
  }

  body.querySelector(".vae-samples").disabled = false;
  stand();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:code", changed);
}

export default { render };
