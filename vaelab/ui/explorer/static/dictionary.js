// What a code's units do, from the held-out codes alone: how often each is on, its usual value, and its picture.

const ON = 1e-3;        // a number beyond +-ON is on
const SPARSE = 0.25;    // of all numbers are off: a sparse code
const ADDED = [63, 144, 218], TAKEN = [231, 99, 0]; // blue and orange: apart for colour-blind readers, in both themes

/** Whether a good part of the numbers of all codes are off. */
export function isSparse(codes) {
  let off = 0;
  const stride = Math.max(1, Math.floor(codes.length / 100_000));
  let looked = 0;
  for (let at = 0; at < codes.length; at += stride, looked++) if (Math.abs(codes[at]) <= ON) off++;
  return off > SPARSE * looked;
}

/**
 * Of codes [count * latent]: `frequency`, how often each unit is on; `origin`, the code that units are added to, and
 * `typical`, how much of each: if the code is `sparse`, 0 and the mean while on, else the mean and a standard deviation;
 * `order`, most often on first, equal ones by how far they usually go; and how many are `active` at a time.
 */
export function dictionary(codes, latent) {
  const count = Math.floor(codes.length / latent);
  const frequency = new Float64Array(latent), typical = new Float64Array(latent), spread = new Float64Array(latent);
  const mean = new Float64Array(latent);
  for (let row = 0, at = 0; row < count; row++)
    for (let unit = 0; unit < latent; unit++, at++) {
      mean[unit] += codes[at] / count;
      if (Math.abs(codes[at]) <= ON) continue;
      frequency[unit] += 1 / count;
      typical[unit] += codes[at];
    }
  const sparse = isSparse(codes);
  for (let row = 0, at = 0; row < count; row++)
    for (let unit = 0; unit < latent; unit++, at++) spread[unit] += (codes[at] - mean[unit]) ** 2 / count;
  for (let unit = 0; unit < latent; unit++) {
    const times = frequency[unit] * count;
    // Around the mean, a unit's usual way is one standard deviation up.
    typical[unit] = sparse ? (times > 0 ? typical[unit] / times : 0) : Math.sqrt(spread[unit]);
  }
  const order = Array.from({ length: latent }, (_, unit) => unit).sort((i, j) =>
    Math.round(1e6 * (frequency[j] - frequency[i])) || Math.abs(typical[j]) - Math.abs(typical[i]) || i - j);
  return {
    frequency, typical, order, sparse, scratch: new Float32Array(latent),
    origin: sparse ? new Float32Array(latent) : Float32Array.from(mean),
    active: frequency.reduce((sum, share) => sum + share, 0),
  };
}

/** The difference of two images [height, width, channels], averaged over channels: more is blue, less is orange, nothing
 *  is clear, so that the paper of either theme shows. The largest difference has full strength. */
export function paintSigned(canvas, values, base, [height, width, channels]) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  canvas.removeAttribute("data-ink");
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const difference = new Float32Array(width * height);
  let most = 1e-6;
  for (let pixel = 0; pixel < difference.length; pixel++) {
    for (let c = 0; c < channels; c++) difference[pixel] += (values[pixel * channels + c] - base[pixel * channels + c]) / channels;
    most = Math.max(most, Math.abs(difference[pixel]));
  }
  for (let pixel = 0; pixel < difference.length; pixel++) {
    image.data.set(difference[pixel] > 0 ? ADDED : TAKEN, 4 * pixel);
    image.data[4 * pixel + 3] = (255 * Math.abs(difference[pixel])) / most;
  }
  context.putImageData(image, 0, 0);
}
