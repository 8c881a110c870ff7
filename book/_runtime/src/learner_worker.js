/** The learner in a thread of its own, so that the page answers while it trains. */

import { loadOrt, openModel } from "./ort.js";
import { TwinLearner } from "./twin_learner.js";
import { VQLearner } from "./vq_learner.js";

const LEARNERS = { twins: TwinLearner, vq: VQLearner };

let learner = null;

const methods = {
  async begin({ script, binary, graphs, lab, bytes, settings }) {
    const ort = await loadOrt(script, binary);
    const ready = new Map();
    for (const [name, { file, graph }] of Object.entries(graphs)) {
      ready.set(name, await openModel(ort, file, graph));
    }
    const run = (name, inputs) => ready.get(name)(inputs);
    learner = new LEARNERS[lab.learner](run, lab, bytes, settings);
    return {};
  },
};

// One question at a time, in the order asked: a step must not see half of another.
let last = Promise.resolve();
globalThis.addEventListener("message", ({ data: { id, method, given } }) => {
  last = last.then(async () => {
    try {
      const ask = methods[method] ?? ((it) => learner[method](it));
      globalThis.postMessage({ id, value: await ask(given) });
    } catch (error) {
      globalThis.postMessage({ id, error: error.message });
    }
  });
});
