import assert from "node:assert/strict";
import test from "node:test";

import { codePixels } from "../../vae_lib/widgets/sizes.js";

test("each code is one opaque pixel of its colour", () => {
  const rgba = codePixels([1, 0, 1], ["#000000", "#10a0ff"]);
  assert.deepEqual([...rgba], [16, 160, 255, 255, 0, 0, 0, 255, 16, 160, 255, 255]);
});
