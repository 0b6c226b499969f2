// The layers that only encoders have: borders, patches, what the model is told, what of a code passes. Each builder is as
// those of layers.js.

import { need, product, written } from "./arithmetic.js";

// Zeros below and to the right.
export function pad({ height, width }, shape) {
  const [rows, columns, channels] = shape;
  need(shape.length === 3 && rows <= height && columns <= width, `${written(shape)} is too large to be padded.`);
  return {
    shape: [height, width, channels],
    run(input, output) { // what is not written stays 0
      const line = columns * channels;
      for (let y = 0; y < rows; y++)
        for (let index = 0; index < line; index++) output[y * width * channels + index] = input[y * line + index];
    },
  };
}

// Squares of side x side pixels, row by row, each as one vector of its rows.
function squares(side, shape) {
  const [height, width, channels] = shape;
  const [rows, columns, line] = [height / side, width / side, side * channels];
  need(shape.length === 3 && Number.isInteger(rows) && Number.isInteger(columns),
    `${written(shape)} cannot be cut into squares of ${side} x ${side}.`);
  return {
    rows, columns, depth: side * line,
    run(input, output) {
      for (let row = 0, to = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          for (let y = 0; y < side; y++) {
            const from = ((row * side + y) * columns + column) * line;
            for (let index = 0; index < line; index++) output[to++] = input[from + index];
          }
    },
  };
}

// 2 x 2 positions become four times as many channels.
export function merge(layer, shape) {
  const { rows, columns, depth, run } = squares(2, shape);
  return { shape: [rows, columns, depth], run };
}

export function patches({ size }, shape) {
  const { rows, columns, depth, run } = squares(size, shape);
  return { shape: [rows * columns, depth], run };
}

// Nothing is hidden from who draws, so nothing is filled in.
export const fill = (layer, shape) => ({ shape });

// The class as one-hot numbers behind every feature vector; `told.label` may change between two runs.
export function tell({ classes }, shape, { told }) {
  const width = shape.at(-1);
  const total = width + classes;
  return {
    shape: [...shape.slice(0, -1), total],
    run(input, output) {
      output.fill(0);
      for (let from = 0, to = 0; from < input.length; from += width, to += total) {
        for (let index = 0; index < width; index++) output[to + index] = input[from + index];
        output[to + width + told.label] = 1;
      }
    },
  };
}

// Only the largest numbers pass.
export function largest({ active }, shape) {
  const size = product(shape);
  need(active >= 1 && active <= size, `${written(shape)} has no ${active} numbers that could pass.`);
  const sorted = new Float32Array(size);
  return {
    shape,
    run(input, output) {
      sorted.set(input);
      const smallest = sorted.sort()[size - active];
      for (let index = 0; index < size; index++) output[index] = input[index] >= smallest ? input[index] : 0;
    },
  };
}
