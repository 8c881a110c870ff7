/** A view's life before and while it answers: first touch, progress, words, failure. */

import { element, throttled } from "./dom.js";

const TOUCHES = ["pointerdown", "focusin", "keydown"];
const STEPPING = /^(Arrow|Home$|End$|Page)/;

/**
 * @param {HTMLElement} root everything that counts as touching the widget
 * @param {{prepare: Function}} engine
 * @param {string} invitation what the status line says at first
 * @param {() => string[]} needed the functions that are needed now; all if not given
 * @returns {{line: HTMLElement, ready: Function, say: Function, fail: Function}}
 *   `line` shows words and progress; `ready()` resolves when the engine answers what is
 *   needed, and fetches it if nobody has; `say(words)` announces politely; `fail(error)` tells the
 *   reader and the console.
 */
export function stage(root, engine, invitation, needed = () => undefined) {
  // JupyterLab's shortcuts would take these from a plain slider or a choice in us.
  root.addEventListener("keydown", (event) => {
    const ours = event.target.matches("input, select") && STEPPING.test(event.key);
    if (ours) event.stopPropagation();
  });
  const words = element("p", { class: "vae-status", role: "status" }, invitation);
  const bar = element("progress", { "aria-label": "Fetching the model" });
  const amount = element("span", {});
  const progress = element("p", { class: "vae-progress" }, bar, amount);
  progress.hidden = true;
  const line = element("div", { class: "vae-line" }, words, progress);
  const say = throttled((text) => {
    words.textContent = text;
  });

  const fail = (error) => {
    progress.hidden = true;
    words.hidden = false;
    words.textContent = `The model does not answer: ${error.message}`;
    console.error(error);
  };

  const preparing = new Map(); // what is needed -> promise
  const ready = () => {
    const names = needed();
    const key = String(names);
    if (!preparing.has(key)) {
      const promise = prepare(names).catch((error) => {
        preparing.delete(key); // another touch tries again
        throw error;
      });
      preparing.set(key, promise);
    }
    return preparing.get(key);
  };

  async function prepare(names) {
    try {
      await engine.prepare(({ loaded, total }) => {
        words.hidden = true;
        progress.hidden = false;
        bar.max = total;
        bar.value = loaded;
        amount.textContent = `Fetching the model, ${megabytes(loaded)} of ${megabytes(total)} MB`;
      }, names);
    } finally {
      progress.hidden = true;
      words.hidden = false;
    }
  }

  const touch = () => {
    for (const kind of TOUCHES) root.removeEventListener(kind, touch, true);
    ready().catch((error) => {
      fail(error);
      listen();
    });
  };
  const listen = () => {
    for (const kind of TOUCHES) root.addEventListener(kind, touch, true);
  };
  listen();

  return { line, ready, say, fail };
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
