// Ten thousand points, redrawn at every frame of a pan. Discs are blended straight into the pixels of an ImageData:
// that takes one or two milliseconds with or without graphics acceleration, where ten thousand calls of the canvas would
// not. A disc that would touch the rim of the canvas is left out.

import { classColour } from "./palette.js";
import { reducedMotion } from "./elements.js";

const TWEEN = 150; // milliseconds in which points slide to where the next frame has them
const GREY = colourOf("#808080");
const colours = Array.from({ length: 256 }, (_, label) => colourOf(classColour(label)));

export function createScatter(canvas) {
  const context = canvas.getContext("2d");
  let image = null;
  let from = null; // where the points were when the newest frame came
  let to = new Float32Array(0);
  let places = to;
  let began = 0;

  // Returns whether the points are still under way.
  function advance(now) {
    if (!from) return false;
    const share = Math.min(1, (now - began) / TWEEN);
    const eased = share * (2 - share);
    if (share === 1) {
      places = to;
      from = null;
      return false;
    }
    for (let at = 0; at < to.length; at++) places[at] = from[at] + (to[at] - from[at]) * eased;
    return true;
  }

  function draw(camera, labels, isolated, ratio) {
    const { width, height } = canvas;
    if (!width || !height) return;
    if (image?.width !== width || image.height !== height) image = context.createImageData(width, height);
    else image.data.fill(0);
    const { data } = image;
    const words = new Uint32Array(data.buffer);
    const scale = camera.scale * ratio;
    const radius = ratio * (places.length > 8000 ? 1.6 : places.length > 2000 ? 2.2 : 3);
    const some = isolated.size > 0;

    function each(wanted, disc, colour) {
      const { reach, ...stamp } = layOut(disc, width);
      for (let index = 0; index < places.length / 2; index++) {
        const label = labels ? labels[index] : 0;
        if (some && isolated.has(label) !== wanted) continue;
        const x = Math.round(width / 2 + (places[2 * index] - camera.x) * scale);
        const y = Math.round(height / 2 - (places[2 * index + 1] - camera.y) * scale);
        if (x >= reach && y >= reach && x < width - reach && y < height - reach)
          blend(words, data, y * width + x, stamp, colour ?? colours[label]);
      }
    }
    if (some) each(false, discOf(radius * 0.8, 0.16), GREY); // the others stay as a faint ground
    each(true, discOf(radius), null);
    context.putImageData(image, 0, 0);
  }

  return {
    get places() {
      return places;
    },
    get target() {
      return to;
    },
    advance,
    draw,
    move(next, now, smooth) {
      if (smooth && next.length === places.length && !reducedMotion()) {
        from = Float32Array.from(places);
        places = Float32Array.from(places);
        began = now;
      } else {
        from = null;
        places = next;
      }
      to = next;
    },
    // The point nearest to a place of the plane, within a distance, among those that are not faded.
    nearest(x, y, distance, labels, isolated) {
      let best = null;
      let least = distance * distance;
      for (let index = 0; index < places.length / 2; index++) {
        const dx = places[2 * index] - x, dy = places[2 * index + 1] - y;
        const square = dx * dx + dy * dy;
        if (square > least || (isolated.size > 0 && !isolated.has(labels?.[index] ?? 0))) continue;
        least = square;
        best = index;
      }
      return best;
    },
    // The mean place of each class: where its name is written.
    centroids(labels, isolated) {
      const sums = new Map();
      for (let index = 0; index < places.length / 2; index++) {
        const label = labels[index];
        if (isolated.size > 0 && !isolated.has(label)) continue;
        const sum = sums.get(label) ?? [0, 0, 0];
        sum[0] += places[2 * index];
        sum[1] += places[2 * index + 1];
        sum[2] += 1;
        sums.set(label, sum);
      }
      return [...sums].map(([label, [x, y, count]]) => ({ label, x: x / count, y: y / count }));
    },
  };
}

// A disc with a soft rim, as the pixels that it covers: where they are from its centre, and how much of each.
function discOf(radius, opacity = 1) {
  const reach = Math.floor(radius + 0.5);
  const pixels = [];
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) {
      const cover = opacity * Math.min(1, radius + 0.5 - Math.hypot(x, y));
      if (cover > 0.02) pixels.push([x, y, cover]);
    }
  return { reach, pixels };
}

// The disc as offsets into an image of this width; most of its pixels are covered whole and need no arithmetic.
const layOut = ({ reach, pixels }, width) => ({
  reach,
  offsets: Int32Array.from(pixels, ([x, y]) => y * width + x),
  covers: Float32Array.from(pixels, ([, , cover]) => cover),
});

// "Source over" for pixels whose colour is not multiplied by their opacity; `words` and `data` are the same memory.
function blend(words, data, centre, { offsets, covers }, colour) {
  for (let pixel = 0; pixel < offsets.length; pixel++) {
    const cover = covers[pixel];
    const word = centre + offsets[pixel];
    if (cover === 1) {
      words[word] = colour.word;
      continue;
    }
    const at = 4 * word;
    const under = (data[at + 3] / 255) * (1 - cover);
    const whole = cover + under;
    data[at] = (colour.red * cover + data[at] * under) / whole;
    data[at + 1] = (colour.green * cover + data[at + 1] * under) / whole;
    data[at + 2] = (colour.blue * cover + data[at + 2] * under) / whole;
    data[at + 3] = whole * 255;
  }
}

function colourOf(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return { red, green, blue, word: ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0 };
}
