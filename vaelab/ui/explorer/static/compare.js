// Two runs side by side under ONE cursor: the same code, the same noise and the same held-out point in both.
//
// Everything that is a question ("what is here?") is shared by linking the two stores; everything that is an answer
// (weights, codes, images) stays in each run's own store. The views themselves do not know that they are compared.

import { createCondition } from "./condition.js";
import { createCurvesOf } from "./curves.js";
import { element, say } from "./elements.js";
import { createHoles } from "./holes.js";
import { createImage } from "./image.js";
import { listenKeys } from "./keys.js";
import { createKnobs } from "./knobs.js";
import { createMap } from "./map.js";
import { createMarginalPair } from "./marginals.js";
import { createSamplePair } from "./samples.js";
import { createSession } from "./session.js";
import { createSliders } from "./sliders.js";
import { CODES } from "./store.js";
import { createTransportOf } from "./transport.js";
import { tellView } from "./view.js";

const SHARED = ["point", "isolated", "axes", "seed", "temperature", "grid", "density", "label", "moment"];

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
  const stopListening = listenKeys(root, (name) => content?.key(name));

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
      stopListening();
      content?.destroy();
      for (const session of sessions) session.close();
    },
  };
}

/**
 * The views. `actions`: one set per run; `commit`, `undo`, `train` and `reset` of the first serve both.
 * `hide` of the stores names panels that are not built: transport, map, image, knobs, sliders, marginals, holes,
 * samples, curves.
 */
export function createSideBySide(root, { stores, actions, labels }) {
  const [left] = stores;
  const each = actions.map((own) => ({ ...own, commit: actions[0].commit, undo: actions[0].undo }));
  const node = element("div", { class: "duet" });
  root.append(node);
  const views = stores.map(() => []);      // per store: the names and views that are told of its changes
  const common = [];                       // those that are told of the changes of either
  const build = (name, create) => (left.state.hide.has(name) ? null : create());
  const together = (name, create) => {
    const view = build(name, create);
    if (view) common.push([name, view]);
  };
  const apart = (name, create) => stores.forEach((store, index) => {
    const view = build(name, () => create(store, index));
    if (view) views[index].push([name, view]);
  });

  const sources = stores.map((store, index) => ({ store, actions: each[index], label: labels[index] }));
  together("transport", () => createTransportOf(node, sources));
  const notice = element("p", { class: "duet-notice", role: "status", hidden: true });
  const pair = element("div", { class: "duet-pair duet-stage" });
  const parts = element("div", { class: "duet-parts", hidden: true }, pair);
  node.append(notice, parts);
  const sides = labels.map((label) => element("section", { class: "duet-side", "aria-label": label },
    element("h2", { class: "duet-label" }, label)));
  pair.append(...sides);
  pair.hidden = ["map", "image"].every((name) => left.state.hide.has(name));
  const box = (place, attributes) => place.appendChild(element("div", attributes));
  apart("map", (store, index) => createMap(box(sides[index], { class: "duet-map", "data-label": labels[index] }), store, each[index]));
  apart("image", (store, index) => createImage(box(sides[index], { class: "duet-image" }), store, each[index]));
  apart("condition", (store, index) => createCondition(box(sides[index], { class: "duet-condition" }), store, each[index]));
  const knobs = build("knobs", () => box(parts, { class: "duet-pair duet-knobs" }));
  apart("knobs", (store, index) => createKnobs(box(knobs), store, each[index]));
  const sliders = build("sliders", () => createSliders(parts, left, each[0], { pictures: false }));
  if (sliders) views[0].push(["sliders", sliders]);
  together("marginals", () => createMarginalPair(parts, stores, labels));
  together("holes", () => createHoles(parts, stores, labels));
  together("samples", () => createSamplePair(parts, stores, each, labels));
  together("curves", () => createCurvesOf(parts, sources));

  let message = "";                        // Python's own words for an empty page

  function tell() {
    const sizes = stores.map(({ state }) => state.decoder?.latent);
    const missing = labels.filter((_, index) => !stores[index].state.decoder);
    parts.hidden = missing.length === 2;
    const notices = stores.map(({ state }, index) => [state.refusal || state.notice, labels[index]])
      .filter(([words]) => words).map(([words, label]) => `${label}: ${words}`);
    say(notice, notices.length > 0 ? notices.join(" ")
      : missing.length === 2 ? message || "Waiting for both runs. Press “Train both” if they have not been started."
      : missing.length === 1 ? `Waiting for the first weights of ${missing[0]}; until then only the other one answers.`
        : sizes[0] !== sizes[1]
          ? `${labels[0]} has ${sizes[0]} latent dimensions and ${labels[1]} has ${sizes[1]}: one cursor cannot serve both, so each map moves by itself.`
          : "");
  }

  function update(index, changed) {
    for (const [name, view] of views[index]) tellView(name, view, stores[index], changed);
    for (const [name, view] of common) tellView(name, view, stores[index], changed, index);
    if (["frame", "notice", "refusal", "connection"].some((key) => changed.has(key))) tell();
  }

  const unlink = link(stores);
  const stops = stores.map((store, index) => store.subscribe((changed) => update(index, changed)));
  for (const [index, { state }] of stores.entries()) update(index, new Set(Object.keys(state)));

  return {
    waiting(text) { message = text; tell(); },
    key: (name) => [...common, ...views.flat()].some(([, view]) => view.key?.(name)),
    destroy() {
      unlink();
      for (const stop of stops) stop();
      for (const [, view] of [...views.flat(), ...common]) view.destroy();
      node.remove();
    },
  };
}
