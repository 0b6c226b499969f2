// A session ties one store to one run: it keeps the connection, turns frames into decoders, and reports what the user
// settled on. The explorer has one session, the comparison has two.

import { connect } from "./connection.js";
import { createDecoder } from "./decoder.js";
import { fetchEncoder } from "./encoder.js";
import { DENSITIES } from "./densities.js";
import { CODES, createStore } from "./store.js";

const COMMIT_DELAY = 300; // milliseconds; a held arrow key must not rerun the page at every repeat
const REFUSAL_SHOWN = 6000; // milliseconds
const UNDO_LIMIT = 100;
const GRID = { least: 4, usual: 8, most: 10 }; // sample tiles per side

const probe = (window.__vaelab ??= { frames: 0, drawn: 0, latencies: [], stores: [] });
const list = (code) => (code ? [...code].map((value) => Math.round(value * 1e4) / 1e4) : null);
const code = (values) => (Array.isArray(values) && values.every(Number.isFinite) ? Float32Array.from(values) : null);
const same = (a, b) => a.length === b.length && a.every((value, index) => value === b[index]);

// What is worth remembering of the store: small, JSON, and enough to bring a link back to the same picture.
export function viewOf({ z, seed, temperature, grid, a, b, axes, density, label, dial }) {
  return { z: list(z), seed, temperature, grid, a: list(a), b: list(b), axes, density, label, dial };
}

// One text per view, whoever wrote it: to tell an echo of what was reported from something new.
export function canonicalView(view) {
  const rounded = Object.fromEntries(["z", "a", "b"].map((name) => [name, view?.[name] ? list(view[name]) : null]));
  return JSON.stringify({
    ...rounded, seed: view?.seed ?? null, temperature: view?.temperature ?? null, grid: view?.grid ?? null,
    axes: view?.axes ?? null, density: view?.density ?? null, label: view?.label || null,
    dial: view?.dial ?? null,
  });
}

// The first code shown: zero is the middle of most spaces, but nowhere near a grid of codebook rows.
function startOf({ arrays: { codes }, header }, latent) {
  if (header.bottleneck !== "Quantized" || !(codes?.length >= latent)) return new Float32Array(latent);
  return codes.slice(0, latent);
}

// Between a frame and the next refresh, a pointer or a linked store may still bring codes of the run before.
function withoutMisfits(patch, state) {
  const latent = (patch.decoder ?? state.decoder)?.latent;
  const fits = ([name, value]) => latent === undefined || !value || !CODES.includes(name) || value.length === latent;
  return Object.fromEntries(Object.entries(patch).filter(fits));
}

function withoutWeights(frame, shown) {
  const { run, latent, image_shape, program, bottleneck, classes, condition, has_prior } = shown.header;
  return { ...shown, header: { ...frame.header, run, latent, image_shape, program, bottleneck, classes, condition, has_prior } };
}

