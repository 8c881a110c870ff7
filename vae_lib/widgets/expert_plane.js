/** Two experts to be dragged, stretched or silenced, and their product with the prior. */

import { element, throttled } from "./dom.js";
import {
  meaningInWords,
  onSlider,
  planeProduct,
  productInWords,
  signed,
} from "./expert_product.js";
import { viewBody } from "./view_body.js";

const PLANE_INVITATION = "Drag A or B, move a slider, or choose a pair.";
const EXPERTS = ["A", "B"];

async function render({ model, el }) {
  const reach = model.get("reach");
  const presets = model.get("presets");
  const { widget, body } = viewBody(model, "vae-lab vae-experts");
  const status = element("p", { class: "vae-status", role: "status" }, PLANE_INVITATION);
  body.append(element("div", { class: "vae-line" }, status));
  const say = throttled((words) => {
    status.textContent = words;
  });
  const find = (selector) => body.querySelector(selector);
  const map = find("svg");
  const { width: side } = map.viewBox.baseVal;
  const unit = side / 2 / reach;
  const hands = EXPERTS.map((name) => ({
    field: find(`.vae-opinion.vae-of-${name}`),
    shape: find(`.vae-expert.vae-of-${name}`),
    letter: find(`.vae-letter.vae-of-${name}`),
  }));
  for (const hand of hands) {
    hand.here = hand.field.querySelector("[type=checkbox]");
    hand.dials = [...hand.field.querySelectorAll("[type=range]")];
  }
  let experts = model.get("experts").map((one) => one.slice());

  const speaking = () => experts.map((one, k) => (hands[k].here.checked ? one : null));

  function place(shape, [right, up], [across, high]) {
    for (const [name, value] of Object.entries({ cx: right, cy: up, rx: across, ry: high })) {
      shape.setAttribute(name, value.toFixed(4));
    }
  }

  function draw() {
    for (const [k, { shape, letter, here, dials }] of hands.entries()) {
      const one = experts[k];
      place(shape, one, one.slice(2));
      const at = [side / 2 + unit * one[0], side / 2 - unit * one[1]];
      letter.setAttribute("transform", `translate(${at[0].toFixed(2)} ${at[1].toFixed(2)})`);
      for (const part of [shape, letter]) {
        part.classList.toggle("vae-silent", !here.checked);
      }
      for (const [knob, dial] of dials.entries()) {
        dial.value = String(one[knob]);
        dial.setAttribute("aria-valuetext", signed(one[knob]));
        dial.parentElement.querySelector("b").textContent = signed(one[knob]);
      }
    }
    const product = planeProduct(speaking());
    place(find(".vae-product"), product.mean, product.scale);
    const words = productInWords(EXPERTS, speaking(), product);
    find(".vae-told").textContent = words;
    map.setAttribute("aria-label", words);
    const detail = { experts: speaking(), ...product };
    widget.dispatchEvent(new CustomEvent("vae:product", { bubbles: true, detail }));
    return meaningInWords(EXPERTS, speaking(), product);
  }

  function change(next) {
    experts = next;
    const words = draw();
    say(() => words);
    model.set(
      "experts",
      experts.map((one) => one.slice()),
    );
    model.save_changes();
  }

  const withKnobs = (k, values) =>
    change(experts.map((one, j) => (j === k ? Object.assign(one.slice(), values) : one)));

  for (const [k, { here, dials, letter }] of hands.entries()) {
    here.addEventListener("change", () => change(experts));
    for (const [knob, dial] of dials.entries()) {
      dial.addEventListener("input", () => withKnobs(k, { [knob]: Number(dial.value) }));
      // JupyterLab's shortcuts would take these from a plain slider.
      dial.addEventListener("keydown", (event) => event.stopPropagation());
    }
    letter.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // no text is selected, no page scrolled
      letter.setPointerCapture(event.pointerId);
    });
    letter.addEventListener("pointermove", (event) => {
      if (!letter.hasPointerCapture(event.pointerId)) return;
      const { left, top, width, height } = map.getBoundingClientRect();
      const right = ((event.clientX - left) / width - 0.5) * 2 * reach;
      const up = (0.5 - (event.clientY - top) / height) * 2 * reach;
      const [{ min, max, step }] = dials;
      const [x, y] = [right, up].map((v) => onSlider(v, +min, +max, +step));
      withKnobs(k, { 0: x, 1: y });
    });
  }
  for (const button of body.querySelectorAll(".vae-preset")) {
    // By name: a saved notebook sorts a state's keys.
    const pair = presets[button.textContent];
    button.addEventListener("click", () => {
      for (const { here } of hands) here.checked = true;
      change(pair.map((one) => one.slice()));
    });
  }
  const follow = () => {
    const given = model.get("experts");
    if (JSON.stringify(given) === JSON.stringify(experts)) return;
    experts = given.map((one) => one.slice());
    const words = draw();
    say(() => words);
  };
  model.on("change:experts", follow);

  for (const part of body.querySelectorAll("fieldset")) part.disabled = false;
  draw();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:experts", follow);
}

export default { render };
