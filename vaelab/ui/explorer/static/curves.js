// Training curves in nats per image: total and reconstruction above, the penalties (KL, L1, …) below on their own axis,
// because a KL of 20 would be a flat line under a reconstruction of 100. Without a penalty the total is the
// reconstruction and is not drawn twice.
// The comparison draws two runs into one panel: colour says which quantity, the dash says which run.

import { element, panel, say, setText } from "./elements.js";
import { columnsOf, labelOf, rangeOf, rowAt, smooth, trendOf, weighing, weightsOf } from "./history.js";
import { createPlot, legendEntry, short } from "./plot.js";
import { pointAt } from "./pointing.js";

const COLOURS = { loss: "var(--ink)", reconstruction: "var(--series-1)", kl: "var(--series-2)", l1: "var(--series-2)" };
const OTHERS = ["var(--series-3)", "var(--series-4)"];
const WORDS = { "-1": "falling", 0: "steady", 1: "rising" };
const rest = (columns) => Object.keys(columns).filter((name) => !["step", "reconstruction", "loss"].includes(name));
const main = (columns) => ["reconstruction", ...(rest(columns).length > 0 ? ["loss"] : [])].filter((name) => name in columns);
const EXPECTED = "KL rising while the loss falls is expected: the code is learning to carry information, and pays for it in KL.";

export const createCurves = (root, store) => createCurvesOf(root, [{ store, label: "" }]);

/** `sources`: [{store, label}], one or two runs on the same axes. */
export function createCurvesOf(root, sources) {
  const smoothing = element("input", { type: "checkbox", checked: true, change: () => draw() });
  const { node, body, about } = panel(root, "curves", "Training curves", {
    tools: [element("label", { class: "check" }, smoothing, "smooth")],
  });
  const charts = element("div", {});
  const summary = element("p", { class: "hint" });
  const note = element("p", { class: "hint note" }, EXPECTED);
  const where = element("span", { class: "curve-step" });
  body.append(charts, element("div", { class: "curve-foot" }, where, summary), note);
  const upper = createChart("Loss");
  const lower = createChart("Penalties");
  let steps = { low: 0, high: 1 };
  let pointed = null;                        // the step under the pointer, or null

  function createChart(title) {
    const legend = element("div", { class: "readings" });
    const holder = element("div", { class: "chart", tabindex: 0, role: "group", "aria-label": `${title}: use the arrow keys to read values` });
    charts.append(element("div", { class: "chart-box" }, legend, holder));
    const plot = createPlot(holder, { label: `${title} over steps`, resized: () => draw() });
    pointAt(holder, plot, () => ({ steps, pointed }), read);
    holder.addEventListener("pointermove", tell);
    holder.addEventListener("focusin", tell);
    return { legend, plot, lines: [], names: "" };
  }

  function tell(event) {                     // a mark under the pointer or the focus says what was changed there
    const mark = event.target.closest?.(".plot-mark");
    if (mark) setText(where, mark.getAttribute("aria-label"));
  }

  function linesOf(names, histories) {
    return histories.flatMap(({ columns, label, weights }, run) => names(columns).map((name, index) => {
      const raw = columns[name];
      const title = `${labelOf(name)}${weighing(name, weights[name])}`;
      return { name, weight: weights[name], key: label ? `${title}, ${label}` : title, colour: COLOURS[name] ?? OTHERS[index % OTHERS.length],
        dashed: run > 0, steps: columns.step, raw, shown: smoothing.checked ? smooth(raw) : raw };
    }));
  }

  function draw() {
    const histories = sources.map(({ store, label }) =>
      ({ columns: columnsOf(store.state.frame), label, weights: weightsOf(store.state.frame) }))
      .filter(({ columns }) => columns !== null && columns.step !== undefined);
    body.hidden = histories.length === 0;
    const trained = sources.some(({ store }) => store.state.frame?.header.state === "trained");
    const idle = histories.flatMap(({ columns, label, weights }) => rest(columns).filter((name) => weights[name] === 0)
      .map((name) => `The ${labelOf(name)}${label ? ` of the ${label}` : ""} is measured, not minimized: its weight is 0.`));
    say(about, histories.length > 0 ? ["Nats per image over the steps. Point at a curve to read all of them.", ...idle].join(" ") : trained
      ? "This run has no history: it was trained before and is shown as it ended." : "The curves start with the first steps.");
    if (histories.length === 0) return;
    steps = { low: 0, high: Math.max(1, ...histories.map(({ columns }) => columns.step.at(-1))) };
    const marks = sources.flatMap(({ store, label }) => (store.state.frame?.header.marks ?? [])
      .map(({ step, text }) => ({ x: step, text: label ? `${label}: ${text}` : text })));
    fillChart(upper, linesOf(main, histories), marks);
    fillChart(lower, linesOf(rest, histories), marks);
    lower.plot.node.closest(".chart-box").hidden = lower.lines.length === 0;
    const latest = [...upper.lines, ...lower.lines].map(({ key, name, weight, shown }) =>
      ({ key, name, weight, value: shown.at(-1), trend: trendOf(shown) }));
    setText(summary, latest.map(({ key, value, trend }) => `${key} ${short(value)}, ${WORDS[trend]}`).join("; ") + ".");
    const trend = (name) => latest.find((line) => line.name === name && line.weight !== 0)?.trend;
    note.hidden = !(trend("kl") === 1 && trend("loss") === -1);
    read(pointed);
  }

  function fillChart(chart, lines, marks) {
    chart.lines = lines;
    const names = lines.map(({ key }) => key).join();
    if (names !== chart.names) {
      chart.entries = lines.map(({ key, colour, dashed }) => legendEntry(key, colour, dashed));
      chart.legend.replaceChildren(...chart.entries.map((entry) => entry.node));
      chart.names = names;
    }
    const series = lines.flatMap(({ steps: xs, raw, shown, colour, dashed }) => [
      ...(smoothing.checked ? [{ xs, ys: raw, colour, class: "faint" }] : []),
      { xs, ys: shown, colour, class: dashed ? "dashed" : "" }]);
    chart.plot.draw({ x: steps, y: rangeOf(lines.map(({ shown }) => shown)) }, series, marks);
  }

  /** Reads every curve of both charts at one step; null reads the latest values. */
  function read(step) {
    pointed = step;
    for (const chart of [upper, lower]) {
      const values = chart.lines.map(({ steps: xs, shown, raw, colour }) => {
        const row = step === null ? shown.length - 1 : rowAt(xs, step);
        return { value: shown[row], exact: raw[row], colour, step: xs[row] };
      });
      for (const [index, { value }] of values.entries()) setText(chart.entries[index].value, short(value));
      chart.plot.cursor(step === null || values.length === 0 ? null : values[0].step, values);
      if (chart === upper) setText(where, values.length === 0 ? "" : `step ${values[0].step}`);
    }
    where.hidden = false;
  }

  function update(changed) {
    if (!changed || changed.has("frame")) draw();
  }

  draw();
  return { update, destroy() { upper.plot.destroy(); lower.plot.destroy(); node.remove(); } };
}
