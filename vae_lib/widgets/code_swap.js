/** Two pictures of a model with two levels of codes, and a mixture of their codes. */

import { liveCanvas, showAddress } from "./code_editor.js";
import { engineFor, latest } from "./engine.js";
import { described, paint } from "./picture.js";
import { rovingGrid } from "./roving_grid.js";
import { stage } from "./stage.js";
import {
  isFromOther,
  maskInWords,
  mixedCodes,
  squaredDistance,
  unmixed,
  withCell,
  withLevel,
} from "./swapped.js";
import { viewBody } from "./view_body.js";

const SWAP_INVITATION =
  "Touch a cell of the picture in the middle: its code is exchanged for the other picture's.";

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-codes-swapped");
  const engine = engineFor(context);
  const page = stage(widget, engine, SWAP_INVITATION);
  body.append(page.line);

  const find = (name) => body.querySelector(`.vae-${name}`);
  const canvas = liveCanvas(find("frame"), "The mixture, decoded");
  const faces = ["a", "b"].map((name) => find(`face-${name}`));
  const own = faces.map((face, k) => liveCanvas(face, `Picture ${"AB"[k]}, decoded`));
  const sides = model.get("sides");
  const codesOf = (k) => ({ top: model.get("tops")[k], bottom: model.get("bottoms")[k] });
  const kind = () => find("kinds input:checked").value;
  const frame = find("frame .vae-cells");

  const chosen = [0, 1];
  let mask = unmixed(sides[0] ** 2);
  let brush = null; // what a held pointer paints
  let byPointer = false; // whether a click was dealt with when the pointer went down

  const cells = rovingGrid(frame, "Cells of the mixture", {
    pick(k) {
      if (byPointer) byPointer = false;
      else put(k, !isFromOther(mask, kind(), k));
    },
  });

  function put(k, other) {
    mask = withCell(mask, kind(), k, other);
    refresh();
  }

  function named(k) {
    const [row, column] = [Math.floor(k / sides[0]) + 1, (k % sides[0]) + 1];
    const from = (level) => `${level} ${mask[level][k] ? "B" : "A"}`;
    return `Row ${row}, column ${column}: ${from("top")}, ${from("bottom")}`;
  }

  function mark() {
    cells.fill(sides[0] ** 2, sides[0], named);
    cells.mark("vae-top-of-b", (k) => mask.top[k]);
    cells.mark("vae-bottom-of-b", (k) => mask.bottom[k]);
  }

  function refresh() {
    mark();
    draw();
  }

  const draw = latest(async () => {
    const [one, other] = chosen.map(codesOf);
    const mixture = mixedCodes(mask, one, other, sides);
    const words = maskInWords(mask);
    await page.ready();
    const batch = [mixture, one, other];
    const tensor = (level, side) => ({
      data: Float32Array.from(batch.flatMap((codes) => codes[level])),
      shape: [batch.length, side, side],
    });
    const inputs = { top: tensor("top", sides[0]), bottom: tensor("bottom", sides[1]) };
    const { x } = await engine.run("decode", inputs);
    const [, ...shape] = x.shape;
    const size = shape.reduce((product, length) => product * length);
    const [mixed, a, b] = batch.map((_, k) => ({
      data: x.data.subarray(k * size, (k + 1) * size),
      shape: [1, ...shape],
    }));
    [, canvas.height, canvas.width] = shape;
    paint(canvas, mixed);
    const apart = squaredDistance(a, b);
    const far = [a, b].map((end) => (apart ? squaredDistance(end, mixed) / apart : 0));
    const [fromA, fromB] = far.map((share) => `${Math.round(100 * share)} %`);
    const distance = apart
      ? `Its squared distance to A is ${fromA}, to B ${fromB} of that between the two`
      : "A and B are the same picture";
    const told = `${words}. ${distance}.`;
    canvas.setAttribute("aria-label", `The mixture, decoded: ${described(mixed)}. ${told}`);
    page.say(() => told);
    for (const [level, codes] of Object.entries(mixture)) model.set(level, codes);
    model.save_changes();
    const detail = { ...mixture, far };
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
  }, page.fail);

  // A drag paints: a finger would otherwise keep to the cell where it started.
  frame.addEventListener("pointerdown", ({ target, pointerId, button }) => {
    if (target.hasPointerCapture(pointerId)) target.releasePointerCapture(pointerId);
    const k = cells.placeOf(target);
    if (button !== 0 || k < 0) return;
    byPointer = true;
    brush = !isFromOther(mask, kind(), k);
    put(k, brush);
  });
  frame.addEventListener("pointerover", ({ target, buttons }) => {
    const k = cells.placeOf(target);
    if (buttons & 1 && brush !== null && k >= 0 && isFromOther(mask, kind(), k) !== brush) {
      put(k, brush);
    }
  });
  // After a drag there may be no click; a key's click must not be taken for it.
  frame.addEventListener("keydown", () => {
    byPointer = false;
  });

  for (const level of ["top", "bottom"]) {
    find(`all-${level}`).addEventListener("click", () => {
      mask = withLevel(mask, level);
      refresh();
    });
  }
  find("none").addEventListener("click", () => {
    mask = unmixed(mask.top.length);
    refresh();
  });

  function press(face) {
    for (const [k, one] of [...faces[face].querySelectorAll("button")].entries()) {
      one.setAttribute("aria-pressed", String(k === chosen[face]));
    }
  }
  for (const [face, node] of faces.entries()) {
    press(face);
    node.addEventListener("click", ({ target }) => {
      const one = target.closest("button");
      if (!one) return;
      chosen[face] = [...node.querySelectorAll("button")].indexOf(one);
      press(face);
      showAddress(own[face], model.get("pictures")[chosen[face]]).catch(page.fail);
      refresh();
    });
  }

  // The start stands already: nothing is fetched before the first touch.
  mark();
  body.querySelector(".vae-swap").disabled = false;
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
}

export default { render };
