// What the decoder's layers are made of: activations, shapes, and matrix products without allocation.

export const ACTIVATIONS = {
  identity: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  // The poles at 0 cancel, and near it the digits.
  continuous_bernoulli_mean: (x) => (Math.abs(x) < 1e-3 ? 0.5 + x / 12 : -1 / Math.expm1(-x) - 1 / x),
};

export const product = (shape) => shape.reduce((total, size) => total * size, 1);
export const written = (shape) => `[${shape.join(", ")}]`;

export function need(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

// Inputs that are zero (half of them after a relu) are skipped; the others go four at a time through the contiguous
// rows of the kernel, so that each output is loaded and stored once per four multiplications.
export function linear(kernel, bias, positions, inputs, outputs) {
  const active = new Int32Array(inputs);
  return (input, output) => {
    for (let position = 0; position < positions; position++) {
      const first = position * inputs;
      const out = positions === 1 ? output : output.subarray(position * outputs, (position + 1) * outputs);
      let count = 0;
      for (let index = 0; index < inputs; index++) if (input[first + index] !== 0) active[count++] = index;
      out.set(bias);
      let index = 0;
      for (; index + 3 < count; index += 4) {
        const i0 = active[index], i1 = active[index + 1], i2 = active[index + 2], i3 = active[index + 3];
        const x0 = input[first + i0], x1 = input[first + i1], x2 = input[first + i2], x3 = input[first + i3];
        const k0 = i0 * outputs, k1 = i1 * outputs, k2 = i2 * outputs, k3 = i3 * outputs;
        for (let o = 0; o < outputs; o++)
          out[o] += x0 * kernel[k0 + o] + x1 * kernel[k1 + o] + x2 * kernel[k2 + o] + x3 * kernel[k3 + o];
      }
      for (; index < count; index++) {
        const x = input[first + active[index]];
        const k = active[index] * outputs;
        for (let o = 0; o < outputs; o++) out[o] += x * kernel[k + o];
      }
    }
  };
}

// The same for many positions at once: a tile of two positions and four outputs stays in registers, so that each number
// is loaded once per several multiplications. The kernel is turned so that all of them are read in order.
export function linearTiles(kernel, bias, positions, inputs, outputs) {
  const turned = new Float32Array(kernel.length);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) turned[o * inputs + i] = kernel[i * outputs + o];

  return (input, output) => {
    for (let position = 0; position < positions; position += 2) {
      // Beyond the last position or output the last one is computed again.
      const next = Math.min(position + 1, positions - 1);
      const from = position * inputs, fromNext = next * inputs, to = position * outputs, toNext = next * outputs;
      for (let first = 0; first < outputs; first += 4) {
        const o1 = Math.min(first + 1, outputs - 1), o2 = Math.min(first + 2, outputs - 1);
        const o3 = Math.min(first + 3, outputs - 1);
        const k0 = first * inputs, k1 = o1 * inputs, k2 = o2 * inputs, k3 = o3 * inputs;
        let a0 = bias[first], a1 = bias[o1], a2 = bias[o2], a3 = bias[o3], b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (let i = 0; i < inputs; i++) {
          const x = input[from + i], y = input[fromNext + i];
          const w0 = turned[k0 + i], w1 = turned[k1 + i], w2 = turned[k2 + i], w3 = turned[k3 + i];
          a0 += x * w0; a1 += x * w1; a2 += x * w2; a3 += x * w3;
          b0 += y * w0; b1 += y * w1; b2 += y * w2; b3 += y * w3;
        }
        output[to + first] = a0; output[to + o1] = a1; output[to + o2] = a2; output[to + o3] = a3;
        output[toNext + first] = b0; output[toNext + o1] = b1; output[toNext + o2] = b2; output[toNext + o3] = b3;
      }
    }
  };
}
