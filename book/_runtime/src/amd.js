// anywidget's package is an AMD module: it calls `define` with a factory. This file must
// be imported before it and keeps what it defines.
let factory = null;

globalThis.define = (_dependencies, made) => {
  factory = made;
};

/** The AMD module's factory; the page is left without a `define`. */
export function definedFactory() {
  delete globalThis.define;
  return factory;
}
