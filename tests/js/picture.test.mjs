import assert from "node:assert/strict";
import test from "node:test";

import { described, pixels } from "../../vae_lib/widgets/picture.js";

const tensor = (data, ...shape) => ({ data: Float32Array.from(data), shape });

test("grey values are rounded to levels and clamped to the range", () => {
  const grey = tensor([0, 0.5, 1, 1.5, -1, 1 / 255], 1, 1, 2, 3);
  const levels = [...pixels(grey)].filter((_, k) => k % 4 === 0);
  assert.deepEqual(levels, [0, 128, 255, 255, 0, 1]);
});

test("pixels are opaque, and grey fills all three colours", () => {
  assert.deepEqual([...pixels(tensor([1], 1, 1, 1, 1))], [255, 255, 255, 255]);
});

test("colours are taken plane by plane", () => {
  const colour = tensor([1, 0, 0, 1, 0, 1], 1, 3, 1, 2);
  assert.deepEqual([...pixels(colour)], [255, 0, 0, 255, 0, 255, 255, 255]);
});

test("an image of a batch is found by its number", () => {
  const batch = tensor([0, 0, 1, 1], 2, 1, 1, 2);
  assert.deepEqual([...pixels(batch, 1)], [255, 255, 255, 255, 255, 255, 255, 255]);
});

test("words say how bright a picture is and where", () => {
  const corner = tensor([1, 0, 0, 0], 1, 1, 2, 2);
  assert.equal(described(corner), "25 % bright, centred above left");
  const even = tensor([1, 1, 1, 1], 1, 1, 2, 2);
  assert.equal(described(even), "100 % bright, centred in the middle");
  const right = tensor([0, 1, 0, 1], 1, 1, 2, 2);
  assert.equal(described(right), "50 % bright, centred right");
  assert.equal(described(tensor([0, 0, 0, 0], 1, 1, 2, 2)), "all dark");
});
