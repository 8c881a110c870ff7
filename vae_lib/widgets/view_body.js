/** A view whose parts come as HTML from Python: its frame, its title, its body. */

import { element } from "./dom.js";

/**
 * @param {object} model of the view, with `title` and `body`
 * @param {string} kind the widget's classes
 * @returns {{widget: HTMLElement, body: HTMLElement}}
 */
export function viewBody(model, kind) {
  const widget = element("div", {
    class: `vae-widget ${kind}`,
    role: "group",
    "aria-label": model.get("title"),
  });
  const body = element("div", { class: "vae-body" });
  body.innerHTML = model.get("body");
  body.prepend(element("p", { class: "vae-title" }, model.get("title")));
  widget.append(body);
  return { widget, body };
}
