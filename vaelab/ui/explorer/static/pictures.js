// Whatever is decoded, and whatever was encoded, becomes a picture here: an image [height, width, channels] of crisp
// pixels, a sequence [length, features] in ink. Values are floats from 0 to 1 or bytes from 0 to 255; what lies beyond
// is cut off, in both.

export const INK = 112; // pixels per side of a drawing in ink: sharp as a tile, and as a thumbnail

// Shares of the side. The margin holds half a line and the dot, so that no drawing leaves its square.
const MARGIN = 0.12, PEN = 0.065, CURVE = 0.045, DOT = 0.06;
const FAINTEST = 0.4; // of several curves, the last

const images = new WeakMap(); // the ImageData of each canvas or context, made once

/** Pixels of a picture as [height, width]; `side` is that of ink. */
export const sizeOf = (shape, side = INK) => (isSequence(shape) ? [side, side] : [shape[0], shape[1]]);

export const isSequence = (shape) => shape.length === 2;

/**
 * Draws one picture into a canvas of exactly its size: one pixel per value, which CSS magnifies without smoothing, or
 * ink on a square of `side` pixels, light on dark as the digits are. Pixels cost no allocation.
 */
export function paint(canvas, values, shape, side = INK) {
  if (isSequence(shape)) paintInk(canvas, values, shape, side);
  else paintPixels(canvas, values, shape);
}

/**
 * Draws one picture of a ground, its upper left corner at (x, y): grey images and ink in one colour (three bytes) on the
 * paper of the page, in both themes; colour images stay as they are.
 */
export function paintGround(context, values, shape, x, y, colour, side) {
  if (isSequence(shape)) {
    context.clearRect(x, y, side, side);
    drawInk(context, values, shape, x, y, side, `rgb(${colour.join(" ")})`);
  } else {
    const image = imageOf(context, shape[1], shape[0]);
    fillGround(image.data, values, shape[2], colour);
    context.putImageData(image, x, y);
  }
}

function paintPixels(canvas, values, [height, width, channels]) {
  fit(canvas, width, height, false);
  const image = imageOf(canvas, width, height);
  const scale = values instanceof Uint8Array ? 1 : 255;
  const bytes = image.data; // clamped and rounded by Uint8ClampedArray itself
  const second = channels > 1 ? 1 : 0;
  const third = channels > 2 ? 2 : second;
  for (let from = 0, to = 0; to < bytes.length; from += channels, to += 4) {
    bytes[to] = values[from] * scale;
    bytes[to + 1] = values[from + second] * scale;
    bytes[to + 2] = values[from + third] * scale;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function paintInk(canvas, values, shape, side) {
  fit(canvas, side, side, true);
  const context = canvas.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, side, side);
  drawInk(context, values, shape, 0, 0, side, "#fff");
}

function fit(canvas, width, height, ink) {
  if (canvas.width === width && canvas.height === height && canvas.hasAttribute("data-ink") === ink) return;
  canvas.width = width;
  canvas.height = height;
  canvas.toggleAttribute("data-ink", ink); // for the style sheet: ink is smoothed, pixels are not
}

function imageOf(key, width, height) {
  let image = images.get(key);
  if (image?.width !== width || image.height !== height) {
    image = new ImageData(width, height);
    image.data.fill(255); // opaque
    images.set(key, image);
  }
  return image;
}

function fillGround(bytes, values, channels, [red, green, blue]) {
  const colour = channels === 3;
  for (let from = 0, to = 0; to < bytes.length; from += channels, to += 4) {
    bytes[to] = colour ? values[from] * 255 : red;
    bytes[to + 1] = colour ? values[from + 1] * 255 : green;
    bytes[to + 2] = colour ? values[from + 2] * 255 : blue;
    bytes[to + 3] = colour ? 255 : values[from] * 255;
  }
}

// Two features are the places of a pen, x to the right and y upwards, and a dot says where it began. Otherwise every
// feature is a curve over the positions, from left to right, the first the brightest.
function drawInk(context, values, [length, features], left, top, side, colour) {
  const scale = values instanceof Uint8Array ? 1 / 255 : 1;
  const inner = side * (1 - 2 * MARGIN);
  const last = Math.max(1, length - 1);
  const across = (share) => left + side * MARGIN + inner * share;
  const up = (at) => top + side * (1 - MARGIN) - inner * cut(values[at] * scale);
  const pen = features === 2;
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = side * (pen ? PEN : CURVE);
  for (let line = pen ? 0 : features - 1; line >= 0; line--) { // the brightest last, on top of the others
    context.globalAlpha = line === 0 ? 1 : 1 - ((1 - FAINTEST) * line) / (features - 1);
    context.beginPath();
    for (let step = 0; step < length; step++) {
      const at = step * features + line;
      if (pen) context.lineTo(across(cut(values[at] * scale)), up(at + 1));
      else context.lineTo(across(step / last), up(at));
    }
    context.stroke();
  }
  context.globalAlpha = 1;
  if (!pen) return;
  context.beginPath();
  context.arc(across(cut(values[0] * scale)), up(1), side * DOT, 0, 2 * Math.PI);
  context.fill();
}

const cut = (value) => (value > 0 ? Math.min(value, 1) : 0); // no number at all becomes 0, as it does in a pixel
