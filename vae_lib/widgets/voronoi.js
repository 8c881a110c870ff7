/** Geometry of codes in a plane: their cells, and arrows. No drawing here. */

/**
 * The Voronoi cell of each code within the square [-reach, reach]^2: the square, cut once
 * for every other code along the line halfway between the two. Of codes in one place the
 * first has the cell.
 *
 * Sutherland & Hodgman (1974), "Reentrant polygon clipping".
 *
 * @param {[number, number][]} codes
 * @param {number} reach
 * @returns {[number, number][][]} corners, counter-clockwise; none where nothing is left
 */
export function voronoiCells(codes, reach) {
  const square = [
    [-reach, -reach],
    [reach, -reach],
    [reach, reach],
    [-reach, reach],
  ];
  return codes.map((code, place) => {
    let polygon = square;
    for (const [other, [x, y]] of codes.entries()) {
      const apart = [x - code[0], y - code[1]];
      if (apart[0] === 0 && apart[1] === 0) {
        if (other < place) return [];
        continue;
      }
      const middle = [(x + code[0]) / 2, (y + code[1]) / 2];
      polygon = cutPolygon(polygon, middle, apart);
    }
    return polygon;
  });
}

/** What of a convex polygon does not lie beyond the line through middle across apart. */
function cutPolygon(polygon, middle, apart) {
  const beyond = polygon.map(
    ([x, y]) => (x - middle[0]) * apart[0] + (y - middle[1]) * apart[1],
  );
  return polygon.flatMap((end, k) => {
    const last = (k + polygon.length - 1) % polygon.length;
    const [start, before, after] = [polygon[last], beyond[last], beyond[k]];
    const kept = after <= 0 ? [end] : [];
    if (before > 0 === after > 0) return kept;
    const share = before / (before - after);
    const border = [0, 1].map((axis) => start[axis] + (end[axis] - start[axis]) * share);
    return [border, ...kept];
  });
}

/**
 * Corners of an arrow from start to end: the shaft, and two short strokes back from the
 * tip. Nothing if it is too short to see.
 *
 * @param {[number, number]} start in the drawing's units
 * @param {[number, number]} end
 * @returns {[number, number][][]} strokes
 */
export function arrowStrokes(start, end) {
  const [across, down] = [end[0] - start[0], end[1] - start[1]];
  const length = Math.hypot(across, down);
  if (length < 2) return [];
  const barb = Math.min(9, 0.5 * length);
  const back = Math.atan2(-down, -across);
  const strokes = [0.45, -0.45].map((turn) => [
    [end[0] + barb * Math.cos(back + turn), end[1] + barb * Math.sin(back + turn)],
    end,
  ]);
  return [[start, end], ...strokes];
}

/** The place in points nearest to a spot. */
export function nearestPoint(points, spot) {
  const far = points.map(([x, y]) => (x - spot[0]) ** 2 + (y - spot[1]) ** 2);
  return far.indexOf(Math.min(...far));
}
