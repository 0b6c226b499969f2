// A drawing on its canvas: the strokes as they are seen, and the picture that an encoder is shown of them.

import { binarized, framed, resampled } from "./framing.js";
import { isSequence } from "./pictures.js";
import { createStrokes, drawStroke } from "./strokes.js";

const SIDE = 320; // pixels of the canvas, a dozen for each of a small picture

export function createDrawing(canvas) {
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true }); // read at every movement of the pen
  const strokes = createStrokes();
  let stroke = null; // that is being drawn

  function redraw() {
    context.clearRect(0, 0, SIDE, SIDE);
    for (const one of strokes.all) drawStroke(context, SIDE, one);
  }

  const changing = (change) => () => {
    stroke = null;
    change();
    redraw();
  };

  return {
    get canUndo() {
      return strokes.canUndo;
    },
    get canRedo() {
      return strokes.canRedo;
    },
    get empty() {
      return strokes.all.length === 0;
    },
    begin(x, y, width, erase) {
      stroke = strokes.begin(x, y, width, erase);
      drawStroke(context, SIDE, stroke);
    },
    extend(x, y) {
      if (!stroke) return;
      stroke.points.push(x, y);
      drawStroke(context, SIDE, stroke, stroke.points.length / 2 - 1);
    },
    end() {
      stroke = null;
    },
    undo: changing(strokes.undo),
    redo: changing(strokes.redo),
    clear: changing(strokes.clear),
    /** What an encoder ({shape, data, binarization}) is shown, or null where there is nothing to be shown. */
    picture({ shape, data, binarization }) {
      if (isSequence(shape)) return resampled(strokes.all, shape[0]);
      const picture = framed(context.getImageData(0, 0, SIDE, SIDE).data, SIDE, shape, data);
      return picture && binarized(picture, binarization);
    },
  };
}
