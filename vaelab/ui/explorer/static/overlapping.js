// What makes the 2x2 patches of convolutions overlap: a border, its inverse, and windows over neighbours. Each builder is
// as those of layers.js.

import { need, written } from "./arithmetic.js";

// Copies a rectangle of rows from one image into another; lengths are in numbers, not in pixels.
function copy(input, from, inputLine, output, to, outputLine, rows, length) {
  for (let row = 0; row < rows; row++, from += inputLine, to += outputLine)
    for (let index = 0; index < length; index++) output[to + index] = input[from + index];
}

// Zeros all around, one pixel wide.
export function border(layer, shape) {
  const [height, width, channels] = shape;
  need(shape.length === 3, `${written(shape)} is no image to put a border around.`);
  const [line, wide] = [width * channels, (width + 2) * channels];
  return {
    shape: [height + 2, width + 2, channels],
    run: (input, output) => copy(input, 0, line, output, wide + channels, wide, height, line), // the border stays 0
  };
}

// Without the outermost pixels.
export function trim(layer, shape) {
  const [height, width, channels] = shape;
  need(shape.length === 3 && height > 2 && width > 2, `${written(shape)} is too small to be trimmed.`);
  const [wide, line] = [width * channels, (width - 2) * channels];
  return {
    shape: [height - 2, width - 2, channels],
    run: (input, output) => copy(input, wide + channels, wide, output, 0, line, height - 2, line),
  };
}

// Four parts of the channels, added up each a place further: the transpose of the windows below.
export function overlap({ channels }, shape) {
  const [height, width, depth] = shape;
  need(shape.length === 3 && depth === 4 * channels, `${written(shape)} has no four parts of ${channels} channels.`);
  const line = 2 * channels; // two parts of one row come to lie side by side
  return {
    shape: [height + 1, width + 1, channels],
    run(input, output) {
      output.fill(0);
      for (let y = 0, from = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let row = 0; row < 2; row++) {
            const to = ((y + row) * (width + 1) + x) * channels;
            for (let index = 0; index < line; index++) output[to + index] += input[from++];
          }
    },
  };
}

// Each place and its neighbours to the right, below, and below to the right, side by side in the channels.
export function windows({ channels }, shape) {
  const [height, width, depth] = shape;
  need(shape.length === 3 && depth === channels && height > 1 && width > 1,
    `${written(shape)} has no windows of 2 x 2 places of ${channels} channels.`);
  const line = 2 * channels; // two neighbours of one row lie side by side in both layouts
  return {
    shape: [height - 1, width - 1, 4 * channels],
    run(input, output) {
      for (let y = 0, to = 0; y < height - 1; y++)
        for (let x = 0; x < width - 1; x++, to += 2 * line)
          copy(input, (y * width + x) * channels, width * channels, output, to, line, 2, line);
    },
  };
}
