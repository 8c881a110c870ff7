import assert from "node:assert/strict";
import test from "node:test";

import {
  isFromOther,
  maskInWords,
  mixedCodes,
  squaredDistance,
  unmixed,
  withCell,
  withLevel,
} from "../../vae_lib/widgets/swapped.js";

const range = (count, from) => Array.from({ length: count }, (_, k) => from + k);
const ONE = { top: range(4, 0), bottom: range(16, 0) };
const OTHER = { top: range(4, 100), bottom: range(16, 100) };
const SIDES = [2, 4];

test("unmixed codes are the picture's own", () => {
  assert.deepEqual(mixedCodes(unmixed(4), ONE, OTHER, SIDES), ONE);
});

test("all cells of both levels are the other picture", () => {
  const mask = withLevel(withLevel(unmixed(4), "top"), "bottom");
  assert.deepEqual(mixedCodes(mask, ONE, OTHER, SIDES), OTHER);
});

test("a cell of the bottom is the four codes below its top code", () => {
  const mask = withCell(unmixed(4), "bottom", 1, true);
  const { top, bottom } = mixedCodes(mask, ONE, OTHER, SIDES);
  assert.deepEqual(top, ONE.top);
  const exchanged = bottom.flatMap((code, k) => (code >= 100 ? [k] : []));
  assert.deepEqual(exchanged, [2, 3, 6, 7]);
});

test("a cell can exchange one level, the other, or both, and back", () => {
  const both = withCell(unmixed(4), "both", 3, true);
  assert.ok(isFromOther(both, "top", 3) && isFromOther(both, "bottom", 3));
  const half = withCell(both, "top", 3, false);
  assert.ok(!isFromOther(half, "both", 3) && isFromOther(half, "bottom", 3));
  assert.deepEqual(withCell(half, "bottom", 3, false), unmixed(4));
});

test("a level is exchanged as a whole, and back only if it was whole", () => {
  const some = withCell(unmixed(4), "top", 0, true);
  const all = withLevel(some, "top");
  assert.deepEqual(all.top, [true, true, true, true]);
  assert.deepEqual(withLevel(all, "top"), unmixed(4));
});

test("a mask says how many cells are the other's", () => {
  const mask = withCell(withLevel(unmixed(4), "top"), "bottom", 2, true);
  assert.equal(
    maskInWords(mask),
    "Top codes of 4 of 4 cells and bottom codes of 1 of 4 are B's",
  );
});

test("the squared distance of two pictures is that of all their numbers", () => {
  const [one, two] = [[1, 2, 3], [1, 0, 6]].map((data) => ({ data: Float32Array.from(data) }));
  assert.equal(squaredDistance(one, two), 13);
  assert.equal(squaredDistance(one, one), 0);
});
