/** The page runtime: loaded, as an ES module, by pages that hold widgets. */

import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/base/css/index.css";
import "@jupyter-widgets/controls/css/widgets-base.css";
import "../../../vae_lib/widgets/widgets.css";
import "../../../vae_lib/widgets/traversal.css";
import "../../../vae_lib/widgets/plane.css";
import "../../../vae_lib/widgets/lab.css";
import "../../../vae_lib/widgets/lab_models.css";
import "../../../vae_lib/widgets/code_editor.css";
import "../../../vae_lib/widgets/swap.css";
import "../../../vae_lib/widgets/vq.css";
import "../../../vae_lib/widgets/rotation.css";
import "../../../vae_lib/widgets/prices.css";
import "../../../vae_lib/widgets/flow.css";
import "../../../vae_lib/widgets/health.css";
import "../../../vae_lib/widgets/sweep.css";
import "../../../vae_lib/widgets/voronoi.css";
import "../../../vae_lib/widgets/sampler.css";
import "../../../vae_lib/widgets/sizes.css";
import "../../../vae_lib/widgets/resampler.css";
import "../../../vae_lib/widgets/conditional.css";
import "../../../vae_lib/widgets/experts.css";
import "../../../vae_lib/widgets/fill.css";
import "../../../vae_lib/widgets/labels.css";
import "./host.css";

import betaLab from "../../../vae_lib/widgets/beta_lab.js";
import betaSweep from "../../../vae_lib/widgets/beta_sweep.js";
import codebookHealth from "../../../vae_lib/widgets/codebook_health.js";
import codeSampler from "../../../vae_lib/widgets/code_sampler.js";
import codebookEditor from "../../../vae_lib/widgets/codebook_editor.js";
import codeSize from "../../../vae_lib/widgets/code_size.js";
import codeSwap from "../../../vae_lib/widgets/code_swap.js";
import divergenceFlow from "../../../vae_lib/widgets/divergence_flow.js";
import expertPlane from "../../../vae_lib/widgets/expert_plane.js";
import fillIn from "../../../vae_lib/widgets/fill_in.js";
import labelSlider from "../../../vae_lib/widgets/label_slider.js";
import latentPlane from "../../../vae_lib/widgets/latent_plane.js";
import levelResampler from "../../../vae_lib/widgets/level_resampler.js";
import maskBrush from "../../../vae_lib/widgets/mask_brush.js";
import ratePrices from "../../../vae_lib/widgets/rate_prices.js";
import rotationPlane from "../../../vae_lib/widgets/rotation_plane.js";
import styleBoard from "../../../vae_lib/widgets/style_board.js";
import vqLab from "../../../vae_lib/widgets/vq_lab.js";
import traversal from "../../../vae_lib/widgets/traversal.js";
import voronoiStepper from "../../../vae_lib/widgets/voronoi_stepper.js";

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
    codebook_health: codebookHealth,
    code_sampler: codeSampler,
    codebook_editor: codebookEditor,
    code_size: codeSize,
    code_swap: codeSwap,
    divergence_flow: divergenceFlow,
    expert_plane: expertPlane,
    fill_in: fillIn,
    label_slider: labelSlider,
    latent_plane: latentPlane,
    level_resampler: levelResampler,
    mask_brush: maskBrush,
    rate_prices: ratePrices,
    rotation_plane: rotationPlane,
    style_board: styleBoard,
    traversal,
    voronoi_stepper: voronoiStepper,
    vq_lab: vqLab,
  },
};

offerMathJaxHub();
await mountAll();
