/** The run of a lab: bursts of steps, what they showed, and when to look closer. */

/** Codes, pictures and scores are taken at these steps, so that a run repeats exactly. */
export const EXAMINE_EVERY = 100;
/** A burst aims at this long: ten reports a second. */
const BURST_MS = 100;
/** Points of a curve are means over so many steps. */
const MEAN_OVER = 10;

/**
 * @param {(method: string, given: object, report: Function) => Promise<object>} ask
 * @param {{reported: Function, examined: Function}} told `reported(run)` after every
 *   burst, `examined(run)` after every closer look; both may return promises
 * @param {{rows: Function, look: Function}} measures `rows(answer, count)` gives the
 *   numbers to follow of each step of a burst; `look(run, answer)` keeps what a closer
 *   look showed, and returns the scores to follow
 */
export function trainer(ask, told, measures) {
  const run = fresh();
  let wanted = false; // whether training should go on
  let pace = 5; // steps a burst
  let looping = null;

  async function burst(count) {
    const start = performance.now();
    record(run, measures.rows(await ask("advance", { count }), count));
    const each = (performance.now() - start) / count;
    pace = Math.min(100, Math.max(1, Math.round(BURST_MS / each)));
    await told.reported(run);
  }

  async function look() {
    if (run.lookedAt === run.step) return;
    const answer = await ask("examine");
    run.lookedAt = run.step;
    run.scores.push({ step: run.step, values: measures.look(run, answer) });
    await told.examined(run);
  }

  async function loop(end) {
    while (wanted && run.step < end) {
      const next = (Math.floor(run.step / EXAMINE_EVERY) + 1) * EXAMINE_EVERY;
      await burst(Math.min(pace, next - run.step, end - run.step));
      if (run.step === next) await look();
    }
    wanted = false;
    await look();
  }

  const trainUntil = (end) => {
    wanted = true;
    looping ??= loop(end).finally(() => {
      looping = null;
      wanted = false;
    });
    return looping;
  };

  return {
    run,
    get training() {
      return wanted;
    },

    /** Start anew: equal settings give an equal run. */
    async begin(settings, report) {
      wanted = false;
      await looping;
      await ask("begin", settings, report);
      Object.assign(run, fresh(), { settings });
    },

    trainUntil,

    /** Stop after the burst under way and look closer; resolves when still. */
    async pause() {
      wanted = false;
      await looping;
    },
  };
}

function fresh() {
  return { settings: null, step: 0, curve: [], tail: [], scores: [], lookedAt: -1 };
}

/** Add a burst: the numbers of each step, in means over ten. */
function record(run, rows) {
  for (const row of rows) {
    run.tail.push(row);
    run.step += 1;
    if (run.tail.length === MEAN_OVER) {
      run.curve.push(curvePoint(run.step, run.tail));
      run.tail = [];
    }
  }
}

/** The curve with the steps that do not fill a mean yet. */
export function wholeCurve({ step, curve, tail }) {
  return tail.length ? [...curve, curvePoint(step, tail)] : curve;
}

function curvePoint(step, rows) {
  const column = (k) => average(rows.map((row) => row[k]));
  return { step, values: rows[0].map((_, k) => column(k)) };
}

export function average(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
