/** Codes and latents in a plane, moved step by step or by hand. */

import { element } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { planeMove, planePoint, written } from "./latent.js";
import { MINIBATCH, uniforms } from "./philox.js";
import { stage } from "./stage.js";
import { nearestPoint } from "./voronoi.js";
import { pairs, voronoiMap } from "./voronoi_map.js";

const STEPPER_INVITATION =
  "Press Step, or drag a code; a focused code moves with the arrow keys.";
/** Playing stops by itself after so many steps; Play goes on. */
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

  const widget = element("div", {
    class: "vae-widget vae-lab vae-flow vae-voronoi",
    role: "group",
    "aria-label": model.get("title"),
  });
  const page = stage(widget, engine, STEPPER_INVITATION);
  const body = element("div", { class: "vae-body" });
  body.innerHTML = model.get("body");
  body.prepend(element("p", { class: "vae-title" }, model.get("title")));
  body.append(page.line);
  widget.append(body);
  const find = (name) => body.querySelector(`.vae-${name}`);
  const named = (name) => body.querySelector(`[name=${name}]`);
  const [mover, restart, follow] = ["mover", "restart", "follow"].map(named);
  const [commitment, pick] = ["commitment", "latent"].map(named);
  const [play, once, again] = ["train", "once", "again"].map(find);
  const node = find("map");
  const map = voronoiMap(node, reach);
  const letters = map.handles.map((handle) => handle.textContent);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const run = { step: 0 };
  let held = null; // the code in hand, which no step moves
  let playing = false;
  let working = Promise.resolve(); // what the engine is at

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

  function reset() {
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
    row("error", error, error / start.measures[0]);
    row("gap", gap, gap / start.measures[1]);
    row("used", `${used} of ${size}`, used / size);
    row("perplexity", perplexity, perplexity / size);
    const most = Math.max(...run.counts);
    for (const [k, column] of [...body.querySelectorAll(".vae-use")].entries()) {
      column.querySelector("b").textContent = run.counts[k];
      column.querySelector("i").style.setProperty("--vae-share", run.counts[k] / most);
      column.classList.toggle("vae-empty", run.counts[k] === 0);
    }
    const uses = letters.map((letter, k) => `${letter} ${run.counts[k]}`).join(", ");
    find("columns").setAttribute("aria-label", `Uses: ${uses}`);
    map.describe(`${many} latents among ${size} codes. ${summary()}`);
    tell();
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
    const text = typeof value === "string" ? value : value.toFixed(name === "perplexity" ? 2 : 3);
    part.querySelector("b").textContent = text;
    const full = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
    part.querySelector("i").style.setProperty("--vae-share", full);
  }

  function tell() {
    find("count").textContent = `Step ${run.step}`;
    play.textContent = playing ? "Pause" : "Play";
    once.disabled = playing;
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

  /** So many steps, as long as nobody presses Pause; shown as they come. */
  async function go(steps) {
    const end = run.step + steps;
    while (run.step < end && (playing || steps === 1)) {
      await advance();
      const last = run.step === end || (steps > 1 && !playing);
      if (calm && !last) continue;
      show();
      await new Promise(requestAnimationFrame);
    }
  }

  const attempt = (act) => async () => {
    try {
      await page.ready();
      await act();
    } catch (error) {
      page.fail(error);
    }
  };
  /** One after another: the engine does one thing at a time. */
  const queue = (act) => {
    working = working.catch(() => {}).then(act);
    return working;
  };
  const pause = async () => {
    playing = false;
    await working;
  };
  const move = (steps) => {
    playing = steps > 1;
    tell();
    const going = queue(() => go(steps)).finally(() => {
      playing = false;
      tell();
    });
    return going.then(() => page.say(summary));
  };
  /** After a code was moved by hand, or the price changed; a run looks by itself. */
  const refresh = latest(async () => {
    await page.ready();
    if (playing) return;
    await queue(see);
    show();
    page.say(summary);
  }, page.fail);

  play.addEventListener("click", attempt(() => (playing ? pause() : move(STEPPER_LEG))));
  once.addEventListener("click", attempt(() => playing || move(1)));
  again.addEventListener(
    "click",
    attempt(async () => {
      await pause();
      reset();
      await queue(see); // under the commitment as it is set now
      show();
      page.say(() => "Back at the start.");
    }),
  );
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

  reset();
  for (const part of [find("settings"), find("run")]) part.disabled = false;
  show();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    playing = false;
  };
}

export default { render };
