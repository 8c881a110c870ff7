/** A picture under the grid of its codes: choose another code, and see what changes. */

import { pictureCanvas } from "./dom.js";
import { latest } from "./engine.js";
import { described, paint } from "./picture.js";
import { rovingGrid } from "./roving_grid.js";

/** A pixel has changed if a channel differs by more than this. */
const VISIBLE = 1 / 32;

/** How many pixels of two pictures (1, C, H, W) differ visibly. */
export function changedPixels(before, after) {
  const [, channels, height, width] = before.shape;
  const size = height * width;
  let changed = 0;
  for (let pixel = 0; pixel < size; pixel += 1) {
    for (let k = pixel; k < channels * size; k += size) {
      if (Math.abs(before.data[k] - after.data[k]) > VISIBLE) {
        changed += 1;
        break;
      }
    }
  }
  return changed;
}

/**
 * @param {HTMLElement} node a .vae-editor of the body
 * @param {{decode: Function, shown: Function, chosen: Function, fail: Function}} told
 *   `decode(grids)` resolves to pictures, `shown(grid, x, words)` when one is drawn,
 *   `chosen(k)` when an example is
 */
export function codeEditor(node, told) {
  const find = (name) => node.querySelector(`.vae-${name}`);
  const canvas = liveCanvas(find("frame"), "Decoded picture");
  const itself = liveCanvas(find("itself"), "The picture itself");
  const [painting, undo, back] = [find("paint input"), find("undo"), find("original")];
  const examples = find("examples");

  let original = [];
  let grid = [];
  let base = null; // the original, decoded
  let past = [];
  let order = []; // codes of the palette
  let counts = [];
  let cell = 0;
  let brush = 0;

  const cells = rovingGrid(find("frame .vae-cells"), "Codes of the picture", {
    at: select,
    pick(k) {
      select(k);
      if (painting.checked) put(k, brush);
    },
  });
  const palette = rovingGrid(find("palette .vae-cells"), "Codes to choose from", {
    pick(k) {
      brush = order[k];
      palette.press(k);
      if (!painting.checked) put(cell, brush);
    },
  });

  function select(k) {
    cell = k;
    cells.press(k);
    if (painting.checked) return;
    brush = grid[k];
    palette.press(order.indexOf(brush));
  }

  function put(k, code) {
    if (grid[k] === code) return;
    past.push(grid);
    grid = grid.with(k, code);
    refresh();
  }

  function refresh(drawn = false) {
    const columns = Math.sqrt(grid.length);
    const named = (k) =>
      `Row ${Math.floor(k / columns) + 1}, column ${(k % columns) + 1}: code ${grid[k]}`;
    cells.fill(grid.length, columns, named);
    cells.mark("vae-edited", (k) => grid[k] !== original[k]);
    undo.disabled = !past.length;
    back.disabled = grid.every((code, k) => code === original[k]);
    if (!drawn) draw();
  }

  const draw = latest(async () => {
    const [wanted, first] = [grid, original];
    const start = base ?? (await told.decode([first]));
    const x = wanted === first ? start : await told.decode([wanted]);
    if (first !== original) return; // another picture has come, and is drawn next
    base = start;
    [, , canvas.height, canvas.width] = x.shape;
    paint(canvas, x);
    const edited = wanted.filter((code, k) => code !== first[k]).length;
    const pixels = canvas.height * canvas.width;
    const words =
      `${edited} of ${wanted.length} codes changed, ` +
      `and with them ${changedPixels(start, x)} of ${pixels} pixels`;
    find("changed").textContent = words;
    canvas.setAttribute("aria-label", `Decoded picture: ${described(x)}; ${words}`);
    told.shown(wanted, x, words);
  }, told.fail);

  // A drag paints: a finger would otherwise keep to the cell where it started.
  const frame = find("frame .vae-cells");
  frame.addEventListener("pointerdown", ({ target, pointerId, button }) => {
    if (target.hasPointerCapture(pointerId)) target.releasePointerCapture(pointerId);
    const k = cells.placeOf(target);
    if (painting.checked && button === 0 && k >= 0) put(k, brush);
  });
  frame.addEventListener("pointerover", ({ target, buttons }) => {
    const k = cells.placeOf(target);
    if (painting.checked && buttons & 1 && k >= 0) put(k, brush);
  });
  painting.addEventListener("change", () => {
    frame.classList.toggle("vae-painting", painting.checked);
    select(cell);
  });
  undo.addEventListener("click", () => {
    grid = past.pop();
    refresh();
    select(cell);
  });
  back.addEventListener("click", () => {
    past.push(grid);
    grid = original;
    refresh();
    select(cell);
  });
  examples.addEventListener("click", ({ target }) => {
    const chosen = target.closest("button");
    if (chosen) told.chosen([...examples.children].indexOf(chosen));
  });

  return {
    enable: (on) => {
      node.disabled = !on;
    },

    /**
     * Show a picture, given as an address, and its codes; whatever was edited is gone.
     * Nothing is decoded if it is `drawn` already.
     */
    open(example, address, codes, { drawn = false } = {}) {
      original = grid = codes;
      base = null;
      past = [];
      for (const [k, one] of [...examples.children].entries()) {
        one.setAttribute("aria-pressed", String(k === example));
      }
      showAddress(itself, address).catch(told.fail);
      refresh(drawn);
      select(Math.min(cell, codes.length - 1));
    },

    /** Codes to choose from, in order, and how often each code is used. */
    offer(codes, uses, columns) {
      [order, counts] = [codes, uses];
      const used = (k) => (counts[k] ? `used ${counts[k].toLocaleString("en")} times` : "never used");
      palette.fill(order.length, columns, (k) => `Code ${order[k]}, ${used(order[k])}`);
      palette.mark("vae-unused", (k) => !counts[order[k]]);
      palette.press(order.indexOf(brush));
    },
  };
}

/** The canvas of a part; a picture that stood for it hands its pixels over. */
export function liveCanvas(part, label) {
  const picture = part.querySelector("img");
  if (!picture) return part.querySelector("canvas");
  const canvas = pictureCanvas(picture.width, picture.height, label);
  showAddress(canvas, picture.src);
  picture.replaceWith(canvas);
  return canvas;
}

/** Show a picture in its own size. */
export async function showAddress(canvas, address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").drawImage(picture, 0, 0);
}
