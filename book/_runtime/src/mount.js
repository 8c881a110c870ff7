/** Bring a page's widgets to life in place of their posters. */

import { Widget } from "@lumino/widgets";

import { StaticManager } from "./manager.js";

const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
/** A view that has a poster says when it is drawn; one that never does still appears. */
const PATIENCE = 10_000;

/** @returns {Promise<void>} resolves when every view of the page stands */
export async function mountAll() {
  const state = document.querySelector(STATE);
  if (!state) return;
  const manager = new StaticManager();
  await manager.set_state(JSON.parse(state.textContent));
  const places = [...document.querySelectorAll(VIEW)];
  await Promise.all(places.map((place) => mount(manager, place)));
}

async function mount(manager, place) {
  const { model_id: id } = JSON.parse(place.textContent);
  if (!manager.has_model(id)) return;
  const before = place.previousElementSibling;
  const poster = before?.matches(".vae-poster") ? before : null;
  if (poster && matchMedia("(prefers-reduced-motion: reduce)").matches) {
    await asked(poster);
  }
  const home = document.createElement("div");
  home.className = "vae-live jupyter-widgets-view";
  const view = await manager.create_view(await manager.get_model(id));
  if (poster) {
    // Drawn out of sight, then exchanged at once: nothing on the page moves.
    home.classList.add("vae-waiting");
    home.inert = true;
  }
  const drawn = poster && heard(home, "vae:ready");
  place.before(home);
  Widget.attach(view.luminoWidget, home);
  if (!poster) return;
  await drawn;
  poster.dataset.live = "";
  home.inert = false;
  home.classList.remove("vae-waiting");
  const button = poster.querySelector(".vae-line > button"); // made by asked()
  if (button === document.activeElement) home.querySelector("[tabindex]").focus();
  button?.remove();
}

/** Who asked for less motion keeps the still picture until they ask for the controls. */
function asked(poster) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "vae-button";
  button.textContent = "Show the controls";
  poster.querySelector(".vae-line").append(button);
  return new Promise((resolve) => {
    button.addEventListener("click", resolve, { once: true });
  });
}

function heard(target, event) {
  return new Promise((resolve) => {
    target.addEventListener(event, resolve, { once: true });
    setTimeout(resolve, PATIENCE);
  });
}
