// One latent dimension: a track with the distribution of the codes behind it, a thumb, and a number to type.
// The browser's own range input is not used: it has no double-click, no picture behind the track, and steps its value.

import { element, svg } from "./elements.js";

const BARS = 48; // points of the curve behind the track
const THUMB = 16; // pixels, as in the style sheet
const FAR = 99; // a typed number beyond this is a slip

const rounded = (value) => Math.round(value * 100) / 100;

// `on`: drag(value, event) at every movement, set(value, event) for one step, settle() when the user has let go.
export function createSlider(index, on) {
  const name = `z${index + 1}`;
  const curve = svg("path", { class: "slider-curve" });
  const thumb = element("span", { class: "slider-thumb" });
  const track = element("div", { class: "slider-track", role: "slider", tabindex: 0, "aria-label": `Latent ${name}` },
    svg("svg", { viewBox: "0 0 100 20", preserveAspectRatio: "none", "aria-hidden": "true" }, curve),
    element("span", { class: "slider-line" }), thumb);
  const number = element("input", { type: "number", step: 0.1, "aria-label": `Value of ${name}`, change: typed });
  const worth = element("span", { class: "slider-worth", "aria-hidden": "true" });
  const ends = [0, 1].map(() => element("canvas", { class: "slider-end", width: 1, height: 1, "aria-hidden": "true" }));
  const row = element("div", { class: "slider", "data-index": index }, element("span", { class: "slider-name" }, name, worth),
    ends[0], track, ends[1], number);
  let low = -3, high = 3;
  let value = NaN;
  let dragged = null; // the id of the pointer that holds the thumb
  let box = null; // where the track was when the drag began
  let offset = 0; // where on the thumb it was taken, so that it does not jump

  const clip = (next) => Math.min(high, Math.max(low, next));
  // The thumb's centre stops half a thumb before either end.
  const across = (event) => (event.clientX - box.left - THUMB / 2) / Math.max(1, box.width - THUMB);
  const shareOf = (number) => (clip(number) - low) / (high - low);

  function follow(event) {
    on.drag(rounded(clip(low + (across(event) - offset) * (high - low))), event);
  }

  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    box = track.getBoundingClientRect(); // once: to ask again at every movement would lay out the page each time
    const aside = across(event) - shareOf(value);
    offset = Math.abs(aside) * box.width < THUMB / 2 ? aside : 0;
    dragged = event.pointerId;
    track.setPointerCapture(dragged);
    track.focus({ preventScroll: true, focusVisible: false });
    event.preventDefault();
    if (offset === 0) follow(event);
  });
  track.addEventListener("pointermove", (event) => event.pointerId === dragged && follow(event));
  for (const end of ["pointerup", "pointercancel"])
    track.addEventListener(end, (event) => {
      if (event.pointerId !== dragged) return;
      dragged = null;
      on.settle();
    });
  track.addEventListener("dblclick", (event) => set(0, event));
  track.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.5 : 0.1;
    const next = {
      ArrowRight: value + step, ArrowUp: value + step, ArrowLeft: value - step, ArrowDown: value - step,
      PageUp: value + 0.5, PageDown: value - 0.5, Home: low, End: high,
    }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    set(clip(next), event);
  });

  function set(next, event) {
    show(rounded(next)); // at once: the next key may come before the next animation frame
    on.set(rounded(next), event);
    on.settle();
  }

  function typed(event) {
    const next = number.valueAsNumber;
    if (Number.isFinite(next) && Math.abs(next) <= FAR) set(next, event);
    else show(value, true);
  }

  function show(next, always = false) {
    if (next === value && !always) return;
    value = next;
    thumb.style.setProperty("--share", shareOf(value));
    track.classList.toggle("beyond", value < low || value > high);
    track.setAttribute("aria-valuenow", rounded(value));
    if (!number.matches(":focus") || always) number.value = value.toFixed(2);
  }

  return {
    index,
    row,
    ends,
    range: () => [low, high],
    show,
    dragging: () => dragged !== null,
    // `density` are the heights (0..1) of the curve at BARS + 1 places from `from` to `to`.
    scale(from, to, density) {
      [low, high] = [from, to];
      track.setAttribute("aria-valuemin", rounded(low));
      track.setAttribute("aria-valuemax", rounded(high));
      const points = density.map((height, at) => `${((100 * at) / BARS).toFixed(1)},${(20 - 19 * height).toFixed(1)}`);
      curve.setAttribute("d", `M0,20L${points.join("L")}L100,20Z`);
      if (!Number.isNaN(value)) show(value, true);
    },
    // How much this dimension tells, next to the one that tells most.
    rate(share, sentence) {
      worth.style.setProperty("--share", share);
      row.title = sentence;
    },
  };
}

// The prior N(0, 1) over a range, the mode at height 1.
export const normalDensity = (from, to) =>
  Array.from({ length: BARS + 1 }, (_, at) => Math.exp(-((from + ((to - from) * at) / BARS) ** 2) / 2));

// Where codes lie along one dimension: at least +-3, wider where the codes are.
export function rangeOf(values) {
  const sorted = Float32Array.from(values).sort();
  const pick = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const wide = sorted.length > 0 ? [pick(0.005), pick(0.995)] : [-3, 3];
  return [Math.min(-3, wide[0]), Math.max(3, wide[1])];
}

export function histogram(values, from, to) {
  const counts = new Array(BARS + 1).fill(0);
  for (const value of values) {
    const at = Math.round(((value - from) / (to - from)) * BARS);
    if (at >= 0 && at <= BARS) counts[at]++;
  }
  const most = Math.max(1, ...counts);
  return counts.map((count) => count / most);
}
