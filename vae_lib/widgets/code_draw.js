/** Drawing one code from its probabilities, and telling what it cost. */

/**
 * The code that a uniform number stands for: the first at which the sum of the
 * probabilities so far exceeds `uniform` times their total.
 *
 * @param {ArrayLike<number>} chances of each code; they sum to about 1
 * @param {number} uniform in (0, 1)
 */
export function drawCode(chances, uniform) {
  let total = 0;
  for (const chance of chances) total += chance;
  let sum = 0;
  for (let code = 0; code < chances.length; code += 1) {
    sum += chances[code];
    if (sum > uniform * total) return code;
  }
  throw new Error(`no code can be drawn from ${chances.length} chances`);
}

/** The `count` likeliest codes, likeliest first; of equals the lower number first. */
export function likeliest(chances, count) {
  const order = Array.from(chances, (_, code) => code);
  order.sort((one, two) => chances[two] - chances[one] || one - two);
  return order.slice(0, count);
}

/** How uncertain a code is, in bits: its entropy. */
export function uncertainty(chances) {
  let bits = 0;
  for (const chance of chances) if (chance > 0) bits -= chance * Math.log2(chance);
  return bits;
}

/**
 * Bits that the codes so far take.
 *
 * @param {ArrayLike<number>} chances (places, codes), row after row
 * @param {number[]} codes of the first places
 */
export function bitsOf(chances, codes, numCodes) {
  let bits = 0;
  for (const [place, code] of codes.entries()) {
    bits -= Math.log2(chances[place * numCodes + code]);
  }
  return bits;
}

/** The place that a key leads to from a place of a grid, or null for other keys. */
export function gridMove(place, key, [height, width]) {
  const row = Math.floor(place / width);
  const column = place % width;
  const to = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    Home: [row, 0],
    End: [row, width - 1],
  }[key];
  if (!to) return null;
  const [down, across] = to;
  if (down < 0 || down >= height || across < 0 || across >= width) return place;
  return down * width + across;
}

/**
 * A picture whose places without a code yet are veiled: a quarter of it shows through
 * grey.
 *
 * @param {{data: Float32Array, shape: number[]}} images (1, C, H, W) in [0, 1]
 * @param {number} drawn how many places have a code
 * @param {number[]} grid height and width
 */
export function veiled({ data, shape }, drawn, [rows, columns]) {
  const [, channels, height, width] = shape;
  const tall = height / rows;
  const wide = width / columns;
  const shown = Float32Array.from(data);
  for (let i = 0; i < channels * height * width; i += 1) {
    const row = Math.floor((Math.floor(i / width) % height) / tall);
    const place = row * columns + Math.floor((i % width) / wide);
    if (place >= drawn) shown[i] = 0.375 + 0.25 * data[i];
  }
  return { data: shown, shape };
}
