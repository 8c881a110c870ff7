/** What every lab's learner has: images, a seed, a count of steps. */

import { indices, uniforms, WEIGHTS } from "../../../vae_lib/widgets/philox.js";

/**
 * @typedef {{data: Float32Array, shape: number[]}} Tensor
 * @typedef {(name: string, inputs: Object<string, Tensor>) => Promise<Object<string,
 *   Tensor>>} Run
 * @typedef {object} Lab what the functions of a lab need to know
 * @property {[number, number][]} spread how many weights start within which bound
 * @property {number} batchSize
 * @property {number} learningRate
 * @property {number} epsilon
 * @property {{count: number, shape: number[], factors: number, levels: number}} data
 */
export class Learner {
  /**
   * @param {Run} run
   * @param {Lab} lab
   * @param {Uint8Array} bytes pixels of every image, then the factors of every image
   * @param {{seed: number}} settings
   */
  constructor(run, lab, bytes, settings) {
    this.run = run;
    this.lab = lab;
    this.settings = settings;
    this.done = 0;
    const { count, shape, levels } = lab.data;
    const pixels = count * shape.reduce((a, b) => a * b, 1);
    const grey = Float32Array.from(bytes.subarray(0, pixels), (level) => level / levels);
    this.images = { data: grey, shape: [count, ...shape] };
  }

  /** Places of the next step's images. */
  rows() {
    return indices(this.settings.seed, this.done, this.lab.batchSize, this.images.shape[0]);
  }

  /** Images and numbers that a step takes, whatever it trains. */
  batch() {
    const { batchSize, learningRate, epsilon } = this.lab;
    const [count, ...shape] = this.images.shape;
    const size = this.images.data.length / count;
    const x = new Float32Array(batchSize * size);
    for (const [row, index] of this.rows().entries()) {
      x.set(this.images.data.subarray(index * size, (index + 1) * size), row * size);
    }
    return {
      x: { data: x, shape: [batchSize, ...shape] },
      learning_rate: scalar(learningRate),
      epsilon: scalar(epsilon),
    };
  }
}

/** Weights within their bounds; the rest of a state of so many numbers is zero. */
export function startingState(spread, seed, size) {
  const count = spread.reduce((sum, [many]) => sum + many, 0);
  const drawn = uniforms(seed, WEIGHTS, 0, count);
  const state = new Float32Array(size ?? 3 * count + 1);
  let place = 0;
  for (const [many, bound] of spread) {
    for (const end = place + many; place < end; place += 1) {
      state[place] = (2 * drawn[place] - 1) * bound;
    }
  }
  return state;
}

export const vector = (data) => ({ data, shape: [data.length] });
export const scalar = (value) => ({ data: Float32Array.of(value), shape: [] });
