// One slider per latent dimension, those that tell most first, those that tell nothing folded away.

import { button, element, panel, setText } from "./elements.js";
import { createEnds } from "./ends.js";
import { rankDimensions } from "./plane.js";
import { createSlider, histogram, normalDensity, rangeOf } from "./slider.js";

const DEAD = 0.01; // nats (or variance) below which a dimension does not change the picture
const RESCALE_EVERY = 1000; // milliseconds, while a run moves
const CODES = 1000; // codes that enter a range or a histogram
const MOVING = new Set(["queued", "starting", "compiling", "training", "paused"]);

// `pictures`: whether the images at the ends of the tracks are shown; they are those of one decoder.
export function createSliders(root, store, actions, { pictures = true } = {}) {
  const { state } = store;
  const sort = button("Sort", () => arrange(true), { title: "Order by how much each dimension tells", hidden: true });
  const tools = [
    button("Random", random, { title: "Draw a new code (key R)" }),
    button("Reset", () => move(new Float32Array(state.z.length)), { title: "All zero" }),
    button("Undo", actions.undo, { title: "Back to the code before (key Z)" }),
    sort,
  ];
  const { body } = panel(root, "sliders", "Latent code", { tools });
  const live = element("div", { class: "slider-list" });
  const why = element("p", { class: "hint" });
  const summary = element("summary");
  const deadList = element("div", { class: "slider-list" });
  const fold = element("details", { class: "slider-fold", hidden: true }, summary, why, deadList);
  body.append(live, fold);
  body.classList.toggle("pictured", pictures);
  const ends = pictures ? createEnds(live, store) : null;

  let sliders = [];
  let order = [];
  let owner = ""; // the run and size that the sliders were made for
  let scaled = -Infinity;
  let stale = 0;

  function move(z) {
    if (z.length === 0) return;
    store.set({ z, hover: null, point: null });
    actions.commit();
  }

  const followsPrior = () => Boolean(state.frame?.header.has_prior);
  const inNats = () => state.frame?.header.bottleneck === "Gaussian"; // where a dimension's worth is its KL

  // An autoencoder without a prior has nothing to draw from: one of its held-out codes is taken.
  function random() {
    const codes = state.frame?.arrays.codes;
    const { length } = state.z;
    if (followsPrior() || !codes?.length) return move(Float32Array.from({ length }, gauss));
    const at = Math.floor(Math.random() * (codes.length / length)) * length;
    return move(codes.slice(at, at + length));
  }

  function change(index, value, event) {
    const z = Float32Array.from(state.z);
    z[index] = value;
    store.set({ z, hover: null, point: null, moment: event.timeStamp });
  }

  function build(count) {
    sliders = Array.from({ length: count }, (_, index) => createSlider(index, {
      drag: (value, event) => change(index, value, event),
      set: (value, event) => change(index, value, event),
      settle: actions.commit,
    }));
    scaled = -Infinity;
  }

  const dragging = () => sliders.some((slider) => slider.dragging());
  const dead = (index) => (state.frame.arrays.information?.[index] ?? Infinity) < DEAD;

  // Would another order be clearly better? Small changes between neighbours are no reason to move anything.
  function outdated() {
    const { information } = state.frame.arrays;
    if (information?.length !== order.length) return false;
    const folded = new Set([...deadList.children].map((row) => Number(row.dataset.index)));
    return order.some((index, at) => order.length > 2 && at > 0 && information[index] > 1.1 * information[order[at - 1]] + DEAD)
      || (order.some((index) => !dead(index)) && order.some((index) => dead(index) !== folded.has(index)));
  }

  function arrange(asked = false) {
    const { information } = state.frame.arrays;
    // Two sliders are seen at one glance: they stay x and y, as on the map.
    order = sliders.length > 2 ? rankDimensions(information, sliders.length) : [...sliders.keys()];
    const alive = order.filter((index) => !dead(index));
    const shown = alive.length > 0 ? alive : order; // an untrained model: nothing to tell them apart yet
    const hidden = alive.length > 0 ? order.filter(dead) : [];
    const focus = root.getRootNode().activeElement;
    live.replaceChildren(...shown.map((index) => sliders[index].row));
    deadList.replaceChildren(...hidden.map((index) => sliders[index].row));
    ends?.place([...shown, ...hidden].map((index) => sliders[index]), shown.length);
    if (asked) sort.focus();
    else focus?.focus({ preventScroll: true });
    fold.hidden = hidden.length === 0;
    setText(summary, `${hidden.length} ${hidden.length === 1 ? "slider that does" : "sliders that do"} (almost) nothing`);
    setText(why, inNats()
      ? "Their codes follow the prior whatever the image is (less than 0.01 nats), so the decoder has learnt to ignore them."
      : "Their codes are nearly the same for every image (variance below 0.01), so they carry nothing.");
    sort.hidden = true;
  }

  function rate() {
    const { information } = state.frame.arrays;
    const most = Math.max(DEAD, ...(information ?? []));
    const unit = inNats() ? "nats" : "variance";
    sliders.forEach((slider, index) => {
      const value = information?.[index] ?? 0;
      slider.rate(value / most, information ? `z${index + 1}: ${value.toFixed(3)} ${unit}` : "");
    });
  }

  function rescale(moving) {
    const now = performance.now();
    clearTimeout(stale);
    if (moving && now - scaled < RESCALE_EVERY) {
      stale = setTimeout(() => rescale(false), RESCALE_EVERY);
      return;
    }
    scaled = now;
    const { codes } = state.frame.arrays;
    const count = sliders.length;
    sliders.forEach((slider, index) => {
      if (followsPrior() || !codes) return slider.scale(-3, 3, normalDensity(-3, 3));
      const stride = count * Math.max(1, Math.floor(codes.length / count / CODES));
      const values = Float32Array.from({ length: Math.ceil((codes.length - index) / stride) }, (_, at) => codes[at * stride + index]);
      const [from, to] = rangeOf(values);
      return slider.scale(from, to, histogram(values, from, to));
    });
  }

  function refresh() {
    const { header } = state.frame;
    const moving = MOVING.has(header.state);
    const same = owner === `${header.run} ${header.latent}`;
    owner = `${header.run} ${header.latent}`;
    if (!same && sliders.length !== header.latent) build(header.latent);
    if (!dragging()) rescale(moving && same);
    rate();
    if (!same) arrange();
    else if (!dragging() && outdated()) {
      if (moving) sort.hidden = false;
      else arrange();
    } else if (!moving) sort.hidden = true;
  }

  return {
    key(name) {
      if (name === "r") random();
      else if (name === "z") actions.undo();
      else return false;
      return true;
    },
    update(changed) {
      if (!state.frame || !state.decoder) return;
      if (changed.has("frame")) refresh();
      sliders.forEach((slider, index) => slider.show(state.z[index]));
      ends?.update(changed);
    },
    destroy() {
      clearTimeout(stale);
      ends?.destroy();
    },
  };
}

// Box and Muller's way from two uniform numbers to a normal one; 1 - u is never zero.
const gauss = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
