/**
 * Two models in training, step by step: the page's counterpart of
 * `vae_lib/widgets/learner.py`. All mathematics is in the exported functions.
 */

import { normals } from "../../../vae_lib/widgets/philox.js";
import { Learner, scalar, startingState, vector } from "./learner.js";

/** The settings are {beta: number, anneal: number, seed: number}, the lab has latents. */
export class TwinLearner extends Learner {
  constructor(run, lab, bytes, settings) {
    super(run, lab, bytes, settings);
    const [count] = this.images.shape;
    this.factors = {
      data: Float32Array.from(bytes.subarray(this.images.data.length)),
      shape: [count, lab.data.factors],
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
    const { batchSize, latents } = this.lab;
    const noise = normals(this.settings.seed, this.done, batchSize * latents);
    return { ...this.batch(), noise: { data: noise, shape: [batchSize, latents] } };
  }
}

function stacked([first, second]) {
  const pairs = Object.entries(first).map(([name, { data, shape }]) => {
    const both = new Float32Array(2 * data.length);
    both.set(data);
    both.set(second[name].data, data.length);
    return [name, { data: both, shape: [2, ...shape] }];
  });
  return Object.fromEntries(pairs);
}
