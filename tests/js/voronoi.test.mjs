import assert from "node:assert/strict";
import test from "node:test";

import { arrowStrokes, nearestPoint, voronoiCells } from "../../vae_lib/widgets/voronoi.js";
import { pairs } from "../../vae_lib/widgets/voronoi_map.js";

/** Draws in (-1, 1) that repeat: a linear congruence is random enough for corners. */
function draws(count, seed) {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The shoelace formula: positive for corners in counter-clockwise order. */
function area(polygon) {
  const twice = polygon.map(([x, y], k) => {
    const [nextX, nextY] = polygon[(k + 1) % polygon.length];
    return x * nextY - nextX * y;
  });
  return twice.reduce((sum, part) => sum + part, 0) / 2;
}

test("two codes share the square along the line halfway between them", () => {
  const [left, right] = voronoiCells([[-1, 0], [1, 0]], 2);
  assert.deepEqual(left, [[-2, -2], [0, -2], [0, 2], [-2, 2]]);
  assert.equal(area(right), 8);
});

test("cells tile the square: their areas add up to it", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const cells = voronoiCells(pairs(draws(20, seed)), 1);
    const areas = cells.map(area);
    assert.ok(areas.every((part) => part > 0));
    assert.ok(Math.abs(areas.reduce((sum, part) => sum + part, 0) - 4) < 1e-12);
  }
});

test("no corner of a cell is nearer to another code than to its own", () => {
  const codes = pairs(draws(20, 7));
  const far = ([x, y], [a, b]) => (x - a) ** 2 + (y - b) ** 2;
  for (const [k, cell] of voronoiCells(codes, 1).entries()) {
    for (const corner of cell) {
      const own = far(corner, codes[k]);
      assert.ok(codes.every((code) => far(corner, code) > own - 1e-12));
    }
  }
});

test("of codes in one place the first has the cell", () => {
  const [first, second] = voronoiCells([[0, 0], [0, 0]], 1);
  assert.equal(area(first), 4);
  assert.deepEqual(second, []);
});

test("a code far outside can be left with nothing", () => {
  const [inside, outside] = voronoiCells([[0.9, 0], [9, 0]], 1);
  assert.equal(area(inside), 4);
  assert.deepEqual(outside, []);
});

test("an arrow has a shaft and two barbs that end at its tip", () => {
  const [shaft, ...barbs] = arrowStrokes([0, 0], [100, 0]);
  assert.deepEqual(shaft, [[0, 0], [100, 0]]);
  assert.deepEqual(barbs.map((barb) => barb[1]), [[100, 0], [100, 0]]);
  const [[[x, up]], [[, down]]] = barbs;
  assert.ok(x < 100 && up * down < 0 && Math.abs(up + down) < 1e-12);
});

test("an arrow too short to see is not drawn", () => {
  assert.deepEqual(arrowStrokes([5, 5], [5, 6]), []);
});

test("the nearest point is found, and the first of two", () => {
  assert.equal(nearestPoint([[3, 3], [1, 0], [0, 1]], [0, 0]), 1);
});
