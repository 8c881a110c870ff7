/** The product of Gaussian experts in a plane: no page, no model. */

/** Digits that a slider shows; what comes after them is a drag's noise. */
const TENTHS = 10;
/** Of a Gaussian's draws in a plane, 13 in 100 lie further out. */
const FAR = 2;

/**
 * @param {Array<number[] | null>} experts of each [right, up, across, high], mean and
 *   scale; null for one that is missing
 * @returns {{mean: number[], scale: number[]}} of their product with N(0, I)
 */
export function planeProduct(experts) {
  const axes = [0, 1].map((axis) => {
    let precision = 1;
    let weighted = 0;
    for (const one of experts.filter(Boolean)) {
      const sure = 1 / one[2 + axis] ** 2;
      precision += sure;
      weighted += sure * one[axis];
    }
    return [weighted / precision, 1 / Math.sqrt(precision)];
  });
  return { mean: axes.map(([mean]) => mean), scale: axes.map(([, scale]) => scale) };
}

/** How far a point lies from an expert's mean, in that expert's own widths. */
export function widthsFrom([right, up, across, high], [x, y]) {
  return Math.hypot((x - right) / across, (y - up) / high);
}

/** A number with one decimal and a true minus sign. */
export function signed(value) {
  return (Math.round(TENTHS * value) / TENTHS + 0).toFixed(1).replace("-", "\u2212");
}

/** The product in words: its place, its widths, its distance from each expert. */
export function productInWords(names, experts, { mean, scale }) {
  const place = `at (${signed(mean[0])}, ${signed(mean[1])})`;
  const widths = `widths ${scale[0].toFixed(2)} and ${scale[1].toFixed(2)}`;
  const fromEach = experts.flatMap((one, k) =>
    one ? [`${widthsFrom(one, mean).toFixed(1)} widths from ${names[k]}`] : [],
  );
  return `${[`The product: ${place}, ${widths}`, ...fromEach].join("; ")}.`;
}

/** What that means for the experts, in a sentence. */
export function meaningInWords(names, experts, { mean }) {
  const there = names.filter((_, k) => experts[k]);
  if (there.length === 0) return "Nobody speaks: the prior remains.";
  if (there.length === 1) return `Only ${there[0]} speaks, and the prior.`;
  const far = names.filter((_, k) => widthsFrom(experts[k], mean) > FAR);
  if (far.length === 2) return "The product stands where neither expert would look.";
  if (far.length === 1) return `The product stands where ${far[0]} would not look.`;
  return "Both experts can live with the product.";
}

/** A value moved to the nearest step of a slider and into its range. */
export function onSlider(value, low, high, step) {
  const moved = low + Math.round((value - low) / step) * step;
  return Math.min(high, Math.max(low, Number(moved.toFixed(6))));
}
