// Mouse, pen, fingers, wheel and keys on the map, turned into a few intentions.
//
// Mouse: move = look, click = pin, drag the pin = move it, drag elsewhere = pan, wheel = zoom about the cursor.
// Touch has no "move without pressing", so one finger looks and pins where it leaves; two fingers pan and zoom.

const SLIP = 4; // pixels that a click may move

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// `on`: look(x, y, event), leave(), pin(x, y, event), settle(), pan(dx, dy), zoom(factor, x, y), nudge(dx, dy, event), fit(),
// and overPin(x, y) -> boolean; all places are pixels of the surface.
export function listenGestures(surface, on) {
  const fingers = new Map();
  let mode = null; // "pin", "press" (not yet known), "pan", "look" (one finger), "pinch"
  let last = null;

  const placeOf = (event) => {
    const box = surface.getBoundingClientRect();
    return [event.clientX - box.left - surface.clientLeft, event.clientY - box.top - surface.clientTop]; // inside the border
  };

  function down(event) {
    if (event.button !== 0) return;
    const [x, y] = placeOf(event);
    surface.setPointerCapture(event.pointerId);
    surface.focus({ preventScroll: true, focusVisible: false });
    fingers.set(event.pointerId, [x, y]);
    last = [x, y];
    if (fingers.size === 2) {
      mode = "pinch";
      on.leave();
    } else if (on.overPin(x, y, event.pointerType === "touch")) {
      mode = "pin";
    } else if (event.pointerType === "touch") {
      mode = "look";
      on.look(x, y, event);
    } else {
      mode = "press";
    }
    surface.dataset.mode = mode;
    event.preventDefault();
  }

  function move(event) {
    const [x, y] = placeOf(event);
    if (mode === null) {
      if (event.pointerType !== "touch") on.look(x, y, event);
      return;
    }
    if (!fingers.has(event.pointerId)) return;
    if (mode === "pinch") pinch(event.pointerId, x, y);
    else if (mode === "pin") on.pin(x, y, event);
    else if (mode === "look") on.look(x, y, event);
    else if (mode === "pan" || Math.hypot(x - last[0], y - last[1]) > SLIP) {
      mode = surface.dataset.mode = "pan";
      on.pan(x - last[0], y - last[1]);
      last = [x, y];
    }
  }

  function pinch(id, x, y) {
    const [other] = [...fingers].filter(([key]) => key !== id).map(([, place]) => place);
    const [oldX, oldY] = fingers.get(id);
    fingers.set(id, [x, y]);
    if (!other) return;
    const apart = (px, py) => Math.max(10, Math.hypot(px - other[0], py - other[1]));
    on.pan((x - oldX) / 2, (y - oldY) / 2);
    on.zoom(apart(x, y) / apart(oldX, oldY), (x + other[0]) / 2, (y + other[1]) / 2);
  }

  function up(event) {
    if (!fingers.delete(event.pointerId)) return;
    const [x, y] = placeOf(event);
    const cancelled = event.type === "pointercancel";
    if (!cancelled && (mode === "press" || mode === "look")) on.pin(x, y, event);
    if (mode !== "pan" && mode !== "pinch") on.settle();
    if (fingers.size === 0) mode = null;
    surface.dataset.mode = mode ?? "";
  }

  function wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1; // lines or pixels
    const [x, y] = placeOf(event);
    on.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * unit)) * 0.0022), x, y);
    on.look(x, y, event);
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const middle = [surface.clientWidth / 2, surface.clientHeight / 2];
    if (event.key in KEYS) {
      const step = event.shiftKey ? 0.5 : 0.1;
      on.nudge(KEYS[event.key][0] * step, KEYS[event.key][1] * step, event);
    } else if (event.key === "+" || event.key === "=") on.zoom(1.25, ...middle);
    else if (event.key === "-") on.zoom(0.8, ...middle);
    else if (event.key === "0") on.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function leave() {
    if (mode === null) on.leave();
  }

  const listeners = {
    pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: leave, keydown: key, wheel,
  };
  for (const [name, listener] of Object.entries(listeners)) surface.addEventListener(name, listener, { passive: false });
}
