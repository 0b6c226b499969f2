// "Sample the prior": noise N(0, I), scaled by a temperature, decoded to a grid of images; or codes drawn from a density
// that was fitted to those of the data. Of a decoder that is told the class, one row per class for the same codes.
//
// Controls and grid are two pieces, so that the comparison can show two grids of the very same noise under one set of
// controls. `seed`, `temperature`, `grid` (tiles per side) and `density` live in the store and are therefore part of a link.

import { NAMES, SHORT, createSource, effective, offered } from "./densities.js";
import { button, downloadPNG, element, field, panel, say, setText } from "./elements.js";
import { paint as paintPicture } from "./pictures.js";
import { originOf, plain } from "./png.js";
import { othersComeFirst } from "./store.js";
import { createTiles } from "./tiles.js";

const LARGEST_SEED = 2 ** 31 - 1;          // jax.random.key takes a signed 32-bit seed
const REFRESH = 250;                       // milliseconds between two redraws while the weights change

const NO_PRIOR = "This autoencoder has no prior: nothing ever pulled its codes towards N(0, I). The same noise is "
  + "decoded anyway. Look for blurred, mixed or broken images, and for tiles that are all alike.";
const WITH_PRIOR = "Noise drawn from N(0, I) and decoded. Look for tiles that are no clear example of anything: "
  + "places the decoder never learned.";
const FITTED = {
  gaussian: "Codes drawn from the Gaussian with the mean and covariance of the held-out codes, and decoded: noise that "
    + "lands where the codes lie, if they lie in one cloud.",
  mixture: "Codes drawn from a mixture of Gaussians fitted to training codes after the training, and decoded. Even a "
    + "model without a prior has something to draw from then (Ghosh et al. 2020).",
  autoregressive: "Grids of codebook rows, each row predicted from its neighbours as they were counted in the training "
    + "data, and decoded. The seed says with which of 64 prepared grids to begin.",
};
const sentenceOf = (density, header) => FITTED[density] ?? (header.has_prior ? WITH_PRIOR : NO_PRIOR);
const LATER = "Other densities are fitted when the run pauses or ends.";

/** Density, seed, temperature and grid size. Changes go to the store at once, `actions.commit()` follows on release. */
function createSampleControls(root, stores, actions) {
  const [store] = stores;
  const density = element("select", { class: "select", "aria-label": "Draw codes from",
    change: () => { store.set({ density: density.value }); actions.commit(); } });
  const seed = element("input", { type: "number", class: "number", min: 0, max: LARGEST_SEED, step: 1, inputmode: "numeric",
    "aria-label": "Seed",
    change: () => setSeed(Number(seed.value)) });
  const temperature = element("input", { type: "range", class: "range", min: 0, max: 2, step: 0.01,
    "aria-label": "Temperature", "aria-describedby": "temperature-meaning",
    input: () => store.set({ temperature: Number(temperature.value) }), change: () => actions.commit(),
    dblclick: () => { store.set({ temperature: 1 }); actions.commit(); } });
  const reading = element("output", { class: "reading" });
  const side = element("select", { class: "select", "aria-label": "Grid size",
    change: () => { store.set({ grid: Number(side.value) }); actions.commit(); } },
    ...[4, 5, 6, 7, 8, 9, 10].map((n) => element("option", { value: n }, `${n} × ${n}`)));
  const node = element("div", { class: "controls" },
    field("Draw codes from", density),
    field("Seed", seed),
    button("New seed", newSeed, { title: "Draw other noise (N)" }),
    field("Temperature", temperature, reading),
    field("Grid", side),
    element("p", { class: "hint", id: "temperature-meaning" }, "Lower: safer and alike. Higher: varied, often broken."));
  root.append(node);

  function setSeed(value) {
    if (Number.isFinite(value)) store.set({ seed: Math.min(LARGEST_SEED, Math.max(0, Math.round(value))) });
    actions.commit();
    update();
  }

  function newSeed() {                     // small numbers can be read aloud and typed again
    let next = store.state.seed ?? 0;
    while (next === (store.state.seed ?? 0)) next = Math.floor(Math.random() * 10_000);
    setSeed(next);
  }

  function update() {
    const state = store.state;
    const focus = root.getRootNode().activeElement;
    if (focus !== seed || Number(seed.value) !== state.seed) seed.value = state.seed ?? 0;
    temperature.value = state.temperature;
    temperature.setAttribute("aria-valuetext", `${state.temperature.toFixed(2)} times the prior's spread`);
    const used = effective(state.density, state.frame);
    temperature.disabled = used === "autoregressive";
    setText(reading, temperature.disabled ? "" : `${state.temperature.toFixed(2)} × ${SHORT[used]}`);
    side.value = state.grid;
    const names = Object.keys(NAMES).filter((name) => stores.some((one) => offered(one.state.frame).includes(name)));
    if (names.join() !== [...density.options].map(({ value }) => value).join())
      density.replaceChildren(...names.map((value) => element("option", { value }, NAMES[value])));
    density.value = used;
    density.title = names.includes("mixture") || names.includes("autoregressive") ? "" : LATER;
  }

  function shortcut(event) {               // the panel listens: N works on a tile or a button as well as on the panel
    if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();               // Streamlit has shortcuts of its own
    newSeed();
  }

  update();
  return { node, update, shortcut };
}

