/** The map of a Voronoi stepper: cells, latents, handles of codes, arrows. */

import { planeShare } from "./latent.js";
import { arrowStrokes, voronoiCells } from "./voronoi.js";

const PLAN_UNITS = 400; // of the drawing, voronoi_body.py
const PLAN_EDGE = 5; // a latent beyond the map stays at its edge
/** Arrows are drawn at half a gradient: that of a squared distance then ends there. */
const ARROW_SCALE = 0.5;

/** Pairs out of a row of numbers. */
export function pairs(numbers) {
  return Array.from({ length: numbers.length / 2 }, (_, k) => [
    numbers[2 * k],
    numbers[2 * k + 1],
  ]);
}

/**
 * @param {HTMLElement} node holds the drawing and a handle for each code
 * @param {number} reach half the map's side
 */
export function voronoiMap(node, reach) {
  const drawing = node.querySelector("svg");
  const polygons = [...node.querySelectorAll(".vae-regions polygon")];
  const text = node.querySelector(".vae-crowd");
  const handles = [...node.querySelectorAll(".vae-code")];
  const target = node.querySelector(".vae-target");
  const arrows = new Map(
    ["says", "copied", "held", "taught"].map((name) => [
      name,
      drawing.querySelector(`.vae-${name}`),
    ]),
  );
  const units = (point) => planeShare(point, reach).map((share) => PLAN_UNITS * share);
  const kept = (point) =>
    units(point).map((value) =>
      Math.min(PLAN_UNITS - PLAN_EDGE, Math.max(PLAN_EDGE, value)),
    );

  function arrow(name, start, slope) {
    const end = start.map((value, axis) => value + ARROW_SCALE * slope[axis]);
    const strokes = arrowStrokes(units(start), units(end));
    const path = strokes.map((line) => `M${line.map(corner).join("L")}`).join("");
    arrows.get(name).setAttribute("d", path);
  }

  return {
    handles,

    latents(latents) {
      const places = pairs(latents).map(kept);
      text.setAttribute("x", places.map(([x]) => x.toFixed(1)).join(" "));
      text.setAttribute("y", places.map(([, y]) => y.toFixed(1)).join(" "));
    },

    /** @param {ArrayLike<number>} counts uses of each code */
    codes(codebook, counts) {
      const codes = pairs(codebook);
      for (const [k, cell] of voronoiCells(codes, reach).entries()) {
        polygons[k].setAttribute("points", cell.map(units).map(corner).join(" "));
        polygons[k].classList.toggle("vae-empty", counts[k] === 0);
        const [left, top] = kept(codes[k]);
        handles[k].style.left = `${(100 * left) / PLAN_UNITS}%`;
        handles[k].style.top = `${(100 * top) / PLAN_UNITS}%`;
        handles[k].classList.toggle("vae-empty", counts[k] === 0);
      }
    },

    /**
     * The arrows of one latent.
     *
     * @param {{latent: number[], code: number[], point: number[], decoder: number[],
     *   held: number[], taught: number[]}} one places and slopes
     */
    arrows({ latent, code, point, decoder, held, taught }) {
      const [x, y] = kept(point);
      target.setAttribute("cx", x.toFixed(1));
      target.setAttribute("cy", y.toFixed(1));
      arrow("says", code, decoder);
      arrow("copied", latent, decoder);
      arrow("held", latent, held);
      arrow("taught", code, taught);
    },

    describe: (words) => drawing.setAttribute("aria-label", words),
  };
}

function corner([x, y]) {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
