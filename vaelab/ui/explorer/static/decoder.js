// The decoder runs here, in the page: a drag must not wait for a server. A frame carries the network as a short
// program of five kinds of layer, so that one interpreter serves dense and convolutional decoders alike.
// All buffers are made once per frame; `decode` allocates nothing.

const ACTIVATIONS = {
  identity: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
};

const product = (shape) => shape.reduce((total, size) => total * size, 1);
const written = (shape) => `[${shape.join(", ")}]`;

function need(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

// Each builder takes the layer, the shape that reaches it and the frame, and returns the shape that leaves it,
// the number of multiplications, and `run(input, output)`. No `run`: the values stay where they are.
const BUILDERS = {
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

// Inputs that are zero (half of them after a relu) are skipped; the others go four at a time through the contiguous
// rows of the kernel, so that each output is loaded and stored once per four multiplications.
function linear(kernel, bias, positions, inputs, outputs) {
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

export function createDecoder(frame) {
  const { latent, program, image_shape: image } = frame.header;
  need(Number.isInteger(latent) && latent > 0, "The frame does not say how many latent dimensions there are.");
  need(Array.isArray(program) && Array.isArray(image), "The frame holds no decoder program.");
  const entry = new Float32Array(latent);
  const steps = [];
  let shape = [latent];
  let values = entry;
  let macs = 0;
  for (const layer of program) {
    need(Object.hasOwn(BUILDERS, layer.kind),
      `The decoder has a layer of the kind "${layer.kind}", which this page cannot compute.`);
    const built = BUILDERS[layer.kind](layer, shape, frame);
    const input = values;
    if (built.run) values = new Float32Array(product(built.shape));
    const output = values;
    if (built.run) steps.push(() => built.run(input, output));
    else if (built.inPlace) steps.push(() => built.inPlace(output));
    shape = built.shape;
    macs += built.macs ?? 0;
  }
  need(product(shape) === product(image), `The decoder makes ${written(shape)}, but an image has ${written(image)}.`);

  // Without `out`, the array returned is the decoder's own and the next call overwrites it.
  function decode(z, out) {
    if (z.length !== latent) throw new Error(`The decoder wants ${latent} numbers, got ${z.length}.`);
    entry.set(z);
    for (const step of steps) step();
    if (!out) return values;
    out.set(values);
    return out;
  }

  return { latent, shape: image, macs, decode };
}

// Draws one image with its top-left corner at (x, y), grey or colour, one pixel per value; CSS magnifies it without
// smoothing. Floats are 0..1, bytes are 0..255; the clamped array rounds and clips. `palette`: 256 RGB triples for grey.
export function paintAt(context, pixels, [height, width, channels], x = 0, y = 0, palette = null) {
  let target = targets.get(context);
  if (target?.width !== width || target.height !== height) {
    target = new ImageData(width, height);
    target.data.fill(255); // opaque
    targets.set(context, target);
  }
  const scale = pixels instanceof Uint8Array ? 1 : 255;
  const bytes = target.data;
  for (let from = 0, to = 0; to < bytes.length; from += channels, to += 4) {
    if (channels === 3) {
      for (let channel = 0; channel < 3; channel++) bytes[to + channel] = pixels[from + channel] * scale;
    } else {
      bytes[to] = pixels[from] * scale;
      const level = bytes[to] * 3;
      bytes[to + 1] = palette ? palette[level + 1] : bytes[to];
      bytes[to + 2] = palette ? palette[level + 2] : bytes[to];
      if (palette) bytes[to] = palette[level];
    }
  }
  context.putImageData(target, x, y);
}

// Draws one image into a canvas of exactly its size.
export function paint(context, pixels, shape, palette = null) {
  const { canvas } = context;
  if (canvas.height !== shape[0] || canvas.width !== shape[1]) [canvas.height, canvas.width] = shape;
  paintAt(context, pixels, shape, 0, 0, palette);
}

const targets = new WeakMap(); // the ImageData of each context, made once
