/** Codes and latents in a plane, moved step by step or by hand. */

import { engineFor, latest } from "./engine.js";
import { planeMove, planePoint, written } from "./latent.js";
import { MINIBATCH, uniforms } from "./philox.js";
import { stage } from "./stage.js";
import { stepButtons } from "./steps.js";
import { viewBody } from "./view_body.js";
import { nearestPoint } from "./voronoi.js";
import { pairs, voronoiMap } from "./voronoi_map.js";

const STEPPER_INVITATION =
  "Press Step, or drag a code; a focused code moves with the arrow keys.";
/** Steps at a press of Play. */
const STEPPER_LEG = 200;
/** Of the latents that unused codes go to: a step that is taken again draws the same. */
const STEPPER_SEED = 0;

async function render(context) {
  const { model, el } = context;
  const start = model.get("start");
  const reach = model.get("reach");
  const many = start.points.length / 2;
  const size = start.codebook.length / 2;
  const engine = engineFor(context);

  const { widget, body } = viewBody(model, "vae-lab vae-flow vae-stepper");
  const page = stage(widget, engine, STEPPER_INVITATION);
  body.append(page.line);
  const find = (name) => body.querySelector(`.vae-${name}`);
  const named = (name) => body.querySelector(`[name=${name}]`);
  const [mover, restart, follow] = ["mover", "restart", "follow"].map(named);
  const [commitment, pick] = ["commitment", "latent"].map(named);
  const node = find("map");
  const map = voronoiMap(node, reach);
  const letters = map.handles.map((handle) => handle.textContent);

  const run = { step: 0 };
  let held = null; // the code in hand, which no step moves

  const tensor = (data, shape) => ({ data: Float32Array.from(data), shape });
  const tensors = {
    latents: () => tensor(run.latents, [many, 2]),
    points: () => tensor(start.points, [many, 2]),
    codebook: () => tensor(run.codebook, [size, 2]),
    uses: () => tensor(run.uses, [size]),
    commitment: () => tensor([Number(commitment.value)], [1]),
    chosen: () => tensor(drawn(), [size]),
  };
  const ask = (name, inputs) =>
    engine.run(name, Object.fromEntries(inputs.map((it) => [it, tensors[it]()])));
  const drawn = () =>
    uniforms(STEPPER_SEED, MINIBATCH, run.step, size).map((u) => Math.floor(u * many));

  function begin() {
    const { points, codebook, ...seen } = start;
    Object.assign(run, seen, { step: 0, latents: points, codebook: [...codebook] });
    run.uses = new Array(size).fill(1);
  }

  async function advance() {
    const place = ["latents", "points", "codebook", "commitment"];
    const codes = ["latents", "codebook", "uses"];
    // Both move from where all were: neither waits for the other.
    const after = follow.checked ? await ask("follow", place) : null;
    learn(await ask(mover.value, codes));
    if (restart.checked) learn(await ask("restart", [...codes, "chosen"]));
    if (after) run.latents = after.moved.data;
    run.step += 1;
    await see();
  }

  function learn({ moved, used }) {
    const codebook = [...moved.data];
    if (held !== null) {
      codebook.splice(2 * held, 2, ...run.codebook.slice(2 * held, 2 * held + 2));
    }
    Object.assign(run, { codebook, uses: [...used.data] });
  }

  async function see() {
    const found = await ask("look", ["latents", "points", "codebook", "commitment"]);
    for (const [name, { data }] of Object.entries(found)) run[name] = [...data];
  }

  function show() {
    map.latents(run.latents);
    map.codes(run.codebook, run.counts);
    aim();
    const [error, gap, perplexity] = run.measures;
    const used = run.counts.filter((count) => count > 0).length;
    row("error", error.toFixed(3), error / start.measures[0]);
    row("gap", gap.toFixed(3), gap / start.measures[1]);
    row("used", `${used} of ${size}`, used / size);
    row("perplexity", perplexity.toFixed(2), perplexity / size);
    const most = Math.max(...run.counts);
    for (const [k, column] of [...body.querySelectorAll(".vae-tally-bar")].entries()) {
      column.querySelector("b").textContent = run.counts[k];
      column.querySelector("i").style.setProperty("--vae-share", run.counts[k] / most);
      column.classList.toggle("vae-empty", run.counts[k] === 0);
    }
    const uses = letters.map((letter, k) => `${letter} ${run.counts[k]}`).join(", ");
    find("tally-bars").setAttribute("aria-label", `Uses: ${uses}`);
    map.describe(`${many} latents among ${size} codes. ${summary()}`);
    const { step, codebook, latents, counts, measures } = run;
    const detail = { step, codebook, latents: [...latents], counts, measures };
    widget.dispatchEvent(new CustomEvent("vae:voronoi", { bubbles: true, detail }));
  }

  /** The arrows of the latent that the reader picked. */
  function aim() {
    const n = Number(pick.value) - 1;
    const of = (numbers, k) => [...numbers.slice(2 * k, 2 * k + 2)];
    map.arrows({
      latent: of(run.latents, n),
      code: of(run.codebook, run.indices[n]),
      point: of(start.points, n),
      decoder: of(run.decoder, n),
      held: of(run.held, n),
      taught: of(run.taught, n),
    });
    find("pick b").textContent = `${n + 1}, code ${letters[run.indices[n]]}`;
  }

  function row(name, value, share) {
    const part = find(`of-${name}`);
    part.querySelector("b").textContent = value;
    const full = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
    part.querySelector("i").style.setProperty("--vae-share", full);
  }

  function tell() {
    commitment.disabled = !follow.checked;
    find("commitment b").textContent = Number(commitment.value).toFixed(2);
    for (const [k, handle] of map.handles.entries()) {
      const [across, up] = run.codebook.slice(2 * k, 2 * k + 2);
      handle.setAttribute("aria-valuenow", across.toFixed(2));
      const place = `${written(across)}, ${written(up)}`;
      handle.setAttribute("aria-valuetext", `${place}; ${run.counts[k]} latents`);
    }
  }

  function summary() {
    const [error, , perplexity] = run.measures;
    const empty = letters.filter((_, k) => run.counts[k] === 0);
    const idle = empty.length ? ` Empty: ${empty.join(", ")}.` : "";
    return (
      `Step ${run.step}. Squared error ${error.toFixed(3)}, ` +
      `perplexity ${perplexity.toFixed(2)}.${idle}`
    );
  }

  const steps = stepButtons(body, page, {
    leg: STEPPER_LEG,
    step: () => run.step,
    advance,
    show,
    tell,
    summary,
    reset: () => {
      begin();
      return see(); // under the commitment as it is set now
    },
  });
  /** After a code was moved by hand, or the price changed; a run looks by itself. */
  const refresh = latest(async () => {
    await page.ready();
    if (steps.playing()) return;
    await steps.queue(see);
    show();
    tell();
    page.say(summary);
  }, page.fail);

  follow.addEventListener("input", tell);
  pick.addEventListener("input", aim);
  commitment.addEventListener("input", () => {
    tell();
    refresh();
  });

  function put(k, place) {
    run.codebook.splice(2 * k, 2, ...place);
    map.codes(run.codebook, run.counts);
    tell();
    refresh();
  }
  const spot = (event) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const shares = [(event.clientX - left) / width, (event.clientY - top) / height];
    return planePoint(shares, reach);
  };
  for (const [k, handle] of map.handles.entries()) {
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", `Code ${letters[k]}`);
    handle.setAttribute("aria-roledescription", "two-dimensional slider");
    handle.setAttribute("aria-valuemin", String(-reach));
    handle.setAttribute("aria-valuemax", String(reach));
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault(); // no text selection
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
      held = k;
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) put(k, spot(event));
    });
    handle.addEventListener("lostpointercapture", () => {
      held = null;
    });
    handle.addEventListener("keydown", (event) => {
      const place = run.codebook.slice(2 * k, 2 * k + 2);
      const moved = planeMove(place, event.key, event.shiftKey, reach);
      if (!moved) return;
      event.preventDefault(); // the page would scroll
      put(k, moved);
    });
  }
  node.addEventListener("click", (event) => {
    if (event.target.closest(".vae-code")) return;
    pick.value = String(nearestPoint(pairs(run.latents), spot(event)) + 1);
    aim();
  });

  begin();
  for (const part of [find("settings"), find("run")]) part.disabled = false;
  show();
  steps.tell();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return steps.stop;
}

export default { render };
