// Walk from code A to code B: a filmstrip of decoded codes, the same walk in pixels for contrast, and a scrubber.
//
// While the walk is scrubbed or played it *is* the pinned code: sliders, map and image follow it. Whoever moves the
// code elsewhere takes it over, and the playing stops.

import { button, downloadPNG, element, field, panel, pressesSpace, reducedMotion, say, setText } from "./elements.js";
import { createLengths } from "./lengths.js";
import { lerp, slerp } from "./noise.js";
import { isSequence, paint } from "./pictures.js";
import { originOf, plain } from "./png.js";
import { othersComeFirst } from "./store.js";
import { createTiles } from "./tiles.js";

const PASS = 4000;                          // milliseconds from A to B
const STILL = 700;                          // with reduced motion: one still picture after the other
const REFRESH = 250;                        // while training, the strip follows at most this often
const CORNERS = 33;                         // codes that stand for the path on the map

const EMPTY = "Choose two codes to walk between. Move to one, press “A = current”; move to another, press “B = current”. "
  + "Or take a random pair of test images.";

export function createInterpolation(root, store, actions) {
  let kind = "linear";
  let t = 0;
  let own = null;                           // the code this panel put into the store last
  let playing = 0;
  let direction = 1;
  let before = 0;
  let refresh = 0;
  let lastRefresh = 0;
  let images = null;                        // the two decoded ends and room for their blend

  const setA = button("A = current", () => setEnd("a"));
  const setB = button("B = current", () => setEnd("b"));
  const pair = button("Random pair", randomPair, { title: "Two test images of different classes" });
  const swap = button("Swap", () => { store.set({ a: store.state.b, b: store.state.a }); t = 1 - t; actions.commit(); });
  const linear = button("Linear", () => choose("linear"));
  const spherical = button("Spherical", () => choose("spherical"), { "aria-describedby": "spherical-reason" });
  const frames = element("select", { class: "select", "aria-label": "Frames", change: () => rebuild() },
    ...[7, 9, 11, 13, 15].map((n) => element("option", { value: n, selected: n === 9 }, n)));
  const reason = element("p", { class: "hint", id: "spherical-reason" });
  const play = button("Play", toggle, { class: "button primary play", title: "Play or pause (Space)" });
  const loop = element("input", { type: "checkbox", checked: true });
  const scrubber = element("input", { type: "range", class: "range scrubber", min: 0, max: 1, step: 0.001, value: 0,
    "aria-label": "Position between A and B",
    input: (event) => { stop(); go(Number(scrubber.value), event); }, change: () => actions.commit() });
  const reading = element("output", { class: "reading" }, "t = 0.00");

  const { node, body, about } = panel(root, "interpolation", "Interpolate", {
    tools: [button("Download PNG", () => ends() && downloadPNG(strip.picture(), `vaelab-interpolation-${kind}.png`, origin()))],
  });
  const walk = element("div", { class: "walk" });
  body.append(
    element("div", { class: "controls" }, element("div", { class: "group" }, setA, setB, swap, pair),
      element("div", { class: "group segmented", role: "group", "aria-label": "Path" }, linear, spherical), field("Frames", frames)),
    reason, walk);
  walk.append(element("h4", {}, "Decoded codes"));
  const strip = createTiles(walk, { ...tileOptions("Frame", "Decoded codes from A to B"), codeAt: (index) => pathAt(position(index)) });
  walk.append(scrubber, element("div", { class: "controls" }, play,
    element("label", { class: "check" }, loop, "back and forth"), reading));
  const contrast = element("h4");
  walk.append(contrast);
  const fade = createTiles(walk, { ...tileOptions("Blend", "Pixels blended from A to B"), paint: paintBlend,
    codeAt: () => store.state.a });
  const lengths = createLengths(walk);

  function tileOptions(name, label) {
    return {
      label, decoder: () => store.state.decoder, busy: () => othersComeFirst(store.state),
      tile: (index, count) => `${name} ${index + 1} of ${count}`,
      picked: (index) => { stop(); go(position(index)); actions.commit(); },
      hovered: () => {},
    };
  }

  const count = () => Number(frames.value);
  const origin = () => originOf(store.state, { made: "interpolate", path: kind,
    z: plain(Array.from({ length: count() }, (_, index) => pathAt(position(index)))) });
  const position = (index) => index / (count() - 1);
  const ends = () => store.state.decoder && store.state.a && store.state.b;

  function pathAt(at, path = kind, out = new Float32Array(store.state.a?.length ?? 0)) {
    if (!ends()) return null;
    return (path === "spherical" ? slerp : lerp)(store.state.a, store.state.b, at, out);
  }

  // What a fade between two photographs does, between the two decoded ends: both are seen through each other.
  function paintBlend(canvas, code, network, index) {
    paint(canvas, lerp(images.a, images.b, position(index), images.blend), images.shape);
  }

  function setEnd(name) {
    if (!store.state.z?.length) return;
    stop();
    store.set({ [name]: Float32Array.from(store.state.z) });
    actions.commit();
  }

  function randomPair() {
    const { codes, labels } = store.state.frame?.arrays ?? {};
    const size = store.state.decoder?.latent;
    const total = codes ? codes.length / size : 0;
    if (total < 2) return;
    const pick = () => Math.floor(Math.random() * total);
    const first = pick();
    let second = pick();
    // A bounded search: a data set may hold one class only.
    for (let tries = 0; tries < 50 && (second === first || (labels && labels[second] === labels[first])); tries++) second = pick();
    const code = (index) => codes.slice(index * size, (index + 1) * size);
    stop();
    store.set({ a: code(first), b: code(second) });
    t = 0;
    actions.commit();
  }

  function choose(path) {
    kind = path;
    rebuild();
  }

  function go(next, event = null) {
    if (!ends()) return;
    t = Math.min(1, Math.max(0, next));
    own = pathAt(t);
    store.set({ z: own, hover: null, ...(event ? { moment: event.timeStamp } : {}) });
    show();
  }

  function show() {
    scrubber.value = t;
    setText(reading, `t = ${t.toFixed(2)}`);
    scrubber.setAttribute("aria-valuetext", `${Math.round(100 * t)} percent of the way from A to B`);
    lengths.cursor(ends() ? t : null);
    for (const tiles of [strip, fade])
      for (const [index, tile] of tiles.tiles().entries())
        tile.toggleAttribute("data-current", Boolean(ends()) && Math.round(t * (count() - 1)) === index);
  }

  function toggle() {
    if (playing) { stop(); actions.commit(); return; }
    if (!ends()) return;
    if (t >= 1) direction = loop.checked ? -1 : 1;
    if (t >= 1 && !loop.checked) t = 0;
    go(t);
    before = performance.now();
    playing = requestAnimationFrame(advance);
    setText(play, "Pause");
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    setText(play, "Play");
  }

  function advance(now) {
    if (store.state.z !== own) return stop();
    playing = requestAnimationFrame(advance);
    const still = reducedMotion();
    const passed = now - before;
    if (still && passed < STILL) return;
    before = now;
    let next = t + direction * (still ? 1 / (count() - 1) : Math.min(passed, 100) / PASS);
    if (next >= 1 || next <= 0) {
      next = Math.min(1, Math.max(0, next));
      if (!loop.checked && next === 1) { go(1); stop(); actions.commit(); return; }
      direction = next === 1 ? -1 : 1;
    }
    go(next);
  }

  function rebuild() {
    const { frame, decoder, a, b } = store.state;
    const size = decoder?.latent ?? 0;
    const why = frame && !frame.header.has_prior
      ? "Spherical is off: the codes of an autoencoder lie on no sphere, so there is none to walk along."
      : size > 0 && size < 3
        ? `Spherical is off: with ${size} latent ${size === 1 ? "dimension" : "dimensions"} the prior's mass is not on a thin shell, so the straight path is fine.`
        : "";
    if (why) kind = "linear";
    spherical.disabled = why !== "";
    say(reason, why);
    linear.setAttribute("aria-pressed", kind === "linear");
    spherical.setAttribute("aria-pressed", kind === "spherical");
    walk.hidden = !ends();
    setA.disabled = setB.disabled = pair.disabled = !decoder;
    swap.disabled = !ends();
    pair.classList.toggle("primary", !ends()); // the quickest way to see a walk
    say(about, ends() ? "Look at the middle: a good code space shows a plausible image there, not two at once."
      : a ? "A is set. Move to another code and press “B = current”." : b ? "B is set. Move to another code and press “A = current”." : EMPTY);
    if (!ends()) {
      stop();
      show();
      return store.set({ path: null });
    }
    images = { shape: decoder.shape, a: decoder.decode(store.state.a).slice(), b: decoder.decode(store.state.b).slice() };
    images.blend = new Float32Array(images.a.length);
    setText(contrast, isSequence(images.shape) ? "Blend value by value, for contrast" : "Pixel crossfade, for contrast");
    for (const tiles of [strip, fade]) {
      tiles.resize(count(), count());
      tiles.redraw();
    }
    walk.style.setProperty("--frames", count());
    store.set({ path: Array.from({ length: CORNERS }, (_, index) => pathAt(index / (CORNERS - 1))) }); // for the map
    lengths.draw((at, path) => pathAt(at, path), size, kind, spherical.disabled);
    lastRefresh = performance.now();
    show();
  }

  node.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.ctrlKey || event.metaKey || pressesSpace(event.target)) return;
    event.preventDefault();
    event.stopPropagation();                // the explorer's own Space pauses the training
    toggle();
  });
  node.tabIndex = -1;                       // a click on the panel puts the keyboard here

  function update(changed) {
    if (!changed || changed.has("a") || changed.has("b")) return rebuild();
    if (!changed.has("decoder") || refresh) return;
    refresh = setTimeout(() => { refresh = 0; rebuild(); }, Math.max(0, lastRefresh + REFRESH - performance.now()));
  }

  rebuild();
  return {
    update,
    destroy() { stop(); clearTimeout(refresh); strip.destroy(); fade.destroy(); lengths.destroy(); node.remove(); },
  };
}
