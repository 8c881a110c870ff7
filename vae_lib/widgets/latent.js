/** Arithmetic of latent codes: no page, no model. */

/** @returns {number} value within [-span, span] */
export function clamp(value, span) {
  return Math.min(span, Math.max(-span, value));
}

/**
 * Codes that differ from z in one latent only, spread evenly over [-span, span].
 *
 * @param {number[]} z code, (D,)
 * @param {number} index which latent varies
 * @returns {{data: Float32Array, shape: number[]}} (steps, D)
 */
export function sweep(z, index, span, steps) {
  const data = new Float32Array(steps * z.length);
  for (let row = 0; row < steps; row += 1) {
    data.set(z, row * z.length);
    data[row * z.length + index] = sweepValue(row, span, steps);
  }
  return { data, shape: [steps, z.length] };
}

/** @returns {number} the varied latent's value in row of a sweep */
export function sweepValue(row, span, steps) {
  return steps === 1 ? 0 : -span + (2 * span * row) / (steps - 1);
}

/** Latents by the nats they carry, most first; equal ones keep their order. */
export function busiest(rates) {
  return [...rates.keys()].sort((a, b) => rates[b] - rates[a]);
}

/** Whether two codes agree in every latent but one. */
export function sameOtherwise(a, b, index) {
  return a.every((value, k) => k === index || value === b[k]);
}

/**
 * A draw from the standard normal prior, rounded to the sliders' step.
 *
 * @param {() => number} uniform draws from [0, 1)
 */
export function drawPrior(dim, span, step, uniform) {
  return Array.from({ length: dim }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return roundTo(clamp(radius * Math.cos(2 * Math.PI * uniform()), span), step);
  });
}

/** @returns {number} value to the nearest multiple of step, free of -0 */
export function roundTo(value, step) {
  return Number((Math.round(value / step) * step).toFixed(6)) + 0;
}

/** A number as a reader writes it: two decimals and a true minus sign. */
export function written(value) {
  return (Math.round(100 * value) / 100 + 0).toFixed(2).replace("-", "\u2212");
}

/** A latent's name with its number set low: z₃ (numbered from one). */
export function latentName(index) {
  return `z${[...String(index + 1)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("")}`;
}

/** Where a code of two latents lies in a square map: shares of its width and height. */
export function planeShare([across, up], reach) {
  return [0.5 + across / (2 * reach), 0.5 - up / (2 * reach)];
}

/** The code at shares of the map's width and height, kept inside the map. */
export function planePoint([left, top], reach) {
  const values = [(2 * left - 1) * reach, (1 - 2 * top) * reach];
  return values.map((value) => roundTo(clamp(value, reach), 0.01));
}

const MOVES = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * The code after a key: arrows move by 0.1, with Shift by 0.5; Home goes to the origin.
 *
 * @returns {number[] | null} null for any other key
 */
export function planeMove(z, key, shift, reach) {
  if (key === "Home") return [0, 0];
  if (!MOVES[key]) return null;
  const step = shift ? 0.5 : 0.1;
  return z.map((value, k) =>
    roundTo(clamp(value + step * MOVES[key][k], reach), 0.01),
  );
}
