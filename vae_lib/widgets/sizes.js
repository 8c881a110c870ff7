/** Codes as pixels. */

/**
 * @param {number[]} codes row by row
 * @param {string[]} palette "#rrggbb" of each code
 * @returns {Uint8ClampedArray} RGBA, a pixel a code
 */
export function codePixels(codes, palette) {
  const rgba = new Uint8ClampedArray(4 * codes.length);
  for (const [k, code] of codes.entries()) {
    const colour = Number.parseInt(palette[code].slice(1), 16);
    rgba.set([colour >> 16, (colour >> 8) & 255, colour & 255, 255], 4 * k);
  }
  return rgba;
}
