import assert from "node:assert/strict";
import test from "node:test";

import * as latent from "../../vae_lib/widgets/latent.js";

test("a sweep varies one latent from -span to span and leaves the others", () => {
  const { data, shape } = latent.sweep([0.5, -1, 2], 1, 3, 5);
  assert.deepEqual(shape, [5, 3]);
  const rows = Array.from({ length: 5 }, (_, k) => [...data.slice(3 * k, 3 * k + 3)]);
  assert.deepEqual(
    rows.map((row) => row[1]),
    [-3, -1.5, 0, 1.5, 3],
  );
  assert.ok(rows.every((row) => row[0] === 0.5 && row[2] === 2));
});

test("a sweep of one picture stands in the middle", () => {
  assert.equal(latent.sweepValue(0, 3, 1), 0);
});

test("codes are compared without the latent in hand", () => {
  assert.ok(latent.sameOtherwise([1, 2, 3], [1, 9, 3], 1));
  assert.ok(!latent.sameOtherwise([1, 2, 3], [1, 9, 3], 0));
});

test("the prior's draws have mean 0 and variance 1, on the sliders' grid", () => {
  let seed = 1;
  const uniform = () => {
    seed = (seed * 48271) % 2147483647; // Park and Miller's generator
    return seed / 2147483647;
  };
  const count = 20000;
  const draws = latent.drawPrior(count, 10, 0.05, uniform);
  const mean = draws.reduce((sum, z) => sum + z, 0) / count;
  const variance = draws.reduce((sum, z) => sum + (z - mean) ** 2, 0) / count;
  // Four standard errors: 1 / sqrt(n) for the mean, sqrt(2 / n) for the variance.
  assert.ok(Math.abs(mean) < 4 / Math.sqrt(count), `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / count), `variance ${variance}`);
  assert.ok(draws.every((z) => Math.abs(z / 0.05 - Math.round(z / 0.05)) < 1e-9));
});

test("a draw never leaves the sliders, even at the ends of the uniform range", () => {
  const ends = [1 - 2 ** -53, 0];
  let k = 0;
  const uniform = () => ends[k++ % 2];
  assert.deepEqual(latent.drawPrior(1, 3, 0.05, uniform), [3]);
  assert.deepEqual(latent.drawPrior(1, 3, 0.05, () => 0), [0]);
});

test("rounding gives the nearest step and never -0", () => {
  assert.equal(latent.roundTo(0.123, 0.05), 0.1);
  assert.ok(Object.is(latent.roundTo(-0.01, 0.05), 0));
});

test("numbers are written with a true minus and without -0", () => {
  assert.equal(latent.written(-1.5), "\u22121.50");
  assert.equal(latent.written(-0.001), "0.00");
});

test("latents are numbered from one", () => {
  assert.equal(latent.latentName(0), "z₁");
  assert.equal(latent.latentName(9), "z₁₀");
});

test("a point of the plane and its place on the map are each other's inverse", () => {
  for (const z of [
    [0, 0],
    [3, -3],
    [-1.25, 2.5],
  ]) {
    assert.deepEqual(latent.planePoint(latent.planeShare(z, 3), 3), z);
  }
});

test("upwards on the map is a larger second latent", () => {
  assert.ok(latent.planeShare([0, 1], 3)[1] < latent.planeShare([0, 0], 3)[1]);
});

test("a point dragged out of the map stays at its edge", () => {
  assert.deepEqual(latent.planePoint([1.4, -0.2], 3), [3, 3]);
});

test("keys move the point, and only those that should", () => {
  assert.deepEqual(latent.planeMove([0, 0], "ArrowRight", false, 3), [0.1, 0]);
  assert.deepEqual(latent.planeMove([0, 0], "ArrowDown", true, 3), [0, -0.5]);
  assert.deepEqual(latent.planeMove([3, 0], "ArrowRight", false, 3), [3, 0]);
  assert.deepEqual(latent.planeMove([1, 2], "Home", false, 3), [0, 0]);
  assert.equal(latent.planeMove([0, 0], "Tab", false, 3), null);
});

test("the busiest latent comes first, and equal ones keep their order", () => {
  assert.deepEqual(latent.busiest([0.5, 2, 0, 0.5, 0]), [1, 0, 3, 2, 4]);
  assert.deepEqual(latent.busiest(Float32Array.of(0.5, 2, 1)), [1, 2, 0]);
});
