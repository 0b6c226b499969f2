// A codebook in the page: each position's vector gives way to the nearest row.

/** The nearest row of a codebook [codes * dimension] to the vector that starts at `at`; the first of several. */
export function nearestRow(codebook, codes, dimension, values, at) {
  let best = 0;
  let least = Infinity;
  for (let row = 0, from = 0; row < codes; row++, from += dimension) {
    let distance = 0;
    for (let k = 0; k < dimension; k++) distance += (values[at + k] - codebook[from + k]) ** 2;
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

/** The layer, for `decoder.js`: [positions * dimension] -> [positions, dimension]. */
export function quantize({ codes, dimension, codebook: name }, shape, { arrays }) {
  const codebook = arrays[name];
  const size = shape.reduce((product, side) => product * side, 1);
  if (codebook?.length !== codes * dimension) throw new Error(`The codebook "${name}" is missing or has the wrong size.`);
  if (size % dimension !== 0) throw new Error(`A code of ${size} numbers has no vectors of ${dimension}.`);
  return {
    shape: [size / dimension, dimension],
    macs: size * codes,
    run(input, output) {
      for (let at = 0; at < size; at += dimension) {
        const from = nearestRow(codebook, codes, dimension, input, at) * dimension;
        for (let k = 0; k < dimension; k++) output[at + k] = codebook[from + k];
      }
    },
  };
}

/** The codebook of a frame, if its decoder begins with one: {codes, dimension, rows}. */
export function codebookOf(frame) {
  const layer = frame?.header.program?.find(({ kind }) => kind === "quantize");
  const rows = frame?.arrays[layer?.codebook];
  return rows ? { codes: layer.codes, dimension: layer.dimension, rows } : null;
}

/** How often each row is chosen by the codes [count * latent], as shares that add up to 1. */
export function usageOf({ codes, dimension, rows }, values) {
  const usage = new Float64Array(codes);
  const vectors = Math.floor(values.length / dimension);
  for (let index = 0; index < vectors; index++) usage[nearestRow(rows, codes, dimension, values, index * dimension)] += 1 / vectors;
  return usage;
}

/** exp of the entropy: as many rows, evenly used, would say as much. */
export const perplexityOf = (usage) =>
  Math.exp(-usage.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0));
