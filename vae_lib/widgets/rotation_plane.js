/** Two latents turned by a slider, their shadows on the first, and measured scores. */

import { element, throttled } from "./dom.js";
import { nearest, shadow } from "./rotation.js";
import { sliderView } from "./sliders.js";

const TURN_INVITATION = "Move the slider, or focus it and press the arrow keys.";
/** Of the drawing, score_chart.py: its side, and how much wider a shadow is drawn. */
const MAP_SIDE = 400;
const SHADOW_EDGE = 2;

async function render({ model, el }) {
  const degrees = model.get("degrees");
  const scores = model.get("scores");
  const columns = model.get("columns");
  const reach = model.get("reach");
  const { slider, view, handle } = await sliderView(
    model.widget_manager,
    model.get("slider"),
  );

  const map = element("div", { class: "vae-turn" });
  map.innerHTML = model.get("cloud");
  const turning = map.querySelector(".vae-turning");
  const shadows = map.querySelectorAll(".vae-shadows rect");
  const chart = element("div", { class: "vae-chart" });
  chart.innerHTML = model.get("chart");
  const now = chart.querySelector(".vae-now");
  const rows = element("div", { class: "vae-scores" });
  rows.innerHTML = model.get("rows");
  const bars = rows.querySelectorAll("i");
  const numbers = rows.querySelectorAll("b");
  const status = element("p", { class: "vae-status", role: "status" }, TURN_INVITATION);
  const say = throttled((words) => {
    status.textContent = words;
  });
  const widget = element(
    "div",
    {
      class: "vae-widget vae-rotation",
      role: "group",
      "aria-label": model.get("title"),
    },
    element(
      "div",
      { class: "vae-body" },
      element("p", { class: "vae-title" }, model.get("title")),
      map,
      rows,
      chart,
      element("div", { class: "vae-angle" }, view.el),
      element("div", { class: "vae-line" }, status),
    ),
  );

  function turn() {
    const at = nearest(degrees, slider.get("value"));
    const angle = degrees[at];
    const half = MAP_SIDE / 2;
    // On the page y points down, so that a turn to the left has a negative angle.
    turning.setAttribute("transform", `rotate(${-angle} ${half} ${half})`);
    for (const [k, { ends }] of columns.entries()) {
      const [low, high] = shadow(ends, angle).map((z) => half * (1 + z / reach));
      shadows[k].setAttribute("x", low - SHADOW_EDGE);
      shadows[k].setAttribute("width", high - low + 2 * SHADOW_EDGE);
    }
    const share = (angle - degrees[0]) / (degrees.at(-1) - degrees[0]);
    now.setAttribute("transform", `translate(${share * now.dataset.length} 0)`);
    for (const [k, { values }] of scores.entries()) {
      bars[k].style.setProperty("--vae-score", values[at]);
      numbers[k].textContent = values[at].toFixed(2);
    }
    handle.setAttribute("aria-valuetext", `${angle} degrees`);
    return at;
  }

  const moved = () => {
    const at = turn();
    widget.dispatchEvent(
      new CustomEvent("vae:frame", { bubbles: true, detail: [degrees[at]] }),
    );
    say(() => {
      const words = scores.map(({ name, values }) => `${name} ${values[at].toFixed(2)}`);
      return `Turned by ${degrees[at]}°: ${words.join(", ")}.`;
    });
  };
  slider.on("change:value", moved);

  turn();
  el.append(widget);
  view.trigger("displayed");
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    slider.off("change:value", moved);
    view.remove();
  };
}

export default { render };
