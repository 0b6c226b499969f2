// A small line plot in SVG: the browser draws the text and the theme's colours itself, and each mark can take the focus.
// One plot holds an x range, a y range, lines, vertical marks and a cursor; the panels decide what they mean.

import { element, svg } from "./elements.js";

const MARGIN = { left: 44, right: 10, top: 8, bottom: 20 };

/** Round numbers that cover [low, high] in about `count` steps of 1, 2 or 5 times a power of ten. */
export function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const values = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + 1e-9 * span; index++)
    values.push(Number((index * step).toPrecision(12)));
  return values;
}

/** As many of the words along an axis as can be read, the first and every second, third, ... after it. */
function legible(words, room) {
  const every = Math.max(1, Math.ceil((words.length * 34) / room));
  return words.map((word, index) => [index, word]).filter(([index]) => index % every === 0);
}

/** A short number for an axis or a reading: three significant digits, thousands as k. */
export function short(value) {
  if (!Number.isFinite(value)) return "not finite";
  const size = Math.abs(value);
  if (size >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`;
  return String(Number(value.toPrecision(size >= 1000 ? 4 : 3)));
}

/** `createPlot(root, {label, height})` -> {draw, cursor, at, node}; sizes follow the element's width. */
export function createPlot(root, { label, height = 132, resized = () => {} }) {
  const grid = svg("g", { class: "plot-grid" });
  const lines = svg("g", { class: "plot-lines" });
  const marks = svg("g", { class: "plot-marks" });
  const hair = svg("line", { class: "plot-cursor", visibility: "hidden" });
  const dots = svg("g", {});
  const clip = `clip-${crypto.getRandomValues(new Uint32Array(1))[0]}`;    // ids are shared by everything in one root
  const clipArea = svg("rect", {});
  const node = svg("svg", { class: "plot", role: "img", "aria-label": label, height },
    svg("clipPath", { id: clip }, clipArea), grid, svg("g", { "clip-path": `url(#${clip})` }, lines), marks, hair, dots);
  root.append(node);
  let width = 0;
  let x = { low: 0, high: 1 };
  let y = { low: 0, high: 1 };

  const inner = () => ({ left: MARGIN.left, right: Math.max(MARGIN.left + 1, width - MARGIN.right),
    top: MARGIN.top, bottom: height - MARGIN.bottom });
  const px = (value) => MARGIN.left + ((value - x.low) / (x.high - x.low || 1)) * (inner().right - MARGIN.left);
  const py = (value) => inner().bottom - ((value - y.low) / (y.high - y.low || 1)) * (inner().bottom - MARGIN.top);

  const observer = new ResizeObserver(() => {
    const now = Math.round(node.getBoundingClientRect().width);
    if (now === width || now === 0) return;
    width = now;
    resized();
  });
  observer.observe(node);

  /** `series`: [{xs, ys, class, colour}] in data units; `marked`: [{x, text}]; `ranges.x.words`: what stands at 0, 1, .. */
  function draw(ranges, series, marked = []) {
    x = ranges.x;
    y = ranges.y;
    width ||= Math.round(node.getBoundingClientRect().width) || 300;
    const { left, right, top, bottom } = inner();
    for (const [name, value] of Object.entries({ x: left, y: top - 4, width: right - left, height: bottom - top + 5 }))
      clipArea.setAttribute(name, value);
    grid.replaceChildren(
      ...ticks(y.low, y.high, (bottom - top) / 26).flatMap((value) => [
        svg("line", { x1: left, x2: right, y1: py(value), y2: py(value) }),
        svg("text", { x: left - 6, y: py(value), "text-anchor": "end", dy: "0.32em" }, short(value))]),
      ...(x.words ? legible(x.words, right - left) : ticks(x.low, x.high, (right - left) / 64).map((value) => [value, short(value)]))
        .map(([value, text]) =>
          svg("text", { x: px(value), y: height - 5, "text-anchor": px(value) > right - 14 && !x.words ? "end" : "middle" }, text)));
    lines.replaceChildren(...series.map(({ xs, ys, colour, class: name = "" }) =>
      svg("path", { d: path(xs, ys), class: `plot-line ${name}`, style: colour && `stroke:${colour}` })));
    const focused = [...marks.children].indexOf(root.getRootNode().activeElement);
    marks.replaceChildren(...marked.map((mark) => svg("g", { class: "plot-mark", tabindex: 0, role: "img",
      "aria-label": `${mark.text}, step ${mark.x}` },
      svg("title", {}, mark.text),
      svg("line", { x1: px(mark.x), x2: px(mark.x), y1: top, y2: bottom }),
      svg("rect", { x: px(mark.x) - 12, y: 0, width: 24, height: bottom, class: "plot-target" }),
      svg("path", { d: `M${px(mark.x) - 4},${top - 6}h8l-4,6z` }))));
    marks.children[focused]?.focus();
  }

  function path(xs, ys) {
    let text = "";
    let pen = "M";                          // a value that is not finite lifts the pen
    for (let i = 0; i < xs.length; i++) {
      if (!Number.isFinite(ys[i])) { pen = "M"; continue; }
      text += `${pen}${px(xs[i]).toFixed(1)},${Math.max(-1000, Math.min(2000, py(ys[i]))).toFixed(1)}`;
      pen = "L";
    }
    return text;
  }

  /** A vertical line at x with a dot on each value; null hides it. */
  function cursor(at, values = []) {
    hair.setAttribute("visibility", at === null ? "hidden" : "visible");
    dots.replaceChildren();
    if (at === null) return;
    const { top, bottom } = inner();
    for (const [name, value] of Object.entries({ x1: px(at), x2: px(at), y1: top, y2: bottom })) hair.setAttribute(name, value);
    dots.replaceChildren(...values.filter(({ value }) => value >= y.low && value <= y.high)
      .map(({ value, colour }) => svg("circle", { cx: px(at), cy: py(value), r: 3, class: "plot-dot", style: `fill:${colour}` })));
  }

  /** The x value under a pointer. */
  const at = (event) => {
    const { left, right } = inner();
    const inside = (event.clientX - node.getBoundingClientRect().left - left) / (right - left);
    return x.low + Math.min(1, Math.max(0, inside)) * (x.high - x.low);
  };

  return { node, draw, cursor, at, destroy() { observer.disconnect(); node.remove(); } };
}

/** One entry of a legend that doubles as the reading under the cursor. */
export function legendEntry(name, colour, dashed = false) {
  const value = element("span", { class: "curve-value" });
  const node = element("span", { class: "curve-entry" },
    element("i", { class: dashed ? "stroke dashed" : "stroke", style: `--stroke:${colour}` }), name, " ", value);
  return { node, value };
}
