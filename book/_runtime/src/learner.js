/**
 * Two models in training, step by step: the page's counterpart of
 * `vae_lib/widgets/learner.py`. All mathematics is in the exported functions.
 */

import { indices, normals, uniforms, WEIGHTS } from "../../../vae_lib/widgets/philox.js";

/**
 * @typedef {{data: Float32Array, shape: number[]}} Tensor
 * @typedef {object} Lab what a combination of data and latents needs
 * @property {number} latents
 * @property {[number, number][]} spread how many weights start within which bound
 * @property {number} batchSize
 * @property {number} learningRate
 * @property {number} epsilon
 * @property {{count: number, shape: number[], factors: number, levels: number}} data
 */
export class Learner {
  /**
   * @param {(name: string, inputs: Object<string, Tensor>) => Promise<Object<string,
   *   Tensor>>} run
   * @param {Lab} lab
   * @param {Uint8Array} bytes pixels of every image, then the factors of every image
   * @param {{beta: number, anneal: number, seed: number}} settings
   */
  constructor(run, lab, bytes, settings) {
    this.run = run;
    this.lab = lab;
    this.settings = settings;
    this.done = 0;
    const { count, shape, factors, levels } = lab.data;
    const pixels = count * shape.reduce((a, b) => a * b, 1);
    const grey = Float32Array.from(bytes.subarray(0, pixels), (level) => level / levels);
    this.images = { data: grey, shape: [count, ...shape] };
    this.factors = {
      data: Float32Array.from(bytes.subarray(pixels)),
      shape: [count, factors],
    };
    const start = startingState(lab.spread, settings.seed);
    this.states = [start, start];
  }

  /** Beta at a step: a straight line from 0 over the annealing, then the setting. */
  price(step) {
    const { beta, anneal } = this.settings;
    return anneal ? beta * Math.min(step / anneal, 1) : beta;
  }

  /** Train both models; distortion (count, 2) and rates (count, 2, D) on the way. */
  async advance({ count }) {
    const { latents } = this.lab;
    const distortion = new Float32Array(2 * count);
    const rates = new Float32Array(2 * count * latents);
    for (let k = 0; k < count; k += 1) {
      const drawn = this.draw();
      for (const which of [0, 1]) {
        const beta = which ? 1 : this.price(this.done);
        const found = await this.run("step", {
          ...drawn,
          state: vector(this.states[which]),
          beta: scalar(beta),
        });
        this.states[which] = found.after.data;
        distortion[2 * k + which] = found.distortion.data[0];
        rates.set(found.rates.data, (2 * k + which) * latents);
      }
      this.done += 1;
    }
    return {
      distortion: { data: distortion, shape: [count, 2] },
      rates: { data: rates, shape: [count, 2, latents] },
    };
  }

  /** Means (2, N, D), rates (2, D) and gaps (2, K) of both models on all data. */
  async examine() {
    const both = [];
    for (const state of this.states) {
      const inputs = { state: vector(state), x: this.images, factors: this.factors };
      both.push(await this.run("examine", inputs));
    }
    return stacked(both);
  }

  /** Images of codes z, rows of D numbers: 0 is the reader's model, 1 the twin. */
  decode({ which, z }) {
    const codes = { data: Float32Array.from(z.flat()), shape: [z.length, z[0].length] };
    return this.run("decode", { state: vector(this.states[which]), z: codes });
  }

  /** The whole state of a model: weights, Adam's moments, steps done. */
  async state({ which }) {
    return { state: vector(this.states[which]) };
  }

  /** Everything that both models' next step takes alike. */
  draw() {
    const { batchSize, latents, learningRate, epsilon } = this.lab;
    const { seed } = this.settings;
    const [count, ...shape] = this.images.shape;
    const size = this.images.data.length / count;
    const x = new Float32Array(batchSize * size);
    for (const [row, index] of indices(seed, this.done, batchSize, count).entries()) {
      x.set(this.images.data.subarray(index * size, (index + 1) * size), row * size);
    }
    const noise = normals(seed, this.done, batchSize * latents);
    return {
      x: { data: x, shape: [batchSize, ...shape] },
      noise: { data: noise, shape: [batchSize, latents] },
      learning_rate: scalar(learningRate),
      epsilon: scalar(epsilon),
    };
  }
}

/** Weights within their bounds, no memory of gradients, no step done. */
export function startingState(spread, seed) {
  const count = spread.reduce((sum, [many]) => sum + many, 0);
  const drawn = uniforms(seed, WEIGHTS, 0, count);
  const state = new Float32Array(3 * count + 1);
  let place = 0;
  for (const [many, bound] of spread) {
    for (const end = place + many; place < end; place += 1) {
      state[place] = (2 * drawn[place] - 1) * bound;
    }
  }
  return state;
}

const vector = (data) => ({ data, shape: [data.length] });
const scalar = (value) => ({ data: Float32Array.of(value), shape: [] });

function stacked([first, second]) {
  const pairs = Object.entries(first).map(([name, { data, shape }]) => {
    const both = new Float32Array(2 * data.length);
    both.set(data);
    both.set(second[name].data, data.length);
    return [name, { data: both, shape: [2, ...shape] }];
  });
  return Object.fromEntries(pairs);
}
