// Draw your own: what is drawn is encoded while it is drawn, and its code becomes the one that is shown. The encoder is
// fetched when the pad is opened, and again when the weights have moved on.

import { createDrawing } from "./drawing.js";
import { button, element, field, panel, say, setText } from "./elements.js";
import { classAround } from "./neighbours.js";
import { createNewest } from "./newest.js";
import { listenPen } from "./pen.js";
import { INK, isSequence, paint } from "./pictures.js";

const WHILE_DRAWN = 8; // milliseconds: an encoder that takes longer works when the pen is lifted
const SHOWN = 4; // deviations, in words
const INVITATION = "Draw with mouse, pen or finger, and see where the model puts it.";
const MEANING = "On the map: its code, and around it one and two standard deviations of its posterior.";
const POINT = "On the map: its code, a point. This model was not trained to say how sure of it it is.";
const HELP = "Drawing pad. Draw with mouse, pen or finger; the right button erases. With the keyboard, Space puts the pen "
  + "down and lifts it, arrows move it, with Shift in small steps.";

export function createPad(root, store, actions) {
  const { state } = store;
  const toggle = button("Draw", () => (open ? close() : show()), { "aria-expanded": "false", class: "button pad-toggle" });
  const { node, body, about } = panel(root, "pad", "Draw your own", { tools: [toggle], sentence: INVITATION });
  const canvas = element("canvas", {
    class: "pad-canvas", tabindex: 0, role: "application", "aria-roledescription": "drawing pad", "aria-label": HELP,
  });
  const nib = element("i", { class: "pad-nib", hidden: true });
  const seen = element("canvas", { class: "pad-picture", role: "img", "aria-label": "What the model sees" });
  const back = element("canvas", { class: "pad-picture", role: "img", "aria-label": "What it makes of it" });
  const brush = element("input", {
    type: "range", class: "range", min: 0.03, max: 0.2, step: 0.01, value: 0.1, "aria-label": "Brush",
  });
  const erase = button("Erase", () => erase.setAttribute("aria-pressed", erase.getAttribute("aria-pressed") !== "true"),
    { "aria-pressed": "false", title: "Or draw with the right button" });
  const undo = button("Undo", () => change(drawing.undo), { title: "Take back the last stroke (Ctrl+Z)" });
  const redo = button("Redo", () => change(drawing.redo), { title: "Put it there again (Ctrl+Y)" });
  const clear = button("Clear", () => change(drawing.clear));
  const ends = [["a", "Start of walk"], ["b", "End of walk"]].map(([name, text]) => button(text, () => setEnd(name)));
  const result = element("p", { class: "pad-result", role: "status" });
  const meaning = element("p", { class: "hint" });
  const brushField = field("Brush", brush);
  body.append(
    element("div", { class: "pad-pictures" },
      element("div", { class: "pad-surface" }, canvas, nib),
      element("div", { class: "pad-seen" },
        element("figure", {}, seen, element("figcaption", {}, "What the model sees")),
        element("figure", {}, back, element("figcaption", {}, "What it makes of it")))),
    element("div", { class: "controls pad-tools" }, brushField, element("div", { class: "group" }, erase, undo, redo, clear)),
    result, meaning, element("div", { class: "row" }, ...ends));
  body.hidden = true;

  const drawing = createDrawing(canvas);
  let open = false;
  let animation = 0;
  let times = [0, 0]; // milliseconds that the last two encodings took: one of them may have been held up
  let drawn = false; // the pen is down
  let due = false; // what was drawn waits for an encoder, to be shown and to be a place to come back to
  let problem = "";
  let picture = null;

  listenPen(canvas, {
    begin(x, y, rubbing, event) {
      drawn = true;
      const erasing = rubbing || erase.getAttribute("aria-pressed") === "true";
      drawing.begin(x, y, Number(brush.value), erasing && !isSequence(state.decoder.shape));
      later(event);
    },
    extend(x, y, event) {
      drawing.extend(x, y);
      later(event);
    },
    end() {
      drawn = false;
      drawing.end();
      settle();
    },
    point(x, y, down) {
      nib.hidden = x === null;
      nib.classList.toggle("down", down);
      Object.assign(nib.style, { left: `${100 * x}%`, top: `${100 * y}%` });
    },
  });
  node.addEventListener("keydown", (event) => {
    const name = event.key.toLowerCase();
    const held = event.ctrlKey || event.metaKey;
    if (open && name === "escape") close(true);
    else if (open && held && (name === "y" || (name === "z" && event.shiftKey))) change(drawing.redo);
    else if (open && held && name === "z") change(drawing.undo);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function show() {
    open = true;
    reveal();
    encode();
    newest.refresh();
    canvas.focus({ focusVisible: false });
  }

  function close(back = false) {
    open = false;
    newest.stop();
    store.set({ drawn: null });
    reveal();
    if (back) toggle.focus();
  }

  function reveal() {
    body.hidden = !open;
    setText(toggle, open ? "Close" : "Draw");
    toggle.setAttribute("aria-expanded", open);
    say(about, open ? "" : INVITATION);
    tell();
  }

  // Where nothing is drawn from it in training, a deviation is a number that nothing has been asked of.
  const isSampled = () =>
    !state.frame.header.knobs?.some(({ path, value }) => path === "objective.sampling_scale" && value === 0);

  const newest = createNewest(store, actions.encoder, () => {
    const waited = due;
    encode();
    if (waited && picture) actions.commit();
  });

  function later(event) {
    store.set({ moment: event.timeStamp });
    if (Math.min(...times) > WHILE_DRAWN || animation) return;
    animation = requestAnimationFrame(() => {
      animation = 0;
      encode();
    });
  }

  // The code that is shown becomes the drawing's when somebody draws, and stays so until it is moved elsewhere.
  function encode() {
    if (!open) return;
    const takes = drawn || due || (state.drawn !== null && state.z === state.drawn.code);
    const { encoder } = newest;
    picture = null;
    problem = newest.problem;
    if (encoder) {
      const started = performance.now();
      try {
        picture = drawing.picture(encoder);
        if (picture) {
          const { mean, deviation } = encoder.encode(picture, state.decoder.label);
          store.set({ drawn: { code: mean, deviation: isSampled() ? deviation : null } });
          if (takes) store.set({ z: mean, hover: null, point: null });
        }
        due = false;
      } catch (error) {
        picture = null;
        problem = error.message;
      }
      times = [times[1], performance.now() - started];
    }
    if (!picture) store.set({ drawn: null });
    tell();
  }

  // What was drawn is whole: it becomes a place to come back to.
  function settle() {
    cancelAnimationFrame(animation);
    animation = 0;
    due = true;
    encode();
    if (picture) actions.commit();
    newest.refresh();
  }

  function change(act) {
    act();
    settle();
  }

  function setEnd(name) {
    if (!state.drawn) return;
    store.set({ [name]: Float32Array.from(state.drawn.code) });
    actions.commit();
  }

  // Buttons, pictures and words, as things are now.
  function tell() {
    undo.disabled = !drawing.canUndo;
    redo.disabled = !drawing.canRedo;
    clear.disabled = drawing.empty;
    for (const end of ends) end.disabled = !state.drawn;
    const { decoder } = state;
    const sequence = isSequence(decoder.shape);
    brushField.hidden = erase.hidden = sequence; // of a pen only the way counts
    const nothing = new Float32Array(decoder.shape.reduce((total, size) => total * size, 1));
    for (const [target, values] of [[seen, picture], [back, state.drawn && decoder.decode(state.drawn.code)]]) {
      if (values || !sequence) paint(target, values ?? nothing, decoder.shape, INK);
      else target.getContext("2d").clearRect(0, 0, target.width, target.height);
    }
    setText(meaning, state.drawn && !state.drawn.deviation ? POINT : MEANING);
    setText(result, problem || (state.drawn ? (drawn ? "…" : describe())
      : newest.encoder ? "Draw here." : "The encoder is on its way…"));
  }

  function describe() {
    const { code, deviation } = state.drawn;
    const { header, arrays } = state.frame;
    const around = classAround(code, arrays.codes, arrays.labels);
    const name = around && (header.classes?.[around.label] ?? around.label);
    const mean = deviation?.reduce((total, value) => total + value, 0) / deviation?.length;
    return [
      around && `Among codes of “${name}” (${Math.round(100 * around.share)} % of the nearest).`,
      deviation && (deviation.length <= SHOWN ? `σ = ${[...deviation].map((value) => value.toFixed(2)).join(", ")}`
        : `Mean σ = ${mean.toFixed(2)}`),
    ].filter(Boolean).join("\n");
  }

  const possible = ({ shape }) => !isSequence(shape) || state.frame.header.recipe?.data?.name === "pendigits";

  return {
    update(changed) {
      node.hidden = !state.decoder || !possible(state.decoder);
      if (node.hidden && open) close();
      if (!open) return;
      if (changed.has("label")) encode();
      else if (changed.has("decoder") || changed.has("drawn")) tell();
      if (changed.has("frame")) {
        if (state.drawn && !newest.encoder) encode(); // another run's codes mean other things
        if (!drawing.empty) newest.follow();
      }
    },
    destroy() {
      newest.stop();
      cancelAnimationFrame(animation);
    },
  };
}
