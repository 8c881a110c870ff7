/** Play, Pause, Step and Reset: the buttons of what moves step by step. */

/**
 * @param {HTMLElement} body holds .vae-train (Play), .vae-once, .vae-again and .vae-count
 * @param {{ready: Function, say: Function, fail: Function}} page the view's stage
 * @param {object} acts `leg`: playing stops by itself after so many steps, and Play goes
 *   on; `step()`: how many were taken; `advance(last)`: take one and measure what is to be
 *   shown, `last()` says whether it is the last for now; `show()`; `tell()`: write what a
 *   setting changes; `reset()`: back to the start; `summary()`: in words
 * @returns {{playing: () => boolean, queue: Function, tell: Function, stop: Function}}
 *   `queue(act)` waits for the step in hand: the engine does one thing at a time;
 *   `tell()` is the acts' own and writes the buttons; `stop()` when the view goes
 */
export function stepButtons(body, page, acts) {
  const find = (name) => body.querySelector(`.vae-${name}`);
  const [play, once, again] = ["train", "once", "again"].map(find);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let playing = false;
  let working = Promise.resolve(); // what the engine is at

  const queue = (act) => {
    working = working.catch(() => {}).then(act);
    return working;
  };

  function tell() {
    find("count").textContent = `Step ${acts.step()}`;
    play.textContent = playing ? "Pause" : "Play";
    once.disabled = playing;
    acts.tell();
  }

  function show() {
    acts.show();
    tell();
  }

  /** So many steps, as long as nobody presses Pause; shown as they come. */
  async function go(steps) {
    const end = acts.step() + steps;
    const last = () => acts.step() === end || (steps > 1 && !playing);
    while (acts.step() < end && (playing || steps === 1)) {
      await acts.advance(last);
      if (calm && !last()) continue;
      show();
      await new Promise(requestAnimationFrame);
    }
  }

  const attempt = (act) => async () => {
    try {
      await page.ready();
      await act();
    } catch (error) {
      page.fail(error);
    }
  };
  const pause = async () => {
    playing = false;
    await working;
  };
  const move = async (steps) => {
    playing = steps > 1;
    tell();
    try {
      await queue(() => go(steps));
    } finally {
      playing = false;
      tell();
    }
    page.say(acts.summary);
  };

  play.addEventListener("click", attempt(() => (playing ? pause() : move(acts.leg))));
  once.addEventListener("click", attempt(() => playing || move(1)));
  again.addEventListener(
    "click",
    attempt(async () => {
      await pause();
      await queue(acts.reset);
      show();
      page.say(() => "Back at the start.");
    }),
  );

  return {
    playing: () => playing,
    queue,
    tell,
    stop: () => {
      playing = false;
    },
  };
}
