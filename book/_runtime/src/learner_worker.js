/** The learner in a thread of its own, so that the page answers while it trains. */

import { Learner } from "./learner.js";

let learner = null;
let library = null; // promise of ONNX Runtime, with the first run's binary
const sessions = new Map(); // file -> promise of its session

const methods = {
  async begin({ script, binary, graphs, lab, bytes, settings }) {
    library ??= load(script, binary);
    const ort = await library;
    const ready = new Map();
    for (const [name, { file, graph }] of Object.entries(graphs)) {
      if (!sessions.has(file)) sessions.set(file, ort.InferenceSession.create(graph));
      ready.set(name, await sessions.get(file));
    }
    const run = async (name, inputs) => {
      const feeds = Object.entries(inputs).map(([key, { data, shape }]) => [
        key,
        new ort.Tensor("float32", data, shape),
      ]);
      const results = await ready.get(name).run(Object.fromEntries(feeds));
      const tensors = Object.entries(results).map(([key, { data, dims }]) => [
        key,
        { data, shape: [...dims] },
      ]);
      return Object.fromEntries(tensors);
    };
    learner = new Learner(run, lab, bytes, settings);
    return {};
  },
};

async function load(script, binary) {
  const ort = await import(script);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = binary.buffer;
  return ort;
}

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
