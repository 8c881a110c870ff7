import assert from "node:assert/strict";
import test from "node:test";

import * as brush from "../../vae_lib/widgets/brush.js";

const GRID = [10, 12];
const blank = () => new Uint8Array(120);

test("a line hides all pixels within its radius and no others", () => {
  const mask = blank();
  const changed = brush.paintLine(mask, GRID, [4.5, 0], [4.5, 12], 1.1, 1);
  assert.equal(changed, 36);
  for (let p = 0; p < 120; p += 1) {
    const row = Math.floor(p / 12);
    assert.equal(mask[p], Number(row >= 3 && row <= 5));
  }
});

test("a dot is a disc, and lies where it was put", () => {
  const mask = blank();
  brush.paintLine(mask, GRID, [2.5, 9.5], [2.5, 9.5], 1.1, 1);
  const rows = [...mask.keys()].filter((p) => mask[p]);
  assert.deepEqual(rows, [12 + 9, 24 + 8, 24 + 9, 24 + 10, 36 + 9]);
});

test("painting the same again changes nothing, and showing takes it back", () => {
  const mask = blank();
  const first = brush.paintLine(mask, GRID, [1, 1], [8, 8], 2, 1);
  assert.ok(first > 20);
  assert.equal(brush.paintLine(mask, GRID, [1, 1], [8, 8], 2, 1), 0);
  assert.equal(brush.paintLine(mask, GRID, [1, 1], [8, 8], 2, 0), first);
  assert.deepEqual(mask, blank());
});

test("a line beyond the edge paints what lies inside", () => {
  const mask = blank();
  assert.equal(brush.paintLine(mask, GRID, [-50, 0.5], [50, 0.5], 0.6, 1), 10);
});

test("the model sees no hidden pixel, and every copy is alike", () => {
  const picture = Float32Array.from({ length: 120 }, (_, p) => (p + 1) / 120);
  const hidden = blank();
  hidden[7] = 1;
  hidden[119] = 1;
  const { data, shape } = brush.seenPart(picture, hidden, GRID, 3);
  assert.deepEqual(shape, [3, 2, 10, 12]);
  for (let k = 0; k < 3; k += 1) {
    for (let p = 0; p < 120; p += 1) {
      assert.equal(data[240 * k + p], hidden[p] ? 0 : picture[p]);
      assert.equal(data[240 * k + 120 + p], hidden[p] ? 0 : 1);
    }
  }
});

test("hidden pixels are covered in two tones, the others are the picture's", () => {
  const picture = new Float32Array(120).fill(1);
  const hidden = blank();
  hidden[0] = 1;
  hidden[1] = 1;
  const rgba = brush.covered(picture, hidden, GRID);
  assert.notDeepEqual(rgba.slice(0, 3), rgba.slice(4, 7));
  assert.ok(rgba[2] > rgba[0]);
  assert.deepEqual([...rgba.slice(8, 12)], [255, 255, 255, 255]);
});

test("arrow keys move the brush and stop at the edge; other keys are not its own", () => {
  assert.deepEqual(brush.brushMove([5, 6], "ArrowUp", false, GRID), [4, 6]);
  assert.deepEqual(brush.brushMove([5, 6], "ArrowRight", true, GRID), [5, 10]);
  assert.deepEqual(brush.brushMove([5, 10], "ArrowRight", true, GRID), [5, 11.5]);
  assert.deepEqual(brush.brushMove([0.5, 6], "ArrowUp", false, GRID), [0.5, 6]);
  assert.equal(brush.brushMove([5, 6], "a", false, GRID), null);
});
