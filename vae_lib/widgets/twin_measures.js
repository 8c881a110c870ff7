/** What the beta lab follows of its two models: distortion, rate, gaps. */

import { average } from "./trainer.js";

export const twinMeasures = {
  /** Of each step distortion and whole rate of the reader's model, then the twin's. */
  rows({ distortion, rates }, count) {
    const latents = rates.data.length / (2 * count);
    return Array.from({ length: count }, (_, k) =>
      [0, 1].flatMap((which) => {
        const from = (2 * k + which) * latents;
        const rate = rates.data.subarray(from, from + latents).reduce((a, b) => a + b, 0);
        return [distortion.data[2 * k + which], rate];
      }),
    );
  },

  look(run, { means, rates, gaps }) {
    run.means = halves(means);
    run.rates = halves(rates).map(({ data }) => data);
    run.gaps = halves(gaps).map(({ data }) => data);
    return run.gaps.map(average);
  },
};

function halves({ data, shape: [, ...shape] }) {
  const size = data.length / 2;
  return [0, 1].map((k) => ({ data: data.subarray(k * size, (k + 1) * size), shape }));
}
