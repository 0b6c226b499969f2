// "Sample the prior": noise N(0, I), scaled by a temperature, decoded to a grid of images.
//
// Controls and grid are two pieces, so that the comparison can show two grids of the very same noise under one set of
// controls. `seed`, `temperature` and `grid` (tiles per side) live in the store and are therefore part of a link.

import { button, downloadPNG, element, field, panel, say, setText } from "./elements.js";
import { normal } from "./noise.js";
import { othersComeFirst } from "./store.js";
import { createTiles } from "./tiles.js";

const LARGEST_SEED = 2 ** 31 - 1;          // jax.random.key takes a signed 32-bit seed
const REFRESH = 250;                       // milliseconds between two redraws while the weights change

const NO_PRIOR = "This autoencoder has no prior: nothing ever pulled its codes towards N(0, I). The same noise is "
  + "decoded anyway. Look for blurred, mixed or broken images, and for tiles that are all alike.";
const WITH_PRIOR = "Noise drawn from N(0, I) and decoded. Look for tiles that are no clear example of anything: "
  + "places the decoder never learned.";


/** Seed, temperature and grid size. Changes go to the store at once, `actions.commit()` follows on release. */
function createSampleControls(root, store, actions) {
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
    setText(reading, `${state.temperature.toFixed(2)} × N(0, I)`);
    side.value = state.grid;
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
  let noise = null;
  let drawnFrom = "";
  let lastRefresh = 0;
  let refresh = 0;
  let hovered = -1;
  let scratch = new Float32Array(0);

  const tiles = createTiles(root, {
    label,
    tile: (index, count) => `Sample ${index + 1} of ${count}`,
    decoder: () => store.state.decoder,
    busy: () => othersComeFirst(store.state),
    codeAt: (index) => (ready() ? codeOf(index, scratch) : null),
    picked(index) {
      if (!ready()) return;
      store.set({ z: codeOf(index), hover: null });
      actions.commit();
    },
    hovered(index, event) {
      if (index === hovered) return;
      hovered = index;
      store.set({ hover: index >= 0 && ready() ? codeOf(index) : null, moment: event.timeStamp });
    },
  });

  // Another run may bring codes of another size shortly before the noise for it is drawn.
  const ready = () => noise !== null && scratch.length === store.state.decoder?.latent;

  function codeOf(index, out = new Float32Array(store.state.decoder.latent)) {
    const scale = store.state.temperature;
    for (let i = 0; i < out.length; i++) out[i] = scale * noise[index * out.length + i];
    return out;
  }

  function draw() {
    const { decoder, seed = 0 } = store.state;
    const side = store.state.grid;
    tiles.resize(side * side, side);
    if (!decoder) return;
    // A larger grid or another temperature keeps the noise of the tiles that were there: see the layout in noise.js.
    const wanted = `${seed} ${side} ${decoder.latent}`;
    if (wanted !== drawnFrom) noise = normal(seed, side * side, decoder.latent);
    if (scratch.length !== decoder.latent) scratch = new Float32Array(decoder.latent);
    drawnFrom = wanted;
    lastRefresh = performance.now();
    tiles.redraw();
  }

  function update(changed) {
    if (!changed || ["seed", "temperature", "grid"].some((key) => changed.has(key))) return draw();
    if (!changed.has("decoder") || refresh) return;
    // New weights come many times a second: the newest are drawn, at most every REFRESH milliseconds.
    const wait = Math.max(0, lastRefresh + REFRESH - performance.now());
    refresh = setTimeout(() => { refresh = 0; draw(); }, wait);
  }

  function destroy() {
    clearTimeout(refresh);
    tiles.destroy();
  }

  draw();
  return { update, destroy, picture: tiles.picture, grid: tiles.grid };
}

const sampleFile = ({ seed = 0, temperature = 1 }, title = "samples") =>
  `vaelab-${title}-seed-${seed}-temperature-${temperature.toFixed(2)}.png`;

export function createSamples(root, store, actions) {
  const { node, body, about } = panel(root, "samples", "Sample the prior", {
    tools: [button("Download PNG", () => store.state.decoder && downloadPNG(grid.picture(), sampleFile(store.state)))],
  });
  const controls = createSampleControls(body, store, actions);
  const grid = createSampleGrid(body, store, actions);
  node.addEventListener("keydown", controls.shortcut);

  function update(changed) {
    const header = store.state.frame?.header;
    say(about, !header ? "The images appear with the first weights." : header.bottleneck === "Point" ? NO_PRIOR : WITH_PRIOR);
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
      && downloadPNG(grids[index].picture(), sampleFile(stores[0].state, `samples-${index + 1}`)), { title: `Download the grid of ${label}` })),
    sentence: "Tile by tile the same draw from N(0, I). Where one grid shows clear images and the other does not, you see what the prior term bought.",
  });
  const controls = createSampleControls(body, stores[0], actions[0]);
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
