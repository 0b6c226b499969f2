// What each state of a run means for the person at the buttons: its word, and what can be done in it.
// `main` is the one large button; the others are enabled where the worker would understand them.

export const STATES = {
  none: { word: "No run yet", main: "train" },
  trained: { word: "Trained", main: "train" },
  queued: { word: "Waiting for a free place", main: "wait", stop: true },
  starting: { word: "Starting", main: "wait", stop: true, busy: true },
  compiling: { word: "Compiling", main: "wait", stop: true, busy: true },
  training: { word: "Training", main: "pause", stop: true, reset: true },
  paused: { word: "Paused", main: "resume", step: true, stop: true, reset: true },
  finished: { word: "Finished", main: "on", reset: true },
  stopped: { word: "Stopped", main: "again", reset: true },
  interrupted: { word: "Interrupted", main: "again", reset: true },
  diverged: { word: "Diverged", main: "on", reset: true, bad: true },
  failed: { word: "Failed", main: "train", reset: true, bad: true },
};

/** Label of the large button, and which action it calls: a command to the worker, or "train" for the page. */
export const MAIN = {
  train: { label: "Train", action: "train" },
  wait: { label: "Train", action: null },
  pause: { label: "Pause", action: "pause", pending: "pausing…" },
  resume: { label: "Resume", action: "resume", pending: "resuming…" },
  again: { label: "Resume", action: "train", pending: "resuming…" },
  on: { label: "Train on", action: "train", pending: "starting…" },
};

/** One button for several runs: what is going on comes before what could be started. */
const FIRST = ["pause", "resume", "wait", "again", "on", "train"];
export const jointMain = (states) => FIRST.find((main) => states.some((state) => state.main === main));

export const stateOf = (header) => STATES[header?.state] ?? STATES.none;

/** "4 s", "2 min 05 s", "1 h 12 min". */
export function duration(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
