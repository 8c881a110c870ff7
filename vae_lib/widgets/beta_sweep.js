/** A price that crosses trained models: their pictures, their rates, their latents. */

import { element, pictureCanvas } from "./dom.js";
import { engineFor, latest } from "./engine.js";
import { busiest, latentName, sameOtherwise, sweep, written } from "./latent.js";
import { described, paint, paintAddress } from "./picture.js";
import { stage } from "./stage.js";
import { pictureStrip } from "./strip.js";
import { movedCode, natsInWords } from "./sweep_choice.js";

const SWEEP_INVITATION =
  "Move β, or focus it and press the arrow keys. Then choose a latent and move it.";

async function render(context) {
  const { model, el } = context;
  const names = ["betas", "rates", "codes", "answers", "span", "steps", "collapsed"];
  const [betas, rates, codes, answers, span, steps, collapsed] = names.map((name) =>
    model.get(name),
  );
  const [, height, width] = model.get("shape");
  const engine = engineFor(context);
  const orders = rates.map(busiest);
  // The chosen latent is known by its rank: models number theirs as they like.
  const chosen = { place: model.get("place"), example: 0, rank: 0, value: 0 };
  const latent = () => orders[chosen.place][chosen.rank];
  const start = () => codes[chosen.place][chosen.example];
  const beta = () => String(betas[chosen.place]);

  const widget = element("div", {
    class: "vae-widget vae-lab vae-sweep",
    role: "group",
    "aria-label": model.get("title"),
  });
  const decoder = () => [`decode_${chosen.place}`];
  const page = stage(widget, engine, SWEEP_INVITATION, decoder);
  const body = element("div", { class: "vae-body" });
  body.innerHTML = model.get("body");
  body.prepend(element("p", { class: "vae-title" }, model.get("title")));
  body.append(page.line);
  widget.append(body);
  const find = (selector) => body.querySelector(selector);
  const [price, dial] = [find("[name=beta]"), find("[name=value]")];
  const columns = [...body.querySelectorAll(".vae-pair-of")];
  const bars = [...body.querySelectorAll(".vae-latent")];

  const frame = pictureCanvas(width, height, "Decoded picture");
  find(".vae-frame").replaceChildren(frame);
  const size = { width, height, span, steps, gap: model.get("gap") };
  const strip = pictureStrip(size, (value) => move(value));
  find(".vae-strip").replaceWith(strip.node);

  /** Everything that is known without a decoder. */
  function tell() {
    price.value = String(chosen.place);
    price.setAttribute("aria-valuetext", beta());
    find(".vae-price b").textContent = beta();
    for (const [k, column] of columns.entries()) {
      column.lastElementChild.src = answers[chosen.place][k];
      column.setAttribute("aria-label", `Sprite ${k + 1}, and what comes back of it`);
      column.setAttribute("aria-pressed", String(k === chosen.example));
    }
    for (const [rank, bar] of bars.entries()) tellBar(bar, rank);
    find(".vae-count").textContent = natsInWords(rates[chosen.place], collapsed);
    const name = latentName(latent());
    dial.value = String(chosen.value);
    dial.setAttribute("aria-valuetext", written(chosen.value));
    find(".vae-value span").replaceChildren(
      `${name} = `,
      element("b", {}, written(chosen.value)),
    );
    strip.mark(name, chosen.value);
  }

  function tellBar(bar, rank) {
    const one = orders[chosen.place][rank];
    const rate = rates[chosen.place][one];
    const [name, line, amount] = bar.children;
    name.textContent = latentName(one);
    line.style.setProperty("--vae-share", (rate / model.get("longest")).toFixed(3));
    amount.textContent = rate < collapsed ? "closed" : rate.toFixed(2);
    bar.classList.toggle("vae-closed", rate < collapsed);
    bar.setAttribute("aria-pressed", String(rank === chosen.rank));
  }

  let stripOf = { place: chosen.place, latent: latent(), z: start() };
  const draw = latest(async () => {
    const { place } = chosen;
    await page.ready();
    if (place !== chosen.place) return; // moved on meanwhile: the next round draws
    const now = { place, latent: latent(), z: movedCode(start(), latent(), chosen.value) };
    const [name] = decoder();
    const { x } = await engine.run(name, {
      z: { data: Float32Array.from(now.z), shape: [1, now.z.length] },
    });
    paint(frame, x);
    const same =
      stripOf.place === place &&
      stripOf.latent === now.latent &&
      sameOtherwise(stripOf.z, now.z, now.latent);
    if (!same) {
      const codesAlong = sweep(now.z, now.latent, span, steps);
      const { x: film } = await engine.run(name, { z: codesAlong });
      strip.show(film);
      stripOf = now;
    }
    strip.node.classList.remove("vae-stale");
    const detail = { beta: betas[place], latent: now.latent, z: now.z };
    widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail }));
    const at = `β = ${betas[place]}, ${latentName(now.latent)} = ${written(now.z[now.latent])}`;
    const words = `${at}: ${described(x)}`;
    frame.setAttribute("aria-label", `Decoded picture at ${words}`);
    page.say(() => `${natsInWords(rates[place], collapsed)} at ${words}`);
  }, page.fail);

  /** Another model, sprite or latent: its code as it stands, at once. */
  function choose(change) {
    Object.assign(chosen, change);
    chosen.value = start()[latent()];
    tell();
    strip.node.classList.add("vae-stale");
    paintAddress(frame, answers[chosen.place][chosen.example]).then(draw, page.fail);
  }

  function move(value) {
    chosen.value = value;
    tell();
    draw();
  }

  const follow = () => {
    if (model.get("place") !== chosen.place) choose({ place: model.get("place") });
  };
  price.addEventListener("input", () => {
    model.set("place", Number(price.value));
    model.save_changes();
  });
  model.on("change:place", follow);
  dial.addEventListener("input", () => move(Number(dial.value)));
  for (const [example, column] of columns.entries()) {
    column.addEventListener("click", () => choose({ example }));
  }
  for (const [rank, bar] of bars.entries()) {
    bar.addEventListener("click", () => choose({ rank }));
  }

  chosen.value = start()[latent()];
  for (const part of body.querySelectorAll("fieldset")) part.disabled = false;
  tell();
  await Promise.all([
    paintAddress(frame, answers[chosen.place][0]),
    strip.start(model.get("strip")),
  ]);
  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
  return () => model.off("change:place", follow);
}

export default { render };
