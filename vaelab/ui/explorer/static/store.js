// One small store for everything that the views share.
//
// Pointer events arrive several times between two screen refreshes. `set` therefore only remembers what changed and
// schedules ONE notification for the next animation frame, so that a drag costs one decode and one draw per frame,
// always with the newest value. Values are compared by identity: put a new array into the store, never write into
// the old one, or nobody is told.
// `admit(patch, state)` gives what of a patch may enter.

export function createStore(initial, admit = (patch) => patch) {
  const state = { ...initial };
  const listeners = new Set();
  let changed = new Set();
  let scheduled = 0;
  let telling = false;

  // Every listener hears of the changes in the order in which they were made: where one of them calls `set`, or `flush`
  // of a store that is linked to this one, what comes of it waits for the next frame.
  function flush() {
    if (telling) return;
    if (scheduled) cancelAnimationFrame(scheduled);
    scheduled = 0;
    if (changed.size === 0) return;
    const keys = changed;
    changed = new Set();
    telling = true;
    try {
      for (const listener of [...listeners]) listener(keys);
    } finally {
      telling = false;
    }
  }

  function set(patch) {
    for (const [key, value] of Object.entries(admit(patch, state))) {
      if (Object.is(state[key], value)) continue;
      state[key] = value;
      changed.add(key);
    }
    if (changed.size > 0 && !scheduled) scheduled = requestAnimationFrame(flush);
  }

  function subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return { state, set, subscribe, flush };
}

// What has one number per latent dimension.
export const CODES = ["z", "hover", "a", "b"];

// The code that is shown now: what the pointer is over, else the pinned one.
export const shownCode = (state) => state.hover ?? state.z;

// What follows the hand always comes first: right after the pointer moved something, work in the background does not
// touch every animation frame. Nor does it while a run trains, perhaps on the same cores.
export const handIsMoving = (state) => performance.now() - state.moment < 150;
export const othersComeFirst = (state) => handIsMoving(state) || state.frame?.header.state === "training";
export const BUSY_EVERY = 100; // milliseconds between two frames of such work then
