/** The dashboard's plain numbers: shares of moments, places, paths of its drawings. */

const HEALTH_UNITS = 400; // of the map, health_body.py
const HEALTH_EDGE = 6; // what lies beyond stays at the edge

/**
 * How far each of `moments` counts at `progress` in [0, 1] of the encoder's way: a
 * straight line between two neighbours.
 */
export function sharesAt(progress, moments) {
  const at = Math.min(1, Math.max(0, progress)) * (moments - 1);
  return Float32Array.from({ length: moments }, (_, k) => Math.max(0, 1 - Math.abs(at - k)));
}

/** The places of the `count` smallest draws: a choice without repetition. */
export function smallest(draws, count) {
  return [...draws.keys()].sort((a, b) => draws[a] - draws[b]).slice(0, count);
}

/** Rows of a matrix of `width` columns, one after the other. */
export function rowsOf(matrix, places, width) {
  const rows = new Float32Array(places.length * width);
  places.forEach((place, k) => {
    rows.set(matrix.subarray(place * width, (place + 1) * width), k * width);
  });
  return rows;
}

/**
 * Points of `width` numbers on the map, second coordinate upwards.
 *
 * @param {{axes: number[], middle: number[]}} view axes (D, 2) row by row
 * @returns {[number, number][]} in the drawing's units
 */
export function placesOn({ axes, middle }, points, width) {
  const place = (k, axis) => {
    let along = -middle[axis];
    for (let d = 0; d < width; d += 1) along += points[k * width + d] * axes[2 * d + axis];
    const share = 0.5 + ((axis ? -1 : 1) * along) / 2;
    return Math.min(HEALTH_UNITS - HEALTH_EDGE, Math.max(HEALTH_EDGE, HEALTH_UNITS * share));
  };
  return Array.from({ length: points.length / width }, (_, k) => [place(k, 0), place(k, 1)]);
}

export function dotsPath(places) {
  return places.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
}

export function crossesPath(places) {
  return places
    .map(([x, y]) => `M${(x - 3).toFixed(1)} ${(y - 3).toFixed(1)}l6 6m0-6l-6 6`)
    .join("");
}

/** One bar a code, the fullest first, as high as the logarithm of its count. */
export function barsPath(counts) {
  const wide = 100 / counts.length;
  const full = Math.log1p(counts.reduce((sum, count) => sum + count, 0));
  return [...counts]
    .sort((a, b) => b - a)
    .filter((count) => count > 0)
    .map((count, k) => {
      const high = ((100 * Math.log1p(count)) / full).toFixed(1);
      return `M${(k * wide).toFixed(2)} 100v-${high}h${(0.8 * wide).toFixed(2)}V100z`;
    })
    .join("");
}

/** The height that all bars would have if all codes had as many. */
export function evenPath(size, many) {
  return `M0 ${(100 - (100 * Math.log1p(many / size)) / Math.log1p(many)).toFixed(1)}H100`;
}

/** Three significant digits, without an exponent. */
export function significant(value) {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
