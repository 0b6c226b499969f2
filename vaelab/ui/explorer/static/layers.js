// The layers of networks that run here, in the page. A message carries a network as a short program of a few kinds of
// layer, so that one interpreter serves all of them. All buffers are made once; running a network allocates nothing.

import { ACTIVATIONS, linear, need, product, written } from "./arithmetic.js";
import { fill, largest, merge, pad, patches, tell } from "./encoding.js";
import { border, overlap, trim, windows } from "./overlapping.js";
import { quantize } from "./quantize.js";
import { recurrence, unroll } from "./recurrence.js";
import { residual } from "./residual.js";
import { attention, feedforward, norm, positions, unpatch } from "./transformer.js";

// Each builder takes the layer, the shape that reaches it and {arrays, told}, and returns the shape that leaves it,
// the number of multiplications, and `run(input, output)`. No `run`: the values stay where they are.
const BUILDERS = {
  quantize,

  linear(layer, shape, { arrays }) {
    const { inputs, outputs } = layer;
    const kernel = arrays[layer.kernel];
    const bias = layer.bias ? arrays[layer.bias] : new Float32Array(outputs);
    need(shape.at(-1) === inputs, `A linear layer wants ${inputs} inputs, but ${written(shape)} reaches it.`);
    need(kernel?.length === inputs * outputs, `The kernel "${layer.kernel}" is missing or has the wrong size.`);
    need(bias?.length === outputs, `The bias "${layer.bias}" is missing or has the wrong size.`);
    const positions = product(shape) / inputs;
    return {
      shape: [...shape.slice(0, -1), outputs],
      macs: positions * inputs * outputs,
      run: linear(kernel, bias, positions, inputs, outputs),
    };
  },

  // A linear layer with the kernel of another one, transposed: each output is a dot product with one row.
  tied(layer, shape, { arrays }) {
    const { inputs, outputs } = layer;
    const kernel = arrays[layer.kernel];
    const bias = arrays[layer.bias];
    need(shape.at(-1) === inputs, `A tied layer wants ${inputs} inputs, but ${written(shape)} reaches it.`);
    need(kernel?.length === inputs * outputs, `The kernel "${layer.kernel}" is missing or has the wrong size.`);
    need(bias?.length === outputs, `The bias "${layer.bias}" is missing or has the wrong size.`);
    const turned = new Float32Array(kernel.length);
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < inputs; i++) turned[i * outputs + o] = kernel[o * inputs + i];
    const positions = product(shape) / inputs;
    return {
      shape: [...shape.slice(0, -1), outputs],
      macs: positions * inputs * outputs,
      run: linear(turned, bias, positions, inputs, outputs),
    };
  },

  // The first channels of each position: the mean, where a decoder yields more than a mean.
  take({ channels }, shape) {
    const depth = shape.at(-1);
    need(channels <= depth, `${written(shape)} has no ${channels} channels.`);
    return {
      shape: [...shape.slice(0, -1), channels],
      run(input, output) {
        for (let from = 0, to = 0; to < output.length; from += depth)
          for (let channel = 0; channel < channels; channel++) output[to++] = input[from + channel];
      },
    };
  },

  attention, feedforward, norm, positions, unpatch, recurrence, unroll,
  fill, largest, merge, pad, patches, tell,
  border, overlap, trim, windows,

  residual: (layer, shape, frame) => residual(layer, shape, frame, ACTIVATIONS[layer.function]),

  activation({ function: name }, shape) {
    need(Object.hasOwn(ACTIVATIONS, name), `The activation function "${name}" is unknown to this page.`);
    const activate = ACTIVATIONS[name];
    const inPlace = (values) => {
      for (let index = 0; index < values.length; index++) values[index] = activate(values[index]);
    };
    return { shape, inPlace: name === "identity" ? null : inPlace };
  },

  reshape(layer, shape) {
    need(product(layer.shape) === product(shape), `${written(shape)} cannot be reshaped to ${written(layer.shape)}.`);
    return { shape: layer.shape };
  },

  // Pixel shuffle: four channels of one position become 2 x 2 positions; channel = (dy * 2 + dx) * channels + c.
  split({ channels }, shape) {
    const [height, width, depth] = shape;
    need(shape.length === 3 && depth === 4 * channels, `${written(shape)} cannot be split into ${channels} channels.`);
    return {
      shape: [2 * height, 2 * width, channels],
      run(input, output) {
        const row = 2 * channels; // dy = 0 or 1: two neighbouring positions lie side by side in both layouts
        for (let y = 0, from = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            for (let dy = 0; dy < 2; dy++) {
              const to = ((2 * y + dy) * 2 * width + 2 * x) * channels;
              for (let index = 0; index < row; index++) output[to + index] = input[from++];
            }
      },
    };
  },

  crop({ height, width }, shape) {
    const [, before, channels] = shape;
    need(shape.length === 3 && height <= shape[0] && width <= before, `${written(shape)} is too small to crop.`);
    return {
      shape: [height, width, channels],
      run(input, output) {
        for (let y = 0, to = 0; y < height; y++)
          for (let index = 0, from = y * before * channels; index < width * channels; index++)
            output[to++] = input[from + index];
      },
    };
  },
};

/**
 * A program for inputs of a shape: {entry, values, shape, macs, run}. `run()` computes `values` from what is in `entry`;
 * both are the network's own, and the next call writes them anew. `source` holds the arrays by name.
 */
export function createNetwork(program, entryShape, source) {
  const entry = new Float32Array(product(entryShape));
  const steps = [];
  let shape = entryShape;
  let values = entry;
  let macs = 0;
  for (const layer of program) {
    need(Object.hasOwn(BUILDERS, layer.kind),
      `The network has a layer of the kind "${layer.kind}", which this page cannot compute.`);
    const built = BUILDERS[layer.kind](layer, shape, source);
    const input = values;
    if (built.run) values = new Float32Array(product(built.shape));
    const output = values;
    if (built.run) steps.push(() => built.run(input, output));
    else if (built.inPlace) steps.push(() => built.inPlace(output));
    shape = built.shape;
    macs += built.macs ?? 0;
  }
  return { entry, values, shape, macs, run: () => steps.forEach((step) => step()) };
}
