// The units of a large or sparse code: how often each one is on, and what it adds to an image. A dictionary learnt by a
// sparse autoencoder is read here: strokes, or nothing.

import { createBars } from "./bars.js";
import { element, panel, say, setText } from "./elements.js";
import { isSequence, paint as paintPicture } from "./pictures.js";
import { codebookOf } from "./quantize.js";
import { othersComeFirst } from "./store.js";
import { createTiles } from "./tiles.js";
import { dictionary, isSparse, paintSigned } from "./dictionary.js";

const LARGE = 16;      // numbers in a code beyond which sliders alone do not show it
const SHOWN = 100;
const PER_ROW = 10;
const REFRESH = 1000;  // milliseconds between two counts while the weights change

export function createUnits(root, store, actions) {
  const { state } = store;
  const { node, body, about } = panel(root, "units", "Units");
  const bars = createBars(body, { label: "How often each unit is on", read });
  const summary = element("p", { class: "unit-summary", role: "status" });
  body.append(summary, element("h4", {}, "What each unit adds"));
  let units = null;      // of the frame that was counted last
  let base = null;       // the image without any unit
  let counted = -Infinity;
  let timer = 0;

  const tiles = createTiles(body, {
    label: "What each unit adds to an image",
    tile: (index) => `Unit ${units ? units.order[index] + 1 : index + 1}`,
    decoder: () => (units && state.decoder?.latent === units.origin.length ? state.decoder : null),
    busy: () => othersComeFirst(state),
    codeAt: (index) => codeOf(index),
    paint,
    picked(index) {
      if (!fits()) return;
      store.set({ z: Float32Array.from(codeOf(index)), hover: null, point: null });
      actions.commit();
    },
    hovered(index, event) {
      store.set({ hover: index >= 0 && fits() ? Float32Array.from(codeOf(index)) : null, moment: event.timeStamp });
    },
  });

  const fits = () => units !== null && units.origin.length === state.decoder?.latent;

  function codeOf(index) {
    const unit = units.order[index];
    units.scratch.set(units.origin);
    units.scratch[unit] += units.typical[unit];
    return units.scratch;
  }

  function paint(canvas, code, network) {
    if (isSequence(network.shape)) return paintPicture(canvas, network.decode(code), network.shape);
    if (!base) base = Float32Array.from(network.decode(units.origin));
    paintSigned(canvas, network.decode(code), base, network.shape);
  }

  function read(rank) {
    const unit = units?.order[rank];
    if (unit === undefined) return "Point at a bar to read it.";
    return `Unit ${unit + 1} is on for ${(100 * units.frequency[unit]).toFixed(1)} % of the held-out codes; `
      + `${units.sparse ? "then it is on average" : "one standard deviation is"} ${units.typical[unit].toFixed(2).replace("-", "−")}.`;
  }

  function count() {
    clearTimeout(timer);
    timer = 0;
    counted = performance.now();
    const { frame } = state;
    if (node.hidden || !frame.arrays.codes?.length) return;   // another run has come meanwhile
    units = dictionary(frame.arrays.codes, frame.header.latent);
    const active = units.order.filter((unit) => units.frequency[unit] > 0);
    const shown = Math.min(SHOWN, active.length);
    bars.draw(Array.from(units.order, (unit) => units.frequency[unit]), 1);
    setText(summary, `${active.length} of ${units.order.length} units are ever on, ${units.active.toFixed(1)} at a time.`
      + (shown < active.length ? ` The ${shown} that are on most often are shown.` : ""));
    tiles.resize(shown, Math.min(PER_ROW, Math.max(1, shown)));
    redraw();
  }

  function redraw() {
    base = null;
    if (fits()) tiles.redraw();
  }

  function update(changed) {
    const { frame, decoder } = state;
    const codes = frame?.arrays.codes;
    const large = frame?.header.latent > LARGE;
    node.hidden = !decoder || Boolean(codebookOf(frame)) || !(large || (codes?.length && isSparse(codes)));
    if (node.hidden || (changed && !changed.has("frame") && !changed.has("decoder"))) return;
    body.hidden = !codes?.length;
    say(about, body.hidden ? "The units appear with the first held-out codes."
      : "A unit counts as on where its number is beyond ±0.001. Bars: how often, over the held-out codes. Tiles: the image "
        + "with this unit at its usual value less the one without it; blue where it adds, orange where it takes away, each at full strength.");
    if (body.hidden) return;
    if (!changed?.has("frame") && units) return redraw();   // another class, the same codes
    const wait = counted + REFRESH - performance.now();
    if (wait <= 0 || units?.origin.length !== frame.header.latent) count();
    else if (!timer) timer = setTimeout(count, wait);
  }

  update();
  return { update, destroy() { clearTimeout(timer); tiles.destroy(); node.remove(); } };
}
