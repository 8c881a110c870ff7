/**
 * Who trains: a worker of the page if there is a page runtime, else the kernel. Both
 * take the same questions and answer with named tensors.
 */

/** A burst of steps in a busy kernel may take this long. */
const LEARNER_PATIENCE = 120_000;

/**
 * @param {{model: object, experimental: {invoke: Function}}} context of a view
 * @param {(settings: object) => string} nameOf which of the view's labs settings need
 */
export function learnerFor({ model, experimental }, nameOf) {
  const runtime = globalThis[Symbol.for("vae_lib.runtime")];
  return runtime ? runtime.learner(model.get("labs"), nameOf) : kernelLearner(experimental);
}

function kernelLearner(experimental) {
  return {
    async ask(method, given = {}) {
      const signal = AbortSignal.timeout(LEARNER_PATIENCE);
      const message = { method, given };
      const [{ outputs }, replies] = await experimental.invoke("_learn", message, {
        signal,
      });
      const tensors = outputs.map(({ name, shape }, k) => [
        name,
        { data: kernelFloats(replies[k]), shape },
      ]);
      return Object.fromEntries(tensors);
    },
    stop() {},
  };
}

/** Bytes from the kernel may start at any offset; a Float32Array may not. */
function kernelFloats({ buffer, byteOffset, byteLength }) {
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
