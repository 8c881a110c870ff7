import assert from "node:assert/strict";
import test from "node:test";

import { movedCode, natsInWords } from "../../vae_lib/widgets/sweep_choice.js";

test("a code moves in one latent and the old one stays as it was", () => {
  const code = [1, 2, 3];
  assert.deepEqual(movedCode(code, 1, -0.5), [1, -0.5, 3]);
  assert.deepEqual(code, [1, 2, 3]);
});

test("nats are summed over all latents, and those above the limit are counted", () => {
  assert.equal(natsInWords([2, 0.001, 1.25], 0.01), "3.3 nats in 2 of 3 latents");
});
