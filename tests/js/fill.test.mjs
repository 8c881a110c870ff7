import assert from "node:assert/strict";
import test from "node:test";

import { fillInputs, knownInWords, nats } from "../../vae_lib/widgets/fill_model.js";

const NAMES = ["age", "beard", "skin"];

test("every draw is asked with the same views and its own noise", () => {
  const noise = Float32Array.of(1, 2, 3, 4);
  const asked = fillInputs(NAMES, { beard: 0.75 }, null, noise, 2);
  assert.deepEqual(asked.known.shape, [2, 3]);
  assert.deepEqual([...asked.known.data], [0, 1, 0, 0, 1, 0]);
  assert.deepEqual([...asked.values.data], [0.5, 0.75, 0.5, 0.5, 0.75, 0.5]);
  assert.deepEqual(asked.noise, { data: noise, shape: [2, 2] });
});

test("a value of zero is known all the same", () => {
  const asked = fillInputs(NAMES, { age: 0 }, null, new Float32Array(2), 1);
  assert.deepEqual([...asked.known.data], [1, 0, 0]);
  assert.equal(asked.values.data[0], 0);
});

test("a picture that is not known has no precision; one that is has its own", () => {
  const noise = new Float32Array(4);
  const without = fillInputs(NAMES, {}, null, noise, 2);
  assert.deepEqual([...without.precision.data], [0, 0, 0, 0]);
  const expert = { mean: [1, 2], precision: [3, 4] };
  const shown = fillInputs(NAMES, {}, expert, noise, 2);
  assert.deepEqual([...shown.mean.data], [1, 2, 1, 2]);
  assert.deepEqual([...shown.precision.data], [3, 4, 3, 4]);
});

test("the prior has no nats and width one, a sharper belief more and less", () => {
  const prior = nats(Float32Array.of(0, 0), Float32Array.of(1, 1));
  assert.deepEqual(prior, { rate: 0, width: 1 });
  const sharp = nats(Float32Array.of(1, 0), Float32Array.of(0.5, 0.125));
  assert.ok(Math.abs(sharp.width - 0.25) < 1e-12);
  const expected = (1 + 0.25 - 1) / 2 + Math.log(2) + (0.125 ** 2 - 1) / 2 + Math.log(8);
  assert.ok(Math.abs(sharp.rate - expected) < 1e-12);
});

test("what is known is said as Python says it", () => {
  const belief = { rate: 2.04, width: 0.914 };
  assert.equal(
    knownInWords(1, false, belief),
    "1 number known: 2.0 nats, width 0.91 of the prior.",
  );
  assert.equal(
    knownInWords(2, true, belief),
    "Picture and 2 numbers known: 2.0 nats, width 0.91 of the prior.",
  );
  assert.equal(
    knownInWords(0, false, { rate: 0, width: 1 }),
    "Nothing known: 0.0 nats, width 1.00 of the prior.",
  );
});
