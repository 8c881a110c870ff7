/** ONNX Runtime, set up for a static host: loaded once, each model opened once. */

let library = null; // promise of ONNX Runtime
const sessions = new Map(); // model file -> promise of its session

/**
 * @param {string} script address of ONNX Runtime's module
 * @param {Uint8Array} binary its WebAssembly
 */
export function loadOrt(script, binary) {
  library ??= import(script).then(
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

/**
 * A model as a function of named tensors, `{data: Float32Array, shape: number[]}`.
 *
 * @param {string} file its name, by which it is known if it was opened before
 * @param {Uint8Array} graph its contents
 */
export async function openModel(ort, file, graph) {
  if (!sessions.has(file)) {
    const opening = ort.InferenceSession.create(graph);
    opening.catch(() => sessions.delete(file));
    sessions.set(file, opening);
  }
  const session = await sessions.get(file);
  return async (inputs) => {
    const feeds = Object.entries(inputs).map(([key, { data, shape }]) => [
      key,
      new ort.Tensor("float32", data, shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    const tensors = Object.entries(results).map(([key, { data, dims }]) => [
      key,
      { data, shape: [...dims] },
    ]);
    return Object.fromEntries(tensors);
  };
}
