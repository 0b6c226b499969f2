// Many small decoded images at once: the prior's grid and the interpolation strips.
//
// Decoding a grid takes longer than one screen refresh when the decoder is large. Tiles are therefore decoded a few
// at a time, for at most BUDGET milliseconds per animation frame, and in few of the frames while the hand moves
// something, so that a drag next to them stays smooth. The work goes round the grid and is never restarted: while the
// temperature moves, every tile gets its turn, none starves.

import { element, watchVisible } from "./elements.js";
import { paint as paintPicture } from "./pictures.js";
import { BUSY_EVERY } from "./store.js";

const BUDGET = 6;

/**
 * A field of decoded tiles.
 * `codeAt(index)` gives the code of a tile, or null to leave it as it is; `decoder()` the newest decoder.
 * `picked(index)` and `hovered(index or -1, event)` are told of clicks and of the pointer or the keyboard focus;
 * `busy()` says whether something else must not wait.
 */
export function createTiles(root, { label, tile, decoder, codeAt, picked, hovered, paint, busy = () => false }) {
  const grid = element("div", { class: "tiles", role: "group", "aria-label": label });
  root.append(grid);
  let tiles = [];
  let columns = 1;
  let cursor = 0;                  // the next tile to decode
  let remaining = 0;               // tiles that still show an old code or old weights
  let scheduled = 0;
  let worked = 0;
  let visible = true;
  const stopWatching = watchVisible(grid, (now) => {
    visible = now;
    if (visible) schedule();
  });

  function resize(count, perRow) {
    columns = perRow;
    grid.style.setProperty("--columns", perRow);
    if (count === tiles.length) return;
    const focus = tiles.findIndex((canvas) => canvas.tabIndex === 0);
    while (tiles.length > count) tiles.pop().remove();
    while (tiles.length < count) {
      const index = tiles.length;
      const canvas = element("canvas", { class: "tile", role: "button", tabindex: -1, "data-index": index });
      canvas.width = canvas.height = 1;
      tiles.push(canvas);
      grid.append(canvas);
    }
    for (const [index, canvas] of tiles.entries()) canvas.setAttribute("aria-label", tile(index, count));
    if (tiles.length > 0) rove(Math.min(Math.max(focus, 0), tiles.length - 1));
  }

  function rove(index) {           // one tab stop for the whole grid, arrows inside it
    for (const [other, canvas] of tiles.entries()) canvas.tabIndex = other === index ? 0 : -1;
  }

  function work(now) {
    scheduled = 0;
    const network = decoder();
    if (!network || !visible || tiles.length === 0) return;
    if (busy() && now - worked < BUSY_EVERY) return schedule();
    worked = now;
    const end = performance.now() + BUDGET;
    do {
      cursor %= tiles.length;
      const code = codeAt(cursor);
      if (code) (paint ?? paintDecoded)(tiles[cursor], code, network, cursor);
      cursor += 1;
      remaining -= 1;
    } while (remaining > 0 && performance.now() < end);
    grid.toggleAttribute("data-busy", remaining > 0);
    if (remaining > 0) schedule();
  }

  function schedule() {
    if (remaining > 0 && !scheduled) scheduled = requestAnimationFrame(work);
  }

  /** Every tile is out of date: decode all of them, a few per animation frame. */
  function redraw() {
    remaining = tiles.length;
    schedule();
  }

  const indexOf = (event) => Number(event.target.closest?.(".tile")?.dataset.index ?? -1);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: () => columns, ArrowUp: () => -columns };
  grid.addEventListener("click", (event) => {
    const index = indexOf(event);
    if (index < 0) return;
    rove(index);
    picked(index);
  });
  grid.addEventListener("pointermove", (event) => event.pointerType !== "touch" && hovered(indexOf(event), event));
  grid.addEventListener("pointerleave", (event) => hovered(-1, event));
  grid.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && hovered(indexOf(event), event));
  grid.addEventListener("focusout", (event) => hovered(-1, event));
  grid.addEventListener("keydown", (event) => {
    const index = indexOf(event);
    if (index < 0) return;
    if (event.key === "Enter" || event.key === " ") picked(index);
    else if (event.key === "Home" || event.key === "End") move(event.key === "Home" ? 0 : tiles.length - 1);
    else if (event.key in step) move(index + (typeof step[event.key] === "function" ? step[event.key]() : step[event.key]));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function move(index) {
    if (index < 0 || index >= tiles.length) return;
    rove(index);
    tiles[index].focus();
  }

  /** All tiles on one canvas, small ones enlarged by a whole number: nothing is interpolated in the file. */
  function picture() {
    const { width, height } = tiles[0];
    const scale = Math.max(1, Math.round(112 / width));
    const gap = 2 * scale;
    const rows = Math.ceil(tiles.length / columns);
    const canvas = element("canvas");
    canvas.width = columns * (width * scale + gap) - gap;
    canvas.height = rows * (height * scale + gap) - gap;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    for (const [index, source] of tiles.entries())
      context.drawImage(source, (index % columns) * (width * scale + gap), Math.floor(index / columns) * (height * scale + gap),
        width * scale, height * scale);
    return canvas;
  }

  function destroy() {
    stopWatching();
    cancelAnimationFrame(scheduled);
    grid.remove();
  }

  return { grid, resize, redraw, picture, destroy, tiles: () => tiles };
}

function paintDecoded(canvas, code, network) {
  paintPicture(canvas, network.decode(code), network.shape);
}
