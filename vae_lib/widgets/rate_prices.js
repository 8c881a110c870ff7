/** Three prices, and a Gaussian code that descends to where they lead it. */

import { element } from "./dom.js";
import { engineFor } from "./engine.js";
import { sliderView } from "./sliders.js";
import { stage } from "./stage.js";

const PRICES_INVITATION = "Move a price, or focus it and press the arrow keys.";
/** A knob that moves less than this between two pictures has come to rest. */
const AT_REST = 1e-4;
/** Calls of the function between two pictures. */
const CALLS = 5;
/** Nothing takes longer; a price at its least may creep. */
const MOST_PICTURES = 400;

async function render(context) {
  const { model, el } = context;
  const engine = engineFor(context);
  const names = model.get("names");
  const least = model.get("least");
  const { map, rows, options } = model.get("board");
  const dials = await Promise.all(
    model.get("sliders").map((reference) => sliderView(model.widget_manager, reference)),
  );

  const part = (name, html) => {
    const made = element("div", { class: `vae-${name}` });
    made.innerHTML = html;
    return made;
  };
  const ellipses = part("ellipses", map);
  const amounts = part("amounts", rows);
  const choices = part("options", options);
  const widget = element("div", {
    class: "vae-widget vae-prices",
    role: "group",
    "aria-label": model.get("title"),
  });
  const page = stage(widget, engine, PRICES_INVITATION);
  widget.append(
    element(
      "div",
      { class: "vae-body" },
      element("p", { class: "vae-title" }, model.get("title")),
      ellipses,
      element("div", { class: "vae-dials" }, ...dials.map(({ view }) => view.el)),
      amounts,
      choices,
      page.line,
    ),
  );
  const [together, narrow] = choices.querySelectorAll("input");
  const again = choices.querySelector("button");
  for (const control of [together, narrow, again]) control.disabled = false;

  let knobs = Float32Array.from(model.get("rest"));
  const prices = () => dials.map(({ slider }) => slider.get("value"));
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function draw({ parts, root, means, scales }) {
    const [a, b, c, d] = root.data; // row by row; SVG wants columns
    place(ellipses.querySelector(".vae-aggregate"), [a, c, b, d, 0, 0]);
    const [across, up] = scales.data;
    for (const [k, circle] of ellipses.querySelectorAll(".vae-posterior").entries()) {
      place(circle, [across, 0, 0, up, means.data[2 * k], means.data[2 * k + 1]]);
    }
    for (const [k, row] of [...amounts.children].entries()) {
      const share = Math.min(1, parts.data[k] / model.get("longest"));
      row.querySelector("i").style.setProperty("--vae-nats", Math.max(0, share));
      row.querySelector("b").textContent = nats(parts.data[k]);
    }
    const detail = [...prices(), ...parts.data];
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
    page.say(() => {
      const amount = names.map((name, k) => `${name} ${nats(parts.data[k])}`);
      const words = `${amount.join(", ")} nats`;
      ellipses.querySelector("svg").setAttribute("aria-label", `The code: ${words}`);
      return `${words}.`;
    });
  }

  async function descend() {
    const free = Float32Array.from(model.get("free")[Number(narrow.checked)]);
    const before = knobs;
    let answer;
    for (let call = 0; call < CALLS; call += 1) {
      answer = await engine.run("relax", {
        knobs: { data: knobs, shape: [6] },
        prices: { data: Float32Array.from(prices()), shape: [3] },
        free: { data: free, shape: [6] },
      });
      knobs = Float32Array.from(answer.rest.data);
    }
    const moved = Math.max(...knobs.map((value, k) => Math.abs(value - before[k])));
    return { answer, moved };
  }

  let left = 0;
  let wake = () => {};
  let running = false;
  /** Descend picture by picture until the code rests; a new price prolongs the way. */
  async function follow() {
    left = MOST_PICTURES;
    wake();
    if (running) return;
    running = true;
    try {
      await page.ready();
      for (let first = true, moved = 1; left > 0 && (moved > AT_REST || first); left -= 1) {
        const step = await descend();
        moved = step.moved;
        first = left === MOST_PICTURES;
        if (moved > AT_REST && left > 1 && still.matches) continue;
        draw(step.answer);
        await nextPicture();
      }
      model.set("rest", [...knobs]);
      model.save_changes();
    } catch (error) {
      page.fail(error);
    } finally {
      running = false;
    }
  }

  /** The next frame of the screen, or at once when a price moves. */
  const nextPicture = () =>
    new Promise((resolve) => {
      wake = resolve;
      requestAnimationFrame(resolve);
    });

  let leading = false;
  function lead(value) {
    leading = true; // the others follow, and lead nobody
    for (const { slider } of dials) {
      slider.set("value", Math.max(value, ...least));
      slider.save_changes();
    }
    leading = false;
  }
  const listeners = dials.map(({ slider }) => {
    const changed = () => {
      if (leading) return;
      if (together.checked) lead(slider.get("value"));
      say();
      follow();
    };
    slider.on("change:value", changed);
    return () => slider.off("change:value", changed);
  });
  function say() {
    for (const { slider, handle } of dials) {
      handle.setAttribute("aria-valuetext", slider.get("value").toFixed(2));
    }
  }
  together.addEventListener("change", () => {
    if (together.checked) lead(prices()[0]);
    follow();
  });
  narrow.addEventListener("change", () => {
    if (narrow.checked) knobs = knobs.map((value, k) => value * model.get("free")[1][k]);
    follow();
  });
  again.addEventListener("click", () => {
    knobs = Float32Array.from(model.get("start"));
    follow();
  });

  say();
  el.append(widget);
  for (const { view } of dials) view.trigger("displayed");
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    left = 0;
    for (const stop of listeners) stop();
    for (const { view } of dials) view.remove();
  };
}

function place(circle, matrix) {
  const numbers = matrix.map((value) => value.toFixed(4)).join(" ");
  circle.setAttribute("transform", `matrix(${numbers})`);
}

/** Two digits, and no minus before a zero. */
function nats(value) {
  return Math.max(0, value).toFixed(2);
}

export default { render };
