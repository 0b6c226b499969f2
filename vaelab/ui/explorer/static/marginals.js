// Where the codes of the data lie against where the prior would put them: one density per shown axis.
//
// A VAE is trained so that the two agree; an autoencoder's codes lie wherever they fell. Both runs of a comparison get
// the same horizontal range, so that a wide cloud also looks wide.

import { element, panel, setText } from "./elements.js";
import { createPlot, short } from "./plot.js";

const BINS = 48;

/** The two dimensions shown: those of the map, or the two that carry most when it shows principal components. */
function shownAxes({ axes, frame, decoder }) {
  if (Array.isArray(axes)) return axes.filter((axis) => axis < decoder.latent);
  const information = [...(frame.arrays.information ?? new Float32Array(decoder.latent))];
  return information.map((_, index) => index).sort((i, j) => information[j] - information[i]).slice(0, 2);
}

function columnOf({ frame, decoder }, axis) {
  const { codes } = frame.arrays;
  const size = decoder.latent;
  return Float32Array.from({ length: Math.floor((codes?.length ?? 0) / size) }, (_, row) => codes[row * size + axis]);
}

/** Symmetric range that holds the prior and, but for one in a hundred, all codes. */
function reachOf(columns) {
  const sizes = columns.flatMap((column) => [...column].map(Math.abs)).sort((a, b) => a - b);
  return Math.max(3.5, 1.1 * (sizes[Math.floor(0.99 * (sizes.length - 1))] ?? 0));
}

function densityOf(column, reach) {
  const heights = new Float64Array(BINS);
  const width = (2 * reach) / BINS;
  for (const value of column) {
    const bin = Math.floor((value + reach) / width);
    if (bin >= 0 && bin < BINS) heights[bin] += 1 / (column.length * width);
  }
  return { xs: Array.from(heights, (_, bin) => -reach + (bin + 0.5) * width), ys: heights };
}

const prior = (x) => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);

function momentsOf(column) {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return { mean, spread: Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length) };
}

/** Draws one store's marginals; `reach()` is the range that both runs agreed on. */
function createMarginals(root, store, reach) {
  const node = element("div", { class: "marginals" });
  root.append(node);
  const rows = [0, 1].map(() => {
    const title = element("p", { class: "hint" });
    const row = element("div", {}, title);
    node.append(row);
    return { row, title, plot: createPlot(row, { label: "Density of the codes against the prior", height: 84, resized: draw }) };
  });

  function draw() {
    const { state } = store;
    node.hidden = !state.frame?.arrays.codes?.length || !state.decoder;
    if (node.hidden) return;
    const axes = shownAxes(state);
    const wide = reach();
    const line = Array.from({ length: 97 }, (_, index) => -wide + (2 * wide * index) / 96);
    for (const [index, { row, title, plot }] of rows.entries()) {
      row.hidden = index >= axes.length;
      if (row.hidden) continue;
      const column = columnOf(state, axes[index]);
      const { xs, ys } = densityOf(column, wide);
      const { mean, spread } = momentsOf(column);
      setText(title, `z${axes[index] + 1}: mean ${short(mean)}, spread ${short(spread)}`);
      // The axis is the prior's own height: a collapsed dimension may shoot out of it, and that is what it should say.
      plot.draw({ x: { low: -wide, high: wide }, y: { low: 0, high: Math.max(0.45, Math.min(1, 1.05 * Math.max(...ys))) } },
        [{ xs: line, ys: line.map(prior), class: "dashed" }, { xs, ys, colour: "var(--series-1)", class: "strong" }]);
    }
  }

  return { draw, destroy() { for (const { plot } of rows) plot.destroy(); node.remove(); } };
}

/** Two runs beside each other, over the same range. */
export function createMarginalPair(root, stores, labels) {
  const { node, body } = panel(root, "marginals", "Codes against the prior", {
    sentence: "Solid: the codes of held-out images. Dashed: N(0, 1), where samples are drawn from. The closer, the fewer holes.",
  });
  const pair = element("div", { class: "duet-pair" });
  body.append(pair);
  const reach = () => reachOf(stores.filter(({ state }) => state.frame?.arrays.codes && state.decoder)
    .flatMap(({ state }) => shownAxes(state).map((axis) => columnOf(state, axis))));
  const sides = stores.map((store, index) => {
    const box = element("div", {}, element("h4", {}, labels[index]));
    pair.append(box);
    return createMarginals(box, store, reach);
  });
  return {
    update: (changed) => (changed.has("frame") || changed.has("axes")) && sides.forEach((side) => side.draw()),
    destroy() { for (const side of sides) side.destroy(); node.remove(); },
  };
}
