/** What one of the lab's two models shows: rates, reconstructions, traversals, codes. */

import { element } from "./dom.js";
import { busiest, latentName, sweep } from "./latent.js";
import { paint } from "./picture.js";

/** Below this a latent tells the decoder nothing. */
export const CLOSED = 0.01;
const PICTURES = 7; // in a row
const REACH = 2.5; // prior standard deviations that a row of a traversal spans
const ROWS = 4;
const POINTS = 500; // in the map of codes
const SIDE = 200; // the map's own units
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SVG = "http://www.w3.org/2000/svg";

/** Codes to decode for a look: the examples' own, then a row for each busy latent. */
export function codesToShow(means, rates, examples) {
  const [, dim] = means.shape;
  const code = (row) => [...means.data.subarray(row * dim, (row + 1) * dim)];
  const rows = busiest(rates).slice(0, ROWS).flatMap((latent) => {
    const { data } = sweep(code(examples[0]), latent, REACH, PICTURES);
    return Array.from({ length: PICTURES }, (_, k) => [
      ...data.subarray(k * dim, (k + 1) * dim),
    ]);
  });
  return [...examples.map(code), ...rows];
}

/**
 * @param {HTMLElement} node a .vae-model of the body
 * @returns {{bars: Function, pictures: Function, codes: Function, clear: Function}}
 */
export function labModel(node) {
  const bars = node.querySelector(".vae-bars");
  const [back, grid] = node.querySelectorAll("canvas");
  const names = node.querySelector(".vae-grid-names");
  const map = node.querySelector(".vae-codes svg");
  const [across, up] = node.querySelectorAll(".vae-codes-name");

  return {
    /** A bar for each latent, in nats; null while nothing is known. */
    bars(rates, count) {
      const most = Math.max(...(rates ?? []), 1);
      const rows = Array.from({ length: count }, (_, latent) => {
        const rate = rates?.[latent];
        const closed = rate !== undefined && rate < CLOSED;
        const words = rate === undefined ? "–" : closed ? "closed" : rate.toFixed(2);
        const bar = element("i", { "aria-hidden": "true" });
        bar.style.setProperty("--vae-share", closed ? 0 : (rate ?? 0) / most);
        const made = element("li", {}, element("b", {}, latentName(latent)), bar, words);
        made.classList.toggle("vae-closed", closed);
        return made;
      });
      bars.replaceChildren(...rows);
    },

    /** Decoded `codesToShow`: reconstructions above, traversals below. */
    pictures(x, rates) {
      const [count, , height, width] = x.shape;
      const gap = Math.max(1, width / 8);
      const cell = (k) => (k % PICTURES) * (width + gap);
      const rows = count / PICTURES - 1;
      grid.width = back.width = PICTURES * (width + gap) - gap;
      back.height = height;
      grid.height = rows * (height + gap) - gap;
      for (let k = 0; k < count; k += 1) {
        const row = Math.floor(k / PICTURES) - 1;
        if (row < 0) paint(back, x, k, cell(k), 0);
        else paint(grid, x, k, cell(k), row * (height + gap));
      }
      const shown = busiest(rates).slice(0, rows);
      names.replaceChildren(...shown.map((k) => element("span", {}, latentName(k))));
      const words = shown.map(latentName).join(", ");
      grid.setAttribute("aria-label", `Traversals along ${words}`);
    },

    /** The two busiest latents of some images, each drawn as its factor's value. */
    codes(means, rates, factor, ordered) {
      const [count, dim] = means.shape;
      const [first, second] = busiest(rates);
      const every = Math.ceil(count / POINTS);
      const most = Math.max(...factor);
      const groups = Array.from({ length: most + 1 }, () => [[], []]);
      for (let row = 0; row < count; row += every) {
        const place = (latent) => means.data[row * dim + latent] / (2 * 3.2);
        const [x, y] = [0.5 + place(first), 0.5 - place(second)];
        if (Math.min(x, y) < 0 || Math.max(x, y) > 1) continue;
        groups[factor[row]][0].push(Math.round(SIDE * x));
        groups[factor[row]][1].push(Math.round(SIDE * y));
      }
      const texts = groups.map(([xs, ys], value) => {
        const text = document.createElementNS(SVG, "text");
        text.setAttribute("class", ordered ? "vae-class-scale" : `vae-class-${value % 10}`);
        text.style.setProperty("--vae-at", `${(100 * value) / most}%`);
        text.setAttribute("x", xs.join(" "));
        text.setAttribute("y", ys.join(" "));
        text.textContent = SIGNS[value].repeat(xs.length);
        return text;
      });
      map.replaceChildren(...texts);
      across.textContent = latentName(first);
      up.textContent = latentName(second);
      const axes = `${latentName(first)} and ${latentName(second)}`;
      map.setAttribute("aria-label", `Codes of the images in ${axes}`);
    },

    clear() {
      for (const canvas of [back, grid]) {
        canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
      }
      for (const part of [names, map]) part.replaceChildren();
      for (const part of [across, up]) part.textContent = "\u00a0";
    },
  };
}
