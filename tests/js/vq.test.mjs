import assert from "node:assert/strict";
import test from "node:test";

import { latentRows, VQLearner } from "../../book/_runtime/src/vq_learner.js";
import { changedPixels } from "../../vae_lib/widgets/code_editor.js";
import { codePoints, latentPoints } from "../../vae_lib/widgets/code_map.js";
import { byUse, countCodes, evenPath, perplexityOf, usePath, vqMeasures } from "../../vae_lib/widgets/code_use.js";
import { indices } from "../../vae_lib/widgets/philox.js";
import { neighbour } from "../../vae_lib/widgets/roving_grid.js";
import { trainer } from "../../vae_lib/widgets/trainer.js";

const tensor = (data, ...shape) => ({ data: Float32Array.from(data), shape });

test("perplexity counts equal codes, one code and the codes of uneven shares", () => {
  assert.equal(perplexityOf(countCodes([7, 7, 7], 8)), 1);
  assert.ok(Math.abs(perplexityOf(countCodes([0, 1, 2, 3], 9)) - 4) < 1e-12);
  // As vae_lib.evaluation.perplexity(torch.tensor([0, 0, 0, 1]), 2).
  assert.ok(Math.abs(perplexityOf([3, 1]) - 1.7547653506033232) < 1e-12);
});

test("codes are ordered by use, of equals the first", () => {
  assert.deepEqual(byUse([1, 5, 0, 5]), [1, 3, 0, 2]);
});

test("steps of use fall from the top, and even use stands at the mean", () => {
  assert.equal(usePath([1, 2]), "M0 40L0.00 0.00H50.00L50.00 20.00H100.00V40Z");
  assert.equal(evenPath([1, 2]), "M0 10.00H100");
  assert.equal(usePath([0, 0]), "M0 40L0.00 40.00H50.00L50.00 40.00H100.00V40Z");
});

test("arrow keys stay in the grid and in their row", () => {
  // 0 1 2
  // 3 4
  const go = (k, key) => neighbour(k, key, 3, 5);
  assert.deepEqual(["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"].map((key) => go(0, key)), [null, null, 1, 3]);
  assert.deepEqual([go(2, "ArrowRight"), go(3, "ArrowLeft"), go(2, "ArrowDown")], [null, null, null]);
  assert.deepEqual([go(4, "ArrowUp"), go(4, "Home"), go(0, "End"), go(1, "a")], [1, 0, 4, null]);
});

test("a pixel has changed once, in however many channels", () => {
  const before = tensor([0, 0, 0, 0, 0, 0], 1, 3, 1, 2);
  assert.equal(changedPixels(before, tensor([0, 1, 0, 1, 0, 1], 1, 3, 1, 2)), 1);
  assert.equal(changedPixels(before, tensor([0.01, 0, 0, 0, 0, 0], 1, 3, 1, 2)), 0);
  assert.equal(changedPixels(before, tensor([0.5, 0, 0, 0, 0.5, 0.5], 1, 3, 1, 2)), 2);
});

test("points of the map are latents of single cells, no more than asked", () => {
  // Two images of two cells: x 1 2 | 5 6, y 3 4 | 7 8.
  const latents = tensor([1, 2, 3, 4, 5, 6, 7, 8], 2, 2, 1, 2);
  assert.deepEqual(latentPoints(latents), [[1, 3], [2, 4], [5, 7], [6, 8]]);
  assert.deepEqual(latentPoints(latents, 2), [[1, 3], [5, 7]]);
  assert.deepEqual(codePoints(tensor([1, 2, 3, 4], 2, 2)), [[1, 2], [3, 4]]);
  assert.deepEqual([...latentRows(latents, [1, 0])], [5, 7, 6, 8, 1, 3, 2, 4]);
});

test("a run follows the terms of each step, and perplexity and use of each look", async () => {
  const answers = {
    begin: {},
    advance: { terms: tensor([1, 2, 3], 1, 3) },
    examine: { latents: tensor([], 0, 2, 1, 1), indices: tensor([0, 0, 2, 2], 4, 1, 1), error: tensor([0.5]), codebook: tensor(new Array(8).fill(0), 4, 2) },
  };
  const lab = trainer(async (method) => answers[method], { reported() {}, examined() {} }, vqMeasures);
  await lab.begin({});
  await lab.trainUntil(1);
  assert.deepEqual(lab.run.tail, [[1, 2, 3]]);
  const [{ step, values: [perplexity, used] }] = lab.run.scores;
  assert.ok(Math.abs(perplexity - 2) < 1e-12);
  assert.deepEqual([step, used, lab.run.error, lab.run.counts], [1, 2, 0.5, [2, 0, 2, 0]]);
});

