// The encoder runs here as well, for who draws: a stroke must not wait for a server. It comes by a way of its own, when it
// is asked for, because most viewers never draw.

import { need, product, written } from "./arithmetic.js";
import { parseFrame } from "./frame.js";
import { createNetwork } from "./layers.js";

/** `encode(picture, label)` gives {mean, deviation}: new arrays; no deviation where a code is a point. */
export function createEncoder({ header, arrays }) {
  const { latent, program, image_shape: image, data, binarization } = header;
  need(Number.isInteger(latent) && latent > 0 && Array.isArray(program) && Array.isArray(image),
    "The message holds no encoder.");
  const told = { label: 0 };
  const { entry, values, shape, macs, run } = createNetwork(program, image, { arrays, told });
  const size = product(shape);
  need(size === latent || size === 2 * latent, `The encoder makes ${written(shape)}, but a code has ${latent} numbers.`);

  function encode(picture, label = 0) {
    need(picture.length === entry.length, `The encoder wants ${entry.length} numbers, got ${picture.length}.`);
    entry.set(picture);
    told.label = label;
    run();
    const mean = values.slice(0, latent);
    need(mean.every(Number.isFinite), "The encoder gives no code for this: its weights are no longer finite.");
    return { mean, deviation: size > latent ? values.slice(latent).map((logvar) => Math.exp(0.5 * logvar)) : null };
  }

  return { latent, shape: image, data, binarization, macs, encode };
}

/** The encoder of a run's newest weights; raises what the server says where there is none. */
export async function fetchEncoder(base, route, run) {
  let response;
  try {
    response = await fetch(`${location.origin}${base}/vaelab/${route}/${encodeURIComponent(run)}/encoder`, { cache: "no-store" });
  } catch {
    throw new Error("The server cannot be reached just now, so the drawing cannot be encoded.");
  }
  if (response.ok) return createEncoder(parseFrame(await response.arrayBuffer()));
  const { message } = await response.json().catch(() => ({}));
  throw new Error(message || `The server answered with the error ${response.status}.`);
}
