/**
 * What the bundle takes for `AbortSignal.timeout`: a signal that never aborts.
 *
 * anywidget gives a widget two seconds to load, and calls it failed if a slow phone takes
 * three. It has a kernel in mind that may have died; here there is none to wait for, and
 * a file that does not come says so itself.
 */
export function patience() {
  return new AbortController().signal;
}
