/** How often codes are used: counts, perplexity, and the counts as a picture. */

/** @returns {number[]} how often each of so many codes occurs among indices */
export function countCodes(indices, codes) {
  const counts = new Array(codes).fill(0);
  for (const index of indices) counts[index] += 1;
  return counts;
}

/** Codes in effective use, as `vae_lib.evaluation.perplexity`. */
export function perplexityOf(counts) {
  const total = counts.reduce((a, b) => a + b, 0);
  const entropy = counts
    .filter((count) => count > 0)
    .reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0);
  return Math.exp(entropy);
}

/** Places of codes, the most used first; of equals the first. */
export function byUse(counts) {
  return [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
}

/** An area of falling steps in the box 100 x 40, one for each code. */
export function usePath(counts) {
  const most = Math.max(...counts, 1);
  const wide = 100 / counts.length;
  const steps = byUse(counts).map((code, k) => {
    const top = (40 * (1 - counts[code] / most)).toFixed(2);
    return `L${(wide * k).toFixed(2)} ${top}H${(wide * (k + 1)).toFixed(2)}`;
  });
  return `M0 40${steps.join("")}V40Z`;
}

/** The height at which every step would stand if all codes were used alike. */
export function evenPath(counts) {
  const most = Math.max(...counts, 1);
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  return `M0 ${(40 * (1 - mean / most)).toFixed(2)}H100`;
}

/** What a VQ lab follows: the objective's terms; perplexity, and codes in use. */
export const vqMeasures = {
  rows({ terms: { data } }, count) {
    const width = data.length / count;
    return Array.from({ length: count }, (_, k) => [...data.subarray(k * width, (k + 1) * width)]);
  },

  look(run, { latents, indices, error, codebook }) {
    Object.assign(run, { latents, indices, codebook, error: error.data[0] });
    run.counts = countCodes(indices.data, codebook.shape[0]);
    return [perplexityOf(run.counts), run.counts.filter((count) => count > 0).length];
  },
};
