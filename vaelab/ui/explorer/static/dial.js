// The dial: one place per run of a sweep. Above it stand the two terms of the loss, below it one held-out example as
// each of the models makes it anew, so that a sweep is seen whole before it is turned through.

import { button, element, panel, reducedMotion, setText } from "./elements.js";
import { createDecoder } from "./decoder.js";
import { columnsOf, labelOf, smooth } from "./history.js";
import { createPlot, legendEntry, short } from "./plot.js";
import { paint } from "./pictures.js";
import { othersComeFirst } from "./store.js";
import { createTiles } from "./tiles.js";

const TERMS = { reconstruction: "var(--series-1)", kl: "var(--series-2)" };
const PACE = 450, STILL = 900;             // milliseconds per place while it plays, and with reduced motion
const REFRESH = 200;                       // milliseconds between two drawings of the curves while runs train
const IN_USE = 0.01;                       // nats that a number must carry, as in the table of units

const reads = (nats) => (Math.abs(nats) < 0.005 ? "0" : short(nats));

/**
 * `feeds`: [{label, frame}], in the order of the dial, their frames replaced as they come; `place()` and `turn(index)`
 * read and turn it, `settle()` is called when it was let go.
 */
export function createDial(root, { store, feeds, quantity, place, turn, settle }) {
  const last = feeds.length - 1;
  const play = button("Play", toggle, { title: `From the smallest ${quantity} to the largest` });
  const { node, body } = panel(root, "dial", `${quantity[0].toUpperCase()}${quantity.slice(1)} dial`, { tools: [play] });
  const legend = element("div", { class: "readings" });
  const holder = element("div", { class: "chart dial-chart" });
  const range = element("input", { type: "range", class: "range dial-range", min: 0, max: last, step: 1,
    "aria-label": `Which ${quantity}`,
    input: () => { stop(); turn(Number(range.value)); }, change: settle });
  const reading = element("output", { class: "dial-reading" });
  const sentence = element("p", { class: "hint dial-sentence" });
  const strip = element("div", { class: "dial-strip" });
  body.append(element("div", { class: "dial-head" }, reading, legend), holder, range, strip, sentence);
  const plot = createPlot(holder, { label: `Terms of the loss over ${quantity}`, height: 150, resized: () => draw() });
  const tiles = createTiles(strip, {
    label: "One held-out example, made anew by each model",
    tile: (index) => `${quantity} ${feeds[index]?.label}`,
    decoder: () => store.state.decoder,
    codeAt: (index) => feeds[index].frame && [index],
    paint: (canvas, [index]) => paintExample(canvas, index),
    picked: (index) => { stop(); turn(index); settle(); },
    hovered: () => {}, busy: () => othersComeFirst(store.state),
  });
  tiles.resize(feeds.length, feeds.length);
  const decoders = feeds.map(() => null);  // with the frames that they are of
  let terms = [];                          // {name, colour, ys}: the terms of the loss that are known, by place
  let entries = [];                        // of the legend
  let timer = 0;                           // of the next drawing
  let playing = 0;
  let held = false;

  holder.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = true;
    stop();
    holder.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true, focusVisible: false });
    event.preventDefault();
    point(event);
  });
  holder.addEventListener("pointermove", (event) => held && point(event));
  for (const end of ["pointerup", "pointercancel"])
    holder.addEventListener(end, () => {
      if (held) settle();
      held = false;
    });

  function point(event) {
    const index = Math.round(plot.at(event));
    if (index !== place()) turn(index);
  }

  function toggle() {
    if (playing) return stop();
    if (place() === last) turn(0);
    setText(play, "Stop");
    playing = setInterval(() => {
      turn(place() + 1);
      if (place() === last) stop();
    }, reducedMotion() ? STILL : PACE);
  }

  function stop() {
    if (!playing) return;
    clearInterval(playing);
    playing = 0;
    setText(play, "Play");
    settle();
  }

  /** The mean of a term over the last steps of each run; NaN where a run has none yet. */
  function ends(name) {
    return feeds.map(({ frame }) => {
      const column = columnsOf(frame)?.[name];
      return column?.length ? smooth(column).at(-1) : Number(frame?.header.metrics?.[name] ?? NaN);
    });
  }

  function draw() {
    const places = feeds.map((_, index) => index);
    terms = Object.entries(TERMS).map(([name, colour]) => ({ name, colour, ys: ends(name) }))
      .filter(({ ys }) => ys.some(Number.isFinite));
    holder.hidden = legend.hidden = terms.length === 0;
    if (entries.length !== terms.length) {
      entries = terms.map(({ name, colour }) => legendEntry(labelOf(name), colour));
      legend.replaceChildren(...entries.map((entry) => entry.node));
    }
    const highest = Math.max(1, ...terms.flatMap(({ ys }) => ys.filter(Number.isFinite)));
    plot.draw({ x: { low: 0, high: last, words: feeds.map(({ label }) => label) }, y: { low: 0, high: 1.06 * highest } },
      terms.map(({ ys, colour }) => ({ xs: places, ys, colour })));
    show();
  }

  function show() {
    const index = place();
    const { label, frame } = feeds[index];
    for (const [at, { ys }] of terms.entries())
      setText(entries[at].value, Number.isFinite(ys[index]) ? `${reads(ys[index])} nats` : "");
    plot.cursor(index, terms.map(({ ys, colour }) => ({ value: ys[index], colour })));
    range.value = String(index);
    range.setAttribute("aria-valuetext", `${quantity} ${label}`);
    setText(reading, `${quantity} ${label}`);
    setText(sentence, frame ? describe(frame) : "This run has not begun yet.");
    for (const [at, canvas] of tiles.tiles().entries()) canvas.toggleAttribute("data-current", at === index);
  }

  function describe({ header, arrays: { information } }) {
    const beta = (header.knobs ?? []).find(({ path }) => /\bGaussianKL\.weight$/.test(path))?.value;
    const used = information ? [...information].filter((nats) => nats > IN_USE).length : null;
    const count = used === null ? "" : `${used} of ${header.latent} numbers of the code carry information. `;
    if (header.state === "diverged") return `${count}${header.message}`;
    if (used === 0) return `${count}The posterior has collapsed: every image gets the same code, and the decoder draws their mean.`;
    if (beta === undefined) return count;
    if (beta === 0) return `${count}Nothing pulls the codes towards the prior: a plain autoencoder, sharp, but with holes between its codes.`;
    if (beta < 1) return `${count}Information is cheap: sharper pictures, and codes that fill the prior less evenly.`;
    if (beta === 1) return `${count}The evidence lower bound: the variational autoencoder itself.`;
    return `${count}Information is dear: codes move together until only the coarsest difference is worth its price.`;
  }

  function decoderOf(index) {
    const { frame } = feeds[index];
    if (decoders[index]?.frame !== frame) decoders[index] = { frame, network: createDecoder(frame) };
    return decoders[index].network;
  }

  /** The held-out example under the pointer, or the first: its code in that run, decoded by that run. */
  function paintExample(canvas, index) {
    const { arrays, header } = feeds[index].frame;
    if (!header.program?.length || !arrays.codes) return;
    const network = decoderOf(index);
    const example = store.state.point ?? 0;
    const code = arrays.codes.subarray(example * network.latent, (example + 1) * network.latent);
    if (code.length === network.latent) paint(canvas, network.decode(code), network.shape);
  }

  function update(changed) {
    if (changed.has("dial") || changed.has("frame")) show();
    if (changed.has("point")) tiles.redraw();
  }

  draw();
  return {
    update,
    /** A frame of one of the runs has come. */
    news() {
      timer ||= setTimeout(() => {
        timer = 0;
        draw();
        tiles.redraw();
      }, REFRESH);
    },
    destroy() {
      clearTimeout(timer);
      clearInterval(playing);
      plot.destroy();
      tiles.destroy();
      node.remove();
    },
  };
}
