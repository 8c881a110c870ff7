/**
 * Where a view's tensor functions run: in the page if it offers a runtime, else in the
 * kernel. A tensor is `{data: Float32Array, shape: number[]}`; every function takes and
 * returns an object of named tensors.
 */

/** A busy kernel may take this long; anywidget's own limit is three seconds. */
const KERNEL_PATIENCE = 120_000;

/**
 * @param {{model: object, experimental: {invoke: Function}}} context of a view
 * @returns {{prepare: Function, run: Function}} `prepare(report, names)` resolves when
 *   `run(name, inputs)` may be called for these names, or for all if none are given;
 *   `report({loaded, total})` counts bytes on the way.
 */
export function engineFor({ model, experimental }) {
  const runtime = globalThis[Symbol.for("vae_lib.runtime")];
  return runtime ? runtime.engine(model.get("functions")) : kernelEngine(experimental);
}

function kernelEngine(experimental) {
  return {
    prepare: async () => {},
    async run(name, inputs) {
      const specs = Object.entries(inputs).map(([key, { shape }]) => ({
        name: key,
        shape,
      }));
      const buffers = Object.values(inputs).map(({ data }) => data.slice().buffer);
      const message = { function: name, inputs: specs };
      const signal = AbortSignal.timeout(KERNEL_PATIENCE);
      const [reply, replies] = await experimental.invoke("_run", message, {
        buffers,
        signal,
      });
      const tensors = reply.outputs.map(({ name: key, shape }, index) => [
        key,
        { data: floats(replies[index]), shape },
      ]);
      return Object.fromEntries(tensors);
    },
  };
}

/** Bytes from the kernel may start at any offset; a Float32Array may not. */
function floats(view) {
  const { buffer, byteOffset, byteLength } = view;
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/**
 * Latest value wins: while `work` runs, further calls collapse into one that follows,
 * so that a drag never queues.
 *
 * @param {() => Promise<void>} work
 * @param {(error: Error) => void} fail called when work throws
 * @returns {() => Promise<void>} resolves when nothing is left to do
 */
export function latest(work, fail) {
  let again = false;
  let running = null;
  const loop = async () => {
    try {
      do {
        again = false;
        await work();
      } while (again);
    } catch (error) {
      fail(error);
    } finally {
      running = null;
    }
  };
  return () => {
    again = true;
    running ??= loop();
    return running;
  };
}
