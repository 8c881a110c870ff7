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
 */
export function trainer(ask, told) {
  const run = fresh();
  let wanted = false; // whether training should go on
  let pace = 5; // steps a burst
  let looping = null;

  async function burst(count) {
    const start = performance.now();
    const { distortion, rates } = await ask("advance", { count });
    record(run, distortion.data, rates.data, count);
    const each = (performance.now() - start) / count;
    pace = Math.min(100, Math.max(1, Math.round(BURST_MS / each)));
    await told.reported(run);
  }

  async function look() {
    if (run.lookedAt === run.step) return;
    const { means, rates, gaps } = await ask("examine");
    run.lookedAt = run.step;
    run.means = halves(means);
    run.rates = halves(rates).map(({ data }) => data);
    run.gaps = halves(gaps).map(({ data }) => data);
    run.scores.push({ step: run.step, values: run.gaps.map(average) });
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

/** Add a burst: of each model the distortion and the whole rate, in means over ten. */
function record(run, distortion, rates, count) {
  const latents = rates.length / (2 * count);
  for (let k = 0; k < count; k += 1) {
    const values = [0, 1].map((which) => {
      const from = (2 * k + which) * latents;
      const rate = rates.subarray(from, from + latents).reduce((a, b) => a + b, 0);
      return [distortion[2 * k + which], rate];
    });
    run.tail.push(values.flat());
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
  const mean = (column) => average(rows.map((row) => row[column]));
  return { step, distortion: [mean(0), mean(2)], rate: [mean(1), mean(3)] };
}

export function average(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function halves({ data, shape: [, ...shape] }) {
  const size = data.length / 2;
  return [0, 1].map((k) => ({ data: data.subarray(k * size, (k + 1) * size), shape }));
}
