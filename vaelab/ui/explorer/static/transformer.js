// The layers of decoders that are transformers: norms, the two halves of a block, and the patches put together. Each
// builder is as those of decoder.js; all buffers are made once.

import { ACTIVATIONS, linearTiles, need, product, written } from "./arithmetic.js";

const EPSILON = 1e-6; // added to the variance of a token

export function norm(layer, shape, { arrays }) {
  checkTokens(layer, shape);
  return { shape, run: normalize(layer, shape, arrays) };
}

// x + W softmax(Q K^T / sqrt(d)) V of the norm of x, head by head.
export function attention(layer, shape, { arrays }) {
  checkTokens(layer, shape);
  const [tokens, width] = shape;
  const { heads } = layer;
  need(Number.isInteger(heads) && width % heads === 0, `${heads} heads do not divide the width ${width}.`);
  const size = width / heads, row = 3 * width, scale = size ** -0.5;
  const normed = new Float32Array(tokens * width), inner = new Float32Array(tokens * row);
  const mixed = new Float32Array(tokens * width), weights = new Float32Array(tokens);
  const enter = normalize(layer, shape, arrays);
  const project = linearTiles(...numbers(layer, "", width, row, arrays), tokens, width, row);
  const leave = linearTiles(...numbers(layer, "output_", width, width, arrays), tokens, width, width);

  function mix(token, first) { // first: where the head's numbers begin within Q, K or V
    const query = token * row + first;
    let largest = -Infinity;
    for (let other = 0, key = width + first; other < tokens; other++, key += row) {
      let score = 0;
      for (let index = 0; index < size; index++) score += inner[query + index] * inner[key + index];
      weights[other] = score * scale;
      if (weights[other] > largest) largest = weights[other];
    }
    let total = 0;
    for (let other = 0; other < tokens; other++) total += weights[other] = Math.exp(weights[other] - largest);
    const to = token * width + first;
    for (let index = 0; index < size; index++) mixed[to + index] = 0;
    for (let other = 0, value = 2 * width + first; other < tokens; other++, value += row) {
      const weight = weights[other] / total;
      for (let index = 0; index < size; index++) mixed[to + index] += weight * inner[value + index];
    }
  }

  return {
    shape,
    macs: tokens * (4 * width * width + 2 * tokens * width),
    run(input, output) {
      enter(input, normed);
      project(normed, inner);
      for (let token = 0; token < tokens; token++) for (let first = 0; first < width; first += size) mix(token, first);
      leave(mixed, output);
      for (let index = 0; index < output.length; index++) output[index] += input[index];
    },
  };
}

// x + W2 gelu(W1 norm(x)), of each token by itself.
export function feedforward(layer, shape, { arrays }) {
  checkTokens(layer, shape);
  const [tokens, width] = shape;
  const { hidden } = layer;
  const normed = new Float32Array(tokens * width), middle = new Float32Array(tokens * hidden);
  const enter = normalize(layer, shape, arrays);
  const widen = linearTiles(...numbers(layer, "", width, hidden, arrays), tokens, width, hidden);
  const leave = linearTiles(...numbers(layer, "output_", hidden, width, arrays), tokens, hidden, width);
  const { gelu } = ACTIVATIONS;
  return {
    shape,
    macs: 2 * tokens * width * hidden,
    run(input, output) {
      enter(input, normed);
      widen(normed, middle);
      for (let index = 0; index < middle.length; index++) middle[index] = gelu(middle[index]);
      leave(middle, output);
      for (let index = 0; index < output.length; index++) output[index] += input[index];
    },
  };
}

// Adds to each token sines and cosines of its row, then of its column, a quarter of the width each.
export function positions(layer, shape) {
  checkTokens(layer, shape);
  const { rows, columns, width } = layer;
  need(shape[0] === rows * columns && width % 4 === 0, `${written(shape)} are not tokens at ${rows} x ${columns} places.`);
  const quarter = width / 4;
  const table = Float32Array.from({ length: rows * columns * width }, (_, at) => {
    const token = Math.floor(at / width), index = at % width, part = Math.floor(index / quarter);
    const place = part < 2 ? Math.floor(token / columns) : token % columns;
    const angle = place * 10_000 ** (-(index % quarter) / quarter);
    return part % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return {
    shape,
    run(input, output) {
      for (let index = 0; index < table.length; index++) output[index] = input[index] + table[index];
    },
  };
}

// Tokens are squares of size x size pixels, row by row, and are put side by side.
export function unpatch({ rows, columns, size, channels }, shape) {
  need(product(shape) === rows * columns * size * size * channels, `${written(shape)} are not the patches of an image.`);
  const line = size * channels;
  return {
    shape: [rows * size, columns * size, channels],
    run(input, output) {
      for (let row = 0, from = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          for (let y = 0; y < size; y++) {
            const to = ((row * size + y) * columns + column) * line;
            for (let index = 0; index < line; index++) output[to + index] = input[from++];
          }
    },
  };
}

function checkTokens({ kind, width }, shape) {
  need(shape.length === 2 && shape[1] === width, `A layer of the kind "${kind}" does not fit ${written(shape)}.`);
}

function numbers(layer, prefix, inputs, outputs, arrays) {
  const kernel = arrays[layer[`${prefix}kernel`]], bias = arrays[layer[`${prefix}bias`]];
  const fits = kernel?.length === inputs * outputs && bias?.length === outputs;
  need(fits, `The ${prefix}kernel or bias of a layer of the kind "${layer.kind}" is missing or has the wrong size.`);
  return [kernel, bias];
}

function normalize(layer, [tokens, width], arrays) {
  const gain = arrays[layer.gain], shift = arrays[layer.shift];
  need(gain?.length === width && shift?.length === width, "The gain or shift of a norm is missing or of the wrong size.");
  return (input, output) => {
    for (let token = 0, first = 0; token < tokens; token++, first += width) {
      let mean = 0, variance = 0;
      for (let index = 0; index < width; index++) mean += input[first + index];
      mean /= width;
      for (let index = 0; index < width; index++) variance += (input[first + index] - mean) ** 2;
      const scale = 1 / Math.sqrt(variance / width + EPSILON);
      for (let index = 0; index < width; index++)
        output[first + index] = (input[first + index] - mean) * scale * (1 + gain[index]) + shift[index];
    }
  };
}
