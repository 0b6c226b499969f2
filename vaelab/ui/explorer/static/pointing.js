// Pointing at a step of a plot: with the pointer, or with the arrow keys while the plot has the focus.

/**
 * Calls `read(step)` for the step that is pointed at, and `read(null)` when nothing is. `where()` says what the arrow keys
 * start from: `{steps: {low, high}, pointed}`, the range of the plot and the step pointed at or null.
 */
export function pointAt(holder, plot, where, read) {
  holder.addEventListener("pointermove", (event) => read(plot.at(event)));
  holder.addEventListener("pointerdown", (event) => read(plot.at(event)));
  holder.addEventListener("pointerleave", () => read(null));
  holder.addEventListener("blur", () => read(null));
  holder.addEventListener("keydown", (event) => {
    const { steps, pointed } = where();
    const span = (steps.high - steps.low) / (event.shiftKey ? 10 : 100);
    const move = { ArrowLeft: -span, ArrowRight: span, Home: -Infinity, End: Infinity }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    read(Math.min(steps.high, Math.max(steps.low, (pointed ?? steps.high) + move)));
  });
}
