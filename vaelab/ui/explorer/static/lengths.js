// How long the code is along the walk: the reason for the spherical path.
//
// In many dimensions almost all of N(0, I) lies at a distance of about sqrt(d) from the middle. The straight line
// between two such codes cuts through the empty middle; the great circle stays where the decoder was trained
// (White, "Sampling generative networks", 2016).

import { element, say } from "./elements.js";
import { length } from "./noise.js";
import { createPlot, legendEntry, short } from "./plot.js";

const POINTS = 61;

export function createLengths(root) {
  const straight = legendEntry("linear", "var(--series-1)");
  const round = legendEntry("spherical", "var(--series-2)");
  const typical = legendEntry("typical √d", "var(--quiet)", true);
  const note = element("p", { class: "hint" });
  const node = element("div", { class: "lengths" }, element("h4", {}, "Length of the code |z| along the walk"),
    element("div", { class: "readings" }, straight.node, round.node, typical.node));
  root.append(node);
  let redraw = () => {};
  const plot = createPlot(node, { label: "Length of the code from A to B", height: 104, resized: () => redraw() });
  node.append(note);
  let at = null;
  let along = [];

  function draw(pathAt, size, kind, onlyLinear) {
    const xs = Array.from({ length: POINTS }, (_, index) => index / (POINTS - 1));
    const measure = (path) => xs.map((t) => length(pathAt(t, path)));
    along = [{ path: "linear", ys: measure("linear"), colour: "var(--series-1)" }];
    if (!onlyLinear) along.push({ path: "spherical", ys: measure("spherical"), colour: "var(--series-2)" });
    round.node.hidden = onlyLinear;
    const radius = Math.sqrt(size);
    const highest = 1.08 * Math.max(radius, ...along.flatMap((line) => line.ys));
    redraw = () => {
      plot.draw({ x: { low: 0, high: 1 }, y: { low: 0, high: highest } },
        [{ xs: [0, 1], ys: [radius, radius], class: "dashed quiet" },
          ...along.map(({ path, ys, colour }) => ({ xs, ys, colour, class: path === kind ? "strong" : "" }))]);
      cursor(at);
    };
    redraw();
    const lowest = Math.min(...along[0].ys);
    say(note, size < 3 ? "" : `The straight path dips to |z| = ${short(lowest)}; codes from the prior have about √${size} = ${short(radius)}.`);
  }

  function cursor(t) {
    at = t;
    if (t === null || along.length === 0) return plot.cursor(null);
    const index = Math.round(t * (POINTS - 1));
    plot.cursor(t, along.map(({ ys, colour }) => ({ value: ys[index], colour })));
    straight.value.textContent = short(along[0].ys[index]);
    round.value.textContent = along[1] ? short(along[1].ys[index]) : "";
  }

  return { draw, cursor, destroy: plot.destroy };
}
