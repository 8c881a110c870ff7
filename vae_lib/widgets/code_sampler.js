/** A grid of codes drawn one by one: what comes next, what came, and what it shows. */

import {
  bitsOf,
  drawCode,
  gridMove,
  likeliest,
  uncertainty,
  veiled,
} from "./code_draw.js";
import { pictureCanvas } from "./dom.js";
import { engineFor } from "./engine.js";
import { NEXT_CODE, uniforms } from "./philox.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const SAMPLER_INVITATION =
  "Press Play or Step, choose a code yourself, or click a drawn cell to change it.";
/** Slow enough to be watched, in milliseconds a code. */
const PACE = 60;

async function render(context) {
  const { model, el } = context;
  const grid = model.get("grid");
  const setup = model.get("setup");
  const places = grid[0] * grid[1];
  const engine = engineFor(context);

  const { widget, body } = viewBody(model, "vae-lab vae-sampler");
  const page = stage(widget, engine, SAMPLER_INVITATION);
  body.append(page.line);
  const find = (name) => body.querySelector(`.vae-${name}`);
  const [play, once, again, other] = ["train", "once", "again", "other"].map(find);
  const kind = body.querySelector("[name=kind]");
  const warmth = body.querySelector("[name=temperature]");
  const cells = [...body.querySelectorAll(".vae-cell")];
  const choices = [...body.querySelectorAll(".vae-choice")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const poster = find("frame img");
  const frame = pictureCanvas(poster.width, poster.height, poster.alt);
  await paintAddress(frame, poster.src);
  find("frame").replaceChildren(frame);

  let codes = model.get("codes").slice();
  let seed = setup.seed;
  let chances = null; // (places, codes) of the codes as they stand
  let offered = []; // the codes in the list
  let playing = false;
  let working = Promise.resolve();
  let focus = Math.min(codes.length, places - 1);

  const temperature = () => setup.temperatures[warmth.value];
  const tensor = (data, shape) => ({ data: Float32Array.from(data), shape });
  const next = () => chances.subarray(codes.length * setup.codes).subarray(0, setup.codes);

  /** Ask what may come next and what the codes so far show. */
  async function ask() {
    const filled = codes.concat(new Array(places - codes.length).fill(setup.blank));
    const asked = {
      codes: tensor(filled, [1, ...grid]),
      temperature: tensor([temperature()], [1, 1]),
    };
    if (kind) {
      const hot = Array.from({ length: setup.classes }, (_, k) => Number(k === +kind.value));
      asked.kind = tensor(hot, [1, setup.classes]);
    }
    const answer = await engine.run("chances", asked);
    const { x } = await engine.run("picture", { codes: asked.codes });
    chances = answer.chances.data;
    return x;
  }

  function show(x) {
    paint(frame, veiled(x, codes.length, grid));
    for (const [place, cell] of cells.entries()) showCell(cell, place);
    showNext();
    tell();
    const words = `Picture decoded from ${codes.length} of ${places} codes: ${described(x)}`;
    frame.setAttribute("aria-label", words);
    model.set("codes", codes.slice());
    model.save_changes();
    const detail = { codes: codes.slice(), seed, bits: bits(), chances: [...next()] };
    widget.dispatchEvent(new CustomEvent("vae:codes", { bubbles: true, detail }));
  }

  function showCell(cell, place) {
    const code = codes[place];
    const drawn = place < codes.length;
    const state = place === codes.length ? "next" : "empty";
    cell.className = `vae-cell vae-${drawn ? "patch" : `is-${state}`}`;
    if (drawn) cell.style.setProperty("--vae-patch", patchAt(code));
    cell.setAttribute("aria-label", `${where(place)}: ${drawn ? `code ${code}` : state}`);
    cell.setAttribute("aria-disabled", String(!drawn));
    cell.tabIndex = place === focus ? 0 : -1;
  }

  function showNext() {
    const full = codes.length === places;
    find("next legend").textContent = full
      ? "All codes are drawn"
      : `Next: ${where(codes.length).toLowerCase()}`;
    find("choices").classList.toggle("vae-over", full);
    offered = full ? [] : likeliest(next(), setup.shown);
    for (const [k, choice] of choices.entries()) {
      const code = offered[k];
      choice.disabled = full;
      if (full) continue;
      const chance = next()[code];
      choice.style.setProperty("--vae-patch", patchAt(code));
      choice.style.setProperty("--vae-share", chance / next()[offered[0]]);
      choice.querySelector(".vae-which").textContent = `code ${code}`;
      choice.querySelector("b").textContent = percent(chance);
    }
    find("rest").textContent = full ? "\u00a0" : rest();
    const uniform = codes.length * Math.log2(setup.codes);
    find("bits").textContent =
      `Codes so far: ${bits().toFixed(0)} bits, uniformly ${uniform.toFixed(0)}.`;
  }

  function rest() {
    const listed = offered.reduce((sum, code) => sum + next()[code], 0);
    const share = percent(Math.max(0, 1 - listed));
    const unsure = uncertainty(next()).toFixed(1);
    return `The other ${setup.codes - setup.shown}: ${share}. Uncertainty: ${unsure} bits.`;
  }

  const bits = () => bitsOf(chances, codes, setup.codes);

  function tell() {
    play.textContent = playing ? "Pause" : "Play";
    const full = codes.length === places;
    once.disabled = playing || full;
    play.disabled = full && !playing;
    warmth.previousElementSibling.querySelector("b").textContent = String(temperature());
    warmth.setAttribute("aria-valuetext", String(temperature()));
  }

  function where(place) {
    return `Row ${Math.floor(place / grid[1]) + 1}, column ${(place % grid[1]) + 1}`;
  }

  function patchAt(code) {
    const across = (100 * (code % setup.columns)) / (setup.columns - 1);
    const down = (100 * Math.floor(code / setup.columns)) / Math.max(1, setup.rows - 1);
    return `${across.toFixed(3)}% ${down.toFixed(3)}%`;
  }

  function summary() {
    const [first] = offered;
    const drawn = `${codes.length} of ${places} codes, ${bits().toFixed(0)} bits.`;
    if (first === undefined) return `${drawn} Click a cell to change what it holds.`;
    const likely = `likeliest code ${first} with ${percent(next()[first])}`;
    return `${drawn} Next ${where(codes.length).toLowerCase()}: ${likely}.`;
  }

  /** One code more: the reader's, or the one that the place's own number draws. */
  async function add(code) {
    if (!chances) await ask();
    const [uniform] = uniforms(seed, NEXT_CODE, codes.length, 1);
    codes.push(code ?? drawCode(next(), uniform));
    focus = Math.min(codes.length, places - 1);
    return ask();
  }

  async function go() {
    while (playing && codes.length < places) {
      const started = performance.now();
      const x = await add();
      const last = codes.length === places || !playing;
      if (calm && !last) continue;
      if (last) playing = false;
      show(x);
      const left = calm ? 0 : PACE - (performance.now() - started);
      await new Promise((done) => setTimeout(done, Math.max(0, left)));
    }
  }

  /** Do one thing after another: each waits for what is in hand. */
  const attempt = (act) => () => {
    working = working.then(async () => {
      try {
        await page.ready();
        await act();
        page.say(summary);
      } catch (error) {
        playing = false;
        page.fail(error);
      }
      tell();
    });
    return working;
  };
  const stopped = (act) => {
    const later = attempt(act);
    return () => {
      playing = false;
      return later();
    };
  };
  const restart = async (from, draws = seed) => {
    codes = codes.slice(0, from);
    seed = draws;
    focus = from;
    show(await ask());
  };

  play.addEventListener("click", () => {
    playing = !playing;
    tell();
    if (playing) attempt(go)();
  });
  once.addEventListener("click", stopped(async () => show(await add())));
  again.addEventListener("click", stopped(() => restart(0)));
  other.addEventListener("click", stopped(() => restart(0, seed + 1)));
  for (const control of [kind, warmth].filter(Boolean)) {
    control.addEventListener("change", stopped(() => restart(codes.length)));
  }
  warmth.addEventListener("input", tell);
  for (const [k, choice] of choices.entries()) {
    choice.addEventListener(
      "click",
      stopped(async () => {
        if (!chances) show(await ask());
        if (offered[k] !== undefined) show(await add(offered[k]));
      }),
    );
  }
  for (const [place, cell] of cells.entries()) {
    cell.addEventListener("click", () => {
      if (place < codes.length) stopped(() => restart(place))();
    });
    cell.addEventListener("keydown", (event) => {
      const to = gridMove(place, event.key, grid);
      if (to === null) return;
      event.preventDefault(); // the page would scroll
      cell.tabIndex = -1;
      cells[to].tabIndex = 0;
      cells[to].focus();
    });
  }

  for (const part of ["written", "run", "settings", "next"]) find(part).disabled = false;
  for (const [place, cell] of cells.entries()) {
    cell.tabIndex = place === focus ? 0 : -1;
    cell.setAttribute("aria-disabled", String(place >= codes.length));
  }
  tell();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    playing = false;
  };
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

export default { render };
