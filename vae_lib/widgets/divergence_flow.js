/** A cloud of codes, pulled to the prior step by step by the divergence chosen. */

import { engineFor } from "./engine.js";
import { flowMap } from "./flow_map.js";
import { normals } from "./philox.js";
import { stage } from "./stage.js";
import { stepButtons } from "./steps.js";
import { viewBody } from "./view_body.js";

const FLOW_INVITATION =
  "Choose what pulls, say what you expect, then press Play. Another choice goes on from here.";
/** Steps at a press of Play. */
const FLOW_LEG = 300;
/** The cloud moves at every step, the measures at every so manieth. */
const MEASURE_EVERY = 5;
/** Of the prior's draws: a step that is taken again draws the same numbers. */
const SEED = 0;

async function render(context) {
  const { model, el } = context;
  const start = model.get("start");
  const pulls = model.get("pulls");
  const scales = model.get("scales");
  const many = start.noise.length / 2;
  const engine = engineFor(context);

  const { widget, body } = viewBody(model, "vae-lab vae-flow");
  const page = stage(widget, engine, FLOW_INVITATION);
  body.append(page.line);
  const find = (name) => body.querySelector(`.vae-${name}`);
  const [pull, slider] = body.querySelectorAll("[name=pull], [name=scale]");
  const map = flowMap(find("map"), model.get("reach"));

  const run = { step: 0, state: null, weights: null, value: 0, measures: null };

  const scale = () => scales[slider.value];
  const usesScale = () => pulls[pull.value].inputs.includes("scale");
  const tensor = (data, shape) => ({ data: Float32Array.from(data), shape });
  const inputs = (names) => {
    const all = {
      state: () => tensor(run.state, [many, 4]),
      noise: () => tensor(start.noise, [many, 2]),
      labels: () => tensor(start.labels, [many]),
      draws: () => tensor(normals(SEED, run.step, 2 * many), [many, 2]),
      scale: () => tensor([scale()], [1]),
      weights: () => tensor(run.weights, [run.weights.length]),
    };
    return Object.fromEntries(names.map((name) => [name, all[name]()]));
  };

  function reset() {
    Object.assign(run, { step: 0, state: start.state, weights: start.weights });
    run.value = pull.value === "rate" ? start.rate : null;
    run.measures = start.measures;
  }

  async function advance(last) {
    const name = pull.value;
    const { after, value, learned } = await engine.run(name, inputs(pulls[name].inputs));
    Object.assign(run, { state: after.data, value: value.data[0], step: run.step + 1 });
    if (learned) run.weights = learned.data;
    if (last() || run.step % MEASURE_EVERY === 0) await measure();
  }

  async function measure() {
    const { measures } = await engine.run("measure", inputs(["state", "noise", "labels"]));
    run.measures = [...measures.data];
  }

  function show() {
    map.place(run.state, start.noise);
    const { measure: label, full } = pulls[pull.value];
    row("value", run.value, run.value / full, label);
    const [information, misfit, alike] = run.measures;
    row("information", information, information / Math.log(many));
    row("misfit", misfit, misfit / start.measures[1]);
    if (find("of-alike")) row("alike", alike, alike, null, percent);
    const detail = { step: run.step, state: [...run.state], measures: run.measures };
    widget.dispatchEvent(new CustomEvent("vae:flow", { bubbles: true, detail }));
  }

  function row(name, value, share, label = null, write = decimals) {
    const node = find(`of-${name}`);
    if (label) node.querySelector("span").textContent = label;
    node.querySelector("b").textContent = value === null ? "\u2013" : write(value);
    const bar = node.querySelector("i");
    bar.style.setProperty("--vae-share", Math.min(1, Math.max(0, share)));
  }

  function tell() {
    slider.disabled = !usesScale();
    find("scale b").textContent = String(scale());
    slider.setAttribute("aria-valuetext", String(scale()));
    map.kernel(usesScale() ? scale() : null);
  }

  function summary() {
    const [information, misfit, alike] = run.measures;
    const words = [
      `Step ${run.step}.`,
      run.value === null ? "" : `${pulls[pull.value].measure}: ${decimals(run.value)}.`,
      `Information ${decimals(information)} nats, misfit ${decimals(misfit)} nats`,
    ].join(" ");
    return find("of-alike") ? `${words}; ${percent(alike)} of neighbours alike.` : `${words}.`;
  }

  const steps = stepButtons(body, page, {
    leg: FLOW_LEG,
    step: () => run.step,
    advance,
    show,
    tell,
    reset,
    summary,
  });
  pull.addEventListener("change", () => {
    run.value = null; // another quantity
    run.weights = start.weights;
    if (!steps.playing()) show();
    tell();
  });
  slider.addEventListener("input", tell);

  reset();
  for (const part of [find("settings"), find("run")]) part.disabled = false;
  show();
  steps.tell();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return steps.stop;
}

/** Two decimals, three where that would be next to nothing; a true minus sign. */
function decimals(value) {
  const digits = Math.abs(value) < 0.1 ? 3 : 2;
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? (0).toFixed(digits) : text).replace("-", "\u2212");
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

export default { render };
