/** The VQ lab: settings, a run, its codebook, and a picture whose codes can be changed. */

import { codeEditor } from "./code_editor.js";
import { codeMap } from "./code_map.js";
import { paintTiles, paletteColumns } from "./code_tiles.js";
import { byUse, evenPath, usePath, vqMeasures } from "./code_use.js";
import { labChart } from "./lab_chart.js";
import { learnerFor } from "./learning.js";
import { paint } from "./picture.js";
import { runButtons } from "./run_buttons.js";
import { stage } from "./stage.js";
import { trainer, wholeCurve } from "./trainer.js";
import { viewBody } from "./view_body.js";

const VQ_INVITATION =
  "Write down what you expect, then press Train. Changing a setting starts anew.";
const FLAT_ONLY = "Cells are drawn for codes of two numbers.";
const BLANK = "\u00a0";
/** A run of the page: two runs that stop here can be compared. */
const PLANNED = 400;

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-lab vae-vq");
  const find = (name) => body.querySelector(`.vae-${name}`);
  const field = (name) => body.querySelector(`[name=${name}]`);
  const number = (name) => Number(field(name).value);

  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const learner = learnerFor(context, ({ data, dim }) => `${data} ${dim}`);
  const page = stage(widget, { prepare: start }, VQ_INVITATION);
  body.append(page.line);
  const distortion = labChart(find("chart-of-distortion"));
  const distance = labChart(find("chart-of-distance"), ["codebook", "commitment"]);
  const perplexity = labChart(find("chart-of-perplexity"), ["", "codes in use"]);
  const map = codeMap(find("voronoi"), find("reach"));
  const editor = codeEditor(find("editor"), {
    fail: page.fail,
    decode: async (grids) => (await learner.ask("decode", { indices: grids })).x,
    shown(grid, x, words) {
      if (!words.startsWith("0 ")) page.say(() => `${words}.`);
      widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: grid }));
    },
    chosen: (k) => open(k),
  });
  const told = { reported: report, examined: look };
  const lab = trainer(learner.ask, told, vqMeasures);
  const { run } = lab;
  const buttons = runButtons(body, page, lab, { start, report, settled }, PLANNED);

  const set = () => model.get("sets")[field("data").value];
  const settings = () => ({
    data: field("data").value,
    codes: number("codes"),
    dim: number("dim"),
    commitment: model.get("commitments")[number("commitment")],
    decay: number("decay"),
    k_means: field("k_means").value === "1",
    restarts: field("restarts").value === "1",
    seed: number("seed"),
  });

  async function start(progress) {
    await lab.begin(settings(), progress);
    editor.enable(false);
    for (const chart of [distortion, distance, perplexity]) chart([]);
    for (const part of body.querySelectorAll(".vae-uses path")) part.setAttribute("d", "");
    for (const name of ["used", "error", "changed"]) find(name).textContent = BLANK;
    for (const canvas of body.querySelectorAll("canvas")) {
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    }
    const flat = settings().dim === 2;
    if (flat) map.clear();
    else map.clear(FLAT_ONLY, FLAT_ONLY);
    find("voronoi").classList.toggle("vae-away", !flat);
    for (const [k, picture] of find("examples").querySelectorAll("img").entries()) {
      picture.src = set().pictures[k];
    }
    buttons.count();
  }

  function report() {
    buttons.count();
    if (lab.training) editor.enable(false);
    if (calm && lab.training) return;
    const curve = wholeCurve(run);
    const terms = (from, to) =>
      curve.map(({ step, values }) => ({ step, values: values.slice(from, to) }));
    distortion(terms(0, 1));
    distance(terms(1, 3), 0);
    widget.dispatchEvent(new CustomEvent("vae:trained", { bubbles: true, detail: run }));
  }

  async function look() {
    if (calm && lab.training) return;
    perplexity(run.scores, 0);
    const { counts } = run;
    find("use").setAttribute("d", usePath(counts));
    find("even").setAttribute("d", evenPath(counts));
    const [effective, used] = run.scores.at(-1).values;
    find("used").textContent =
      `${used} of ${counts.length} codes used, perplexity ${effective.toFixed(1)}`;
    find("uses").setAttribute("aria-label", `Use of each code: ${find("used").textContent}`);
    find("error").textContent = `Mean squared error ${run.error.toFixed(4)}`;
    if (settings().dim === 2) map.draw(run);
    await drawBack();
    page.say(
      () =>
        `Step ${run.step.toLocaleString("en")}. ${find("used").textContent}, ` +
        `${find("error").textContent.toLowerCase()}.`,
    );
  }

  async function drawBack() {
    const { examples, pictures, shape } = set();
    const { x } = await learner.ask("decode", { indices: examples.map(gridOf) });
    const canvas = find("back");
    const [height, width] = shape.slice(1);
    const gap = Math.max(1, width / 8);
    canvas.width = examples.length * (width + gap) - gap;
    canvas.height = 2 * height + gap;
    for (const [k, address] of pictures.entries()) {
      const picture = new Image();
      picture.src = address;
      await picture.decode();
      canvas.getContext("2d").drawImage(picture, k * (width + gap), 0);
      paint(canvas, x, k, k * (width + gap), height + gap);
    }
  }

  const gridOf = (row) => {
    const size = run.indices.shape[1] * run.indices.shape[2];
    return [...run.indices.data.subarray(row * size, (row + 1) * size)];
  };

  /** Training has stopped: show what was left out, and let the codes be changed. */
  async function settled() {
    if (calm) await look();
    const order = byUse(run.counts);
    const side = run.indices.shape[1];
    const alone = order.map((code) => new Array(side * side).fill(code));
    const { x } = await learner.ask("decode", { indices: alone });
    paintTiles(find("palette canvas"), x, side);
    editor.offer(order, run.counts, paletteColumns(order.length));
    open(0);
    editor.enable(true);
  }

  function open(k) {
    editor.open(k, set().pictures[k], gridOf(set().examples[k]));
  }

  find("settings").addEventListener("change", () => buttons.restart());
  field("commitment").addEventListener("input", () => {
    const { commitment } = settings();
    find("price b").textContent = String(commitment);
    field("commitment").setAttribute("aria-valuetext", String(commitment));
  });

  for (const part of [find("settings"), find("run")]) part.disabled = false;
  widget.learner = learner; // for the console: await learner.ask("state")
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => {
    lab.pause();
    learner.stop();
  };
}

export default { render };
