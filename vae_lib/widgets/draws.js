/** The prior's draws of a run: a step that is taken again draws the same numbers. */

const RUN = 0x9e3779b9; // any odd number: neighbouring steps start far apart

/**
 * Standard normal numbers of one step.
 *
 * Source: Box & Muller (1958); the uniform numbers are mulberry32's.
 *
 * @param {number} step from 0
 * @param {number} count even
 * @returns {Float32Array}
 */
export function stepDraws(step, count) {
  const uniform = mulberry(Math.imul(step + 1, RUN));
  const draws = new Float32Array(count);
  for (let k = 0; k < count; k += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    draws[k] = radius * Math.cos(angle);
    draws[k + 1] = radius * Math.sin(angle);
  }
  return draws;
}

/** @returns {() => number} draws from [0, 1) */
function mulberry(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
