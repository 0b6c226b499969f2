// Two runs side by side under ONE cursor: the same code, the same noise and the same held-out point in both.
//
// Everything that is a question ("what is here?") is shared by linking the two stores; everything that is an answer
// (weights, codes, images) stays in each run's own store. The views themselves do not know that they are compared.

import { createCurvesOf } from "./curves.js";
import { button, downloadPNG, element, panel, say } from "./elements.js";
import { createHoles } from "./holes.js";
import { createImage } from "./image.js";
import { createKnobs } from "./knobs.js";
import { createMap } from "./map.js";
import { columnOf, createMarginals, reachOf, shownAxes } from "./marginals.js";
import { createSampleControls, createSampleGrid, sampleFile } from "./samples.js";
import { createSession } from "./session.js";
import { createSliders } from "./sliders.js";
import { createTransportOf } from "./transport.js";

const CODES = ["z", "hover", "a", "b"];
const SHARED = ["point", "isolated", "axes", "seed", "temperature", "grid", "moment"];

/** Copies the shared keys of either store into the other, and draws the other in the same animation frame. */
export function link(stores) {
  const sizeOf = ({ state }) => state.decoder?.latent;
  const stops = stores.map((store, index) => store.subscribe((changed) => {
    const other = stores[1 - index];
    const fits = sizeOf(store) === undefined || sizeOf(other) === undefined || sizeOf(store) === sizeOf(other);
    const patch = {};
    for (const key of fits ? [...CODES, ...SHARED] : SHARED.filter((name) => name !== "axes"))
      if (changed.has(key)) patch[key] = store.state[key];
    other.set(patch);
    other.flush();                         // identity decides what changed, so the answer from there changes nothing here
  }));
  return () => stops.forEach((stop) => stop());
}

/** The component in comparison mode: two sessions, told by Python which runs to watch and which view to take. */
export function createCompare(root, { data, onView, onAction }) {
  const options = { base: data.base, hide: data.hide, canTrain: data.can_train, onView, onAction };
  const sessions = [createSession(options), createSession(options)];
  let content = null;
  let labels = "";
  root.addEventListener("keydown", press);

  function press(event) {
    const { target } = event;
    const typing = target.matches("textarea, select, input:not([type=range], [type=checkbox])");
    if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!content?.key(event.key === " " ? "space" : event.key.toLowerCase())) return;
    event.preventDefault();
    event.stopPropagation();
  }

  function build(names) {
    content?.destroy();
    labels = names.join("\n");
    content = createSideBySide(root, { stores: sessions.map((session) => session.store),
      actions: sessions.map((session) => session.actions), labels: names });
  }

  return {
    update({ runs = [], labels: names = [], message = "" }, view) {
      const two = [names[0] ?? "First", names[1] ?? "Second"];
      if (labels !== two.join("\n")) build(two);
      if (view) for (const session of sessions) session.apply(view);
      for (const [index, session] of sessions.entries()) if (runs[index]) session.watch(runs[index]);
      content.waiting(message);
    },
    destroy() {
      root.removeEventListener("keydown", press);
      content?.destroy();
      for (const session of sessions) session.close();
    },
  };
}

