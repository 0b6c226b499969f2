// A drawing becomes a picture as the pictures of its data set were made: nobody's encoder has seen anything else.
//
// MNIST: "The original black and white images from NIST were size normalized to fit in a 20x20 pixel box while preserving
// their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique used by the
// normalization algorithm. The images were centered in a 28x28 image by computing the center of mass of the pixels, and
// translating the image so as to position this point at the center of the 28x28 field" (LeCun, Cortes and Burges, the
// MNIST page). The field's centre is the pixel (14, 14), and the translation is by whole pixels: in the files the centres
// of mass spread evenly over half a pixel to either side of it.
//
// The 8x8 digits: NIST's programs stretch a digit to a box of 20 x 32 in a bitmap of 32 x 32, and the black pixels are
// counted in blocks of 4 x 4 (Alpaydin and Kaynak 1998): a box 5 wide and 8 high in the middle. In the files all digits
// are 8 high, but upright ones stay narrow: here a digit gets at most twice as wide for its height.
//
// Everything else is kept as it was drawn: where a shape lies may be what a code is about.

const LEAST = 0.25; // of the pad's side: what is smaller is not magnified to fill the box, so a dot stays a dot
const FAINTEST = 0.05; // coverage that counts as ink for the box

const FRAMES = {
  mnist: { shape: "28 28", frame: (ink) => centred(boxed(ink, 20, 20), 28) },
  digits: { shape: "8 8", frame: (ink) => boxed(ink, 5, 8, { stretch: 2, left: 1.5, width: 8 }) },
};
const asDrawn = (ink, height, width) => sampled(ink, width, height, whole(ink.side, width, height));

/**
 * What the encoder is shown of a drawing: the opacity in `bytes` [side * side * 4] of a canvas is the ink. Returns floats
 * [height * width * channels] in 0..1, grey on all channels, or null where there is no ink.
 */
export function framed(bytes, side, [height, width, channels], data) {
  const ink = measured(bytes, side);
  if (!ink) return null;
  const known = Object.hasOwn(FRAMES, data) && FRAMES[data].shape === `${height} ${width}`;
  const grey = (known ? FRAMES[data].frame : asDrawn)(ink, height, width);
  return Float32Array.from({ length: height * width * channels }, (_, at) => grey[Math.floor(at / channels)]);
}

// The integral of the coverage up to every corner, [(side + 1)^2], and the box around the ink.
function measured(bytes, side) {
  const line = side + 1;
  const table = new Float64Array(line * line);
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (let y = 0; y < side; y++)
    for (let x = 0, row = 0; x < side; x++) {
      const cover = bytes[4 * (y * side + x) + 3] / 255;
      row += cover;
      table[(y + 1) * line + x + 1] = table[y * line + x + 1] + row;
      if (cover < FAINTEST) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    }
  return right > left ? { side, table, left, top, width: right - left, height: bottom - top } : null;
}

// The integral up to any place: linear between the corners, since the coverage is even within a pixel.
function upTo({ side, table }, x, y) {
  const line = side + 1;
  const [column, row] = [Math.min(side, Math.max(0, x)), Math.min(side, Math.max(0, y))];
  const [i, j] = [Math.min(side - 1, Math.floor(column)), Math.min(side - 1, Math.floor(row))];
  const [u, v] = [column - i, row - j];
  const at = j * line + i;
  return (1 - v) * ((1 - u) * table[at] + u * table[at + 1]) + v * ((1 - u) * table[at + line] + u * table[at + line + 1]);
}

// Each pixel of the picture is the mean coverage of what lies under it: anti-aliasing. A pixel x covers the drawing from
// (x - left) / scaleX + fromX on.
function sampled(ink, width, height, { left, top, scaleX, scaleY, fromX, fromY }) {
  return Float32Array.from({ length: width * height }, (_, index) => {
    const x = ((index % width) - left) / scaleX + fromX, y = (Math.floor(index / width) - top) / scaleY + fromY;
    const [x1, y1] = [x + 1 / scaleX, y + 1 / scaleY];
    return Math.max(0, (upTo(ink, x1, y1) - upTo(ink, x, y1) - upTo(ink, x1, y) + upTo(ink, x, y)) * scaleX * scaleY);
  });
}

