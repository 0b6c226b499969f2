// Recurrent networks: one that reads a sequence and keeps its last state, and one that writes a sequence from its first
// state, every step told the mean of the one before.

import { linear, need, written } from "./arithmetic.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// The elementwise part of each cell: `sums` are the four gates' before their functions, [4 * size]. `blocks` says of
// which gates the kernels have columns, and `reach` which sums the columns reach, for the input and for the state.
const CELLS = {
  gru: {
    blocks: 3,
    reach: { input: [0, 1, 2], state: [0, 1, 3] },
    step(sums, h, memory, size) {
      for (let index = 0; index < size; index++) {
        const r = sigmoid(sums[index]), z = sigmoid(sums[size + index]);
        const n = Math.tanh(sums[2 * size + index] + r * sums[3 * size + index]);
        h[index] = (1 - z) * n + z * h[index];
      }
    },
  },
  lstm: {
    blocks: 4,
    reach: { input: [0, 1, 2, 3], state: [0, 1, 2, 3] },
    step(sums, h, memory, size) {
      for (let index = 0; index < size; index++) {
        const i = sigmoid(sums[index]), f = sigmoid(1 + sums[size + index]);
        memory[index] = f * memory[index] + i * Math.tanh(sums[2 * size + index]);
        h[index] = sigmoid(sums[3 * size + index]) * Math.tanh(memory[index]);
      }
    },
  },
};

function cellOf({ cell }) {
  need(Object.hasOwn(CELLS, cell), `The recurrent cell "${cell}" is unknown to this page.`);
  return CELLS[cell];
}

function widen(narrow, rows, hidden, reached) { // [rows, blocks * hidden] -> [rows, 4 * hidden]
  const wide = new Float32Array(rows * 4 * hidden);
  for (let row = 0; row < rows; row++)
    reached.forEach((to, block) => {
      const from = (row * reached.length + block) * hidden;
      wide.set(narrow.subarray(from, from + hidden), (row * 4 + to) * hidden);
    });
  return wide;
}

export function recurrence(layer, shape, { arrays }) {
  const { inputs, hidden } = layer;
  const { blocks, reach, step } = cellOf(layer);
  const sizes = { kernel: inputs * blocks * hidden, recurrent: hidden * blocks * hidden, bias: 4 * hidden };
  for (const [name, size] of Object.entries(sizes))
    need(arrays[layer[name]]?.length === size, `The array "${layer[name]}" is missing or has the wrong size.`);
  need(shape.length === 2 && shape[1] === inputs, `Steps of ${inputs} numbers are wanted, but ${written(shape)} is here.`);
  const h = new Float32Array(hidden), memory = new Float32Array(hidden);
  const sums = new Float32Array(4 * hidden), own = new Float32Array(4 * hidden);
  const [steps] = shape;
  const driven = new Float32Array(steps * 4 * hidden);
  const drive = linear(widen(arrays[layer.kernel], inputs, hidden, reach.input), arrays[layer.bias], steps, inputs, 4 * hidden);
  const feed = linear(widen(arrays[layer.recurrent], hidden, hidden, reach.state), own, 1, hidden, 4 * hidden);

  return {
    shape: [1, hidden],
    macs: steps * 4 * hidden * (inputs + hidden),
    run(input, output) {
      drive(input, driven);
      h.fill(0);
      memory.fill(0);
      for (let time = 0; time < steps; time++) {
        own.set(driven.subarray(time * 4 * hidden, (time + 1) * 4 * hidden)); // as the bias of the product with the state
        feed(h, sums);
        step(sums, h, memory, hidden);
      }
      output.set(h);
    },
  };
}

export function unroll(layer, shape, { arrays }) {
  const { hidden, steps, positions, outputs: each, channels } = layer;
  const { blocks, reach, step } = cellOf(layer);
  const inputs = positions * channels, outputs = positions * each;
  const sizes = {
    kernel: inputs * blocks * hidden, recurrent: hidden * blocks * hidden, bias: 4 * hidden,
    output_kernel: hidden * outputs, output_bias: outputs,
  };
  for (const [name, size] of Object.entries(sizes))
    need(arrays[layer[name]]?.length === size, `The array "${layer[name]}" is missing or has the wrong size.`);
  need(shape.at(-1) === hidden, `A recurrent decoder wants ${hidden} numbers, but ${written(shape)} reaches it.`);
  const [kernel, recurrent, bias, outputKernel, outputBias] = Object.keys(sizes).map((name) => arrays[layer[name]]);

  // The output is linear in the state, so what a step is told adds to the sums by a product with the state too:
  // joined to the recurrent kernel it leaves one product per step.
  const told = widen(kernel, inputs, hidden, reach.input), own = widen(recurrent, hidden, hidden, reach.state);
  const folded = Float32Array.from(own), foldedBias = Float32Array.from(bias);
  for (let position = 0, input = 0; position < positions; position++)
    for (let channel = 0; channel < channels; channel++, input++) {
      const output = position * each + channel;
      for (let state = 0; state < hidden; state++)
        add(folded, state * 4 * hidden, outputKernel[state * outputs + output], told, input * 4 * hidden);
      add(foldedBias, 0, outputBias[output], told, input * 4 * hidden);
    }

  const h = new Float32Array(hidden), memory = new Float32Array(hidden), sums = new Float32Array(4 * hidden);
  const first = linear(own, bias, 1, hidden, 4 * hidden), next = linear(folded, foldedBias, 1, hidden, 4 * hidden);
  const values = new Float32Array(outputs);
  const write = linear(outputKernel, outputBias, 1, hidden, outputs);

  function add(target, to, factor, source, from) {
    for (let index = 0; index < 4 * hidden; index++) target[to + index] += factor * source[from + index];
  }

  return {
    shape: [steps, outputs],
    macs: steps * hidden * (4 * hidden + outputs),
    run(input, output) {
      memory.set(input);
      for (let index = 0; index < hidden; index++) h[index] = Math.tanh(input[index]);
      for (let time = 0; time < steps; time++) {
        (time ? next : first)(h, sums);
        step(sums, h, memory, hidden);
        write(h, values);
        output.set(values, time * outputs);
      }
    },
  };
}
