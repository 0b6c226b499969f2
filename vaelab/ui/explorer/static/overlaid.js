// One metric of several runs in one chart. Colour says which run, and from the fifth on a dash as well; under the pointer,
// or with the arrow keys, all of them are read at one step.

import { element, panel, setText } from "./elements.js";
import { rangeOf, rowAt } from "./history.js";
import { createPlot, legendEntry, short } from "./plot.js";
import { pointAt } from "./pointing.js";

const COLOURS = 4;
const HEIGHT = 260;

/** The height of a line at a step, as it is drawn: straight between two points, and level beyond its ends. */
function valueAt({ steps, values }, step) {
  const row = rowAt(steps, step);
  const [left, right] = steps[row] > step ? [Math.max(0, row - 1), row] : [row, Math.min(row + 1, steps.length - 1)];
  if (left === right) return values[row];
  const share = Math.min(1, Math.max(0, (step - steps[left]) / (steps[right] - steps[left])));
  return values[left] + share * (values[right] - values[left]);
}

/** The component in the mode "curves": `update({curves: [{label, steps, values}], quantity})`. */
export function createOverlaid(root) {
  const { node, body } = panel(root, "curves", "Curves", {
    sentence: "Nats per image over the steps. Point at the chart, or focus it and use the arrow keys, to read all of them.",
  });
  const where = element("span", { class: "curve-step", role: "status" });
  const legend = element("div", { class: "readings" });
  const holder = element("div", { class: "chart", tabindex: 0, role: "group" });
  body.append(legend, holder, element("div", { class: "curve-foot" }, where));
  const plot = createPlot(holder, { label: "Curves of several runs over steps", height: HEIGHT, resized: () => draw() });
  let lines = [];
  let steps = { low: 0, high: 1 };
  let pointed = null; // the step under the pointer, or null

  pointAt(holder, plot, () => ({ steps, pointed }), read);

  function draw() {
    if (lines.length === 0) return;
    steps = { low: 0, high: Math.max(1, ...lines.map((line) => line.steps.at(-1))) };
    plot.draw({ x: steps, y: rangeOf(lines.map(({ values }) => values)) },
      lines.map((line) => ({ xs: line.steps, ys: line.values, colour: line.colour, class: line.dashed ? "dashed" : "" })));
    read(pointed);
  }

  /** Reads every curve at one step, or at its end where it is shorter; null reads the last values. */
  function read(step) {
    pointed = step;
    const values = lines.map((line) => ({ value: valueAt(line, step ?? Infinity), colour: line.colour }));
    for (const [index, { value }] of values.entries()) setText(lines[index].entry.value, short(value));
    plot.cursor(step, values);
    setText(where, step === null ? "at the end" : `step ${Math.round(step)}`);
  }

  return {
    update({ curves, quantity }) {
      holder.setAttribute("aria-label", `${quantity} of ${curves.length} runs: use the arrow keys to read values`);
      lines = curves.filter((curve) => curve.steps.length > 0).map((curve, index) => {
        const colour = `var(--series-${(index % COLOURS) + 1})`;
        const dashed = index >= COLOURS;
        return { ...curve, colour, dashed, entry: legendEntry(curve.label, colour, dashed) };
      });
      legend.replaceChildren(...lines.map(({ entry }) => entry.node));
      node.hidden = lines.length === 0;
      draw();
    },
    destroy() {
      plot.destroy();
      node.remove();
    },
  };
}
