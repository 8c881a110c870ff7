/** One slider over numbers of labels: who errs, what is read, what each class means. */

import { pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { percent, verdict } from "./labels.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const LABELS_INVITATION =
  "Move the slider, or focus it and press the arrow keys; choose another digit.";

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-lab vae-labels");
  const engine = engineFor(context);
  const [counts, errors, beliefs, hands, labels] = [
    "counts",
    "errors",
    "beliefs",
    "hands",
    "labels",
  ].map((name) => model.get(name));
  const classes = beliefs[0][0].length;
  const chosen = { place: model.get("place"), example: 0 };
  const page = stage(widget, engine, LABELS_INVITATION, () => [`write_${chosen.place}`]);
  body.append(page.line);
  const find = (selector) => body.querySelector(selector);
  const slider = find("[name=count]");
  const examples = [...body.querySelectorAll(".vae-example")];
  const figures = [...body.querySelectorAll(".vae-styled")];
  const bars = [...body.querySelectorAll(".vae-error")];

  const frames = await Promise.all(
    figures.map(async (figure, k) => {
      const still = figure.querySelector("img");
      const frame = pictureCanvas(still.width, still.height, `As a ${k}`);
      await paintAddress(frame, still.src);
      still.replaceWith(frame);
      return frame;
    }),
  );

  const count = () => counts[chosen.place].toLocaleString("en");
  const reading = (k) => {
    const believed = beliefs[chosen.place][k];
    return believed.indexOf(Math.max(...believed));
  };

  /** Everything that is known without a decoder. */
  function tell() {
    slider.value = String(chosen.place);
    slider.setAttribute("aria-valuetext", `${count()} labels`);
    find(".vae-price b").textContent = count();
    for (const [k, bar] of bars.entries()) {
      const [, error] = errors[chosen.place][k];
      bar.querySelector("i").style.setProperty("--vae-share", (error / 100).toFixed(4));
      bar.querySelector("b").textContent = `${error.toFixed(1)}%`;
    }
    for (const [k, example] of examples.entries()) {
      const words = verdict(reading(k), labels[k]);
      example.querySelector("span").textContent = words;
      example.setAttribute("aria-pressed", String(k === chosen.example));
      const right = reading(k) === labels[k] ? "right" : `wrong, it is a ${labels[k]}`;
      example.setAttribute("aria-label", `Digit ${k + 1}, read as ${reading(k)}: ${right}`);
    }
    for (const [k, figure] of figures.entries()) {
      const belief = beliefs[chosen.place][chosen.example][k];
      figure.querySelector(".vae-belief").textContent = percent(belief);
      figure.classList.toggle("vae-own", k === labels[chosen.example]);
    }
  }

  const draw = latest(async () => {
    const { place, example } = chosen;
    await page.ready();
    if (place !== chosen.place) return; // moved on meanwhile: the next round draws
    const hand = hands[place][example];
    const every = [...Array(classes).keys()];
    const { x } = await engine.run(`write_${place}`, {
      z: {
        data: Float32Array.from(every.flatMap(() => hand)),
        shape: [classes, hand.length],
      },
      y: { data: Float32Array.from(every), shape: [classes] },
    });
    for (const [k, frame] of frames.entries()) {
      paint(frame, x, k);
      frame.setAttribute("aria-label", `Digit ${example + 1} as a ${k}`);
    }
    find(".vae-everyone").classList.remove("vae-stale");
    const detail = [counts[place], example];
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
    page.say(() => {
      const own = verdict(reading(example), labels[example]);
      return `${count()} labels: digit ${example + 1} is read as ${own}. As a 0: ${described(x)}.`;
    });
  }, page.fail);

  function choose(change) {
    Object.assign(chosen, change);
    find(".vae-everyone").classList.add("vae-stale");
    tell();
    draw();
  }

  const follow = () => {
    if (model.get("place") !== chosen.place) choose({ place: model.get("place") });
  };
  slider.addEventListener("input", () => {
    model.set("place", Number(slider.value));
    model.save_changes();
  });
  model.on("change:place", follow);
  for (const [example, node] of examples.entries()) {
    node.addEventListener("click", () => choose({ example }));
  }

  for (const part of body.querySelectorAll("fieldset")) part.disabled = false;
  tell();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:place", follow);
}

export default { render };
