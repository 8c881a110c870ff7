/** What is read in a digit, and how surely, in words: no page, no model. */

/** What was read, and whether it is right, in a sign and not in colour alone. */
export function verdict(guess, label) {
  return `${guess} ${guess === label ? "✓" : "✗"}`;
}

/** A probability in percent; small ones are small and not nothing. */
export function percent(share) {
  const whole = Math.round(100 * share);
  if (whole < 1) return "<1%";
  return whole < 100 ? `${whole}%` : ">99%";
}
