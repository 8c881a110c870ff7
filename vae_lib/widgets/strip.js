/** A strip of pictures along one latent, with a mark where the code stands. */

import { element, pictureCanvas } from "./dom.js";
import { clamp } from "./latent.js";
import { paint, paintAddress } from "./picture.js";

/**
 * @param {{width: number, height: number, span: number, steps: number, gap: number}} size
 *   of one picture in pixels, of the latent's range, of the strip
 * @param {(value: number) => void} pick called with a latent's value when it is clicked
 */
export function pictureStrip({ width, height, span, steps, gap }, pick) {
  const canvas = pictureCanvas(steps * (width + gap) - gap, height, "Strip of pictures");
  const marker = element("span", { class: "vae-marker", "aria-hidden": "true" });
  const caption = element("span", { class: "vae-caption" });
  const film = element("div", { class: "vae-film" }, canvas, marker);
  // The first and the last picture stand for -span and span: from middle to middle.
  const share = width / canvas.width;

  canvas.addEventListener("pointerdown", (event) => {
    const middle = (event.offsetX / canvas.clientWidth - share / 2) / (1 - share);
    pick(clamp((2 * middle - 1) * span, span));
  });

  return {
    node: element("div", { class: "vae-strip" }, film, caption),

    /** Show the strip as it was when the widget was made. */
    start: (address) => paintAddress(canvas, address),

    /** Show decoded pictures (steps, C, H, W). */
    show(pictures) {
      for (let k = 0; k < steps; k += 1) paint(canvas, pictures, k, k * (width + gap));
    },

    /** Say which latent the strip follows, and mark its value. */
    mark(name, value) {
      const middle = (value + span) / (2 * span);
      marker.style.left = `${100 * (share / 2 + (1 - share) * middle)}%`;
      caption.textContent = `along ${name}, from \u2212${span} to ${span}`;
      canvas.setAttribute("aria-label", `Strip of pictures ${caption.textContent}`);
    },
  };
}
