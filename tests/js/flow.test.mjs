import assert from "node:assert/strict";
import test from "node:test";

import { stepDraws } from "../../vae_lib/widgets/draws.js";
import { flowPlaces } from "../../vae_lib/widgets/flow_map.js";

test("a step that is taken again draws the same numbers, another step others", () => {
  assert.deepEqual(stepDraws(3, 10), stepDraws(3, 10));
  assert.notDeepEqual(stepDraws(3, 10), stepDraws(4, 10));
});

test("draws are standard normal, within a step and across steps", () => {
  const all = Array.from({ length: 200 }, (_, step) => [...stepDraws(step, 100)]).flat();
  const moment = (power) => all.reduce((sum, x) => sum + x ** power, 0) / all.length;
  // Four standard errors of 20,000 draws.
  assert.ok(Math.abs(moment(1)) < 0.03);
  assert.ok(Math.abs(moment(2) - 1) < 0.04);
  assert.ok(Math.abs(moment(4) - 3) < 0.3);
  const firsts = all.filter((_, k) => k % 100 === 0);
  const pairs = firsts.slice(1).map((x, k) => x * firsts[k]);
  assert.ok(Math.abs(pairs.reduce((a, b) => a + b, 0) / pairs.length) < 0.3);
});

test("a code lies at its mean plus its width times its noise, upwards", () => {
  const state = [1, -2, 0.5, 0.25];
  assert.deepEqual(flowPlaces(state, [2, -4], 4), [[300, 350]]);
});

test("a code beyond the map stays at its edge", () => {
  assert.deepEqual(flowPlaces([90, 90, 1, 1], [0, 0], 4), [[396, 4]]);
});
