/** Some levels of a ladder frozen, the others drawn anew: what is left of a picture. */

import { pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { levelInputs, spread } from "./levels.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const RESAMPLER_INVITATION =
  "Press Resample. Then freeze or release a level: what changes comes from that level.";

async function render(context) {
  const { model, el } = context;
  const names = model.get("names");
  const shapes = model.get("shapes");
  const { seed, shown } = model.get("setup");
  const engine = engineFor(context);
  const { widget, body } = viewBody(model, "vae-resampler");
  const page = stage(widget, engine, RESAMPLER_INVITATION);
  body.append(page.line);
  const find = (name) => body.querySelector(`.vae-${name}`);
  const toggles = [...body.querySelectorAll(".vae-level")];
  const examples = [...body.querySelectorAll(".vae-example")];
  const [whole, ...others] = await Promise.all(
    [...body.querySelectorAll(".vae-frame img, .vae-tile img")].map(asCanvas),
  );

  const frozen = () => model.get("frozen");
  const change = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  function mark() {
    for (const toggle of toggles) {
      const held = frozen().includes(Number(toggle.dataset.level));
      toggle.setAttribute("aria-pressed", String(held));
      toggle.querySelector("span").textContent = held ? "frozen" : "drawn anew";
    }
    for (const [k, example] of examples.entries()) {
      example.setAttribute("aria-pressed", String(k === model.get("chosen")));
    }
  }

  function summary(words) {
    const held = frozen().map((level) => names[level - 1]);
    if (held.length === names.length) return "Everything is frozen: nothing changes.";
    return `${held.length ? `Frozen: ${held.join(", ")}.` : "Nothing is frozen."} ${words}`;
  }

  const draw = latest(async () => {
    await page.ready();
    const code = model.get("codes")[model.get("chosen")];
    const asked = { seed, draw: model.get("draw"), shown, shapes, code, frozen: frozen() };
    const { x } = await engine.run("draw", levelInputs(asked));
    mark();
    // The first of the batch is the picture itself.
    for (const [k, canvas] of [whole, ...others].entries()) {
      paint(canvas, x, k);
      const name = k ? `Drawn anew ${k}` : "The picture";
      canvas.setAttribute("aria-label", `${name}: ${described(one(x, k))}`);
    }
    const words = `A pixel differs by ${(100 * spread(x)).toFixed(1)} % of the range on average.`;
    find("spread").textContent = words;
    const detail = { frozen: [...frozen()], draw: asked.draw, chosen: model.get("chosen") };
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
    page.say(() => summary(words));
  }, page.fail);

  for (const toggle of toggles) {
    toggle.addEventListener("click", () => {
      const level = Number(toggle.dataset.level);
      const others = frozen().filter((held) => held !== level);
      const held = others.length < frozen().length;
      change("frozen", held ? others : [...others, level].sort());
    });
  }
  for (const [k, example] of examples.entries()) {
    example.addEventListener("click", () => change("chosen", k));
  }
  find("again").addEventListener("click", () => change("draw", model.get("draw") + 1));
  const followed = ["frozen", "chosen", "draw"];
  for (const name of followed) model.on(`change:${name}`, draw);

  mark();
  for (const name of ["levels", "start", "again"]) find(name).disabled = false;
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    for (const name of followed) model.off(`change:${name}`, draw);
  };
}

/** A canvas in an image's place, with its picture. */
async function asCanvas(image) {
  const canvas = pictureCanvas(image.width, image.height, image.alt);
  await paintAddress(canvas, image.src);
  image.replaceWith(canvas);
  return canvas;
}

/** Image number k of a batch as a batch of one. */
function one({ data, shape: [, ...shape] }, k) {
  const size = shape.reduce((product, side) => product * side, 1);
  return { data: data.subarray(k * size, (k + 1) * size), shape: [1, ...shape] };
}

export default { render };
