/** Painting over a picture's pixels: no page, no model. */

/**
 * Set every pixel within a radius of a line to a value.
 *
 * @param {Uint8Array} mask (height * width), changed in place
 * @param {number[]} grid height and width
 * @param {number[]} from row and column, in pixels from the top left corner
 * @param {number[]} to where the line ends
 * @param {number} radius in pixels
 * @returns {number} how many pixels have changed
 */
export function paintLine(mask, [height, width], from, to, radius, value) {
  const down = to[0] - from[0];
  const across = to[1] - from[1];
  const length = down * down + across * across;
  let changed = 0;
  for (let p = 0; p < height * width; p += 1) {
    const row = Math.floor(p / width) + 0.5 - from[0];
    const column = (p % width) + 0.5 - from[1];
    const along = length === 0 ? 0 : (row * down + column * across) / length;
    const share = Math.min(1, Math.max(0, along));
    const away = (row - share * down) ** 2 + (column - share * across) ** 2;
    if (away < radius * radius && mask[p] !== value) {
      mask[p] = value;
      changed += 1;
    }
  }
  return changed;
}

/**
 * A picture's seen part, with the mask as its last channel: what the model is given.
 *
 * @param {ArrayLike<number>} picture (height * width) in [0, 1]
 * @param {Uint8Array} hidden (height * width), 1 where a pixel is hidden
 * @param {number} count how many copies
 */
export function seenPart(picture, hidden, [height, width], count) {
  const size = height * width;
  const data = new Float32Array(2 * size * count);
  for (let p = 0; p < size; p += 1) {
    if (hidden[p]) continue;
    data[p] = picture[p];
    data[size + p] = 1;
  }
  for (let k = 1; k < count; k += 1) data.copyWithin(2 * size * k, 0, 2 * size);
  return { data, shape: [count, 2, height, width] };
}

const HIDDEN = [
  [82, 110, 163],
  [133, 156, 199],
];

/** The picture with its hidden pixels in two blues, as RGBA (height * width * 4). */
export function covered(picture, hidden, [height, width]) {
  const rgba = new Uint8ClampedArray(4 * height * width);
  for (let p = 0; p < height * width; p += 1) {
    const tone = HIDDEN[(Math.floor(p / width) + (p % width)) % 2];
    for (let c = 0; c < 3; c += 1) {
      rgba[4 * p + c] = hidden[p] ? tone[c] : 255 * picture[p];
    }
    rgba[4 * p + 3] = 255;
  }
  return rgba;
}

/** Where an arrow key takes the brush, one pixel or with Shift four; null otherwise. */
export function brushMove([row, column], key, shift, [height, width]) {
  const step = shift ? 4 : 1;
  const to = {
    ArrowUp: [row - step, column],
    ArrowDown: [row + step, column],
    ArrowLeft: [row, column - step],
    ArrowRight: [row, column + step],
  }[key];
  if (!to) return null;
  return [
    Math.min(height - 0.5, Math.max(0.5, to[0])),
    Math.min(width - 0.5, Math.max(0.5, to[1])),
  ];
}
