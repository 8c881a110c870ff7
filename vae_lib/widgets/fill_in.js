/** Views to be made known or forgotten; what the model draws and guesses of the rest. */

import { pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { fillInputs, knownInWords, nats } from "./fill_model.js";
import { written } from "./latent.js";
import { NOISE, normals } from "./philox.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const FILL_INVITATION =
  "Tick a number to make it known and move its slider, or choose a picture.";

async function render(context) {
  const { model, el } = context;
  const [names, experts, draws] = ["names", "experts", "draws"].map((n) => model.get(n));
  const width = experts[0].mean.length;
  const { widget, body } = viewBody(model, "vae-lab vae-fill");
  const engine = engineFor(context);
  const page = stage(widget, engine, FILL_INVITATION);
  body.append(page.line);
  const find = (selector) => body.querySelector(selector);
  const rows = [...body.querySelectorAll(".vae-view")].map((row) => ({
    row,
    box: row.querySelector("[type=checkbox]"),
    dial: row.querySelector("[type=range]"),
    word: row.querySelector("b"),
  }));
  const pictures = [find(".vae-unseen"), ...body.querySelectorAll(".vae-seen")];

  const frames = [];
  for (const place of body.querySelectorAll(".vae-draws > div")) {
    const poster = place.querySelector("img");
    const frame = pictureCanvas(poster.width, poster.height, poster.alt);
    frames.push(frame);
    await paintAddress(frame, poster.src);
    place.replaceChildren(frame);
  }

  let known = { ...model.get("known") };
  let seen = 0; // 0 is no picture
  let turn = 0; // how often "Draw again" was pressed
  let guess = rows.map(({ dial }) => Number(dial.value));

  /** All that is known without asking. */
  function tell() {
    for (const [k, { row, box, dial, word }] of rows.entries()) {
      const name = names[k];
      const given = name in known;
      const value = given ? known[name] : guess[k];
      box.checked = given;
      dial.disabled = !given;
      dial.value = String(value);
      const words = `${given ? "" : "guess "}${written(value)}`;
      dial.setAttribute("aria-valuetext", words);
      word.textContent = words;
      row.classList.toggle("vae-guessed", !given);
    }
    for (const [k, choice] of pictures.entries()) {
      choice.setAttribute("aria-pressed", String(k === seen));
    }
  }

  const draw = latest(async () => {
    await page.ready();
    const asked = { known: { ...known }, seen, turn };
    const noise = normals(model.get("seed"), turn, draws * width, NOISE);
    const expert = seen ? experts[seen - 1] : null;
    const inputs = fillInputs(names, known, expert, noise, draws);
    const answer = await engine.run("fill", inputs);
    guess = [...answer.guess.data.subarray(0, names.length)];
    tell();
    for (const [k, frame] of frames.entries()) {
      paint(frame, answer.x, k);
      const { shape } = answer.x;
      const size = shape[1] * shape[2] * shape[3];
      const one = { data: answer.x.data.subarray(k * size, (k + 1) * size), shape };
      frame.setAttribute("aria-label", `Draw ${k + 1}: ${described(one)}`);
    }
    const belief = nats(
      answer.centre.data.subarray(0, width),
      answer.scale.data.subarray(0, width),
    );
    const words = knownInWords(Object.keys(known).length, seen > 0, belief);
    find(".vae-told").textContent = words;
    const detail = { ...asked, guess, ...belief };
    widget.dispatchEvent(new CustomEvent("vae:filled", { bubbles: true, detail }));
    page.say(guessed);
  }, page.fail);

  /** The guesses at what is not known, for those who do not see the sliders. */
  function guessed() {
    const open = names.flatMap((name, k) => {
      const label = rows[k].dial.getAttribute("aria-label");
      return name in known ? [] : [`${label} ${written(guess[k])}`];
    });
    return open.length ? `Guesses: ${open.join("; ")}.` : "Every number is known.";
  }

  function change(next, picture = seen) {
    known = next;
    seen = picture;
    tell();
    model.set("known", { ...known });
    model.save_changes();
    draw();
  }

  for (const [k, { box, dial }] of rows.entries()) {
    const name = names[k];
    box.addEventListener("change", () => {
      const { [name]: old, ...others } = known;
      change(old === undefined ? { ...known, [name]: Number(dial.value) } : others);
    });
    dial.addEventListener("input", () => change({ ...known, [name]: Number(dial.value) }));
  }
  for (const [k, choice] of pictures.entries()) {
    choice.addEventListener("click", () => change(known, k));
  }
  find(".vae-more").addEventListener("click", () => {
    turn += 1;
    draw();
  });
  find(".vae-clear").addEventListener("click", () => change({}, 0));
  const follow = () => {
    const given = model.get("known");
    if (JSON.stringify(given) === JSON.stringify(known)) return;
    known = { ...given };
    tell();
    draw();
  };
  model.on("change:known", follow);

  for (const part of body.querySelectorAll("fieldset")) part.disabled = false;
  tell();
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:known", follow);
}

export default { render };
