// The residual block of the convolutional decoders: y = x + W2 f(W1 * f(x)), a 3x3 and a 1x1 convolution.

export function residual(layer, shape, { arrays }, activate) {
  const [height, width, channels] = shape;
  const kernel = arrays[layer.kernel], bias = arrays[layer.bias];
  const pointKernel = arrays[layer.point_kernel], pointBias = arrays[layer.point_bias];
  const sizes = [[kernel, 9 * channels ** 2], [bias, channels], [pointKernel, channels ** 2], [pointBias, channels]];
  if (shape.length !== 3 || channels !== layer.channels || sizes.some(([array, size]) => array?.length !== size))
    throw new Error(`A residual block of ${layer.channels} channels does not fit [${shape.join(", ")}].`);
  const active = new Float32Array(height * width * channels);
  const hidden = new Float32Array(channels);

  function run(input, output) {
    for (let index = 0; index < active.length; index++) active[index] = activate(input[index]);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++, to += channels) {
        hidden.set(bias);
        for (let dy = 0; dy < 3; dy++) {
          const row = y + dy - 1;
          if (row < 0 || row >= height) continue;
          for (let dx = 0; dx < 3; dx++) {
            const column = x + dx - 1;
            if (column >= 0 && column < width)
              add(active, (row * width + column) * channels, kernel, (dy * 3 + dx) * channels * channels, hidden, 0);
          }
        }
        for (let c = 0; c < channels; c++) {
          hidden[c] = activate(hidden[c]);
          output[to + c] = input[to + c] + pointBias[c];
        }
        add(hidden, 0, pointKernel, 0, output, to);
      }
  }

  // output[to..] += values[from..] times a channels x channels kernel
  function add(values, from, matrix, start, output, to) {
    for (let i = 0; i < channels; i++) {
      const value = values[from + i];
      if (value === 0) continue;
      for (let o = 0, k = start + i * channels; o < channels; o++) output[to + o] += value * matrix[k + o];
    }
  }

  return { shape, macs: 10 * height * width * channels * channels, run };
}
