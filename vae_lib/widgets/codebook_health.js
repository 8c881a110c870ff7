/** A codebook that learns beside a moving encoder, with all that its health is read from. */

import { engineFor } from "./engine.js";
import { rowsOf, sharesAt, significant, smallest } from "./health_model.js";
import { healthBars, healthLines, healthMap, healthRows } from "./health_views.js";
import { WEIGHTS, indices, normals, uniforms } from "./philox.js";
import { stage } from "./stage.js";
import { stepButtons } from "./steps.js";
import { viewBody } from "./view_body.js";

const HEALTH_INVITATION =
  "Say how many codes will be in use when the encoder has learned, then press Play.";
/** Playing stops by itself after so many steps; Play goes on. */
const HEALTH_LEG = 600;
/** A picture, for which all latents choose a code, at every so manieth step. */
const HEALTH_EVERY = 3;
const HEALTH_ROUNDS = 10; // of k-means

async function render(context) {
  const { model, el } = context;
  const [moments, many, width] = model.get("shape");
  const { batch, seed, rows, far, decay, least, learning_rate: rate } = model.get("pace");
  const speeds = model.get("speeds");
  const view = model.get("view");
  const engine = engineFor(context);

  const { widget, body } = viewBody(model, "vae-lab vae-flow vae-health");
  const page = stage(widget, engine, HEALTH_INVITATION);
  body.append(page.line);
  const find = (name) => body.querySelector(`.vae-${name}`);
  const field = (name) => body.querySelector(`[name=${name}]`);
  const draw = {
    map: healthMap(find("map"), view, width),
    bars: healthBars(find("bars"), many),
    row: healthRows(body),
    perplexity: healthLines(find("line-perplexity")),
    errors: healthLines(find("line-errors")),
  };
  const everyPlace = Array.from({ length: many }, (_, k) => k);
  const drawnPlaces = everyPlace.filter((k) => k % view.every === 0);

  const run = { step: 0, begun: false, history: [] };

  const size = () => Number(field("codes").value);
  const shares = () => {
    const [steps] = speeds[field("speed").value];
    return tensor(sharesAt(steps ? run.step / steps : 1, moments), [moments]);
  };
  const one = (value) => tensor([value], [1]);
  const encode = async (places) => {
    const inputs = { places: tensor(places, [places.length]), shares: shares() };
    return (await engine.run("encode", inputs)).latents.data;
  };
  const codebook = () => tensor(run.codebook, [rows, width]);
  /** So many codes; the rows that are left lie where no latent chooses them. */
  const padded = (codes) => {
    const filled = new Float32Array(rows * width).fill(far);
    filled.set(codes);
    return filled;
  };

  /** A new codebook, before its first step. */
  async function begin() {
    const codes = size();
    Object.assign(run, { step: 0, history: [], batch: NaN });
    if (field("start").value === "random") {
      const drawn = normals(seed, 0, codes * width);
      run.codebook = padded(drawn.map((value) => value / Math.sqrt(width)));
    } else {
      run.codebook = padded(await encode(smallest(uniforms(seed, WEIGHTS, 0, many), codes)));
      const cloud = tensor(await encode(everyPlace), [many, width]);
      for (let round = 0; round < HEALTH_ROUNDS; round += 1) {
        const moved = await engine.run("centre", { codebook: codebook(), latents: cloud });
        run.codebook = moved.codes.data;
      }
    }
    run.size = codes;
    run.uses = new Float32Array(rows).fill(1);
    run.first = new Float32Array(rows * width);
    run.second = new Float32Array(rows * width);
    run.begun = true;
    await measure();
  }

  async function take() {
    const latents = await encode(indices(seed, run.step, batch, many));
    const draws = uniforms(seed, WEIGHTS, run.step + 1, rows);
    const restarts = field("restarts").checked;
    const leasts = Array.from({ length: rows }, (_, k) => (restarts && k < run.size ? least : 0));
    const inputs = {
      codebook: codebook(),
      uses: tensor(run.uses, [rows]),
      chosen: tensor(draws.map((u) => Math.floor(u * batch)), [rows]),
      latents: tensor(latents, [batch, width]),
      decay: one(decay),
      least: tensor(leasts, [rows]),
    };
    const mover = field("mover").value;
    if (mover === "descend") {
      Object.assign(inputs, {
        first: tensor(run.first, [rows, width]),
        second: tensor(run.second, [rows, width]),
        done: one(run.step + 1),
        learning_rate: one(rate),
      });
    }
    const found = await engine.run(mover, inputs);
    run.codebook = found.codes.data;
    run.uses = found.used.data;
    run.first = found.first_after?.data ?? run.first;
    run.second = found.second_after?.data ?? run.second;
    run.batch = Math.exp(found.entropy.data[0]);
    run.step += 1;
  }

  /** All latents choose a code. */
  async function measure() {
    run.latents = await encode(everyPlace);
    const cloud = tensor(run.latents, [many, width]);
    const found = await engine.run("measure", { codebook: codebook(), latents: cloud });
    run.counts = found.counts.data.slice(0, run.size);
    run.perplexity = Math.exp(found.entropy.data[0]);
    run.error = found.error.data[0];
    run.history.push({ step: run.step, whole: run.perplexity, batch: run.batch, error: run.error });
  }

  const alive = () => run.counts.reduce((sum, count) => sum + (count > 0), 0);
  const words = () =>
    `${run.counts.length} codes: ${alive()} in use, ${run.counts.length - alive()} dead`;

  function show() {
    const codes = run.size;
    const codebook = run.codebook.subarray(0, run.size * width);
    draw.map(rowsOf(run.latents, drawnPlaces, width), codebook, run.counts, words());
    draw.bars(run.counts, words());
    draw.row("alive", `${alive()} of ${codes}`, alive() / codes);
    draw.row("whole", run.perplexity.toFixed(1), run.perplexity / codes);
    draw.row("batch", Number.isNaN(run.batch) ? "\u2013" : run.batch.toFixed(1), run.batch / codes || 0);
    draw.row("error", significant(run.error), run.error);
    const line = (...names) =>
      run.history.map((at) => ({ step: at.step, values: names.map((name) => at[name]) }));
    draw.perplexity(line("whole", "batch"));
    draw.errors(line("error"), 1);
    const { step, counts, perplexity, error, batch: ofBatch } = run;
    const detail = { step, counts: [...counts], perplexity, error, batch: ofBatch };
    detail.codebook = [...codebook];
    widget.dispatchEvent(new CustomEvent("vae:health", { bubbles: true, detail }));
  }

  function tell() {
    const [, speed] = speeds[field("speed").value];
    find("speed b").textContent = speed;
    field("speed").setAttribute("aria-valuetext", speed);
  }

  const summary = () =>
    `Step ${run.step}. ${words()}; perplexity ${run.perplexity.toFixed(1)}, ` +
    `error ${significant(run.error)} of the variance.`;

  /** The steps of one picture, then all latents choose. */
  async function advance(last) {
    if (!run.begun) await begin();
    do {
      await take();
    } while (!last() && run.step % HEALTH_EVERY);
    await measure();
  }

  const steps = stepButtons(body, page, {
    leg: HEALTH_LEG,
    step: () => run.step,
    advance,
    show,
    tell,
    reset: begin,
    summary,
  });
  // These decide where a run starts; the others may change on the way.
  for (const name of ["codes", "start", "speed"]) {
    field(name).addEventListener("change", () => find("again").click());
  }
  field("speed").addEventListener("input", tell);

  for (const part of [find("settings"), find("run")]) part.disabled = false;
  steps.tell();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return steps.stop;
}

const tensor = (data, shape) => ({ data: Float32Array.from(data), shape });

export default { render };
