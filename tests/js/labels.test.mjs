import assert from "node:assert/strict";
import test from "node:test";

import { percent, verdict } from "../../vae_lib/widgets/labels.js";

test("a reading says whether it is right without a colour", () => {
  assert.equal(verdict(4, 4), "4 ✓");
  assert.equal(verdict(9, 4), "9 ✗");
});

test("a small share is not nothing, and a large one not all", () => {
  assert.deepEqual([0, 0.004, 0.006, 0.31, 0.994, 0.996, 1].map(percent), [
    "<1%",
    "<1%",
    "1%",
    "31%",
    "99%",
    ">99%",
    ">99%",
  ]);
});