/** The views. `actions`: one set per run; `commit`, `undo`, `train` and `reset` of the first serve both. */
export function createSideBySide(root, { stores, actions, labels }) {
  const [left] = stores;
  const each = actions.map((own) => ({ ...own, commit: actions[0].commit, undo: actions[0].undo }));
  const node = element("div", { class: "duet" });
  root.append(node);
  const views = stores.map(() => []);      // per store: what is told of its changes

  const transport = createTransportOf(node, stores.map((store, index) => ({ store, actions: each[index], label: labels[index] })));
  const notice = element("p", { class: "duet-notice", role: "status", hidden: true });
  const knobs = element("div", { class: "duet-pair duet-knobs" });
  const pair = element("div", { class: "duet-pair duet-stage" });
  const parts = element("div", { class: "duet-parts", hidden: true }, pair);
  node.append(notice, parts);
  for (const [index, store] of stores.entries()) {
    const side = element("section", { class: "duet-side", "aria-label": labels[index] }, element("h2", { class: "duet-label" }, labels[index]));
    const map = element("div", { class: "duet-map", "data-label": labels[index] });
    const image = element("div", { class: "duet-image" });
    side.append(map, image);
    pair.append(side);
    views[index].push(createMap(map, store, each[index]), createImage(image, store, each[index]));
    knobs.append(element("div", {}));
    views[index].push(createKnobs(knobs.lastChild, store, each[index]));
  }
  parts.append(knobs);
  const sliders = createSliders(parts, left, each[0]);
  views[0].push(sliders);

  const evidence = panel(parts, "marginals", "Codes against the prior", {
    sentence: "Solid: the codes of held-out images. Dashed: N(0, 1), where samples are drawn from. The closer, the fewer holes.",
  });
  const densities = element("div", { class: "duet-pair" });
  evidence.body.append(densities);
  const reach = () => reachOf(stores.filter(({ state }) => state.frame?.arrays.codes && state.decoder)
    .flatMap(({ state }) => shownAxes(state).map((axis) => columnOf(state, axis))));
  const marginals = stores.map((store, index) => {
    const box = element("div", {}, element("h4", {}, labels[index]));
    densities.append(box);
    return createMarginals(box, store, reach);
  });
  const holes = createHoles(parts, stores, labels);

  const samples = panel(parts, "samples", "The same noise, decoded by both", {
    tools: labels.map((label, index) => button(`PNG ${label}`, () => stores[index].state.decoder
      && downloadPNG(grids[index].picture(), sampleFile(left.state, `samples-${index + 1}`)), { title: `Download the grid of ${label}` })),
    sentence: "Tile by tile the same draw from N(0, I). Where one grid shows clear images and the other does not, you see what the prior term bought.",
  });
  const controls = createSampleControls(samples.body, left, each[0]);
  samples.node.addEventListener("keydown", controls.shortcut);
  const fields = element("div", { class: "duet-pair" });
  samples.body.append(fields);
  const grids = stores.map((store, index) => {
    const box = element("div", {}, element("h4", {}, labels[index]));
    fields.append(box);
    return createSampleGrid(box, store, each[index], `Samples, ${labels[index]}`);
  });
  const curves = createCurvesOf(parts, stores.map((store, index) => ({ store, label: labels[index] })));
  for (const index of stores.keys()) views[index].push(grids[index]);

  let message = "";                        // Python's own words for an empty page

  function tell() {
    const sizes = stores.map(({ state }) => state.decoder?.latent);
    const missing = labels.filter((_, index) => !stores[index].state.decoder);
    parts.hidden = missing.length === 2;
    const notices = stores.map(({ state }, index) => state.notice && `${labels[index]}: ${state.notice}`).filter(Boolean);
    say(notice, notices.length > 0 ? notices.join(" ")
      : missing.length === 2 ? message || "Waiting for both runs. Press “Train both” if they have not been started."
      : missing.length === 1 ? `Waiting for the first weights of ${missing[0]}; until then only the other one answers.`
        : sizes[0] !== sizes[1]
          ? `${labels[0]} has ${sizes[0]} latent dimensions and ${labels[1]} has ${sizes[1]}: one cursor cannot serve both, so each map moves by itself.`
          : "");
  }

  function update(index, changed) {
    for (const view of views[index]) view.update(changed);
    transport.update(changed);
    curves.update(changed);
    if (index === 0) controls.update();
    if (changed.has("frame") || changed.has("axes")) for (const marginal of marginals) marginal.draw();
    if (changed.has("frame")) holes.update();
    if (["frame", "notice", "connection"].some((key) => changed.has(key))) tell();
  }

  const unlink = link(stores);
  const stops = stores.map((store, index) => store.subscribe((changed) => update(index, changed)));
  for (const [index, { state }] of stores.entries()) update(index, new Set(Object.keys(state)));

  return {
    waiting(text) { message = text; tell(); },
    key: (name) => [transport, sliders, ...views.flat()].some((view) => view.key?.(name)),
    destroy() {
      unlink();
      for (const stop of stops) stop();
      for (const view of [...views.flat(), ...marginals, transport, holes, curves]) view.destroy();
      node.remove();
    },
  };
}
