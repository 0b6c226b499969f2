// Knobs that may be turned while a run is training: the learning rate, the weight of the KL, the noise.
//
// They are traced values of the compiled step, so that turning them costs nothing. While a slider moves, its value is
// sent at most every SEND milliseconds, and the last one always. A change made by another viewer arrives with a frame
// and moves the control, unless it is being held here.

import { element, panel, say } from "./elements.js";
import { short } from "./plot.js";

const SEND = 60;
const STEPS = 1000;
const TURNABLE = new Set(["training", "paused", "stopped", "interrupted", "diverged"]);
const SAMPLING = "objective.sampling_scale";
const DECADES = 6;                          // a logarithmic range down to 0 covers six decades, then its left end is 0
const SETTLE = 1500;                        // frames that left before our value arrived must not move the control back

/** Slider position 0..STEPS <-> value. The left end of a logarithmic slider is the minimum itself, also when that is 0. */
export function scaleOf({ minimum, maximum, logarithmic }) {
  if (!logarithmic)
    return { toValue: (at) => minimum + (at / STEPS) * (maximum - minimum), toPosition: (value) => STEPS * (value - minimum) / (maximum - minimum || 1) };
  const lowest = minimum > 0 ? minimum : maximum / 10 ** DECADES;
  const span = Math.log(maximum / lowest);
  return {
    toValue: (at) => (at <= 0 ? minimum : lowest * Math.exp((at / STEPS) * span)),
    toPosition: (value) => (value <= lowest ? (value > minimum ? 1 : 0) : STEPS * Math.log(value / lowest) / span),
  };
}

const tidy = (value) => Number(value.toPrecision(3));

export function createKnobs(root, store, actions) {
  const { node, body, about } = panel(root, "knobs", "Turn while it trains");
  const controls = new Map();

  function createControl(path) {
    let knob = null;
    let scale = null;
    let held = false;
    let touched = -Infinity;
    let timer = 0;
    let waiting = null;
    let sent = -Infinity;
    const id = `knob-${path.replaceAll(/\W/g, "-")}`;
    const slider = element("input", { type: "range", class: "range", id, min: 0, max: STEPS, step: 1,
      input: () => turn(tidy(scale.toValue(Number(slider.value)))),
      pointerdown: () => { held = true; }, change: release, pointercancel: release, blur: release });
    const number = element("input", { type: "number", class: "number", step: "any", change: typed });
    const label = element("label", { class: "knob-label", for: id });
    const help = element("span", { class: "knob-help", id: `${id}-help` });
    const row = element("div", { class: "knob" }, label, slider, number, help);
    slider.setAttribute("aria-describedby", help.id);

    function typed() {
      const value = Number(number.value);
      if (number.value === "" || !Number.isFinite(value)) return write(knob.value);
      turn(Math.min(knob.maximum, Math.max(knob.minimum, value)));
      release();
    }

    function turn(value) {
      write(value);
      touched = performance.now();
      waiting = value;
      if (!timer) timer = setTimeout(send, Math.max(0, sent + SEND - touched));
    }

    function send() {
      clearTimeout(timer);
      timer = 0;
      if (waiting === null) return;
      sent = performance.now();
      actions.knobs({ [path]: waiting });
      waiting = null;
    }

    function release() {
      held = false;
      send();
    }

    function write(value) {
      slider.value = Math.round(scale.toPosition(value));
      slider.setAttribute("aria-valuetext", short(value));
      number.value = tidy(value);
    }

    function show(next, live) {
      knob = next;
      scale = scaleOf(knob);
      label.textContent = knob.label;
      row.title = knob.help ?? "";
      help.textContent = knob.help ?? "";
      number.min = knob.minimum;
      number.max = knob.maximum;
      number.setAttribute("aria-label", knob.label);
      slider.disabled = number.disabled = !live;
      const typing = root.getRootNode().activeElement === number;
      if (!held && !typing && performance.now() - touched > SETTLE) write(knob.value);
    }

    return { row, show, destroy() { clearTimeout(timer); } };
  }

  function update(changed) {
    if (changed && !changed.has("frame")) return;
    const header = store.state.frame?.header;
    // Without a distribution to draw from, the noise of drawing changes nothing.
    const knobs = (header?.knobs ?? []).filter(({ path }) => header.bottleneck === "Gaussian" || path !== SAMPLING);
    node.hidden = !header || header.state === "trained" || knobs.length === 0;
    if (node.hidden) return;
    const live = TURNABLE.has(header.state);
    say(about, live ? "A change acts on the next step and leaves a mark on the curves."
      : "These can be changed while the run is training, or waits to be trained on.");
    body.hidden = !live;
    for (const [path, control] of controls)
      if (!knobs.some((knob) => knob.path === path)) { control.destroy(); control.row.remove(); controls.delete(path); }
    for (const knob of knobs) {
      if (!controls.has(knob.path)) {
        controls.set(knob.path, createControl(knob.path));
        body.append(controls.get(knob.path).row);
      }
      controls.get(knob.path).show(knob, live);
    }
  }

  update();
  return { update, destroy() { for (const control of controls.values()) control.destroy(); node.remove(); } };
}
