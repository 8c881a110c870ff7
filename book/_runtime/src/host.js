/** The page runtime: loaded, as an ES module, by pages that hold widgets. */

import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/base/css/index.css";
import "@jupyter-widgets/controls/css/widgets-base.css";
import "../../../vae_lib/widgets/widgets.css";
import "../../../vae_lib/widgets/traversal.css";
import "../../../vae_lib/widgets/plane.css";
import "../../../vae_lib/widgets/lab.css";
import "../../../vae_lib/widgets/lab_models.css";
import "../../../vae_lib/widgets/rotation.css";
import "../../../vae_lib/widgets/prices.css";
import "../../../vae_lib/widgets/flow.css";
import "../../../vae_lib/widgets/sampler.css";
import "../../../vae_lib/widgets/sizes.css";
import "../../../vae_lib/widgets/sweep.css";
import "./host.css";

import betaLab from "../../../vae_lib/widgets/beta_lab.js";
import betaSweep from "../../../vae_lib/widgets/beta_sweep.js";
import codeSampler from "../../../vae_lib/widgets/code_sampler.js";
import codeSize from "../../../vae_lib/widgets/code_size.js";
import divergenceFlow from "../../../vae_lib/widgets/divergence_flow.js";
import latentPlane from "../../../vae_lib/widgets/latent_plane.js";
import ratePrices from "../../../vae_lib/widgets/rate_prices.js";
import rotationPlane from "../../../vae_lib/widgets/rotation_plane.js";
import traversal from "../../../vae_lib/widgets/traversal.js";

import { offerMathJaxHub } from "./mathjax.js";
import { mountAll } from "./mount.js";
import { pageEngine } from "./page_engine.js";
import { pageLearner } from "./page_learner.js";

globalThis[Symbol.for("vae_lib.runtime")] = {
  engine: pageEngine,
  learner: pageLearner,
  views: {
    beta_lab: betaLab,
    beta_sweep: betaSweep,
    code_sampler: codeSampler,
    code_size: codeSize,
    divergence_flow: divergenceFlow,
    latent_plane: latentPlane,
    rate_prices: ratePrices,
    rotation_plane: rotationPlane,
    traversal,
  },
};

offerMathJaxHub();
await mountAll();
