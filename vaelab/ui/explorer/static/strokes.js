// What was drawn: strokes with their widths, in the order in which they were made, in shares of the pad's side. Every
// stroke and every clearing can be taken back, and put there again until something else is drawn. No DOM here.

export function createStrokes() {
  let strokes = []; // {width, erase, points: [x, y, x, y, ...]}
  let past = [];
  let future = [];

  function change(next) {
    past.push(strokes);
    future = [];
    strokes = next;
  }

  return {
    get all() {
      return strokes;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    /** A new stroke, whose points are added to while the pen is down. */
    begin(x, y, width, erase) {
      const stroke = { width, erase, points: [x, y] };
      change([...strokes, stroke]);
      return stroke;
    },
    clear() {
      if (strokes.length > 0) change([]);
    },
    undo() {
      if (past.length === 0) return;
      future.push(strokes);
      strokes = past.pop();
    },
    redo() {
      if (future.length === 0) return;
      past.push(strokes);
      strokes = future.pop();
    },
  };
}

/**
 * Draws a stroke with a round brush, white, on a canvas of side x side pixels, from its point number `from` on: one piece
 * after the other, so that a stroke that is drawn again has the very pixels that it had when it grew.
 */
export function drawStroke(context, side, { width, erase, points }, from = 0) {
  context.globalCompositeOperation = erase ? "destination-out" : "source-over";
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = "#fff";
  context.lineWidth = width * side;
  for (let at = 2 * from; at < points.length; at += 2) {
    const before = Math.max(0, at - 2); // of the first point itself: a line of no length is a dot, its ends are round
    context.beginPath();
    context.moveTo(points[before] * side, points[before + 1] * side);
    context.lineTo(points[at] * side, points[at + 1] * side);
    context.stroke();
  }
}
