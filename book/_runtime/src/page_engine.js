/** Models in the page: ONNX Runtime Web, fetched once, at the first touch of a widget. */

import { fetchAll } from "./fetching.js";
import { loadOrt, openModel } from "./ort.js";

// build.mjs copies these files beside the bundle and measures them.
const ORT = ORT_FILES; // {script: string, wasm: {file: string, bytes: number}}
const here = (path) => new URL(path, import.meta.url).href;
const wasm = { url: here(ORT.wasm.file), bytes: ORT.wasm.bytes };

/**
 * The engine of one view.
 *
 * @param {Object<string, {file: string, bytes: number}>} functions name -> ONNX file, as
 *   the view's state gives them
 */
export function pageEngine(functions) {
  const ready = new Map(); // function name -> the function
  return {
    async prepare(report, names = Object.keys(functions)) {
      const entries = names.map((name) => [name, functions[name]]);
      const models = entries.map(([, { file, bytes }]) => ({
        url: here(`models/${file}`),
        bytes,
      }));
      const [binary, ...graphs] = await fetchAll([wasm, ...models], report);
      const ort = await loadOrt(here(ORT.script), binary);
      for (const [k, [name, { file }]] of entries.entries()) {
        ready.set(name, await openModel(ort, file, graphs[k]));
      }
    },

    run: (name, inputs) => ready.get(name)(inputs),
  };
}
