// JAX's random normals in the browser: one seed is the same noise in the app, the command line and the library.
//
// `jax.random.key(seed)` is the Threefry-2x32 key (0, seed); bits are laid out as with
// `jax_threefry_partitionable=True` (JAX's default): element i is the hash of the 64-bit counter i, its two halves
// folded by xor. So element i never depends on how many elements were asked for, only on its position.
// Threefry: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

const f32 = Math.fround;
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const SQRT2 = f32(Math.SQRT2);
const LOWEST = f32(-1 + 2 ** -24);        // nextafter(-1, 0): the open end of JAX's uniform

/** Threefry-2x32 with 20 rounds: two 32-bit words of key and counter in, the two hashed words' xor out. */
export function threefry(key0, key1, count0, count1) {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  const keys = [key0, key1, key2];
  let x0 = (count0 + key0) | 0;
  let x1 = (count1 + key1) | 0;
  for (let block = 0; block < 5; block++) {
    const first = block & 1 ? 4 : 0;
    for (let round = first; round < first + 4; round++) {
      const by = ROTATIONS[round];
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
    }
    x0 = (x0 + keys[(block + 1) % 3]) | 0;
    x1 = (x1 + keys[(block + 2) % 3] + block + 1) | 0;
  }
  return (x0 ^ x1) >>> 0;
}

// Giles, "Approximating the erfinv function", 2010: the single-precision polynomial XLA evaluates. Every step is
// rounded to float32 as XLA does; in double precision the tails would differ in the fifth digit.
const CENTRE = [2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503,
  -0.00417768164, 0.246640727, 1.50140941].map(f32);
const TAIL = [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
  0.00943887047, 1.00167406, 2.83297682].map(f32);

/** Inverse error function of a float32 in (-1, 1), as XLA computes it. */
export function erfInverse(x) {
  let w = f32(-f32(Math.log1p(f32(-f32(x * x)))));
  const coefficients = w < 5 ? CENTRE : TAIL;
  w = w < 5 ? f32(w - 2.5) : f32(f32(Math.sqrt(w)) - 3);
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = f32(coefficients[i] + f32(p * w));
  return f32(p * x);
}

/** Standard normals [count * size], row-major: `jax.random.normal(jax.random.key(seed), (count, size))` to 1e-6. */
export function normal(seed, count, size, out = new Float32Array(count * size)) {
  const bits = new Uint32Array(1);
  const real = new Float32Array(bits.buffer);
  for (let i = 0; i < count * size; i++) {
    bits[0] = (threefry(0, seed | 0, 0, i) >>> 9) | 0x3f800000;      // 23 random bits of mantissa: a float in [1, 2)
    const uniform = Math.max(LOWEST, f32(f32(f32(real[0] - 1) * 2) + LOWEST));
    out[i] = f32(SQRT2 * erfInverse(uniform));
  }
  return out;
}

/** Error function, absolute error below 1.2e-7 (complementary-error-function fit of Numerical Recipes, section 6.2). */
export function erf(x) {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const tail = t * Math.exp(-x * x - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418
    + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223
    + t * 0.17087277)))))))));
  return x < 0 ? tail - 1 : 1 - tail;
}

/** Standard normal cumulative probability. */
export const normalProbability = (x) => 0.5 * (1 + erf(x / Math.SQRT2));

/** Inverse of the normal's cumulative probability: equal steps of p are equal prior mass. Relative error 1.2e-9
 *  (Acklam's rational fit); -Infinity at 0, Infinity at 1. */
export function normalQuantile(p) {
  if (p <= 0 || p >= 1) return p <= 0 ? -Infinity : Infinity;
  if (p < 0.02425 || p > 0.97575) {
    const q = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
    const value = (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
      - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783)
      / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    return p < 0.5 ? value : -value;
  }
  const q = p - 0.5;
  const r = q * q;
  return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
    + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239) * q
    / (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
    + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1);
}

/** Euclidean length of a code. */
export const length = (z) => Math.hypot(...z);

/** Straight path: (1 - t) a + t b. */
export function lerp(a, b, t, out = new Float32Array(a.length)) {
  for (let i = 0; i < a.length; i++) out[i] = (1 - t) * a[i] + t * b[i];
  return out;
}

/** Great-circle path (Shoemake 1985; for latent codes White 2016): direction turns evenly, length changes smoothly.
 *  Falls back to the straight path where the angle is undefined (a zero code) or the two directions are parallel. */
export function slerp(a, b, t, out = new Float32Array(a.length)) {
  const lengths = length(a) * length(b);
  let cosine = 0;
  for (let i = 0; i < a.length; i++) cosine += a[i] * b[i];
  const angle = lengths > 0 ? Math.acos(Math.min(1, Math.max(-1, cosine / lengths))) : 0;
  const sine = Math.sin(angle);
  if (sine < 1e-6) return lerp(a, b, t, out);
  const from = Math.sin((1 - t) * angle) / sine;
  const to = Math.sin(t * angle) / sine;
  for (let i = 0; i < a.length; i++) out[i] = from * a[i] + to * b[i];
  return out;
}
