import assert from "node:assert/strict";
import test from "node:test";

import { engineFor, latest } from "../../vae_lib/widgets/engine.js";

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

test("calls during work collapse into one that follows", async () => {
  let value = 0;
  const seen = [];
  const draw = latest(async () => {
    seen.push(value);
    await turn();
  }, assert.fail);
  for (value = 1; value < 50; value += 1) draw();
  await draw();
  assert.deepEqual(seen, [1, 50]); // the first, and the newest
});

test("after an error the next call works again", async () => {
  const errors = [];
  let broken = true;
  const draw = latest(
    async () => {
      await turn();
      if (broken) throw new Error("broken");
    },
    (error) => errors.push(error.message),
  );
  await draw();
  broken = false;
  await draw();
  assert.deepEqual(errors, ["broken"]);
});

test("without a page runtime the kernel answers, whatever the bytes' offset", async () => {
  const asked = [];
  const invoke = async (command, message, { buffers }) => {
    asked.push([command, message, [...new Float32Array(buffers[0])]]);
    const padded = new Uint8Array(9);
    padded.set(new Uint8Array(Float32Array.from([0.25, 0.5]).buffer), 1);
    const reply = { outputs: [{ name: "x", shape: [1, 2] }] };
    return [reply, [new DataView(padded.buffer, 1, 8)]];
  };
  const engine = engineFor({ model: {}, experimental: { invoke } });
  await engine.prepare();
  const z = { data: Float32Array.from([1, 2]), shape: [1, 2] };
  const { x } = await engine.run("decode", { z });
  assert.deepEqual([...x.data], [0.25, 0.5]);
  assert.deepEqual(x.shape, [1, 2]);
  const message = { function: "decode", inputs: [{ name: "z", shape: [1, 2] }] };
  assert.deepEqual(asked, [["_run", message, [1, 2]]]);
});

test("a page that offers a runtime is asked for its engine", () => {
  const key = Symbol.for("vae_lib.runtime");
  globalThis[key] = { engine: (functions) => ({ functions }) };
  const model = { get: (name) => ({ name }) };
  assert.deepEqual(engineFor({ model }).functions, { name: "functions" });
  delete globalThis[key];
});
