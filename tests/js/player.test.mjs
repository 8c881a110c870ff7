import assert from "node:assert/strict";
import test from "node:test";

import { player } from "../../vae_lib/widgets/player.js";

/** A run that takes a step a tick, and what was told of it. */
function made({ broken = false } = {}) {
  const told = { steps: 0, said: [], failed: [], playing: [] };
  const page = {
    ready: async () => {
      if (broken) throw new Error("no engine");
    },
    say: (words) => told.said.push(words()),
    fail: (error) => told.failed.push(error.message),
  };
  const buttons = player(page, {
    go: async (steps, goesOn) => {
      for (const end = told.steps + steps; told.steps < end && goesOn(); told.steps += 1) {
        await new Promise(setImmediate);
      }
    },
    tell: () => told.playing.push(buttons.playing()),
    summary: () => `after ${told.steps}`,
  });
  return { told, buttons };
}

test("play takes its steps, tells of both ends, and says where it stopped", async () => {
  const { told, buttons } = made();
  await buttons.play(5)();
  assert.equal(told.steps, 5);
  assert.deepEqual(told.playing, [true, false]);
  assert.deepEqual(told.said, ["after 5"]);
});

test("play pressed again pauses after the step in hand", async () => {
  const { told, buttons } = made();
  const press = buttons.play(1000);
  const first = press();
  while (told.steps < 3) await new Promise(setImmediate);
  await press();
  await first;
  assert.ok(told.steps < 10);
  assert.equal(buttons.playing(), false);
});

test("one step is one step, and none while it plays", async () => {
  const { told, buttons } = made();
  await buttons.once();
  assert.equal(told.steps, 1);
  const first = buttons.play(20)();
  await new Promise(setImmediate);
  await buttons.once();
  await first;
  assert.equal(told.steps, 21);
});

test("an engine that does not answer is told, and nothing moves", async () => {
  const { told, buttons } = made({ broken: true });
  await buttons.play(5)();
  assert.deepEqual([told.steps, told.failed], [0, ["no engine"]]);
});
