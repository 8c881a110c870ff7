/** What the dashboard draws: the map, the bars, the measures, the lines of a run. */

import { barsPath, crossesPath, dotsPath, evenPath, placesOn, significant } from "./health_model.js";
import { pathOf, roundRange, thinned } from "./lab_chart.js";

/** @param {HTMLElement} node holds the map's drawing */
export function healthMap(node, view, width) {
  const find = (name) => node.querySelector(`.vae-${name}`);
  return (latents, codebook, counts, words) => {
    const codes = placesOn(view, codebook, width);
    const used = dotsPath(codes.filter((_, k) => counts[k] > 0));
    find("latents").setAttribute("d", dotsPath(placesOn(view, latents, width)));
    find("halo").setAttribute("d", used);
    find("alive").setAttribute("d", used);
    find("dead").setAttribute("d", crossesPath(codes.filter((_, k) => !(counts[k] > 0))));
    node.querySelector("svg").setAttribute("aria-label", `Map of latents and ${words}`);
  };
}

/** @param {HTMLElement} node the figure of sorted counts */
export function healthBars(node, many) {
  const [bars, even] = node.querySelectorAll("path");
  return (counts, words) => {
    bars.setAttribute("d", barsPath(counts));
    even.setAttribute("d", evenPath(counts.length, many));
    node.querySelector("svg").setAttribute("aria-label", `Latents of each code; ${words}`);
  };
}

/**
 * Lines over the steps of a run, from 0 upwards.
 *
 * @param {HTMLElement} node a .vae-chart with one path for each line
 * @returns {(points: {step: number, values: number[]}[], most?: number) => void} `most`
 *   cuts what is higher: an untrained codebook's error dwarfs all that follow
 */
export function healthLines(node) {
  const find = (name) => node.querySelector(`.vae-chart-${name}`);
  const paths = [...node.querySelectorAll("path")];
  const name = node.querySelector("figcaption").textContent.trim();
  return (points, most = Infinity) => {
    const last = points.at(-1);
    const end = Math.max(100, last.step);
    const seen = points.flatMap(({ values }) => values).filter(Number.isFinite);
    const range = roundRange(0, Math.min(most, Math.max(...seen)));
    paths.forEach((path, k) => {
      const line = thinned(points.filter(({ values }) => Number.isFinite(values[k])));
      path.setAttribute("d", pathOf(line.map(({ step, values }) => [step, values[k]]), end, range));
    });
    find("top").textContent = significant(range[1]);
    find("low").textContent = "0";
    find("end").textContent = `${end.toLocaleString("en")} steps`;
    const words = last.values.filter(Number.isFinite).map(significant).join(", ");
    node.querySelector("svg").setAttribute("aria-label", `${name}: ${words}`);
  };
}

/** @returns {(name: string, written: string, share: number) => void} */
export function healthRows(body) {
  return (name, written, share) => {
    const node = body.querySelector(`.vae-of-${name}`);
    node.querySelector("b").textContent = written;
    node.querySelector("i").style.setProperty("--vae-share", Math.min(1, Math.max(0, share)));
  };
}
