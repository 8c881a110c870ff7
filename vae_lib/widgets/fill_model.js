/** What FillIn asks of its model, and what it says of the answer: no page, no model. */

/**
 * The inputs of "fill": one row for each draw, alike but for their noise.
 *
 * @param {string[]} names of the views of one number
 * @param {Object<string, number>} known values of those that are known
 * @param {{mean: number[], precision: number[]} | null} expert of the picture, if known
 * @param {Float32Array} noise of all draws
 * @param {number} draws how many
 */
export function fillInputs(names, known, expert, noise, draws) {
  const width = noise.length / draws;
  const none = new Array(width).fill(0);
  const rows = {
    known: names.map((name) => Number(name in known)),
    values: names.map((name) => known[name] ?? 0.5),
    mean: expert?.mean ?? none,
    precision: expert?.precision ?? none,
  };
  const inputs = { noise: { data: noise, shape: [draws, width] } };
  for (const [name, row] of Object.entries(rows)) {
    const data = new Float32Array(draws * row.length);
    for (let k = 0; k < draws; k += 1) data.set(row, k * row.length);
    inputs[name] = { data, shape: [draws, row.length] };
  }
  return inputs;
}

/**
 * @param {Float32Array} mean of a diagonal Gaussian
 * @param {Float32Array} scale
 * @returns {{rate: number, width: number}} its KL to N(0, I) in nats, and the geometric
 *   mean of its scales
 */
export function nats(mean, scale) {
  let rate = 0;
  let logs = 0;
  for (let k = 0; k < mean.length; k += 1) {
    rate += (mean[k] ** 2 + scale[k] ** 2 - 1) / 2 - Math.log(scale[k]);
    logs += Math.log(scale[k]);
  }
  return { rate, width: Math.exp(logs / mean.length) };
}

/** How much is known: how many views, the rate, and the code's width. */
export function knownInWords(count, picture, { rate, width }) {
  const parts = picture ? ["picture"] : [];
  if (count) parts.push(`${count} number${count > 1 ? "s" : ""}`);
  const what = parts.join(" and ") || "nothing";
  const first = what[0].toUpperCase() + what.slice(1);
  return `${first} known: ${rate.toFixed(1)} nats, width ${width.toFixed(2)} of the prior.`;
}
