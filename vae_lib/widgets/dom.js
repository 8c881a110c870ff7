/** The few things every view builds from: elements, buttons, a status line. */

/** Announcements closer together than this would talk over each other. */
const ANNOUNCE_EVERY = 600;

/**
 * @param {string} tag
 * @param {Object<string, string>} attributes
 * @param {...(Node|string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A canvas of `width` x `height` pixels with a text alternative. */
export function pictureCanvas(width, height, label) {
  const canvas = element("canvas", { role: "img", "aria-label": label });
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** A button that says what it does and does it. */
export function button(label, act) {
  const made = element("button", { type: "button", class: "vae-button" }, label);
  made.addEventListener("click", act);
  return made;
}

/**
 * Call `say` with the newest words, at once and then at most every 600 ms.
 *
 * @returns {(words: () => string) => void} words are made only when they are said
 */
export function throttled(say) {
  let waiting = null;
  let timer = null;
  const next = () => {
    timer = null;
    if (waiting === null) return;
    say(waiting());
    waiting = null;
    timer = setTimeout(next, ANNOUNCE_EVERY);
  };
  return (words) => {
    waiting = words;
    if (timer === null) next();
  };
}
