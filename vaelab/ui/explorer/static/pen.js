// Mouse, pen, finger and keys on a drawing surface, turned into lines. One line at a time: a second finger, or a palm, does
// not draw. The right button and the eraser end of a pen erase.

const RIGHT = 2, ERASER = 32; // in `buttons`
const STEP = 0.04; // of the side, for an arrow key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const within = (value) => Math.min(1, Math.max(0, value));

/**
 * `on`: begin(x, y, erase, event), extend(x, y, event), end(event), and point(x, y, down) where the keys hold the pen; all
 * places are shares of the surface. Space or Enter puts the pen down and lifts it, arrows move it.
 */
export function listenPen(surface, on) {
  let pointer = null; // that draws
  let held = null; // [x, y] of the pen that the keys hold
  let down = false;

  function placeOf({ clientX, clientY }) {
    const box = surface.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  }

  function press(event) {
    if (pointer !== null || ![0, 2, 5].includes(event.button)) return;
    lift(event);
    pointer = event.pointerId;
    surface.setPointerCapture(pointer);
    surface.focus({ preventScroll: true, focusVisible: false });
    on.begin(...placeOf(event), (event.buttons & (RIGHT | ERASER)) !== 0, event);
    event.preventDefault();
  }

  function move(event) {
    if (event.pointerId !== pointer) return;
    // A fast pointer reports more places than there are frames; without them its curves have corners.
    const places = event.getCoalescedEvents?.() ?? [];
    for (const place of places.length > 0 ? places : [event]) on.extend(...placeOf(place), event);
  }

  function release(event) {
    if (event.pointerId !== pointer) return;
    pointer = null;
    on.end(event);
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const [dx, dy] = ARROWS[event.key].map((direction) => direction * STEP * (event.shiftKey ? 0.25 : 1));
      held = held ? [within(held[0] + dx), within(held[1] + dy)] : [0.5, 0.5];
      if (down) on.extend(...held, event);
    } else if (event.key === " " || event.key === "Enter") {
      held ??= [0.5, 0.5];
      if (down) lift(event);
      else if (pointer === null) {
        down = true;
        on.begin(...held, false, event);
      }
    } else return;
    on.point(...held, down);
    event.preventDefault();
    event.stopPropagation();
  }

  function lift(event) {
    if (!down) return;
    down = false;
    on.end(event);
  }

  function leave(event) {
    lift(event);
    held = null;
    on.point(null, null, false);
  }

  const listeners = {
    pointerdown: press, pointermove: move, pointerup: release, pointercancel: release, keydown: key, blur: leave,
    contextmenu: (event) => event.preventDefault(),
  };
  for (const [name, listener] of Object.entries(listeners)) surface.addEventListener(name, listener);
}