/** The N x N tiles of one store: decoded progressively, clickable, walked with the arrow keys. */
function createSampleGrid(root, store, actions, label = "Samples of the prior") {
  let source = null;
  let drawnFrom = "";
  let fittedTo = null;
  let lastRefresh = 0;
  let refresh = 0;
  let hovered = -1;
  let scratch = new Float32Array(0);

  const tiles = createTiles(root, {
    label,
    tile: (index, count) => (conditional() ? `Class ${store.state.frame.header.classes[labelOf(index)]}, sample ${columnOf(index) + 1}`
      : `Sample ${index + 1} of ${count}`),
    paint: (canvas, code, network, index) =>
      paintPicture(canvas, network.decode(code, undefined, conditional() ? labelOf(index) : undefined), network.shape),
    decoder: () => store.state.decoder,
    busy: () => othersComeFirst(store.state),
    codeAt: (index) => (ready() ? codeOf(index, scratch) : null),
    picked(index) {
      if (!ready()) return;
      store.set({ z: codeOf(index), hover: null, ...(conditional() ? { label: labelOf(index) } : {}) });
      actions.commit();
    },
    hovered(index, event) {
      if (index === hovered) return;
      hovered = index;
      store.set({ hover: index >= 0 && ready() ? codeOf(index) : null, moment: event.timeStamp });
    },
  });

  // Another run may bring codes of another size shortly before the noise for it is drawn.
  const ready = () => source !== null && scratch.length === store.state.decoder?.latent;
  const conditional = () => store.state.decoder?.classes > 0;
  const columnOf = (index) => index % store.state.grid;
  const labelOf = (index) => Math.min(Math.floor(index / store.state.grid), store.state.decoder.classes - 1);

  function codeOf(index, out = new Float32Array(store.state.decoder.latent)) {
    source.code(conditional() ? columnOf(index) : index, store.state.temperature, out);
    return out;
  }

  function draw() {
    const { decoder, frame, seed = 0 } = store.state;
    const side = store.state.grid;
    tiles.resize(conditional() ? side * decoder.classes : side * side, side);
    if (!decoder) return;
    const density = effective(store.state.density, frame);
    const codes = density === "normal" ? null : frame.arrays;
    // A larger grid or another temperature keeps the noise of the tiles that were there: see the layout in noise.js.
    const wanted = `${density} ${seed} ${side} ${decoder.latent}`;
    if (wanted !== drawnFrom || fittedTo !== codes) source = createSource(density, frame, seed, side * side, decoder.latent);
    fittedTo = codes;
    if (scratch.length !== decoder.latent) scratch = new Float32Array(decoder.latent);
    drawnFrom = wanted;
    lastRefresh = performance.now();
    tiles.redraw();
  }

  function update(changed) {
    if (!changed || ["seed", "temperature", "grid", "density"].some((key) => changed.has(key))) return draw();
    if (!changed.has("decoder") || refresh) return;
    // New weights come many times a second: the newest are drawn, at most every REFRESH milliseconds.
    const wait = Math.max(0, lastRefresh + REFRESH - performance.now());
    refresh = setTimeout(() => { refresh = 0; draw(); }, wait);
  }

  function origin() {
    const { seed = 0, temperature, frame } = store.state;
    const density = effective(store.state.density, frame);
    const codes = ready() ? plain(tiles.tiles().map((_, index) => codeOf(index))) : undefined;
    return { ...originOf(store.state, { made: "sample", density, seed, temperature, z: codes }), class: undefined };
  }

  function destroy() {
    clearTimeout(refresh);
    tiles.destroy();
  }

  draw();
  return { update, destroy, picture: tiles.picture, origin, grid: tiles.grid };
}

const sampleFile = ({ seed = 0, temperature = 1 }, title = "samples") =>
  `vaelab-${title}-seed-${seed}-temperature-${temperature.toFixed(2)}.png`;

export function createSamples(root, store, actions) {
  const { node, body, about } = panel(root, "samples", "Sample the prior", {
    tools: [button("Download PNG", () => store.state.decoder && downloadPNG(grid.picture(), sampleFile(store.state), grid.origin()))],
  });
  const controls = createSampleControls(body, [store], actions);
  const grid = createSampleGrid(body, store, actions);
  node.addEventListener("keydown", controls.shortcut);

  function update(changed) {
    const header = store.state.frame?.header;
    const density = effective(store.state.density, store.state.frame);
    const rows = store.state.decoder?.classes > 0 ? " One row per class, the same codes in each." : "";
    say(about, !header ? "The images appear with the first weights." : sentenceOf(density, header) + rows);
    controls.update();
    grid.update(changed);
  }

  update();
  return { update, destroy() { grid.destroy(); node.remove(); } };
}

/** Two grids of the very same noise under one set of controls: the stores are linked. */
export function createSamplePair(root, stores, actions, labels) {
  const { node, body } = panel(root, "samples", "The same noise, decoded by both", {
    tools: labels.map((label, index) => button(`PNG ${label}`, () => stores[index].state.decoder
      && downloadPNG(grids[index].picture(), sampleFile(stores[0].state, `samples-${index + 1}`), grids[index].origin()), { title: `Download the grid of ${label}` })),
    sentence: "Tile by tile the same noise. Where one grid shows clear images and the other does not, you see what the prior term bought.",
  });
  const controls = createSampleControls(body, stores, actions[0]);
  node.addEventListener("keydown", controls.shortcut);
  const pair = element("div", { class: "duet-pair" });
  body.append(pair);
  const grids = stores.map((store, index) => {
    const box = element("div", {}, element("h4", {}, labels[index]));
    pair.append(box);
    return createSampleGrid(box, store, actions[index], `Samples, ${labels[index]}`);
  });
  return {
    update(changed, index) {
      if (index === 0) controls.update();
      grids[index].update(changed);
    },
    destroy() { for (const grid of grids) grid.destroy(); node.remove(); },
  };
}
