// One line that says what a run is doing: the state in words, the run's message, the numbers, and a thin bar.
//
// Only changes of the words are announced to a screen reader: numbers that change ten times a second would drown
// everything else.

import { element, setText } from "./elements.js";
import { duration, stateOf } from "./states.js";

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const group = (number) => String(number ?? 0).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");

/** `pending()` gives the words of a click that no frame has confirmed yet, or "". */
export function createStatus(root, store, label, pending) {
  let since = { state: null, at: 0 };
  const word = element("span", { class: "status-word", role: "status", "aria-live": "polite" });
  const message = element("span", { class: "status-message" });
  const numbers = element("span", { class: "status-numbers" });
  const bar = element("div", { class: "progress", role: "progressbar", "aria-label": `Progress ${label}`.trim(),
    "aria-valuemin": 0, "aria-valuemax": 100 }, element("i", {}));
  const node = element("div", { class: "status" }, label ? element("b", { class: "status-label" }, label) : null,
    word, message, numbers, bar);
  root.append(node);

  function show() {
    const { frame, connection } = store.state;
    const header = frame?.header;
    const state = stateOf(header);
    if (since.state !== header?.state) since = { state: header?.state, at: performance.now() };
    node.dataset.state = header?.state ?? "none";
    node.classList.toggle("bad", Boolean(state.bad));
    const lost = connection === "lost" && header?.state !== "trained" ? "Connection lost, trying again" : "";
    setText(word, capital(lost || pending() || (!header && connection === "connecting" ? "Connecting" : state.word)));
    setText(message, header?.message ?? "");
    setText(numbers, figures(header, state));
    const share = header?.steps ? Math.min(1, header.step / header.steps) : 0;
    bar.firstChild.style.transform = `scaleX(${share})`;
    bar.setAttribute("aria-valuenow", Math.round(100 * share));
    bar.classList.toggle("indeterminate", Boolean(state.busy));
    bar.hidden = !header || header.state === "trained";
  }

  function figures(header, state) {
    if (!header || header.state === "queued") return "";
    if (state.busy) return `${Math.floor((performance.now() - since.at) / 1000)} s`;
    if (!header.steps) return "";
    const parts = [`step ${group(header.step)} of ${group(header.steps)}`];
    if (Number.isFinite(header.epoch)) parts.push(`epoch ${header.epoch.toFixed(header.epoch < 10 ? 1 : 0)}`);
    if (header.state === "training" && header.steps_per_second > 0) {
      parts.push(`${group(Math.round(header.steps_per_second))} steps/s`);
      if (Number.isFinite(header.seconds_left)) parts.push(`${duration(header.seconds_left)} left`);
    }
    return parts.join(" · ");
  }

  // The clock of "compiling" ticks although no frame comes meanwhile.
  const clock = setInterval(() => stateOf(store.state.frame?.header).busy && show(), 1000);
  return { show, destroy() { clearInterval(clock); node.remove(); } };
}