// `onView(view)` is called once the user has let go; `onAction({name})` for what only Python can do. By the route "shared" a
// run can be looked at only.
export function createSession({ base = "", route = "runs", hide = [], canTrain = true, onView = () => {}, onAction = () => {} }) {
  const store = createStore({
    frame: null, decoder: null, z: new Float32Array(0), hover: null, a: null, b: null, seed: 0, temperature: 1,
    grid: GRID.usual, density: null, label: 0, dial: null, axes: null, isolated: new Set(), point: null, path: null, drawn: null, moment: 0,
    connection: "none", notice: "", refusal: "", hide: new Set(hide), canTrain, readOnly: route !== "runs",
  }, withoutMisfits);
  const past = []; // committed codes, the present one last
  let connection = null;
  let run = null;
  let wanted = {}; // codes asked for by a link before their run's first frame has come
  let timer = 0;
  let fading = 0; // of a refusal
  probe.stores.push(store);

  // The class that a conditional decoder is told; one that the run does not know is left out.
  function tell(decoder) {
    decoder.label = store.state.label < decoder.classes ? store.state.label : 0;
    return decoder;
  }

  // Another class is another decoder of the same weights: whatever shows what is decoded is told so.
  const stop = store.subscribe((changed) => {
    const { decoder, frame, label } = store.state;
    if (changed.has("label") && label < decoder?.classes && label !== decoder.label) store.set({ decoder: tell(createDecoder(frame)) });
  });

  function show(frame) {
    const { state } = store;
    // A run that is still queued or compiling has no weights yet: its state is told, the last picture stays.
    if (!frame.header.program?.length) {
      store.set({ frame: state.decoder ? withoutWeights(frame, state.frame) : frame, notice: "" });
      return;
    }
    let decoder;
    try {
      decoder = tell(createDecoder(frame));
    } catch (error) {
      store.set({ notice: error.message });
      return;
    }
    const fits = (values) => values?.length === decoder.latent;
    const [z, a, b] = ["z", "a", "b"].map((name) => [wanted[name], state[name]].find(fits) ?? null);
    wanted = {};
    if (!fits(state.z)) past.length = 0;
    if (past.length === 0) past.push(z ?? startOf(frame, decoder.latent));
    const hover = fits(state.hover) ? state.hover : null;
    store.set({ frame, decoder, z: z ?? past[0], hover, a, b, notice: "" });
    probe.frames++;
  }

  function commit() {
    const { z } = store.state;
    if (z.length > 0 && !same(past.at(-1) ?? [], z)) past.push(z);
    if (past.length > UNDO_LIMIT) past.shift();
    clearTimeout(timer);
    timer = setTimeout(() => onView(viewOf(store.state)), COMMIT_DELAY);
  }

  // What was asked of the run and could not be: said for a while, whatever frames come.
  function refuse(refusal) {
    store.set({ refusal });
    clearTimeout(fading);
    fading = setTimeout(() => store.set({ refusal: "" }), REFUSAL_SHOWN);
  }

  function send(message) {
    if (!connection?.send(message)) store.set({ notice: "The run cannot be reached just now, so nothing was changed." });
  }

  return {
    store,
    // The last picture stays on the screen until the first frame of the new run replaces it.
    watch(next) {
      if (next === run) return;
      run = next;
      connection?.close();
      connection = connect({
        base, route, run, onFrame: show,
        onState: (state, message) => store.set({ connection: state, notice: message }), onRefusal: refuse,
      });
    },
    refuse,
    /** Show a frame that came another way, and send commands by that connection. */
    present(frame, through) {
      connection = through;
      show(frame);
    },
    // Codes of another size are kept for the run that they belong to, whose first frame may still be on its way; what is
    // left out is as in the beginning, as for whoever opens the address anew.
    apply(view) {
      const { state } = store;
      wanted = { z: code(view.z), a: code(view.a), b: code(view.b) };
      const patch = {
        axes: view.axes ?? null,
        seed: Number.isInteger(view.seed) ? view.seed : state.seed,
        temperature: Number.isFinite(view.temperature) ? view.temperature : state.temperature,
        grid: Number.isInteger(view.grid) && view.grid >= GRID.least && view.grid <= GRID.most ? view.grid : state.grid,
        density: DENSITIES.includes(view.density) ? view.density : null,
        label: Number.isInteger(view.label) && view.label >= 0 ? view.label : 0,
        dial: Number.isInteger(view.dial) && view.dial >= 0 ? view.dial : null,
      };
      const latent = state.decoder?.latent;
      const left = { z: latent ? startOf(state.frame, latent) : state.z, a: null, b: null };
      for (const name of ["z", "a", "b"]) {
        if (!wanted[name]) patch[name] = left[name];
        else if (wanted[name].length === latent) patch[name] = wanted[name];
      }
      store.set(patch);
    },
    actions: {
      commit,
      encoder: () => fetchEncoder(base, route, run ?? store.state.frame.header.run),
      command: (name) => send({ command: name }),
      knobs: (values) => send({ knobs: values }),
      train: () => onAction({ name: "train" }),
      reset: () => onAction({ name: "reset" }),
      undo() {
        if (past.length > 1) past.pop();
        if (past.length > 0) store.set({ z: past.at(-1), hover: null });
        commit();
      },
    },
    close() {
      clearTimeout(timer);
      clearTimeout(fading);
      stop();
      connection?.close();
      probe.stores.splice(probe.stores.indexOf(store), 1);
    },
  };
}
