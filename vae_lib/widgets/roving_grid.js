/** A grid of buttons over a picture: Tab reaches one of them, arrow keys the rest. */

import { element } from "./dom.js";

/**
 * @param {HTMLElement} node that lies over the picture
 * @param {string} label of the grid as a whole
 * @param {{at?: (k: number) => void, pick: (k: number) => void}} told `at` when a button
 *   has the focus, `pick` when it is pressed
 */
export function rovingGrid(node, label, told) {
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", label);
  let columns = 1;
  let buttons = [];
  const placeOf = (target) => buttons.indexOf(target.closest("button"));

  function rove(k) {
    for (const [place, one] of buttons.entries()) one.tabIndex = place === k ? 0 : -1;
  }

  node.addEventListener("focusin", ({ target }) => {
    const k = placeOf(target);
    rove(k);
    told.at?.(k);
  });
  node.addEventListener("click", ({ target }) => {
    const k = placeOf(target);
    if (k < 0) return;
    buttons[k].focus(); // some browsers do not
    told.pick(k);
  });
  node.addEventListener("keydown", (event) => {
    const next = neighbour(placeOf(event.target), event.key, columns, buttons.length);
    if (next === null) return;
    event.preventDefault();
    buttons[next].focus();
  });

  return {
    /** So many buttons in so many columns, each with a name of its own. */
    fill(count, across, nameOf) {
      columns = across;
      node.style.setProperty("--vae-columns", across);
      node.style.setProperty("--vae-rows", Math.ceil(count / across));
      if (buttons.length !== count) {
        buttons = Array.from({ length: count }, () => element("button", { type: "button" }));
        node.replaceChildren(...buttons);
        rove(0);
      }
      for (const [k, one] of buttons.entries()) one.setAttribute("aria-label", nameOf(k));
    },

    /** Show one as pressed; none if k is no place. */
    press(k) {
      for (const [place, one] of buttons.entries()) {
        one.setAttribute("aria-pressed", String(place === k));
      }
    },

    /** Give some a further class. */
    mark(name, isMarked) {
      for (const [k, one] of buttons.entries()) one.classList.toggle(name, isMarked(k));
    },

    placeOf,
  };
}

/** Where a key leads from place k, or null if nowhere. */
export function neighbour(k, key, columns, count) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const next = k + (steps[key] ?? count);
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const wrapped = sideways && Math.floor(next / columns) !== Math.floor(k / columns);
  return next < 0 || next >= count || wrapped ? null : next;
}
