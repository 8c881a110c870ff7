/** What each code draws by itself: the middle of a grid that holds nothing else. */

import { paint } from "./picture.js";

const COLUMNS = 12;

/** Columns of a palette of so many codes. */
export function paletteColumns(count) {
  return Math.min(COLUMNS, count);
}

/**
 * Paint the tiles of codes, decoded from grids of one code each, `gap` pixels apart.
 *
 * @param {{data: Float32Array, shape: number[]}} x (K, C, H, W), in the palette's order
 * @param {number} side cells along a side of the grid
 */
export function paintTiles(canvas, x, side, gap = 1) {
  const [count, channels, height, width] = x.shape;
  const tile = height / side;
  const columns = paletteColumns(count);
  canvas.width = columns * (tile + gap);
  canvas.height = Math.ceil(count / columns) * (tile + gap);
  const from = Math.floor(side / 2) * tile;
  for (let k = 0; k < count; k += 1) {
    const data = new Float32Array(channels * tile * tile);
    for (let place = 0; place < data.length; place += 1) {
      const channel = Math.floor(place / tile ** 2);
      const row = from + Math.floor((place % tile ** 2) / tile);
      const column = from + (place % tile);
      data[place] = x.data[((k * channels + channel) * height + row) * width + column];
    }
    const at = [k % columns, Math.floor(k / columns)].map((step) => step * (tile + gap));
    paint(canvas, { data, shape: [1, channels, tile, tile] }, 0, ...at);
  }
}
