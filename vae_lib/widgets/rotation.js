/** Arithmetic of a turn in the plane of two latents: no page. */

/** The first coordinate of a point that is turned counter-clockwise. */
function turnedAcross([x, y], degrees) {
  const angle = (degrees * Math.PI) / 180;
  return x * Math.cos(angle) - y * Math.sin(angle);
}

/**
 * What a turned segment covers of the first axis.
 *
 * @param {[number, number][]} ends of the segment before the turn
 * @returns {[number, number]} its least and its greatest first coordinate
 */
export function shadow(ends, degrees) {
  const across = ends.map((end) => turnedAcross(end, degrees));
  return [Math.min(...across), Math.max(...across)];
}

/** @returns {number} the position of the number nearest to value */
export function nearest(numbers, value) {
  const distances = numbers.map((number) => Math.abs(number - value));
  return distances.indexOf(Math.min(...distances));
}
