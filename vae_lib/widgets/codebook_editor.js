/** The codebook editor: a trained model's pictures, and their codes to be changed. */

import { codeEditor } from "./code_editor.js";
import { engineFor } from "./engine.js";
import { stage } from "./stage.js";
import { viewBody } from "./view_body.js";

const EDITOR_INVITATION =
  "Choose a cell of the picture, then a code for it. Arrow keys move from cell to cell.";

async function render(context) {
  const { model, el } = context;
  const { widget, body } = viewBody(model, "vae-codes-edited");

  const engine = engineFor(context);
  const page = stage(widget, engine, EDITOR_INVITATION);
  body.append(page.line);
  const editor = codeEditor(body.querySelector(".vae-editor"), {
    fail: page.fail,
    async decode(grids) {
      await page.ready();
      const side = Math.sqrt(grids[0].length);
      const data = Float32Array.from(grids.flat());
      const indices = { data, shape: [grids.length, side, side] };
      return (await engine.run("decode", { indices })).x;
    },
    shown(grid, x, words) {
      page.say(() => `${words}.`);
      model.set("codes", grid);
      model.save_changes();
      widget.dispatchEvent(new CustomEvent("vae:frame", { bubbles: true, detail: grid }));
    },
    chosen: (k) => editor.open(k, model.get("pictures")[k], model.get("grids")[k]),
  });
  editor.offer(model.get("order"), model.get("counts"), model.get("columns"));
  // The first picture stands already: nothing is fetched before the first touch.
  editor.open(0, model.get("pictures")[0], model.get("grids")[0], { drawn: true });
  editor.enable(true);

  el.append(widget);
  widget.dispatchEvent(new CustomEvent("vae:ready", { bubbles: true }));
}

export default { render };
