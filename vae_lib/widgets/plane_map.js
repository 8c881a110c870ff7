/** A point on a square map of two latents, moved by mouse, finger and keyboard. */

import { element } from "./dom.js";
import { latentName, planeMove, planePoint, planeShare, written } from "./latent.js";

/**
 * @param {HTMLElement} map square; the point is put into it
 * @param {number} reach half the map's side
 * @param {string} label of the point
 * @param {{at: () => number[], move: (z: number[]) => void}} told `at()` is where the
 *   point stands, `move(z)` is called when the reader wants it elsewhere
 * @returns {{place: () => void}} `place()` puts the point where it stands
 */
export function planeMap(map, reach, label, { at, move }) {
  const point = element("div", {
    class: "vae-point",
    tabindex: "0",
    role: "slider",
    "aria-label": label,
    "aria-roledescription": "two-dimensional slider",
    "aria-valuemin": String(-reach),
    "aria-valuemax": String(reach),
  });
  map.append(point);

  const follow = (event) => {
    const { left, top, width, height } = map.getBoundingClientRect();
    const shares = [(event.clientX - left) / width, (event.clientY - top) / height];
    move(planePoint(shares, reach));
  };
  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no text selection
    map.setPointerCapture(event.pointerId);
    point.focus({ preventScroll: true });
    follow(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (map.hasPointerCapture(event.pointerId)) follow(event);
  });
  point.addEventListener("keydown", (event) => {
    const z = planeMove(at(), event.key, event.shiftKey, reach);
    if (!z) return;
    event.preventDefault(); // the page would scroll
    move(z);
  });

  return {
    place() {
      const z = at();
      const [left, top] = planeShare(z, reach);
      point.style.left = `${100 * left}%`;
      point.style.top = `${100 * top}%`;
      point.setAttribute("aria-valuenow", z[0].toFixed(2));
      point.setAttribute("aria-valuetext", planeWords(z));
    },
  };
}

/** A code in words: z₁ = 0.50, z₂ = −1.00. */
export function planeWords(z) {
  return z.map((value, k) => `${latentName(k)} = ${written(value)}`).join(", ");
}
