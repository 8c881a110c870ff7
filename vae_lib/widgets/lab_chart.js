/** A small chart of a curve in full, and of a second one dashed. */

const MOST_POINTS = 160;
/** The first steps fall from so high that they would flatten all that follows. */
const OPENING = 0.04;

/** A range with round ends that holds low and high. */
export function roundRange(low, high) {
  const span = Math.max(high - low, Math.abs(high) * 0.02, 0.01);
  const unit = 10 ** Math.floor(Math.log10(span));
  const step = unit * (span / unit > 5 ? 1 : span / unit > 2 ? 0.5 : 0.2);
  return [Math.floor(low / step) * step, Math.ceil((high + 1e-9) / step) * step];
}

/** The points after the opening fall; all of them while there is nothing else. */
export function settled(points, end) {
  const later = points.filter(({ step }) => step >= OPENING * end);
  return later.length ? later : points;
}

/** Every so manieth point, and always the last. */
export function thinned(points, most = MOST_POINTS) {
  const every = Math.ceil(points.length / most);
  return points.filter((_, k) => (points.length - 1 - k) % every === 0);
}

/**
 * An SVG path in the square 100 x 100, upwards; what lies outside stays at its edge.
 *
 * @param {[number, number][]} points x in [0, end], y in [low, high]
 */
export function pathOf(points, end, [low, high]) {
  const place = ([x, y]) => {
    const up = Math.min(1, Math.max(0, (y - low) / (high - low)));
    return `${((100 * x) / end).toFixed(1)} ${(100 - 100 * up).toFixed(1)}`;
  };
  return points.length ? `M${points.map(place).join("L")}` : "";
}

/**
 * @param {HTMLElement} node a .vae-chart of the body
 * @param {string[]} labels of the two curves, beside their last values
 * @returns {(points: {step: number, values: number[]}[], floor?: number) => void} draws
 */
export function labChart(node, labels = ["", "twin"]) {
  const find = (name) => node.querySelector(`.vae-chart-${name}`);
  const paths = [...node.querySelectorAll("path")];
  const name = node.querySelector("figcaption").textContent.trim();
  return (points, floor) => {
    if (!points.length) {
      for (const part of paths) part.setAttribute("d", "");
      for (const part of ["top", "low", "end", "now"]) find(part).textContent = "\u00a0";
      return;
    }
    const last = points.at(-1);
    const end = Math.max(last.step, 100);
    const values = settled(points, end).flatMap((point) => point.values);
    const range = roundRange(floor ?? Math.min(...values), Math.max(...values));
    for (const k of last.values.keys()) {
      const line = thinned(points).map(({ step, values: all }) => [step, all[k]]);
      paths[k].setAttribute("d", pathOf(line, end, range));
    }
    const digits = range[1] - range[0] < 2 ? 2 : 0;
    find("top").textContent = range[1].toFixed(digits);
    find("low").textContent = range[0].toFixed(digits);
    find("end").textContent = `${end.toLocaleString("en")} steps`;
    const told = last.values
      .map((value, k) => `${labels[k]} ${value.toFixed(digits || 1)}`.trim())
      .join(" · ");
    find("now").textContent = told;
    node.querySelector("svg").setAttribute("aria-label", `${name}: ${told}`);
  };
}
