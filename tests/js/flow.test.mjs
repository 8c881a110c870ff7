import assert from "node:assert/strict";
import test from "node:test";

import { flowPlaces } from "../../vae_lib/widgets/flow_map.js";

test("a code lies at its mean plus its width times its noise, upwards", () => {
  const state = [1, -2, 0.5, 0.25];
  assert.deepEqual(flowPlaces(state, [2, -4], 4), [[300, 350]]);
});

test("a code beyond the map stays at its edge", () => {
  assert.deepEqual(flowPlaces([90, 90, 1, 1], [0, 0], 4), [[396, 4]]);
});
