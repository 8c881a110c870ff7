/** From tensors to pixels, and from pixels to words. */

/**
 * @param {{data: Float32Array, shape: number[]}} images (B, C, H, W) in [0, 1], C 1 or 3
 * @param {number} index which image of the batch
 * @returns {Uint8ClampedArray} RGBA, (H, W, 4)
 */
export function pixels({ data, shape: [, channels, height, width] }, index = 0) {
  const size = height * width;
  const start = index * channels * size;
  const rgba = new Uint8ClampedArray(4 * size);
  for (let p = 0; p < size; p += 1) {
    for (let c = 0; c < 3; c += 1) {
      // Assignment to a clamped array rounds to the nearest level.
      rgba[4 * p + c] = 255 * data[start + (channels === 3 ? c : 0) * size + p];
    }
    rgba[4 * p + 3] = 255;
  }
  return rgba;
}

/** Paint image number index of a batch at (x, y) of a canvas. */
export function paint(canvas, images, index = 0, x = 0, y = 0) {
  const [, , height, width] = images.shape;
  const picture = new ImageData(pixels(images, index), width, height);
  canvas.getContext("2d").putImageData(picture, x, y);
}

/** Paint a picture given as a data address; resolves when it is on the canvas. */
export async function paintAddress(canvas, address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  canvas.getContext("2d").drawImage(picture, 0, 0);
}

/**
 * What can be said of any picture: how much of it is bright, and where.
 *
 * @returns {string} e.g. "12 % bright, centred above left"
 */
export function described({ data, shape: [, channels, height, width] }) {
  let mass = 0;
  let across = 0;
  let down = 0;
  const size = height * width;
  for (let i = 0; i < channels * size; i += 1) {
    const value = data[i];
    mass += value;
    across += value * ((i % size) % width);
    down += value * Math.floor((i % size) / width);
  }
  const share = Math.round((100 * mass) / (channels * size));
  if (mass === 0) return "all dark";
  const words = [
    side(down / mass / (height - 1), "above", "below"),
    side(across / mass / (width - 1), "left", "right"),
  ].filter(Boolean);
  return `${share} % bright, centred ${words.join(" ") || "in the middle"}`;
}

function side(share, low, high) {
  if (share < 0.45) return low;
  return share > 0.55 ? high : "";
}