const whole = (side, width, height) => {
  const scale = Math.min(width, height) / side;
  const [left, top] = [width, height].map((length) => (length - side * scale) / 2);
  return { left, top, scaleX: scale, scaleY: scale, fromX: 0, fromY: 0 };
};

// The ink's box fitted into a box of columns x rows and put in its middle, in a picture of `width` x rows. With `stretch`
// the sides are fitted by themselves, the width at most so many times as much as the height.
function boxed(ink, columns, rows, { stretch = 1, left = 0, width = columns } = {}) {
  const least = LEAST * ink.side;
  const [across, down] = [columns / Math.max(ink.width, least), rows / Math.max(ink.height, least)];
  const scaleY = stretch > 1 ? down : Math.min(across, down);
  const scaleX = stretch > 1 ? Math.min(columns / ink.width, stretch * down) : scaleY;
  return sampled(ink, width, rows, {
    scaleX, scaleY, left: left + columns / 2, top: rows / 2,
    fromX: ink.left + ink.width / 2, fromY: ink.top + ink.height / 2,
  });
}

// A square picture moved by whole pixels into a larger field, so that its centre of mass lies at the field's centre.
function centred(small, side) {
  const size = Math.sqrt(small.length);
  let [mass, x, y] = [0, 0, 0];
  small.forEach((grey, index) => {
    mass += grey;
    x += grey * (index % size);
    y += grey * Math.floor(index / size);
  });
  const large = new Float32Array(side * side);
  const limit = (shift) => Math.min(side - size, Math.max(0, shift));
  const [dx, dy] = [limit(Math.round(side / 2 - x / mass)), limit(Math.round(side / 2 - y / mass))];
  small.forEach((grey, index) => {
    large[(Math.floor(index / size) + dy) * side + (index % size) + dx] = grey;
  });
  return large;
}

/** What a recipe's binarization makes of greys. Under "dynamic" a model sees draws from them; their mean stands for all
 *  draws, and its code is nearer to the mean of their codes than that of any one of them. */
export const binarized = (picture, binarization) =>
  (binarization === "threshold" ? picture.map((grey) => (grey >= 128 / 255 ? 1 : 0)) : picture);

/**
 * The way of the pen as pen strokes are kept: `count` points at equal distances along the whole way, lifted or not, x to
 * the right and y upwards, each stretched to fill 0..1. Floats [count * 2], or null where there is no way.
 */
export function resampled(strokes, count) {
  const way = strokes.filter(({ erase }) => !erase).flatMap(({ points }) => points);
  const lengths = [0];
  for (let at = 2; at < way.length; at += 2)
    lengths.push(lengths.at(-1) + Math.hypot(way[at] - way[at - 2], way[at + 1] - way[at - 1]));
  const total = lengths.at(-1);
  if (!(total > 0.01)) return null;
  const places = new Float32Array(2 * count);
  for (let step = 0, corner = 1; step < count; step++) {
    const along = (total * step) / (count - 1);
    while (corner < lengths.length - 1 && lengths[corner] < along) corner++;
    const leg = lengths[corner] - lengths[corner - 1];
    const share = leg > 0 ? Math.min(1, (along - lengths[corner - 1]) / leg) : 0;
    for (const axis of [0, 1]) {
      const from = way[2 * corner - 2 + axis], to = way[2 * corner + axis];
      places[2 * step + axis] = from + (to - from) * share;
    }
  }
  return stretched(places);
}

function stretched(places) {
  const axis = (first) => places.filter((_, at) => at % 2 === first);
  const [[left, right], [top, bottom]] = [0, 1].map((first) => [Math.min(...axis(first)), Math.max(...axis(first))]);
  const share = (value, low, high) => (high > low ? (value - low) / (high - low) : 0.5);
  return places.map((value, at) => (at % 2 === 0 ? share(value, left, right) : 1 - share(value, top, bottom)));
}
