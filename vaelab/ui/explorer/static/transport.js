// Train, pause, step, stop, reset: one set of buttons for one run, or for the two runs of a comparison together,
// because two runs are only comparable when both have been trained.
//
// A click is answered at once ("pausing…"); the worker's next frame confirms it.

import { button, element, pressesSpace, setText } from "./elements.js";
import { createKeysHelp } from "./keys.js";
import { jointMain, MAIN, stateOf } from "./states.js";
import { createStatus } from "./status.js";

const PATIENCE = 8000;                      // milliseconds until an unanswered click is forgotten

export const createTransport = (root, store, actions) => createTransportOf(root, [{ store, actions, label: "" }]);

/** `sources`: [{store, actions, label}]. Python handles train and reset once for all of them: the first is asked. */
export function createTransportOf(root, sources) {
  const { readOnly } = sources[0].store.state;
  const suffix = sources.length > 1 ? " both" : "";
  let pending = null;                       // {text, waiting: Map(store -> done(header))}
  let forget = 0;

  const main = button("Train", press, { class: "button primary transport-main", title: "Space pauses and resumes" });
  const step = button(`Step${suffix}`, () => command("step", "one step…"), { title: "Train one batch (S)" });
  const stop = button(`Stop${suffix}`, () => command("stop", "stopping…"));
  const reset = button(`Reset${suffix}`, () => ask("reset", "resetting…"), { title: "Start again from new weights" });
  const buttons = element("div", { class: "transport-buttons" }, main, step, stop, reset);
  const lines = element("div", { class: "status-lines" });
  const node = element("div", { class: "transport", role: "group", "aria-label": "Training" },
    readOnly ? null : buttons);
  root.append(node);
  const help = createKeysHelp(node);
  node.append(lines);
  const statuses = sources.map(({ store, label }) =>
    createStatus(lines, store, label, () => (pending?.waiting.has(store) ? pending.text : "")));

  const headerOf = ({ store }) => store.state.frame?.header;
  const offered = (source) => stateOf(headerOf(source));
  const joint = () => MAIN[jointMain(sources.map(offered))];

  function press() {
    const { action, pending: text } = joint();
    if (action === "train") ask("train", text ?? "starting…");
    else if (action) command(action, text);
  }

  function ask(name, text) {
    if (pending) return;
    wait(sources, text);
    sources[0].actions[name]();
  }

  /** Sends a command to each run that would understand it in its present state. */
  function command(name, text) {
    if (pending) return;
    const addressed = sources.filter((source) => understands(offered(source), name));
    if (addressed.length === 0) return;
    wait(addressed, text);
    for (const { actions } of addressed) actions.command(name);
  }

  const understands = (state, name) => (name === "pause" || name === "resume" ? state.main === name : Boolean(state[name]));

  function wait(addressed, text) {
    const asked = addressed.map((source) => [source.store, headerOf(source)]);
    pending = { text, waiting: new Map(asked.map(([store, before]) => [store, (now) =>
      now.run !== before?.run || now.state !== before.state || now.step < before.step
        || (before.state === "paused" && now.step !== before.step)])) };
    clearTimeout(forget);
    forget = setTimeout(() => { pending = null; show(); }, PATIENCE);
    show();
  }

  function confirm() {
    if (!pending) return;
    for (const source of sources) {
      const done = pending.waiting.get(source.store);
      const header = headerOf(source);
      if (done && header && done(header)) pending.waiting.delete(source.store);
    }
    if (pending.waiting.size > 0) return;
    pending = null;
    clearTimeout(forget);
  }

  function show() {
    confirm();
    const { label, action } = joint();
    const connected = sources.some(({ store }) => store.state.connection === "open");
    const canTrain = sources.every(({ store }) => store.state.canTrain !== false);
    const fixed = !canTrain && sources.every((source) => headerOf(source)?.state === "trained");
    const any = (name) => sources.some((source) => offered(source)[name]);
    setText(main, label + suffix);
    main.disabled = action === null || (action === "train" ? !canTrain : !connected);
    step.disabled = !any("step") || !connected;
    stop.disabled = !any("stop") || !connected;
    reset.disabled = !any("reset") || !canTrain;
    // Before a run is under way there is one thing to do.
    const idle = sources.every((source) => ["none", "trained"].includes(headerOf(source)?.state ?? "none"));
    for (const control of [step, stop, reset]) control.hidden = idle;
    buttons.hidden = fixed;                  // a model that can only be looked at offers no dead buttons
    node.setAttribute("aria-busy", pending !== null);
    for (const status of statuses) status.show();
  }

  /** A single key anywhere in the explorer: Space pauses and resumes, S takes one step, ? lists all keys. True when it was used. */
  function key(name) {
    if (readOnly && name !== "?") return false;
    const { action } = joint();
    if (name === "space" && (action === "pause" || action === "resume") && !pressesSpace(root.getRootNode().activeElement)) press();
    else if (name === "s" && !step.disabled) step.click();
    else if (name === "?") help.open();
    else return false;
    return true;
  }

  function update(changed) {
    if (changed?.has("refusal")) pending = null;  // Whatever was asked for will not come.
    if (!changed || ["frame", "connection", "canTrain", "refusal"].some((key) => changed.has(key))) show();
  }

  show();
  return {
    key,
    update,
    destroy() {
      clearTimeout(forget);
      for (const status of statuses) status.destroy();
      node.remove();
    },
  };
}
