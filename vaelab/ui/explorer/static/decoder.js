// The decoder runs here, in the page: a drag must not wait for a server. `decode` allocates nothing.

import { need, product, written } from "./arithmetic.js";
import { createNetwork } from "./layers.js";

export function createDecoder(frame) {
  const { latent, program, image_shape: image } = frame.header;
  need(Number.isInteger(latent) && latent > 0, "The frame does not say how many latent dimensions there are.");
  need(Array.isArray(program) && Array.isArray(image), "The frame holds no decoder program.");
  need(image.length === 2 || image.length === 3,
    `An image has three sizes and a sequence two, but here is ${written(image)}.`);
  const classes = frame.header.condition === "class" ? frame.header.classes.length : 0;
  // The code, and the class as one-hot numbers.
  const { entry, values, shape, macs, run } = createNetwork(program, [latent + classes], frame);
  need(product(shape) === product(image), `The decoder makes ${written(shape)}, but an image has ${written(image)}.`);

  // Without `out`, the array returned is the decoder's own and the next call overwrites it.
  function decode(z, out, label = decoder.label) {
    if (z.length !== latent) throw new Error(`The decoder wants ${latent} numbers, got ${z.length}.`);
    entry.set(z);
    if (classes) entry.fill(0, latent)[latent + label] = 1;
    run();
    if (!out) return values;
    out.set(values);
    return out;
  }

  const decoder = { latent, classes, label: 0, shape: image, macs, decode };
  return decoder;
}
