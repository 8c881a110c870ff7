/** Train, Pause, Step and Reset: a lab's buttons, and its count of steps. */

import { latest } from "./engine.js";

/** Training stops by itself after so many steps, if a lab has no wish; Train goes on. */
const LEG = 3000;

/**
 * @param {HTMLElement} body of a lab, with its .vae-run
 * @param {object} page the lab's stage
 * @param {object} lab its trainer
 * @param {{start: Function, report: Function, settled: Function}} told `start(progress)`
 *   begins anew, `report()` draws the curves, `settled()` all else when training stops
 * @param {number} leg after how many steps training stops by itself
 * @returns {{count: Function, restart: Function}} `count()` writes the steps, `restart()`
 *   begins anew because a setting has changed
 */
export function runButtons(body, page, lab, told, leg = LEG) {
  const find = (name) => body.querySelector(`.vae-${name}`);
  const { run } = lab;
  const [train, once, again] = ["train", "once", "again"].map(find);

  function count() {
    find("count").textContent = `Step ${run.step.toLocaleString("en")}`;
    train.textContent = lab.training ? "Pause" : "Train";
    once.disabled = lab.training;
  }

  let restarting = Promise.resolve();
  const attempt = (act) => async () => {
    try {
      await page.ready();
      await restarting; // a setting changed just before counts
      await act();
    } catch (error) {
      page.fail(error);
    }
    count();
  };
  const go = async (end) => {
    const going = lab.trainUntil(end);
    count();
    await going;
    told.report();
    await told.settled();
  };
  train.addEventListener(
    "click",
    attempt(() => (lab.training ? lab.pause() : go((Math.floor(run.step / leg) + 1) * leg))),
  );
  once.addEventListener("click", attempt(() => lab.training || go(run.step + 1)));
  again.addEventListener("click", attempt(() => told.start(() => {})));

  const changed = latest(async () => {
    await page.ready();
    await told.start(() => {});
  }, page.fail);

  return {
    count,
    restart() {
      restarting = changed();
    },
  };
}
