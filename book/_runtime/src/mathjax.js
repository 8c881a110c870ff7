/** ipywidgets ask MathJax 2 to typeset a label; the page has MathJax 3. */

export function offerMathJaxHub() {
  if (!globalThis.MathJax || globalThis.MathJax.Hub) return;
  globalThis.MathJax.Hub = {
    Queue([, , node]) {
      // Before it has started, MathJax typesets the whole page by itself.
      return globalThis.MathJax.typesetPromise?.([node]);
    },
  };
}
