/**
 * A VQ-VAE in training, step by step: the page's counterpart of
 * `vae_lib/widgets/vq_learner.py`. All mathematics is in the exported functions.
 */

import {
  CLUSTERS,
  FIRST_CODES,
  indices,
  normals,
  RESTARTS,
  some,
} from "../../../vae_lib/widgets/philox.js";
import { Learner, scalar, startingState, vector } from "./learner.js";

const TERMS = 3; // distortion, codebook, commitment

/**
 * The settings are {codes: number, commitment: number, decay: number, k_means: boolean,
 * restarts: boolean, seed: number}. The lab has also the state's `size`, the places
 * `codebookAt` and `usesAt` in it, `slots`, `dim`, `far`, `latents` (of a minibatch),
 * `rounds` of k-means, `usesDecay` and `restartBelow`; see `vq_functions.py`.
 */
export class VQLearner extends Learner {
  constructor(run, lab, bytes, settings) {
    super(run, lab, bytes, settings);
    const { seed, codes } = settings;
    const { dim, slots } = lab;
    this.kept = startingState(lab.spread, seed, lab.size);
    const codebook = new Float32Array(slots * dim).fill(lab.far);
    const length = Math.fround(Math.sqrt(dim));
    codebook.set(normals(seed, 0, codes * dim, FIRST_CODES).map((value) => value / length));
    this.kept.set(codebook, lab.codebookAt);
    this.kept.fill(1, lab.usesAt, lab.usesAt + slots);
    this.started = !settings.k_means;
  }

  /** Train; each step's terms, before it and at their prices: (count, 3). */
  async advance({ count }) {
    await this.start();
    const terms = new Float32Array(TERMS * count);
    const { commitment, decay, restarts } = this.settings;
    const { usesDecay, restartBelow } = this.lab;
    const prices = {
      commitment: scalar(commitment),
      averaged: scalar(decay > 0 ? 1 : 0),
      decay: scalar(decay || usesDecay),
      least: scalar(restarts ? restartBelow : 0),
    };
    for (let k = 0; k < count; k += 1) {
      const found = await this.run("step", {
        ...this.batch(),
        ...prices,
        state: vector(this.kept),
        chosen: vector(this.places(RESTARTS, this.done)),
      });
      this.kept = found.after.data;
      terms.set(found.terms.data, TERMS * k);
      this.done += 1;
    }
    return { terms: { data: terms, shape: [count, TERMS] } };
  }

  /** Of all data: latents, indices and error; and the reader's codes, (K, D). */
  async examine() {
    await this.start();
    return { ...(await this.look()), codebook: this.codebook() };
  }

  /** Images of a batch of grids, each as a row of indices. */
  decode({ indices: grids }) {
    const side = Math.sqrt(grids[0].length);
    const data = Float32Array.from(grids.flat());
    const shape = [grids.length, side, side];
    return this.run("decode", { state: vector(this.kept), indices: { data, shape } });
  }

  /** The whole state: weights, Adam's moments, steps done, uses. */
  async state() {
    await this.start();
    return { state: vector(this.kept) };
  }

  look() {
    return this.run("examine", { state: vector(this.kept), x: this.images });
  }

  codebook() {
    const { codebookAt, dim } = this.lab;
    const { codes } = this.settings;
    const data = this.kept.slice(codebookAt, codebookAt + codes * dim);
    return { data, shape: [codes, dim] };
  }

  /** Once, before the first answer: clusters of the first latents start the codes. */
  async start() {
    if (this.started) return;
    this.started = true;
    const { seed, codes } = this.settings;
    const { slots, latents, rounds, codebookAt, usesAt, dim } = this.lab;
    const first = this.padded(some(seed, CLUSTERS, 0, codes, latents));
    const turns = Array.from({ length: rounds }, (_, k) => this.places(CLUSTERS, 1 + k));
    const chosen = new Float32Array(rounds * slots);
    for (const [k, places] of turns.entries()) chosen.set(places, k * slots);
    const rows = latentRows((await this.look()).latents, this.rows());
    const { codebook, uses } = await this.run("k_means", {
      rows: { data: rows, shape: [latents, dim] },
      first: vector(first),
      chosen: { data: chosen, shape: [rounds, slots] },
    });
    this.kept = this.kept.slice();
    this.kept.set(codebook.data, codebookAt);
    this.kept.set(uses.data, usesAt);
  }

  /** A row of the latents for each of the reader's codes, nowhere for the rest. */
  places(purpose, step) {
    const { seed, codes } = this.settings;
    return this.padded(indices(seed, step, codes, this.lab.latents, purpose));
  }

  padded(places) {
    const all = new Float32Array(this.lab.slots).fill(this.lab.latents);
    all.set(places);
    return all;
  }
}

/** Latents (N, D, H, W) of some images, a row of D numbers for each cell. */
export function latentRows({ data, shape: [, dim, height, width] }, images) {
  const cells = height * width;
  const rows = new Float32Array(images.length * cells * dim);
  let place = 0;
  for (const image of images) {
    for (let cell = 0; cell < cells; cell += 1) {
      for (let d = 0; d < dim; d += 1) {
        rows[place] = data[(image * dim + d) * cells + cell];
        place += 1;
      }
    }
  }
  return rows;
}
