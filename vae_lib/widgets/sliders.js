/** A view's sliders: ipywidgets of their own, each moving one latent. */

import { clamp, roundTo, written } from "./latent.js";

/**
 * @param {object} model of the view; `sliders` names their models in the order shown,
 *   `latents` says which latent each of them moves
 * @returns {Promise<object>} the sliders as one code
 */
export async function codeSliders(model) {
  const latents = model.get("latents");
  const span = model.get("span");
  const step = model.get("step");
  const sliders = await Promise.all(
    model.get("sliders").map((reference) => sliderView(model.widget_manager, reference)),
  );

  return {
    nodes: sliders.map(({ view }) => view.el),

    /** @returns {number[]} the code as it stands, latent by latent */
    code() {
      const z = new Array(latents.length);
      for (const [k, { slider }] of sliders.entries()) z[latents[k]] = slider.get("value");
      return z;
    },

    /** Move the sliders of a code, or of some latents: an object or array by latent. */
    move(z) {
      for (const [k, { slider }] of sliders.entries()) {
        const value = z[latents[k]];
        if (value === undefined) continue;
        slider.set("value", roundTo(clamp(value, span), step));
        slider.save_changes();
      }
    },

    /** Mark the slider in hand, and say each value as a reader would. */
    mark(focused) {
      for (const [k, { slider, view, handle }] of sliders.entries()) {
        view.el.classList.toggle("vae-current", latents[k] === focused);
        // The slider's own value may read 0.35000000000000003.
        handle.setAttribute("aria-valuetext", written(slider.get("value")));
      }
    },

    /**
     * @param {(latent: number | null) => void} moved a value has changed; by a hand on
     *   this latent's slider, or (null) with others, by a button or by Python
     * @param {(latent: number) => void} taken a slider has been touched or focused
     * @returns {() => void} stops listening and removes the views
     */
    listen(moved, taken) {
      const stops = sliders.map(({ slider, view }, k) => {
        const changed = () => {
          moved(view.el.contains(document.activeElement) ? latents[k] : null);
        };
        slider.on("change:value", changed);
        for (const kind of ["focusin", "pointerdown"]) {
          view.el.addEventListener(kind, () => taken(latents[k]));
        }
        return () => {
          slider.off("change:value", changed);
          view.remove();
        };
      });
      return () => stops.forEach((stop) => stop());
    },

    /** Tell the views that they stand in the page. */
    displayed: () => sliders.forEach(({ view }) => view.trigger("displayed")),
  };
}

/** Make a view of a slider and give its parts the names that it lacks. */
export async function sliderView(manager, reference) {
  const made = await namedSlider(manager, reference);
  const readout = readoutOf(made);
  readout.setAttribute("role", "textbox");
  readout.setAttribute("aria-label", `Value of ${made.slider.get("description")}`);
  return made;
}

/** The same for a slider between given choices, whose readout nobody types into. */
export async function choiceSlider(manager, reference) {
  const made = await namedSlider(manager, reference);
  const readout = readoutOf(made);
  readout.contentEditable = "false";
  readout.removeAttribute("tabindex");
  return made;
}

const readoutOf = ({ view }) => view.el.querySelector(".widget-readout");

async function namedSlider(manager, reference) {
  const slider = await manager.get_model(reference.replace("IPY_MODEL_", ""));
  const view = await manager.create_view(slider);
  const handle = view.el.querySelector(".noUi-handle");
  handle.setAttribute("aria-label", slider.get("description"));
  return { slider, view, handle };
}
