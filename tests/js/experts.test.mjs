import assert from "node:assert/strict";
import test from "node:test";

import {
  meaningInWords,
  onSlider,
  planeProduct,
  productInWords,
  signed,
  widthsFrom,
} from "../../vae_lib/widgets/expert_product.js";

const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("without experts the prior remains", () => {
  assert.deepEqual(planeProduct([null, null]), { mean: [0, 0], scale: [1, 1] });
});

test("an expert as wide as the prior meets it half way", () => {
  const { mean, scale } = planeProduct([[2, -4, 1, 1], null]);
  assert.deepEqual(mean, [1, -2]);
  close(scale[0] ** 2, 0.5);
});

test("precisions add on each axis, and their order does not matter", () => {
  const a = [1, 0, 0.5, 2];
  const b = [-1, 3, 1, 0.25];
  const { mean, scale } = planeProduct([a, b]);
  close(scale[0] ** -2, 1 + 4 + 1);
  close(scale[1] ** -2, 1 + 0.25 + 16);
  close(mean[0], (4 * 1 + 1 * -1) / 6);
  close(mean[1], (16 * 3) / 17.25);
  assert.deepEqual(planeProduct([b, a]).scale, scale);
});

test("contradiction moves the product and leaves its width", () => {
  const near = planeProduct([[0, 0, 1, 1], [0, 0, 1, 1]]);
  const far = planeProduct([[-3, 0, 1, 1], [3, 0, 1, 1]]);
  assert.deepEqual(near.scale, far.scale);
  close(widthsFrom([3, 0, 1, 1], far.mean), 3);
});

test("distance is counted in the expert's own widths", () => {
  close(widthsFrom([1, 0, 0.5, 2], [2, 0]), 2);
  close(widthsFrom([0, 0, 1, 2], [3, 8]), 5);
});

test("words name those that speak, with a true minus and no negative zero", () => {
  const product = { mean: [-0.04, -1.26], scale: [0.5, 0.25] };
  const words = productInWords(["A", "B"], [[-0.04, 0, 1, 1], null], product);
  assert.equal(
    words,
    "The product: at (0.0, −1.3), widths 0.50 and 0.25; 1.3 widths from A.",
  );
  assert.equal(signed(-0.01), "0.0");
});

test("a sentence says whether the experts would look where the product stands", () => {
  const names = ["A", "B"];
  const say = (a, b) => meaningInWords(names, [a, b], planeProduct([a, b]));
  assert.match(say([1, 1, 1, 1], [1, 0, 1, 1]), /^Both experts can live/);
  assert.match(say([-2, 0, 0.8, 0.8], [2, 0, 0.8, 0.8]), /neither expert would look/);
  assert.match(say([-1.5, 1, 0.2, 0.2], [1.5, -1, 1, 1]), /where B would not look/);
  assert.match(say([1, 1, 1, 1], null), /^Only A speaks/);
  assert.match(say(null, null), /the prior remains/);
});

test("a drag lands on the slider's steps and within its range", () => {
  assert.equal(onSlider(0.2499, -3, 3, 0.1), 0.2);
  assert.equal(onSlider(7, -3, 3, 0.1), 3);
  assert.equal(onSlider(-7, -3, 3, 0.1), -3);
});
