import assert from "node:assert/strict";
import test from "node:test";

import { indices, normals, philox, some, uniforms } from "../../vae_lib/widgets/philox.js";

/** `philox.some(0, CLUSTERS, 0, 5, 1024)` in Python. */
const SOME = [646, 38, 724, 952, 888];

const four = (counter, key) => {
  const out = new Uint32Array(4);
  philox(out, 0, ...counter, ...key);
  return [...out];
};

test("known answers of Philox4x32-10 (Random123's own test vectors)", () => {
  const zeros = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
  assert.deepEqual(four([0, 0, 0, 0], [0, 0]), zeros);
  const most = 0xffffffff;
  const ones = [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd];
  assert.deepEqual(four([most, most, most, most], [most, most]), ones);
  const digits = [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1];
  const counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  assert.deepEqual(four(counter, [0xa4093822, 0x299f31d0]), digits);
});

test("a draw depends on seed, purpose, step and place alone", () => {
  const draws = uniforms(7, 2, 5, 10);
  assert.deepEqual(uniforms(7, 2, 5, 4), draws.slice(0, 4));
  for (const [seed, purpose, step] of [[8, 2, 5], [7, 1, 5], [7, 2, 6]]) {
    assert.notDeepEqual(uniforms(seed, purpose, step, 10), draws);
  }
});

test("normals have mean 0 and variance 1, minibatches reach every image", () => {
  const count = 20000;
  const noise = normals(1, 0, count);
  const mean = noise.reduce((a, b) => a + b, 0) / count;
  const variance = noise.reduce((a, b) => a + b * b, 0) / count;
  // Four standard errors: 1 / sqrt(n) for the mean, sqrt(2 / n) for the variance.
  assert.ok(Math.abs(mean) < 4 / Math.sqrt(count), `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / count), `variance ${variance}`);
  const seen = new Set(Array.from({ length: 40 }, (_, k) => [...indices(0, k, 64, 50)]).flat());
  assert.deepEqual([Math.min(...seen), Math.max(...seen), seen.size], [0, 49, 50]);
});

test("some are different places, any of them, and begin alike whatever their number", () => {
  const all = [...some(3, 4, 0, 50, 50)];
  assert.deepEqual(all.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, k) => k));
  assert.deepEqual([...some(3, 4, 0, 8, 50)], all.slice(0, 8));
  assert.notDeepEqual([...some(4, 4, 0, 50, 50)], all);
  assert.deepEqual([...some(0, 4, 0, 5, 1024)], SOME); // as in philox.py
});
