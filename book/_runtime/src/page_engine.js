/** Models in the page: ONNX Runtime Web, fetched once, at the first touch of a widget. */

import { fetchAll } from "./fetching.js";

// build.mjs copies these files beside the bundle and measures them.
const ORT = ORT_FILES; // {script: string, wasm: {file: string, bytes: number}}
const here = (path) => new URL(path, import.meta.url).href;
const wasm = { url: here(ORT.wasm.file), bytes: ORT.wasm.bytes };

let library = null; // promise of the runtime, shared by every widget of the page
const sessions = new Map(); // model file -> promise of its session

/**
 * The engine of one view.
 *
 * @param {Object<string, {file: string, bytes: number}>} functions name -> ONNX file, as
 *   the view's state gives them
 */
export function pageEngine(functions) {
  const ready = new Map(); // function name -> session
  return {
    async prepare(report) {
      const entries = Object.entries(functions);
      const models = entries.map(([, { file, bytes }]) => ({
        url: here(`models/${file}`),
        bytes,
      }));
      const [binary, ...graphs] = await fetchAll([wasm, ...models], report);
      const ort = await loadLibrary(binary);
      for (const [k, [name, { file }]] of entries.entries()) {
        ready.set(name, await openSession(ort, file, graphs[k]));
      }
    },

    async run(name, inputs) {
      const ort = await library;
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
    },
  };
}

function loadLibrary(binary) {
  library ??= import(here(ORT.script)).then(
    (ort) => {
      // Static hosts send no cross-origin isolation headers, so there are no threads.
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = binary.buffer;
      return ort;
    },
    (error) => {
      library = null; // whoever asks next tries again
      throw error;
    },
  );
  return library;
}

function openSession(ort, file, graph) {
  if (!sessions.has(file)) {
    const session = ort.InferenceSession.create(graph);
    session.catch(() => sessions.delete(file));
    sessions.set(file, session);
  }
  return sessions.get(file);
}
