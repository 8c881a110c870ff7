/** Paint a part of a picture away, and see what a model puts there. */

import { brushMove, covered, paintLine, seenPart } from "./brush.js";
import { element, pictureCanvas } from "./dom.js";
import { engineFor } from "./engine.js";
import { normals } from "./philox.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const BRUSH_INVITATION =
  "Paint on the picture with the pointer; or focus it, move with the arrow keys and press Space.";
/** In pixels of the picture: a stroke four wide. */
const RADIUS = 2.2;

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-brush");
  const engine = engineFor(context);
  const page = stage(widget, engine, BRUSH_INVITATION);
  body.append(page.line);
  const grid = model.get("grid");
  const pictures = model.get("pictures");
  const latents = model.get("latents");
  const find = (name) => body.querySelector(`.vae-${name}`);
  const buttons = [...body.querySelectorAll(".vae-example")];
  const [complete, redraw, show] = ["train", "again", "whole"].map(find);

  const board = find("painted");
  const canvas = pictureCanvas(grid[1], grid[0], "");
  canvas.removeAttribute("role");
  canvas.setAttribute("aria-hidden", "true");
  board.querySelector("img").replaceWith(canvas);
  const tip = element("span", { class: "vae-tip" });
  tip.style.setProperty("--vae-size", `${(200 * RADIUS) / grid[1]}%`);
  const easel = element("div", {
    class: "vae-easel",
    tabindex: "0",
    role: "application",
    "aria-roledescription": "picture to paint on",
  });
  canvas.replaceWith(easel);
  easel.append(canvas, tip);

  const answers = await Promise.all(
    [...body.querySelectorAll(".vae-frame img")].map(async (still) => {
      const made = pictureCanvas(grid[1], grid[0], still.alt);
      await paintAddress(made, still.src);
      still.replaceWith(made);
      return made;
    }),
  );

  let which = model.get("picture");
  let hidden = Uint8Array.from(model.get("hidden"));
  let draws = 0;
  let at = [grid[0] / 2, grid[1] / 2];
  let last = null; // where the pointer was, while it paints

  const erasing = () => body.querySelector("[name=brush]:checked").value === "show";
  const missing = () => hidden.reduce((sum, one) => sum + one, 0);

  function draw() {
    const rgba = covered(pictures[which], hidden, grid);
    canvas.getContext("2d").putImageData(new ImageData(rgba, grid[1], grid[0]), 0, 0);
    tip.style.top = `${(100 * at[0]) / grid[0]}%`;
    tip.style.left = `${(100 * at[1]) / grid[1]}%`;
    const [row, column] = at.map((place) => Math.floor(place) + 1);
    easel.setAttribute(
      "aria-label",
      `Picture ${which + 1}, ${missing()} of ${hidden.length} pixels hidden. ` +
        `Brush at row ${row}, column ${column}.`,
    );
  }

  /** The picture or its mask is another: what stands beside it is of the old one. */
  function changed() {
    body.querySelector(".vae-answers").classList.add("vae-stale");
    model.set("hidden", Array.from(hidden));
    model.set("picture", which);
    model.save_changes();
    page.say(() => `${missing()} of ${hidden.length} pixels are hidden. Press Complete.`);
    draw();
  }

  function stroke(from, to) {
    at = to;
    const value = erasing() ? 0 : 1;
    if (paintLine(hidden, grid, from, to, RADIUS, value)) changed();
    else draw();
  }

  async function answer() {
    const count = answers.length;
    const noise = normals(model.get("seed"), draws, count * latents);
    const { x } = await engine.run("complete", {
      y: seenPart(pictures[which], hidden, grid, count),
      noise: { data: noise, shape: [count, latents] },
    });
    const size = grid[0] * grid[1];
    const words = answers.map((made, k) => {
      const one = { data: x.data.subarray(k * size, (k + 1) * size), shape: x.shape };
      paint(made, one);
      const said = described(one);
      made.setAttribute("aria-label", `Completion ${k + 1}: ${said}`);
      return said;
    });
    body.querySelector(".vae-answers").classList.remove("vae-stale");
    const detail = { picture: which, hidden: Array.from(hidden), draws };
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
    const [first] = words;
    page.say(() => `${count} completions of ${missing()} pixels; the first: ${first}.`);
  }

  let working = Promise.resolve();
  const attempt = (act) => () => {
    working = working.then(async () => {
      try {
        await page.ready();
        await act();
      } catch (error) {
        page.fail(error);
      }
    });
  };
  complete.addEventListener("click", attempt(answer));
  redraw.addEventListener(
    "click",
    attempt(() => {
      draws += 1;
      return answer();
    }),
  );
  show.addEventListener("click", () => {
    hidden.fill(0);
    changed();
  });
  for (const [k, one] of buttons.entries()) {
    one.addEventListener("click", () => {
      which = k;
      press();
      changed();
    });
  }
  const press = () => {
    for (const [k, one] of buttons.entries()) {
      one.setAttribute("aria-pressed", String(k === which));
    }
  };

  const spot = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [
      (grid[0] * (event.clientY - top)) / height,
      (grid[1] * (event.clientX - left)) / width,
    ];
  };
  easel.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no text selection
    easel.setPointerCapture(event.pointerId);
    easel.focus({ preventScroll: true });
    last = spot(event);
    stroke(last, last);
  });
  easel.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const to = spot(event);
    stroke(last, to);
    last = to;
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    easel.addEventListener(kind, () => {
      last = null;
    });
  }
  easel.addEventListener("keydown", (event) => {
    const to = brushMove(at, event.key, event.shiftKey, grid);
    if (to === null && event.key !== " ") return;
    event.preventDefault(); // the page would scroll
    event.stopPropagation(); // a notebook's shortcuts
    if (to === null) {
      stroke(at, at);
      return;
    }
    at = to;
    draw();
  });

  for (const part of ["samples", "tools"]) find(part).disabled = false;
  press();
  draw();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
}

export default { render };
