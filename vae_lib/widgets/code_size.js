/** One picture as codes: how many, of how many kinds, and what they cost. */

import { button, element, pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { paint, paintAddress } from "./picture.js";
import { codePixels } from "./sizes.js";
import { choiceSlider } from "./sliders.js";
import { stage } from "./stage.js";

const SIZES_INVITATION = "Move a slider, or focus one and press the arrow keys.";

async function render(context) {
  const { model, el } = context;
  const engine = engineFor(context);
  const [, height, width] = model.get("shape");
  const kinds = model.get("kinds");
  const sides = model.get("sides");
  const palette = model.get("palette");
  const dials = await Promise.all(
    model.get("sliders").map((reference) => choiceSlider(model.widget_manager, reference)),
  );

  const original = element("img", { alt: "The picture", width, height });
  const rival = element("img", { alt: "JPEG", width, height });
  const codes = pictureCanvas(1, 1, "Its codes");
  const decoded = pictureCanvas(width, height, "From the codes");
  const tile = (node, words) =>
    element(
      "div",
      { class: "vae-tile" },
      node,
      element("span", { class: "vae-caption" }, words),
    );
  const amounts = element("div", { class: "vae-amounts" });
  const examples = model.get("examples").map((picture, k) => {
    const made = button("", () => {
      model.set("shown", k);
      model.save_changes();
    });
    made.className = "vae-example";
    made.setAttribute("aria-label", `Picture ${k + 1}`);
    made.append(element("img", { src: picture, alt: "" }));
    return made;
  });
  const widget = element("div", {
    class: "vae-widget vae-sizes",
    role: "group",
    "aria-label": model.get("title"),
  });
  const page = stage(widget, engine, SIZES_INVITATION);
  widget.append(
    element(
      "div",
      { class: "vae-body" },
      element("p", { class: "vae-title" }, model.get("title")),
      element(
        "div",
        { class: "vae-tiles" },
        tile(original, "the picture"),
        tile(codes, "its codes"),
        tile(decoded, "from the codes"),
        tile(rival, "JPEG"),
      ),
      element("div", { class: "vae-dials" }, ...dials.map(({ view }) => view.el)),
      element("div", { class: "vae-examples" }, ...examples),
      amounts,
      page.line,
    ),
  );

  /** What is chosen: the setting's name, the side, and what is known of the picture. */
  function chosen() {
    const [kind, side] = [kinds, sides].map((all, k) => all[dials[k].slider.get("index")]);
    const name = `decode_${kind}_${side}`;
    return { name, kind, side, picture: model.get("sizes")[name][model.get("shown")] };
  }

  /** All that needs no model: the picture, its codes, its bytes, and the rival. */
  function write({ kind, side, picture }) {
    codes.width = side;
    codes.height = side;
    const colours = codePixels(picture.codes, palette);
    codes.getContext("2d").putImageData(new ImageData(colours, side, side), 0, 0);
    const used = new Set(picture.codes).size;
    codes.setAttribute(
      "aria-label",
      `${side} by ${side} codes, ${used} of ${kind} kinds among them`,
    );
    original.src = model.get("examples")[model.get("shown")];
    rival.src = picture.jpeg;
    rival.alt = `JPEG, ${picture.rows[2][2]} dB`;
    for (const [k, row] of amounts.querySelectorAll("tbody tr").entries()) {
      for (const [c, cell] of [...row.children].entries()) {
        cell.textContent = picture.rows[k][c];
      }
    }
    for (const { slider, handle } of dials) {
      const label = slider.get("_options_labels")[slider.get("index")];
      handle.setAttribute("aria-valuetext", label);
    }
    for (const [k, node] of examples.entries()) {
      node.setAttribute("aria-pressed", String(k === model.get("shown")));
    }
  }

  const draw = latest(async () => {
    await page.ready();
    const now = chosen();
    const { name, kind, side, picture } = now;
    const { x } = await engine.run(name, {
      codes: { data: Float32Array.from(picture.codes), shape: [1, side, side] },
    });
    write(now);
    paint(decoded, x);
    const detail = [kind, side, model.get("shown")];
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
    page.say(() => {
      const [, [, bytes, worth], [, size, rivals]] = picture.rows;
      const words = `${side} × ${side} codes of ${kind} kinds: ${bytes} bytes, ${worth} dB`;
      decoded.setAttribute("aria-label", `Decoded from ${words}`);
      return `${words}; JPEG ${size} bytes, ${rivals} dB.`;
    });
  }, page.fail);

  const listeners = dials.map(({ slider }) => {
    slider.on("change:index", draw);
    return () => slider.off("change:index", draw);
  });
  model.on("change:shown", draw);

  amounts.innerHTML = model.get("table");
  write(chosen());
  await paintAddress(decoded, model.get("frame"));
  el.append(widget);
  for (const { view } of dials) view.trigger("displayed");
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    for (const stop of listeners) stop();
    model.off("change:shown", draw);
    for (const { view } of dials) view.remove();
  };
}

export default { render };
