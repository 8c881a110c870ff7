/** A widget manager for a page without a kernel: real ipywidgets, nobody to talk to. */

import "./amd.js";
import "anywidget";

import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";

import { definedFactory } from "./amd.js";

const MODULES = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  anywidget: definedFactory()(base),
};

export class StaticManager extends ManagerBase {
  async loadClass(name, module) {
    const found = MODULES[module]?.[name];
    if (!found) throw new Error(`the page has no widget ${name} of ${module}`);
    return found;
  }

  // A model without a comm keeps its changes to itself, which is all that a page needs.
  async _create_comm() {
    throw new Error("a static page has no kernel to talk to");
  }

  async _get_comm_info() {
    return {};
  }
}