const LAB = {
  data: { count: 4, shape: [1, 2, 2], factors: 0, levels: 4 },
  spread: [[2, 0.5], [6, 0], [1, 1]],
  size: 3 * 9 + 1 + 3,
  codebookAt: 2,
  usesAt: 28,
  slots: 3,
  dim: 2,
  far: 1e6,
  latents: 4,
  rounds: 2,
  usesDecay: 0.99,
  restartBelow: 0.5,
  batchSize: 4,
  learningRate: 1,
  epsilon: 1,
};
/** The first minibatch under seed 0. */
const FIRST_ROWS = indices(0, 0, 4, 4);
const BYTES = new Uint8Array(16).fill(2);
const SETTINGS = { codes: 2, commitment: 0.25, decay: 0.9, k_means: false, restarts: true, seed: 0 };

function learnerOf(settings) {
  const asked = [];
  const run = async (name, inputs) => {
    asked.push([name, inputs]);
    if (name === "examine") return { latents: tensor(Array.from({ length: 8 }, (_, k) => k), 4, 2, 1, 1) };
    if (name === "k_means") return { codebook: tensor([1, 2, 3, 4, 1e6, 1e6], 3, 2), uses: tensor([5, 6, 1], 3) };
    return { after: inputs.state, terms: tensor([1, 2, 3], 3) };
  };
  return { learner: new VQLearner(run, LAB, BYTES, { ...SETTINGS, ...settings }), asked };
}

test("codes start at random, those beyond the reader's far away, all used once", async () => {
  const { learner } = learnerOf({});
  const { data } = (await learner.state()).state;
  assert.ok(data.subarray(2, 6).every((value) => Math.abs(value) < 5 && value !== 0));
  assert.deepEqual([...data.subarray(6, 8)], [1e6, 1e6]);
  assert.deepEqual([...data.subarray(28)], [1, 1, 1]);
  assert.ok(data.subarray(9, 28).every((value) => value === 0));
});

test("each setting reaches the step as its number, and far codes restart nowhere", async () => {
  const numbers = async (settings) => {
    const { learner, asked } = learnerOf(settings);
    await learner.advance({ count: 1 });
    const [, given] = asked.at(-1);
    const { commitment, averaged, decay, least } = given;
    assert.equal(given.chosen.data[2], 4); // the row after the last: nowhere
    assert.ok(given.chosen.data.subarray(0, 2).every((row) => row >= 0 && row < 4));
    return [commitment, averaged, decay, least].map(({ data }) => Number(data[0].toFixed(4)));
  };
  assert.deepEqual(await numbers({}), [0.25, 1, 0.9, 0.5]);
  assert.deepEqual(await numbers({ decay: 0, restarts: false, commitment: 2 }), [2, 0, 0.99, 0]);
});

test("clusters of the first minibatch's latents start the codes, once", async () => {
  const { learner, asked } = learnerOf({ k_means: true });
  await learner.advance({ count: 2 });
  assert.deepEqual(asked.map(([name]) => name), ["examine", "k_means", "step", "step"]);
  const [, { first, chosen, rows }] = asked[1];
  assert.equal(new Set(first.data).size, 3); // two rows, and nowhere
  assert.equal(first.data[2], 4);
  assert.deepEqual(chosen.shape, [2, 3]);
  // Latents 2k and 2k + 1 belong to image k; the first step sees the same images.
  assert.deepEqual([...rows.data], [...FIRST_ROWS].flatMap((k) => [2 * k, 2 * k + 1]));
  const { data } = asked[2][1].state;
  assert.deepEqual([...data.subarray(2, 8)], [1, 2, 3, 4, 1e6, 1e6]);
  assert.deepEqual([...data.subarray(28)], [5, 6, 1]);
});

test("a grid of codes is decoded as a square", async () => {
  const { learner, asked } = learnerOf({});
  await learner.decode({ indices: [[0, 1, 1, 0], [1, 1, 1, 1]] });
  assert.deepEqual(asked.at(-1)[1].indices.shape, [2, 2, 2]);
});
