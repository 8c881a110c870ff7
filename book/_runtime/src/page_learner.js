/** A lab's learner in the page: fetched when asked for, run by a worker. */

import { fetchAll } from "./fetching.js";

const ORT = ORT_FILES; // {script: string, wasm: {file: string, bytes: number}}
const here = (path) => new URL(path, import.meta.url).href;
const wasm = { url: here(ORT.wasm.file), bytes: ORT.wasm.bytes };

/**
 * @param {Object<string, object>} labs what each combination of settings that has files
 *   of its own needs, as the view's state gives it
 * @param {(settings: object) => string} nameOf which of them settings need
 * @returns {{ask: Function, stop: Function}} `ask(method, given, report)` resolves to
 *   named tensors; `report({loaded, total})` counts bytes on the way to "begin"
 */
export function pageLearner(labs, nameOf) {
  let worker = null;
  let asked = 0;
  const waiting = new Map(); // number of the question -> {resolve, reject}

  function start() {
    const made = new Worker(here("learner_worker.js"), { type: "module" });
    made.addEventListener("message", ({ data: { id, value, error } }) => {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    });
    made.addEventListener("error", (event) => {
      worker = null; // whoever begins next tries again
      for (const { reject } of waiting.values()) reject(new Error(event.message));
      waiting.clear();
    });
    return made;
  }

  function tell(method, given) {
    worker ??= start();
    asked += 1;
    worker.postMessage({ id: asked, method, given });
    return new Promise((resolve, reject) => {
      waiting.set(asked, { resolve, reject });
    });
  }

  async function begin(settings, report) {
    const lab = labs[nameOf(settings)];
    const functions = Object.entries(lab.functions);
    const wanted = [lab.data, ...functions.map(([, file]) => file)];
    const files = wanted.map(({ file, bytes }) => ({ url: here(`models/${file}`), bytes }));
    const [binary, bytes, ...contents] = await fetchAll([wasm, ...files], report);
    const graphs = functions.map(([name, { file }], k) => [
      name,
      { file, graph: contents[k] },
    ]);
    return tell("begin", {
      script: here(ORT.script),
      binary,
      bytes,
      graphs: Object.fromEntries(graphs),
      lab,
      settings,
    });
  }

  return {
    ask: (method, given = {}, report = () => {}) =>
      method === "begin" ? begin(given, report) : tell(method, given),
    stop: () => worker?.terminate(),
  };
}
