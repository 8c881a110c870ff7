/** Two grids of codes, each taken from one of two pictures, cell by cell. */

/** What a cell can exchange. */
const LEVELS = { top: ["top"], bottom: ["bottom"], both: ["top", "bottom"] };

/** No cell of either level comes from the other picture. */
export function unmixed(cells) {
  return { top: new Array(cells).fill(false), bottom: new Array(cells).fill(false) };
}

/** Whether everything that a cell can exchange comes from the other picture. */
export function isFromOther(mask, kind, cell) {
  return LEVELS[kind].every((level) => mask[level][cell]);
}

/** The mask with one cell's codes, of a kind, from the other picture, or not. */
export function withCell(mask, kind, cell, other) {
  const changed = LEVELS[kind].map((level) => [level, mask[level].with(cell, other)]);
  return { ...mask, ...Object.fromEntries(changed) };
}

/** The mask with all cells of a level exchanged; back again if all are. */
export function withLevel(mask, level) {
  return { ...mask, [level]: mask[level].map(() => !mask[level].every(Boolean)) };
}

/**
 * The mixture's codes.
 *
 * @param {{top: boolean[], bottom: boolean[]}} mask of cells, as many as top codes
 * @param {{top: number[], bottom: number[]}} one codes where the mask is false
 * @param {{top: number[], bottom: number[]}} other codes where it is true
 * @param {number[]} sides places along a side of the top and the bottom grid
 */
export function mixedCodes(mask, one, other, [coarse, fine]) {
  const above = (place) => {
    const [row, column] = [Math.floor(place / fine), place % fine];
    const down = Math.floor((row * coarse) / fine);
    return down * coarse + Math.floor((column * coarse) / fine);
  };
  return {
    top: one.top.map((code, k) => (mask.top[k] ? other.top[k] : code)),
    bottom: one.bottom.map((code, k) => (mask.bottom[above(k)] ? other.bottom[k] : code)),
  };
}

/** How much of a mask is the other's, in words. */
export function maskInWords({ top, bottom }) {
  const of = (cells) => `${cells.filter(Boolean).length} of ${cells.length}`;
  return `Top codes of ${of(top)} cells and bottom codes of ${of(bottom)} are B's`;
}

/** Squared distance of two pictures of one size. */
export function squaredDistance(one, two) {
  return one.data.reduce((sum, value, k) => sum + (value - two.data[k]) ** 2, 0);
}
