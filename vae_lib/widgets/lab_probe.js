/** Hands on a trained model: a slider for each latent, and the decoded picture. */

import { element } from "./dom.js";
import { latentName, written } from "./latent.js";
import { described, paint } from "./picture.js";

const DIAL_SPAN = 3;

/**
 * @param {HTMLElement} node the .vae-probe of the body
 * @param {{moved: () => void, encode: (example: number) => void}} told
 */
export function labProbe(node, told) {
  const dials = node.querySelector(".vae-dials");
  const examples = node.querySelector(".vae-examples");
  const canvas = node.querySelector("canvas");
  const inputs = () => [...dials.querySelectorAll("input")];
  const say = (input) => input.setAttribute("aria-valuetext", written(+input.value));

  dials.addEventListener("input", ({ target }) => {
    say(target);
    told.moved();
  });
  for (const choice of node.querySelectorAll("[type=radio]")) {
    choice.addEventListener("change", () => told.moved());
  }
  examples.addEventListener("click", ({ target }) => {
    const chosen = target.closest("button");
    if (chosen) told.encode([...examples.children].indexOf(chosen));
  });

  return {
    which: () => Number(node.querySelector("[type=radio]:checked").value),
    code: () => inputs().map((input) => Number(input.value)),
    enable: (on) => {
      node.disabled = !on;
    },

    /** A slider for each of so many latents, all at 0. */
    prepare(count, pictures) {
      if (inputs().length !== count) dials.replaceChildren(...dialsFor(count));
      this.move(new Array(count).fill(0));
      for (const [k, picture] of examples.querySelectorAll("img").entries()) {
        picture.src = pictures[k];
      }
    },

    move(code) {
      for (const [k, input] of inputs().entries()) {
        input.value = String(Math.max(-DIAL_SPAN, Math.min(DIAL_SPAN, code[k])));
        say(input);
      }
    },

    show(x) {
      [, , canvas.height, canvas.width] = x.shape;
      paint(canvas, x);
      canvas.setAttribute("aria-label", `Decoded picture: ${described(x)}`);
    },
  };
}

function dialsFor(count) {
  return Array.from({ length: count }, (_, latent) => {
    const range = { type: "range", min: -DIAL_SPAN, max: DIAL_SPAN, step: 0.1, value: 0 };
    const input = element("input", range);
    return element("label", {}, element("span", {}, latentName(latent)), input);
  });
}
