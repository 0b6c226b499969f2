// The numbers of a run over its steps: columns out of the frame, smoothing, axis ranges and trends. No DOM here.

/** `history` [M, columns] of a frame as named columns, or null when the run carries none. */
export function columnsOf(frame) {
  const names = frame?.header.history_columns;
  const values = frame?.arrays.history;
  const width = names?.length ?? 0;
  if (!values || width < 2 || values.length < width) return null;
  const rows = Math.floor(values.length / width);
  const columns = {};
  for (const [column, name] of names.entries())
    columns[name] = Float64Array.from({ length: rows }, (_, row) => values[row * width + column]);
  return columns;
}

/** Exponential moving average without the pull towards zero at the start (Adam's bias correction). It reaches back
 *  over ten values, or a tenth of what there is: over a dozen values it would still show the start at the end. */
export function smooth(values, keep = 1 - 1 / Math.min(10, Math.max(1, values.length / 10))) {
  const result = new Float64Array(values.length);
  let mean = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) {
      mean = keep * mean + (1 - keep) * values[i];
      weight = keep * weight + (1 - keep);
    }
    result[i] = weight > 0 ? mean / weight : values[i];
  }
  return result;
}

/** Axis range that ignores the first few percent and single outliers: the steep start would flatten all the rest. */
export function rangeOf(columns) {
  const skip = (length) => (length < 50 ? 0 : Math.ceil(0.04 * length)); // the first steps would flatten all others
  const values = columns.flatMap((column) => [...column.slice(skip(column.length))])
    .filter(Number.isFinite).sort((a, b) => a - b);
  if (values.length === 0) return { low: 0, high: 1 };
  const low = values[0];
  const high = values[Math.floor(0.99 * (values.length - 1))];
  const room = Math.max(0.06 * (high - low), 1e-3 * Math.abs(high), 1e-6);
  return { low: low >= 0 ? Math.max(0, low - room) : low - room, high: high + room };
}

/** -1 falling, 0 steady, 1 rising: the last tenth against the tenth before it, one percent apart. */
export function trendOf(values, part = 0.1) {
  const finite = [...values].filter(Number.isFinite);
  const window = Math.max(3, Math.floor(part * finite.length));
  if (finite.length < 2 * window) return 0;
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const now = mean(finite.slice(-window));
  const earlier = mean(finite.slice(-2 * window, -window));
  const change = (now - earlier) / Math.max(Math.abs(earlier), 1e-9);
  return Math.abs(change) < 0.01 ? 0 : Math.sign(change);
}

/** The row whose step is nearest to `step`. */
export function rowAt(steps, step) {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low > 0 && step - steps[low - 1] < steps[low] - step ? low - 1 : low;
}

const PENALTIES = { GaussianKL: "kl", L1: "l1" };

/** The present weight of each penalty that a knob shows, by the name of its column. */
export function weightsOf(frame) {
  const known = (frame?.header.knobs ?? []).filter(({ path }) => /\.weight$/.test(path))
    .map(({ path, value }) => [PENALTIES[path.split(".").at(-2)], value]);
  return Object.fromEntries(known.filter(([name]) => name));
}

/** Says a weight other than 1: the total holds the weighted penalty, the curve shows the penalty itself. */
export const weighing = (name, weight) =>
  (weight === undefined || weight === 1 ? "" : ` (${name === "kl" ? "beta" : "weight"} ${Number(weight.toPrecision(3))})`);

export const LABELS = { loss: "total", reconstruction: "reconstruction", kl: "KL", l1: "L1" };
export const labelOf = (name) => LABELS[name] ?? name.replaceAll("_", " ");
