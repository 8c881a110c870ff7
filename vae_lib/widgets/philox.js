/**
 * Random numbers that the page and a kernel draw alike: Philox4x32-10, as in
 * `vae_lib/widgets/philox.py`. A draw is a function of where it stands.
 *
 * Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3".
 */

/** What draws are for. */
export const WEIGHTS = 0;
export const MINIBATCH = 1;
export const NOISE = 2;
export const FIRST_CODES = 3;
export const CLUSTERS = 4;
export const RESTARTS = 5;
export const NEXT_CODE = 6;

const ROUNDS = 10;

/** The high word of the product of two 32-bit words. */
function high(a, b) {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return a1 * b1 + (middle >>> 16) + ((a0 * b1 + (middle & 0xffff)) >>> 16);
}

/**
 * Ten rounds on a counter of four words (a, b, c, d) under a key of two.
 *
 * @param {Uint32Array} out receives four words from `place` on. Numbers instead of
 *   arrays throughout: this runs hundreds of times in every step of training.
 */
export function philox(out, place, a, b, c, d, first, second) {
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const left = high(0xd2511f53, a);
    const right = high(0xcd9e8d57, c);
    const lowest = Math.imul(0xd2511f53, a);
    a = (right ^ b ^ first) >>> 0;
    b = Math.imul(0xcd9e8d57, c);
    c = (left ^ d ^ second) >>> 0;
    d = lowest;
    first += 0x9e3779b9;
    second += 0xbb67ae85;
  }
  out[place] = a;
  out[place + 1] = b;
  out[place + 2] = c;
  out[place + 3] = d;
}

/** Draws from (0, 1), on a grid of 2^-32, Float64Array(count). */
export function uniforms(seed, purpose, step, count) {
  const words = new Uint32Array(4 * Math.ceil(count / 4));
  for (let place = 0; place < count; place += 4) {
    philox(words, place, place / 4, step, purpose, 0, seed, 0);
  }
  return Float64Array.from(words.subarray(0, count), uniform);
}

const uniform = (word) => (word + 0.5) / 2 ** 32;

/** Places in [0, size), drawn with replacement: the minibatch of a step. */
export function indices(seed, step, batchSize, size, purpose = MINIBATCH) {
  return Uint32Array.from(uniforms(seed, purpose, step, batchSize), (u) => u * size);
}

/** Different places in [0, size): those of the smallest draws, Uint32Array(count). */
export function some(seed, purpose, step, count, size) {
  const drawn = uniforms(seed, purpose, step, size);
  const order = Uint32Array.from(drawn.keys()).sort((a, b) => drawn[a] - drawn[b] || a - b);
  return order.subarray(0, count);
}

/** Standard normal draws by Box and Muller, Float32Array(count): the noise of a step. */
export function normals(seed, step, count, purpose = NOISE) {
  const pairs = uniforms(seed, purpose, step, 2 * Math.ceil(count / 2));
  const drawn = new Float32Array(pairs.length);
  for (let k = 0; k < drawn.length; k += 2) {
    const radius = Math.sqrt(-2 * Math.log(pairs[k]));
    drawn[k] = radius * Math.cos(2 * Math.PI * pairs[k + 1]);
    drawn[k + 1] = radius * Math.sin(2 * Math.PI * pairs[k + 1]);
  }
  return drawn.subarray(0, count);
}
