/** What a ladder's levels are asked to add, and how far pictures differ from the first. */

import { normals } from "./philox.js";

/**
 * The inputs of "draw": a picture's own innovations first, then `shown` rows in which
 * the frozen levels are its own and the others standard normal.
 *
 * @param {{seed: number, draw: number, shown: number, shapes: number[][],
 *   code: number[][], frozen: number[]}} asked shapes and code by level, level 1 first
 */
export function levelInputs({ seed, draw, shown, shapes, code, frozen }) {
  const sizes = shapes.map((shape) => shape.reduce((product, side) => product * side, 1));
  const total = sizes.reduce((sum, size) => sum + shown * size, 0);
  const row = normals(seed, draw, total);
  const inputs = {};
  let start = 0;
  for (const [k, size] of sizes.entries()) {
    const data = new Float32Array((shown + 1) * size);
    data.set(code[k], 0);
    data.set(row.subarray(start, start + shown * size), size);
    if (frozen.includes(k + 1)) {
      for (let place = 1; place <= shown; place += 1) data.set(code[k], place * size);
    }
    start += shown * size;
    inputs[`level_${k + 1}`] = { data, shape: [shown + 1, ...shapes[k]] };
  }
  return inputs;
}

/** Mean absolute difference of pictures 1, 2, ... of a batch (B, ...) from picture 0. */
export function spread({ data, shape: [count] }) {
  const size = data.length / count;
  let sum = 0;
  for (let k = size; k < data.length; k += 1) sum += Math.abs(data[k] - data[k % size]);
  return sum / (data.length - size);
}
