// What the sample grid draws its codes from: N(0, I), a Gaussian with the codes' own mean and covariance, a mixture that
// came with the frame, or grids drawn from the density of a codebook. One seed is one noise in all of them, and the
// same in the library: see `vaelab.density`.

import { normal, normalProbability } from "./noise.js";

export const NAMES = {
  normal: "N(0, I)",
  gaussian: "Gaussian fitted to the codes",
  mixture: "mixture of Gaussians",
  autoregressive: "the codebook's own density",
};
export const SHORT = { normal: "N(0, I)", gaussian: "N(μ, Σ)", mixture: "mixture", autoregressive: "codebook" };
export const DENSITIES = Object.keys(NAMES);

const LARGEST = 64;       // numbers in a code up to which a covariance is computed here
const STREAM = 1_000_003; // added to the seed for the noise that chooses components
const RIDGE = 1e-6;       // of the mean variance, so that a dimension that never varies does no harm

/** Which densities a frame has what it takes for. */
export function offered(frame) {
  const { header, arrays } = frame ?? { header: {}, arrays: {} };
  const codes = (arrays.codes?.length ?? 0) / (header.latent || 1);
  return DENSITIES.filter((name) => name === "normal"
    || (name === "gaussian" && codes > 1 && header.latent <= LARGEST)
    || (name === "mixture" && mixtureFits(arrays, header.latent))
    || (name === "autoregressive" && arrays.prior_codes?.length >= header.latent));
}

/** The density to draw from: the wanted one if the frame has it, else the one that is natural for the run. */
export function effective(wanted, frame) {
  const names = offered(frame);
  if (names.includes(wanted)) return wanted;
  return names.includes("autoregressive") ? "autoregressive" : "normal";
}

function mixtureFits({ mixture_weights: weights, mixture_means: means, mixture_factors: factors }, latent) {
  return weights?.length > 0 && means?.length === weights.length * latent && factors?.length === means.length * latent;
}

/**
 * A way to draw: `code(index, temperature, out)` fills in the code of one tile. Everything that does not depend on the
 * temperature is computed here, once.
 */
export function createSource(name, frame, seed, count, latent) {
  if (name === "autoregressive") return grids(frame.arrays.prior_codes, seed, latent);
  const noise = normal(seed, count, latent);
  if (name === "gaussian") {
    const { mean, factor } = fitGaussian(frame.arrays.codes, latent);
    return affine(noise, latent, () => [mean, 0, factor, 0]);
  }
  if (name === "mixture") {
    const { mixture_weights: weights, mixture_means: means, mixture_factors: factors } = frame.arrays;
    const chosen = chooseComponents(weights, seed, count);
    return affine(noise, latent, (index) => [means, chosen[index] * latent, factors, chosen[index] * latent * latent]);
  }
  return {
    code(index, temperature, out) {
      for (let i = 0; i < latent; i++) out[i] = temperature * noise[index * latent + i];
    },
  };
}

// mean + temperature * factor * noise, the factor lower triangular.
function affine(noise, latent, partsOf) {
  return {
    code(index, temperature, out) {
      const [means, mean, factors, factor] = partsOf(index);
      for (let i = 0; i < latent; i++) {
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += factors[factor + i * latent + j] * noise[index * latent + j];
        out[i] = means[mean + i] + temperature * sum;
      }
    },
  };
}

/** Which component each draw is of: the first whose cumulated weight reaches a uniform number. */
export function chooseComponents(weights, seed, count) {
  const uniform = normal((seed + STREAM) % 2 ** 31, count, 1).map(normalProbability);
  return Int32Array.from(uniform, (share) => {
    let sum = 0;
    for (let k = 0; k < weights.length - 1; k++) if ((sum += weights[k]) >= share) return k;
    return weights.length - 1;
  });
}

// Drawn beforehand: the seed only says with which of them the grid begins.
function grids(codes, seed, latent) {
  const count = Math.floor(codes.length / latent);
  return {
    code(index, temperature, out) {
      const from = ((index + seed * 7) % count) * latent;
      out.set(codes.subarray(from, from + latent));
    },
  };
}

/** Mean and Cholesky factor of the covariance of codes [count * latent], each Float64Array, the factor row-major. */
export function fitGaussian(codes, latent) {
  const count = Math.floor(codes.length / latent);
  const mean = new Float64Array(latent);
  for (let at = 0; at < count * latent; at++) mean[at % latent] += codes[at] / count;
  const factor = new Float64Array(latent * latent); // first the covariance, its lower half
  const centred = new Float64Array(latent);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < latent; i++) centred[i] = codes[row * latent + i] - mean[i];
    for (let i = 0; i < latent; i++)
      for (let j = 0; j <= i; j++) factor[i * latent + j] += (centred[i] * centred[j]) / count;
  }
  let trace = 0;
  for (let i = 0; i < latent; i++) trace += factor[i * latent + i];
  const ridge = RIDGE * Math.max(trace / latent, 1e-12);
  for (let i = 0; i < latent; i++)
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * latent + j] + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= factor[i * latent + k] * factor[j * latent + k];
      factor[i * latent + j] = i === j ? Math.sqrt(Math.max(sum, ridge)) : sum / factor[j * latent + j];
    }
  return { mean, factor };
}
