/** The beta lab: settings, a run of two models, and everything that it shows. */

import { element } from "./dom.js";
import { latest } from "./engine.js";
import { labChart } from "./lab_chart.js";
import { CLOSED, codesToShow, labModel } from "./lab_model.js";
import { labProbe } from "./lab_probe.js";
import { learnerFor } from "./learning.js";
import { runButtons } from "./run_buttons.js";
import { stage } from "./stage.js";
import { average, trainer, wholeCurve } from "./trainer.js";
import { twinMeasures } from "./twin_measures.js";
import { viewBody } from "./view_body.js";

const LAB_INVITATION =
  "Write down what you expect, then press Train. Changing a setting starts anew.";

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-lab");
  const find = (name) => body.querySelector(`.vae-${name}`);
  const field = (name) => body.querySelector(`[name=${name}]`);
  // Two labs on a page must not share one choice.
  labs += 1;
  for (const choice of body.querySelectorAll("[name=who]")) choice.name = `who-${labs}`;

  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const learner = learnerFor(context, ({ data, latents }) => `${data} ${latents}`);
  const page = stage(widget, { prepare: start }, LAB_INVITATION);
  body.append(page.line);
  const charts = ["distortion", "rate", "gap"].map((k) => labChart(find(`chart-of-${k}`)));
  const models = [find("of-mine"), find("of-twin")].map(labModel);
  const probe = labProbe(find("probe"), { moved: () => decode(), encode });
  const lab = trainer(learner.ask, { reported: report, examined: look }, twinMeasures);
  const { run } = lab;
  const settled = () => calm && look();
  const buttons = runButtons(body, page, lab, { start, report, settled });

  const set = () => model.get("sets")[field("data").value];
  const settings = () => ({
    data: field("data").value,
    latents: Number(field("latents").value),
    beta: model.get("betas")[field("beta").value],
    anneal: Number(field("anneal").value),
    seed: Number(field("seed").value),
  });

  async function start(progress) {
    await lab.begin(settings(), progress);
    reset();
  }

  function reset() {
    const { latents } = settings();
    for (const one of models) {
      one.bars(null, latents);
      one.clear();
    }
    for (const chart of charts) chart([]);
    probe.prepare(latents, set().pictures);
    probe.enable(false);
    buttons.count();
  }

  function report() {
    buttons.count();
    if (calm && lab.training) return;
    const curve = wholeCurve(run);
    const line = (k) => curve.map(({ step, values }) => ({ step, values: [values[k], values[k + 2]] }));
    charts[0](line(0));
    charts[1](line(1), 0);
    widget.dispatchEvent(new CustomEvent("vae:trained", { bubbles: true, detail: run }));
  }

  async function look() {
    if (calm && lab.training) return;
    const { latents } = run.settings;
    charts[2](run.scores, 0);
    for (const [which, one] of models.entries()) {
      const [means, rates] = [run.means[which], run.rates[which]];
      const z = codesToShow(means, rates, set().examples);
      const { x } = await learner.ask("decode", { which, z });
      one.bars(rates, latents);
      one.pictures(x, rates);
    }
    paintCodes();
    probe.enable(true);
    page.say(summary);
    decode();
  }

  function paintCodes() {
    if (!run.means) return;
    const factor = Number(field("factor").value);
    const { factors, ordered } = set();
    for (const [which, one] of models.entries()) {
      one.codes(run.means[which], run.rates[which], factors[factor], ordered[factor]);
    }
  }

  function summary() {
    const [point] = wholeCurve(run).slice(-1);
    const told = ["Yours", "The twin"].map((name, k) => {
      const open = run.rates[k].filter((rate) => rate >= CLOSED).length;
      const [distortion, rate] = point.values.slice(2 * k).map((value) => value.toFixed(1));
      const terms = `distortion ${distortion}, rate ${rate}`;
      return `${name}: ${terms} nats, ${open} open, MIG ${average(run.gaps[k]).toFixed(2)}.`;
    });
    return `Step ${run.step.toLocaleString("en")}. ${told.join(" ")}`;
  }

  const decode = latest(async () => {
    if (!run.means) return;
    const { x } = await learner.ask("decode", { which: probe.which(), z: [probe.code()] });
    probe.show(x);
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: x }));
  }, page.fail);

  function encode(example) {
    const { data, shape } = run.means[probe.which()];
    const row = set().examples[example] * shape[1];
    probe.move([...data.subarray(row, row + shape[1])]);
    decode();
  }

  find("settings").addEventListener("change", ({ target }) => {
    if (target.name === "data") nameFactors(field("factor"), set().names);
    buttons.restart();
  });
  field("beta").addEventListener("input", () => {
    const { beta } = settings();
    find("price b").textContent = String(beta);
    field("beta").setAttribute("aria-valuetext", String(beta));
  });
  field("factor").addEventListener("change", paintCodes);

  for (const one of models) one.bars(null, settings().latents);
  for (const part of [find("settings"), find("run"), field("factor")]) part.disabled = false;
  widget.learner = learner; // for the console: await learner.ask("state", {which: 0})
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    lab.pause();
    learner.stop();
  };
}

let labs = 0; // on this page so far

function nameFactors(field, names) {
  const options = names.map((name, k) => element("option", { value: String(k) }, name));
  field.replaceChildren(...options);
}

export default { render };
