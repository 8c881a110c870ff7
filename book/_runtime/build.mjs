/** Bundle the host and the worker, and lay out beside it the files that it fetches: dist/. */

import { cp, mkdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const require = createRequire(import.meta.url);
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, "ort"), { recursive: true });

// ONNX Runtime: the smallest build, wasm with SIMD; its script holds the loader.
const ort = join(root, "node_modules", "onnxruntime-web", "dist");
const script = "ort/ort.wasm.bundle.min.mjs";
const wasm = "ort/ort-wasm-simd-threaded.wasm";
await cp(join(ort, "ort.wasm.bundle.min.mjs"), join(dist, script));
await cp(join(ort, "ort-wasm-simd-threaded.wasm"), join(dist, wasm));
const { size: bytes } = await stat(join(dist, wasm));

// MathJax: one script, its fonts, and the TeX extensions that it loads by name.
const mathjax = packageFolder("mathjax");
for (const part of [
  "es5/tex-chtml.js",
  "es5/output/chtml/fonts/woff-v2",
  "es5/input/tex/extensions",
  "LICENSE",
]) {
  const target = part.replace(/^es5\//, "");
  await cp(join(mathjax, part), join(dist, "mathjax", target), { recursive: true });
}

await build({
  entryPoints: ["host.js", "learner_worker.js"].map((file) => join(root, "src", file)),
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".svg": "dataurl", ".woff": "dataurl" },
  legalComments: "linked",
  // The widgets' own files lie outside this folder and have no packages of their own.
  nodePaths: [join(root, "node_modules")],
  define: {
    ORT_FILES: JSON.stringify({ script, wasm: { file: wasm, bytes } }),
    "AbortSignal.timeout": "patience",
  },
  inject: [join(root, "src", "patience.js")],
  metafile: true,
  logLevel: "warning",
});
