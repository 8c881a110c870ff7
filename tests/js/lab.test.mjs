import assert from "node:assert/strict";
import test from "node:test";

import { startingState } from "../../book/_runtime/src/learner.js";
import { TwinLearner } from "../../book/_runtime/src/twin_learner.js";
import { pathOf, roundRange, settled, thinned } from "../../vae_lib/widgets/lab_chart.js";
import { codesToShow } from "../../vae_lib/widgets/lab_model.js";
import { trainer, wholeCurve } from "../../vae_lib/widgets/trainer.js";
import { twinMeasures } from "../../vae_lib/widgets/twin_measures.js";

test("a chart's range has round ends and holds its values", () => {
  assert.deepEqual(roundRange(21.3, 44.6), [20, 45]);
  assert.deepEqual(roundRange(0, 14.5), [0, 16]);
  for (const [low, high] of [[0, 0], [0, 0.003], [26.99, 27.13], [5, 5]]) {
    const [bottom, top] = roundRange(low, high);
    assert.ok(bottom <= low && high <= top && bottom < top, `${[low, high, bottom, top]}`);
  }
});

test("a path runs to the right and upwards, and stays inside", () => {
  const points = [[0, 0], [50, 5], [100, 20]];
  assert.equal(pathOf(points, 100, [0, 10]), "M0.0 100.0L50.0 50.0L100.0 0.0");
  assert.equal(pathOf([], 100, [0, 1]), "");
});

test("the opening fall does not set the range, unless there is nothing else", () => {
  const [first, later] = [{ step: 1 }, { step: 50 }];
  assert.deepEqual(settled([first, later], 100), [later]);
  assert.deepEqual(settled([first], 100), [first]);
});

test("thinning keeps the last point and no more than asked", () => {
  const points = Array.from({ length: 1001 }, (_, k) => k);
  const few = thinned(points, 100);
  assert.ok(few.length <= 101 && few.at(-1) === 1000);
  assert.deepEqual(thinned([1, 2], 100), [1, 2]);
});

test("the busiest latents are swept", () => {
  const means = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
  const z = codesToShow(means, Float32Array.of(0.1, 3), [1]);
  assert.deepEqual(z[0], [3, 4]); // the example's own code
  assert.deepEqual([z[1][0], z[1][1], z[7][1]], [3, -2.5, 2.5]); // along the second
  assert.equal(z.length, 1 + 2 * 7);
});

const tensor = (data, ...shape) => ({ data: Float32Array.from(data), shape });

function pretend() {
  const asked = [];
  let step = 0;
  const ask = async (method, given) => {
    asked.push([method, given?.count]);
    if (method === "advance") {
      const rows = Array.from({ length: given.count }, () => (step += 1));
      return {
        distortion: tensor(rows.flatMap((k) => [k, 2 * k]), given.count, 2),
        rates: tensor(rows.flatMap(() => [1, 2, 3, 4]), given.count, 2, 2),
      };
    }
    if (method === "begin") step = 0;
    return { means: tensor([1, 2, 3, 4], 2, 1, 2), rates: tensor([1, 2, 3, 4], 2, 2), gaps: tensor([0.5, 0.25], 2, 1) };
  };
  return { ask, asked };
}

test("a run looks closer at every hundredth step and at its end, whatever the pace", async () => {
  const { ask, asked } = pretend();
  const lab = trainer(ask, { reported() {}, examined() {} }, twinMeasures);
  await lab.begin({});
  await lab.trainUntil(250);
  assert.equal(lab.run.step, 250);
  assert.deepEqual(lab.run.scores.map(({ step }) => step), [100, 200, 250]);
  const counts = asked.filter(([method]) => method === "advance").map(([, count]) => count);
  assert.equal(counts.reduce((a, b) => a + b), 250);
  const curve = wholeCurve(lab.run);
  assert.deepEqual(curve[0], { step: 10, values: [5.5, 3, 11, 7] });
  assert.equal(curve.at(-1).step, 250);
});

test("a pause stops after the burst and shows where it stopped; a new run is empty", async () => {
  const { ask } = pretend();
  const lab = trainer(ask, { reported: () => lab.pause.length, examined() {} }, twinMeasures);
  await lab.begin({});
  const going = lab.trainUntil(100_000);
  await lab.pause();
  await going;
  assert.ok(lab.run.step > 0 && lab.run.step < 100_000 && !lab.training);
  assert.equal(lab.run.scores.at(-1).step, lab.run.step);
  await lab.begin({ seed: 1 });
  assert.deepEqual([lab.run.step, lab.run.scores.length], [0, 0]);
});

test("a failure ends the training and is told", async () => {
  const lab = trainer(async () => { throw new Error("broken"); }, { reported() {}, examined() {} }, twinMeasures);
  await assert.rejects(lab.trainUntil(10), /broken/);
  assert.equal(lab.training, false);
});

test("weights start within their bounds, the rest of a state is zero", () => {
  const state = startingState([[100, 0.5], [50, 0.1]], 3);
  assert.equal(state.length, 451);
  assert.ok(Math.max(...state.subarray(0, 100).map(Math.abs)) > 0.45);
  assert.ok(Math.max(...state.subarray(100, 150).map(Math.abs)) <= 0.1);
  assert.ok(state.subarray(150).every((value) => value === 0));
});

test("the twin pays 1, the reader's price rises in a straight line", async () => {
  const paid = [];
  const run = async (_name, { state, beta }) => {
    paid.push(beta.data[0]);
    return { after: state, distortion: tensor([1]), rates: tensor([1, 1], 2) };
  };
  const data = { count: 2, shape: [1, 1, 1], factors: 1, levels: 4 };
  const lab = { latents: 2, batchSize: 2, learningRate: 1, epsilon: 1, spread: [[1, 1]], data };
  const bytes = Uint8Array.of(0, 4, 0, 1);
  const learner = new TwinLearner(run, lab, bytes, { beta: 4, anneal: 2, seed: 0 });
  await learner.advance({ count: 4 });
  assert.deepEqual(paid, [0, 1, 2, 1, 4, 1, 4, 1]);
  assert.ok(learner.draw().x.data.every((value) => value === 0 || value === 1));
});
