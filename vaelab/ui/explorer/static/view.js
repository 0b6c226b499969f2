// A view is one panel: `update(changed)` draws what changed in its store, `destroy()` lets go of what it holds.

/** Tells a view what changed. One that cannot be drawn is named in the notice, and the others are drawn all the same. */
export function tellView(name, view, store, ...news) {
  try {
    view.update(...news);
  } catch (error) {
    console.error(error);
    store.set({ notice: `The panel "${name}" could not be drawn: ${error.message}` });
  }
}
