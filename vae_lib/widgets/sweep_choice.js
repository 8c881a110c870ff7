/** What a sweep's reader has chosen, as arithmetic: no page, no model. */

/** @returns {number[]} code with one latent moved to value */
export function movedCode(code, latent, value) {
  return code.map((old, k) => (k === latent ? value : old));
}

/** How many nats a code has, and how many latents carry them. */
export function natsInWords(rates, collapsed) {
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  const alive = rates.filter((rate) => rate >= collapsed).length;
  return `${total.toFixed(1)} nats in ${alive} of ${rates.length} latents`;
}
