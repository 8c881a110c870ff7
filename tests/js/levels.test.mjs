import assert from "node:assert/strict";
import test from "node:test";

import { levelInputs, spread } from "../../vae_lib/widgets/levels.js";
import { normals } from "../../vae_lib/widgets/philox.js";

const shapes = [
  [2, 2, 2],
  [3, 1, 1],
];
const code = [
  [1, 2, 3, 4, 5, 6, 7, 8],
  [-1, -2, -3],
];
const asked = (frozen, draw = 0) =>
  levelInputs({ seed: 5, draw, shown: 2, shapes, code, frozen });

test("the picture's own innovations come first, whatever is frozen", () => {
  for (const frozen of [[], [1], [2], [1, 2]]) {
    const inputs = asked(frozen);
    assert.deepEqual([...inputs.level_1.data.subarray(0, 8)], code[0]);
    assert.deepEqual([...inputs.level_2.data.subarray(0, 3)], code[1]);
    assert.deepEqual(inputs.level_1.shape, [3, 2, 2, 2]);
    assert.deepEqual(inputs.level_2.shape, [3, 3, 1, 1]);
  }
});

test("a frozen level repeats its own, the others are cut from one row of normals", () => {
  const row = normals(5, 0, 2 * 8 + 2 * 3);
  const { level_1: bottom, level_2: top } = asked([2]);
  assert.deepEqual(bottom.data.subarray(8), row.subarray(0, 16));
  assert.deepEqual([...top.data], [...code[1], ...code[1], ...code[1]]);
});

test("freezing a level leaves what the others draw as it is", () => {
  assert.deepEqual(asked([]).level_2.data, asked([1]).level_2.data);
  assert.deepEqual(asked([]).level_1.data, asked([2]).level_1.data);
  assert.notDeepEqual(asked([], 1).level_1.data, asked([], 0).level_1.data);
});

test("the spread is the mean distance of the others from the first", () => {
  const data = Float32Array.from([0, 1, 0.5, 1, 0, 0.5]);
  assert.equal(spread({ data, shape: [3, 1, 1, 2] }), (0.5 + 0 + 0 + 0.5) / 4);
  assert.equal(spread({ data: new Float32Array(6), shape: [3, 1, 1, 2] }), 0);
});
