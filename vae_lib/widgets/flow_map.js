/** The map of a flow: characters that move, and the kernel's width beside them. */

const MAP_UNITS = 400; // of the drawing, scatter.py
const EDGE = 4; // a code beyond the map stays at its edge

/**
 * Where codes lie on a map whose half side is reach, second coordinate upwards.
 *
 * @param {ArrayLike<number>} state means and widths of each posterior, (N, 4) row by row
 * @param {ArrayLike<number>} noise one draw of each, (N, 2) row by row
 * @returns {[number, number][]} in the drawing's units
 */
export function flowPlaces(state, noise, reach) {
  const place = (k, axis) => {
    const z = state[4 * k + axis] + state[4 * k + 2 + axis] * noise[2 * k + axis];
    const share = 0.5 + ((axis ? -1 : 1) * z) / (2 * reach);
    return Math.min(MAP_UNITS - EDGE, Math.max(EDGE, MAP_UNITS * share));
  };
  return Array.from({ length: noise.length / 2 }, (_, k) => [place(k, 0), place(k, 1)]);
}

/** @param {HTMLElement} node holds the cloud, one text a class, and the width's mark */
export function flowMap(node, reach) {
  const texts = [...node.querySelectorAll("svg > text")];
  const width = node.querySelector(".vae-width");
  return {
    place(state, noise) {
      const places = flowPlaces(state, noise, reach);
      let first = 0;
      for (const text of texts) {
        const mine = places.slice(first, first + text.textContent.length);
        text.setAttribute("x", mine.map(([x]) => x.toFixed(1)).join(" "));
        text.setAttribute("y", mine.map(([, y]) => y.toFixed(1)).join(" "));
        first += mine.length;
      }
    },

    /** Show a kernel's scale as a length; null if there is no kernel. */
    kernel(scale) {
      width.hidden = scale === null;
      if (scale !== null) width.style.width = `${(100 * scale) / (2 * reach)}%`;
    },
  };
}
