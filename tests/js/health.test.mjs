import assert from "node:assert/strict";
import test from "node:test";

import {
  barsPath,
  evenPath,
  placesOn,
  rowsOf,
  sharesAt,
  significant,
  smallest,
} from "../../vae_lib/widgets/health_model.js";

test("an encoder between two moments is made of their shares", () => {
  assert.deepEqual([...sharesAt(0, 3)], [1, 0, 0]);
  assert.deepEqual([...sharesAt(0.25, 3)], [0.5, 0.5, 0]);
  assert.deepEqual([...sharesAt(7, 3)], [0, 0, 1]);
  assert.deepEqual([...sharesAt(1, 1)], [1]);
});

test("a choice without repetition takes the smallest draws", () => {
  assert.deepEqual(smallest([0.5, 0.1, 0.9, 0.2], 2), [1, 3]);
});

test("rows come in the order asked for, again if asked again", () => {
  const matrix = Float32Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual([...rowsOf(matrix, [2, 0, 2], 2)], [5, 6, 1, 2, 5, 6]);
});

test("a point lies where its axes put it, upwards, and at the edge if beyond", () => {
  const view = { axes: [1, 0, 0, 1, 0, 0], middle: [0, 0.5] };
  assert.deepEqual(placesOn(view, [0.5, 0.5, 9, -9, 9, 9], 3), [
    [300, 200],
    [6, 6],
  ]);
});

test("bars are sorted, the dead have none, the only one is full", () => {
  assert.equal(barsPath([0, 7]), "M0.00 100v-100.0h40.00V100z");
  const heights = barsPath([1, 0, 100, 10]).match(/v-[\d.]+/g);
  assert.equal(heights.length, 3);
  const numbers = heights.map((height) => -Number(height.slice(1)));
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a));
});

test("the even line is the height of bars that are all alike", () => {
  const [, height] = barsPath([8, 8, 8, 8]).match(/v-([\d.]+)/);
  assert.equal(evenPath(4, 32), `M0 ${(100 - Number(height)).toFixed(1)}H100`);
});

test("three digits are enough", () => {
  assert.deepEqual([0.06134, 1, 77.96, 1234.5].map(significant), ["0.0613", "1", "78", "1235"]);
});
