import assert from "node:assert/strict";
import test from "node:test";

import { nearest, shadow } from "../../vae_lib/widgets/rotation.js";

const close = (found, expected) => {
  for (const [k, value] of expected.entries()) {
    assert.ok(Math.abs(found[k] - value) < 1e-12, `${found} is not ${expected}`);
  }
};

test("an upright line casts no wider shadow than a point", () => {
  close(shadow([[2, -1], [2, 1]], 0), [2, 2]);
});

test("a line turned by 90 degrees to the left covers its length", () => {
  // (x, y) goes to (-y, x).
  close(shadow([[2, -1], [2, 3]], 90), [-3, 1]);
});

test("at 45 degrees two perpendicular lines cast shadows of one length", () => {
  const length = ([low, high]) => high - low;
  const across = shadow([[-1, 0], [1, 0]], 45);
  const upright = shadow([[0, -1], [0, 1]], 45);
  assert.ok(Math.abs(length(across) - length(upright)) < 1e-12);
});

test("a slider's value finds its measurement in spite of rounding", () => {
  assert.equal(nearest([0, 0.1, 0.2, 0.3], 0.1 + 0.2), 3);
  assert.equal(nearest([0, 45, 90], 0), 0);
});
