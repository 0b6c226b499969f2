// The explorer as Streamlit sees it: one function, called again whenever Python has other data, and once more (what it
// returned) when the component leaves the page. Between two calls there is no clean-up, so everything that lives longer
// than a call is kept here, by the element that Streamlit gave.

import { createCodebook } from "./codebook.js";
import { createCondition } from "./condition.js";
import { createCurves } from "./curves.js";
import { element, setText } from "./elements.js";
import { createImage } from "./image.js";
import { createInterpolation } from "./interpolation.js";
import { listenKeys } from "./keys.js";
import { createKnobs } from "./knobs.js";
import { createMap } from "./map.js";
import { createReconstructions } from "./reconstructions.js";
import { createSamples } from "./samples.js";
import { canonicalView, createSession } from "./session.js";
import { createSliders } from "./sliders.js";
import { createTransport } from "./transport.js";
import { createUnits } from "./units.js";

// Which panels stand in which part of the page; the style sheet places the parts.
const LAYOUT = [
  ["stage", { map: createMap }],
  ["code", { image: createImage, condition: createCondition, sliders: createSliders, knobs: createKnobs }],
  ["training", { curves: createCurves, reconstructions: createReconstructions }],
  ["studies", { samples: createSamples, interpolation: createInterpolation, units: createUnits, codebook: createCodebook }],
];
const WAITING = {
  queued: "The run waits for a free place.",
  starting: "The run is starting.",
  compiling: "The network is being compiled; this takes a few seconds.",
};
const STYLE_PATIENCE = 2000; // milliseconds until the page is shown even if a style sheet has not come

const instances = new WeakMap();

export function mount(component) {
  const { parentElement, data } = component;
  const identity = JSON.stringify([data.mode, data.base, data.hide, data.version, data.can_train]);
  let instance = instances.get(parentElement);
  if (instance && instance.identity !== identity) {
    instance.destroy();
    instance = null;
  }
  instance ??= createInstance(parentElement, data, identity);
  instances.set(parentElement, instance);
  instance.receive(component);
  return () => {
    instance.destroy();
    instances.delete(parentElement);
  };
}

function createInstance(parent, data, identity) {
  const root = element("div", { class: `vaelab ${data.mode === "compare" ? "compare" : ""}`, tabindex: -1 });
  const styles = loadStyles(root);
  parent.append(...styles, root);
  let component = null;
  const reported = []; // views told to Python, whose echoes are still on their way
  const onView = (view) => {
    const text = canonicalView(view);
    if (text === reported.at(-1)) return;
    reported.push(text);
    if (reported.length > 50) reported.shift();
    component.setStateValue("view", view);
  };
  const onAction = (action) => component.setTriggerValue("action", action);
  const options = { data, onView, onAction };
  const content = data.mode === "compare" ? createComparison(root, options) : createExplorer(root, options);
  let seen = null;

  return {
    identity,
    receive(next) {
      component = next;
      const view = canonicalView(next.data.view);
      const echo = reported.indexOf(view);
      if (echo === reported.length - 1) reported.splice(0, echo);
      const news = next.data.view && view !== seen && echo < 0;
      seen = view;
      if (news) reported.length = 0;
      content.update(next.data, news ? next.data.view : null);
    },
    destroy() {
      content.destroy();
      for (const node of [...styles, root]) node.remove();
    },
  };
}

// Nothing is shown before it can be shown well.
function loadStyles(root) {
  root.style.visibility = "hidden";
  const reveal = () => root.style.removeProperty("visibility");
  setTimeout(reveal, STYLE_PATIENCE);
  let missing = 2;
  return ["explorer.css", "panels.css"].map((file) => {
    const { href } = new URL(file, import.meta.url); // beside this file, and of the same version
    const done = () => --missing || reveal();
    return element("link", { rel: "stylesheet", href, load: done, error: done });
  });
}

function createExplorer(root, { data, onView, onAction }) {
  const session = createSession({ base: data.base, hide: data.hide, canTrain: data.can_train, onView, onAction });
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
    for (const [name, view] of views) {
      try {
        view.update(changed);
      } catch (error) {
        console.error(error);
        store.set({ notice: `The panel "${name}" could not be drawn: ${error.message}` });
      }
    }
    const ready = state.decoder !== null;
    parts.hidden = !ready;
    waiting.show(!ready, state);
    setText(notice, state.notice);
    notice.hidden = state.notice === "";
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

// The comparison is loaded only where it is wanted.
function createComparison(root, options) {
  let content = null;
  let latest = null;
  let gone = false;
  import("./compare.js").then(({ createCompare }) => {
    if (gone) return;
    content = createCompare(root, options);
    if (latest) content.update(...latest);
  }, (error) => root.append(element("p", { class: "notice", role: "alert" }, `The comparison could not be loaded: ${error.message}`)));
  return {
    update(...news) {
      latest = news;
      content?.update(...news);
    },
    destroy() {
      gone = true;
      content?.destroy();
    },
  };
}
