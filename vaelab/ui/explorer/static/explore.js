// The explorer of one run: which panels stand where, and what stands in their place before there is anything to show.

import { createCodebook } from "./codebook.js";
import { createCondition } from "./condition.js";
import { createCurves } from "./curves.js";
import { element, setText } from "./elements.js";
import { createImage } from "./image.js";
import { createInterpolation } from "./interpolation.js";
import { listenKeys } from "./keys.js";
import { createKnobs } from "./knobs.js";
import { createMap } from "./map.js";
import { createPad } from "./pad.js";
import { createReconstructions } from "./reconstructions.js";
import { createSamples } from "./samples.js";
import { createSession } from "./session.js";
import { createSliders } from "./sliders.js";
import { createTransport } from "./transport.js";
import { createUnits } from "./units.js";
import { tellView } from "./view.js";

// Which panels stand in which part of the page; the style sheet places the parts.
const LAYOUT = [
  ["stage", { map: createMap }],
  ["code", { image: createImage, pad: createPad, condition: createCondition, sliders: createSliders, knobs: createKnobs }],
  ["training", { curves: createCurves, reconstructions: createReconstructions }],
  ["studies", { samples: createSamples, interpolation: createInterpolation, units: createUnits, codebook: createCodebook }],
];
const WAITING = {
  queued: "The run waits for a free place.",
  starting: "The run is starting.",
  compiling: "The network is being compiled; this takes a few seconds.",
};

export const sessionOf = ({ data, onView, onAction }) =>
  createSession({ base: data.base, route: data.route, hide: data.hide, canTrain: data.can_train, onView, onAction });

/** `update(data, view)` is told by Python which run to watch; a session that gets its frames elsewhere can be given. */
export function createExplorer(root, options, session = sessionOf(options)) {
  const { store, actions } = session;
  const { state } = store;
  const notice = element("p", { class: "notice", role: "status", hidden: true });
  const waiting = createWaiting();
  const transport = element("div", { class: "area-transport" });
  const parts = element("div", { class: "parts", hidden: true });
  root.append(notice, transport, waiting.node, parts);

  const views = new Map();
  const build = (name, create, place) => {
    if (state.hide.has(name)) return;
    const area = element("div", { class: `area-${name}` });
    place.append(area);
    views.set(name, create(area, store, actions));
  };
  build("transport", createTransport, transport);
  for (const [part, panels] of LAYOUT) {
    const place = element("div", { class: `part part-${part}` });
    parts.append(place);
    for (const [name, create] of Object.entries(panels)) build(name, create, place);
  }

  function update(changed) {
    for (const [name, view] of views) tellView(name, view, store, changed);
    const ready = state.decoder !== null;
    parts.hidden = !ready;
    waiting.show(!ready, state);
    setText(notice, state.refusal || state.notice);
    notice.hidden = notice.textContent === "";
    notice.dataset.connection = state.connection;
  }
  const unsubscribe = store.subscribe(update);
  waiting.show(true, state);

  const stopListening = listenKeys(root, (name) => [...views.values()].some((view) => view.key?.(name)));

  return {
    update({ runs, message }, view) {
      waiting.message = message ?? "";
      if (view) session.apply(view);
      if (runs?.length) session.watch(runs[0]);
      waiting.show(state.decoder === null, state);
    },
    destroy() {
      unsubscribe();
      stopListening();
      session.close();
      for (const view of views.values()) view.destroy();
    },
  };
}

// What stands in the place of the panels until there is something to decode.
function createWaiting() {
  const text = element("p", { class: "waiting-text", role: "status" });
  const shapes = ["map", "image", "sliders"].map((name) => element("div", { class: `ghost ghost-${name}` }));
  const node = element("div", { class: "waiting" }, text,
    element("div", { class: "ghosts", "aria-hidden": "true" }, ...shapes));
  return {
    node,
    message: "",
    show(visible, { frame, connection, notice }) {
      node.hidden = !visible;
      node.classList.toggle("still", ["refused", "none"].includes(connection));
      const { state, message } = frame?.header ?? {};
      const stuck = ["refused", "none"].includes(connection) || notice !== "";
      setText(text, stuck ? this.message || "There is nothing to show here."
        : [this.message || "Waiting for the first weights…", WAITING[state], message].filter(Boolean).join(" "));
    },
  };
}
