// Many shares as thin bars, the largest first, in SVG: the theme's colours apply by themselves. Pointing at a bar, or
// walking with the arrow keys, reads it.

import { element, setText, svg } from "./elements.js";

const HEIGHT = 72;

/** `createBars(root, {label, read})` -> {draw(values)}; `read(rank or -1)` gives the sentence under the bars. */
export function createBars(root, { label, read }) {
  const shape = svg("path", { class: "bars-shape" });
  const mark = svg("rect", { class: "bars-mark", width: 1, y: 0, height: HEIGHT, visibility: "hidden" });
  const node = svg("svg", { class: "bars", role: "slider", "aria-label": label, tabindex: 0, preserveAspectRatio: "none",
    height: HEIGHT, pointermove: point, pointerleave: () => show(-1), blur: () => show(-1), keydown: walk }, shape, mark);
  const reading = element("p", { class: "hint bars-reading" });
  root.append(node, reading);
  let count = 0;
  let at = -1;

  function point(event) {
    const box = node.getBoundingClientRect();
    show(Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count))));
  }

  function walk(event) {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined || count === 0) return;
    event.preventDefault();
    event.stopPropagation();
    show(Math.min(count - 1, Math.max(0, to)));
  }

  function show(rank) {
    at = rank;
    mark.setAttribute("visibility", rank >= 0 ? "visible" : "hidden");
    mark.setAttribute("x", Math.max(0, rank));
    setText(reading, read(rank));
    node.setAttribute("aria-valuenow", rank + 1);
    node.setAttribute("aria-valuetext", read(rank));
  }

  return {
    draw(values, most = Math.max(...values)) {
      count = values.length;
      node.setAttribute("viewBox", `0 0 ${Math.max(1, count)} ${HEIGHT}`);
      node.setAttribute("aria-valuemin", 1);
      node.setAttribute("aria-valuemax", count);
      const gap = count > 120 ? 0 : 0.2;
      shape.setAttribute("d", [...values].map((value, rank) => {
        const height = most > 0 && value > 0 ? Math.max(1, (HEIGHT * value) / most) : 0;
        return `M${rank},${HEIGHT}v${(-height).toFixed(2)}h${1 - gap}v${height.toFixed(2)}z`;
      }).join(""));
      show(Math.min(at, count - 1));
    },
  };
}
