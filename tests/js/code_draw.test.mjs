import assert from "node:assert/strict";
import test from "node:test";

import {
  bitsOf,
  drawCode,
  gridMove,
  likeliest,
  uncertainty,
  veiled,
} from "../../vae_lib/widgets/code_draw.js";

test("a uniform number draws the code in whose share it falls", () => {
  const chances = [0.25, 0, 0.5, 0.25];
  const drawn = [0.1, 0.25, 0.3, 0.74, 0.75, 0.999].map((u) => drawCode(chances, u));
  assert.deepEqual(drawn, [0, 2, 2, 2, 3, 3]);
});

test("codes come as often as they are probable", () => {
  const chances = [0.1, 0.6, 0.3];
  const counts = [0, 0, 0];
  for (let k = 0; k < 1000; k += 1) counts[drawCode(chances, (k + 0.5) / 1000)] += 1;
  assert.deepEqual(counts, [100, 600, 300]);
});

test("chances that sum to a little less than one still draw a code", () => {
  assert.equal(drawCode([0.3, 0.3, 0.3], 0.9999), 2);
  assert.throws(() => drawCode([0, 0], 0.5), /no code can be drawn from 2 chances/);
});

test("the likeliest come first, of equals the lower number", () => {
  assert.deepEqual(likeliest([0.1, 0.4, 0.1, 0.4], 3), [1, 3, 0]);
});

test("n equally likely codes are uncertain by the logarithm of n", () => {
  assert.equal(uncertainty(new Array(8).fill(1 / 8)), 3);
  assert.equal(uncertainty([1, 0, 0]), 0);
});

test("codes cost the sum of their own places' bits", () => {
  const chances = [0.5, 0.5, 0.25, 0.75, 1, 0];
  assert.equal(bitsOf(chances, [0, 0], 2), 3);
  assert.equal(bitsOf(chances, [], 2), 0);
});

test("arrows walk over the grid and stop at its edges", () => {
  const grid = [2, 3];
  assert.equal(gridMove(1, "ArrowRight", grid), 2);
  assert.equal(gridMove(2, "ArrowRight", grid), 2);
  assert.equal(gridMove(1, "ArrowDown", grid), 4);
  assert.equal(gridMove(4, "ArrowDown", grid), 4);
  assert.equal(gridMove(4, "ArrowUp", grid), 1);
  assert.equal(gridMove(4, "Home", grid), 3);
  assert.equal(gridMove(4, "End", grid), 5);
  assert.equal(gridMove(4, "Enter", grid), null);
});

test("places without a code show through grey", () => {
  const images = { data: Float32Array.of(0, 1, 0, 1, 0, 1, 0, 1), shape: [1, 2, 2, 2] };
  const { data, shape } = veiled(images, 1, [2, 1]);
  assert.deepEqual([...data], [0, 1, 0.375, 0.625, 0, 1, 0.375, 0.625]);
  assert.deepEqual(shape, images.shape);
  assert.deepEqual([...veiled(images, 2, [2, 1]).data], [...images.data]);
});
