// The explorer as Streamlit sees it: one function, called again whenever Python has other data, and once more (what it
// returned) when the component leaves the page. Between two calls there is no clean-up, so everything that lives longer
// than a call is kept here, by the element that Streamlit gave.

import { element } from "./elements.js";
import { createExplorer } from "./explore.js";
import { canonicalView } from "./session.js";

const STYLE_PATIENCE = 2000; // milliseconds until the page is shown even if a style sheet has not come

const instances = new WeakMap();

export function mount(component) {
  const { parentElement, data } = component;
  const identity = JSON.stringify([data.mode, data.base, data.route, data.hide, data.version, data.can_train]);
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
  const root = element("div", { class: `vaelab ${data.mode}`, tabindex: -1 });
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
  const content = data.mode in OTHERS ? createLater(root, OTHERS[data.mode], options) : createExplorer(root, options);
  let seen = null;
  let returns = data.returns;

  return {
    identity,
    receive(next) {
      component = next;
      const view = canonicalView(next.data.view);
      const echo = reported.indexOf(view);
      if (echo === reported.length - 1) reported.splice(0, echo);
      const back = next.data.returns !== returns; // to a view that may have been told a moment ago
      const news = next.data.view && (back || (view !== seen && echo < 0));
      [seen, returns] = [view, next.data.returns];
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

// What is not the explorer of one run is loaded only where it is wanted.
const OTHERS = {
  compare: () => import("./compare.js").then(({ createCompare }) => createCompare),
  dial: () => import("./dialled.js").then(({ createDialled }) => createDialled),
  curves: () => import("./overlaid.js").then(({ createOverlaid }) => createOverlaid),
};

function createLater(root, load, options) {
  let content = null;
  let latest = null;
  let gone = false;
  load().then((create) => {
    if (gone) return;
    content = create(root, options);
    if (latest) content.update(...latest);
  }, (error) => root.append(element("p", { class: "notice", role: "alert" }, `This page could not be loaded: ${error.message}`)));
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
