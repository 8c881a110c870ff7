/** Playing by buttons: many steps until paused, or one; from the start again. */

/**
 * @param {{ready: Function, say: Function, fail: Function}} page of `stage`
 * @param {{go: Function, tell: Function, summary: Function}} run `go(steps, goesOn)` takes
 *   so many steps as long as `goesOn()`; `tell()` shows whether it plays; `summary()` are
 *   the words when it has stopped
 */
export function player(page, { go, tell, summary }) {
  let playing = false;
  let working = Promise.resolve(); // the steps in hand

  /** What a button does: not before the engine answers, and told if it fails. */
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
  const move = (steps) => {
    playing = steps > 1;
    tell();
    working = go(steps, () => playing || steps === 1).finally(() => {
      playing = false;
      tell();
    });
    return working.then(() => page.say(summary));
  };
  return {
    attempt,
    pause,
    playing: () => playing,
    /** Play so many steps, or pause. */
    play: (steps) => attempt(() => (playing ? pause() : move(steps))),
    once: attempt(() => playing || move(1)),
  };
}
