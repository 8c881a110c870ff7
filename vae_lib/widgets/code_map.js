/** Latents of two numbers, codes, and the cells that the codes divide the plane into. */

import { voronoiCells } from "./voronoi.js";

const MOST_LATENTS = 1200;
const HALF = 100; // of the drawing's side
const SVG_SPACE = "http://www.w3.org/2000/svg";

/**
 * Every so manieth latent of a batch of grids.
 *
 * @param {{data: Float32Array, shape: number[]}} latents (N, 2, H, W)
 * @returns {[number, number][]}
 */
export function latentPoints({ data, shape: [count, , height, width] }, most = MOST_LATENTS) {
  const cells = height * width;
  const every = Math.ceil((count * cells) / most);
  const points = [];
  for (let k = 0; k < count * cells; k += every) {
    const place = Math.floor(k / cells) * 2 * cells + (k % cells);
    points.push([data[place], data[place + cells]]);
  }
  return points;
}

/** The codes (K, 2) as points. */
export function codePoints({ data, shape: [count] }) {
  return Array.from({ length: count }, (_, k) => [data[2 * k], data[2 * k + 1]]);
}

/**
 * @param {SVGElement} svg with a view box of [-100, 100]^2
 * @param {HTMLElement} line tells how far the map reaches
 */
export function codeMap(svg, line) {
  const parts = ["cell", "latent", "code", "dead"].map((name) => {
    const path = document.createElementNS(SVG_SPACE, "path");
    path.setAttribute("class", `vae-a-${name}`);
    return path;
  });
  const name = "Latents and codes";

  return {
    draw({ latents, codebook, counts }) {
      const points = latentPoints(latents);
      const codes = codePoints(codebook);
      const reach = 1.05 * Math.max(...points.flat().map(Math.abs), 1e-6);
      const at = ([x, y]) =>
        `${((HALF * x) / reach).toFixed(1)} ${((-HALF * y) / reach).toFixed(1)}`;
      const inside = (k) => codes[k].every((value) => Math.abs(value) <= reach);
      const used = [...codes.keys()].filter((k) => counts[k] > 0);
      const dead = [...codes.keys()].filter((k) => counts[k] === 0 && inside(k));
      const cells = voronoiCells(codes, reach).filter((cell) => cell.length);
      const dot = (point) => `M${at(point)}h0`;
      const paths = [
        cells.map((cell) => `M${cell.map(at).join("L")}Z`),
        points.map(dot),
        used.filter(inside).map((k) => dot(codes[k])),
        dead.map((k) => `M${at(codes[k])}m-3 -3l6 6m0 -6l-6 6`),
      ];
      for (const [k, path] of paths.entries()) parts[k].setAttribute("d", path.join(""));
      svg.replaceChildren(...parts);
      const away = codes.length - used.filter(inside).length - dead.length;
      const words = [
        `${used.length} of ${codes.length} codes have latents (dots)`,
        dead.length ? `${dead.length} have none (crosses)` : "",
        away ? `${away} lie outside the map` : "",
      ].filter(Boolean);
      svg.setAttribute("aria-label", `${name}: ${words.join(", ")}`);
      line.textContent = `From −${reach.toFixed(2)} to ${reach.toFixed(2)}; ${words.join(", ")}`;
    },

    /** Nothing is drawn: `words` stand below, `state` is what the map says of itself. */
    clear(words = "\u00a0", state = "nothing yet") {
      svg.replaceChildren();
      svg.setAttribute("aria-label", `${name}: ${state}`);
      line.textContent = words;
    },
  };
}
