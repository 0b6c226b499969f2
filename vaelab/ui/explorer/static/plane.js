// The map is flat, the latent space is not. A plane says how a code becomes a place on the map (`project`) and how a
// place becomes a full code again (`lift`). Three kinds: the code itself (one or two dimensions), a slice through the
// present code along two dimensions, and the plane of the two directions in which the held-out codes vary most.

// On a line the points are spread over this height, their names stand above, and the images below.
export const LINE = { low: -0.3, high: 0.7, names: 1.05, images: -0.75 };
const SAMPLE = 2000; // codes that enter the covariance: enough for two directions, cheap at 128 dimensions

export function describePlane(plane, latent) {
  if (latent === 1) return "One latent dimension lies along the axis; the height of a point only spreads them apart.";
  if (latent === 2) return "Both latent dimensions: this is the whole space.";
  if (plane.kind === "pca")
    return `The plane in which the codes vary most, cut out of ${latent} dimensions. It is not the whole space.`;
  const [i, j] = plane.axes;
  return `A slice along z${i + 1} and z${j + 1} through the current code, out of ${latent} dimensions; ` +
    "points are projected onto it. It is not the whole space.";
}

// `axes` is [i, j] or "pca"; `previous` keeps the PCA plane from turning or flipping between two frames of a run.
export function createPlane(axes, codes, latent, previous = null) {
  if (latent === 1) return linePlane();
  if (axes === "pca" && latent > 2 && codes.length >= 3 * latent) return principalPlane(codes, latent, previous);
  return slicePlane(usableAxes(axes, latent) ?? [0, 1]);
}

export function usableAxes(axes, latent) {
  const valid = Array.isArray(axes) && axes.length === 2 && axes[0] !== axes[1] &&
    axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < latent);
  return valid ? axes : null;
}

// The dimensions that carry most, most first.
export function rankDimensions(information, latent) {
  const order = Array.from({ length: latent }, (_, index) => index);
  return information?.length === latent ? order.sort((i, j) => information[j] - information[i] || i - j) : order;
}

function linePlane() {
  return { kind: "line", axes: [0], project: (code, at = 0) => [code[at], 0], lift: (x) => Float32Array.of(x) };
}

function slicePlane([i, j]) {
  return {
    kind: "slice",
    axes: [i, j],
    project: (code, at = 0) => [code[at + i], code[at + j]],
    lift(x, y, base) {
      const code = Float32Array.from(base);
      code[i] = x;
      code[j] = y;
      return code;
    },
  };
}

function principalPlane(codes, latent, previous) {
  const mean = meanOf(codes, latent);
  const start = previous?.kind === "pca" && previous.basis[0].length === latent ? previous.basis : null;
  const basis = align(principalDirections(covarianceOf(codes, latent, mean), latent, start), start);
  const [u, v] = basis;
  return {
    kind: "pca",
    axes: "pca",
    basis,
    project(code, at = 0) {
      let x = 0, y = 0;
      for (let k = 0; k < latent; k++) {
        const centred = code[at + k] - mean[k];
        x += centred * u[k];
        y += centred * v[k];
      }
      return [x, y];
    },
    lift: (x, y) => Float32Array.from(mean, (value, k) => value + x * u[k] + y * v[k]),
  };
}

function meanOf(codes, latent) {
  const mean = new Float64Array(latent);
  for (let at = 0; at < codes.length; at++) mean[at % latent] += codes[at];
  return mean.map((sum) => (sum * latent) / codes.length);
}

function covarianceOf(codes, latent, mean) {
  const covariance = new Float64Array(latent * latent);
  const centred = new Float64Array(latent);
  const stride = Math.max(1, Math.floor(codes.length / latent / SAMPLE)) * latent;
  for (let at = 0; at + latent <= codes.length; at += stride) {
    for (let k = 0; k < latent; k++) centred[k] = codes[at + k] - mean[k];
    for (let k = 0; k < latent; k++)
      for (let l = 0; l < latent; l++) covariance[k * latent + l] += centred[k] * centred[l];
  }
  return covariance;
}

// Orthogonal iteration with two vectors: multiply, make orthonormal, repeat. Then the first is the larger eigenvector.
export function principalDirections(covariance, latent, start = null) {
  const seeded = (shift) => Float64Array.from({ length: latent }, (_, k) => Math.sin(1.7 * k + shift) + (k === shift ? 2 : 0));
  let [u, v] = (start ?? [seeded(0), seeded(1)]).map(normalise);
  for (let round = 0; round < 300; round++) {
    const before = [u, v];
    u = normalise(multiply(covariance, u, latent));
    const next = multiply(covariance, v, latent);
    v = normalise(subtract(next, u, dot(next, u)));
    if (Math.min(Math.abs(dot(before[0], u)), Math.abs(dot(before[1], v))) > 1 - 1e-13) break;
  }
  return [u, v];
}

const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
const subtract = (a, b, scale) => a.map((value, k) => value - scale * b[k]);

function normalise(vector) {
  const norm = Math.sqrt(dot(vector, vector));
  if (norm > 1e-12) return vector.map((value) => value / norm);
  return Float64Array.from(vector, (_, k) => (k === 0 ? 1 : 0)); // codes that do not vary: any direction will do
}

function multiply(matrix, vector, size) {
  const result = new Float64Array(size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) result[row] += matrix[row * size + column] * vector[column];
  return result;
}

// Turn the new pair inside its own plane so that it lies as close as possible to the old one (2-D Procrustes).
function align([u, v], old) {
  if (!old) return [u, v];
  const a = dot(u, old[0]), b = dot(v, old[0]), c = dot(u, old[1]), d = dot(v, old[1]);
  const flip = a * d - b * c < 0 ? -1 : 1; // a mirrored plane stays mirrored: better than a jump
  const angle = Math.atan2(b - flip * c, a + flip * d);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [
    u.map((value, k) => cos * value + sin * v[k]),
    u.map((value, k) => flip * (-sin * value + cos * v[k])),
  ];
}

// All codes on the plane, as x, y pairs. On a line, a fixed pseudo-random height spreads the points.
export function projectAll(plane, codes, latent) {
  const count = Math.floor(codes.length / latent);
  const places = new Float32Array(2 * count);
  for (let index = 0; index < count; index++) {
    const [x, y] = plane.project(codes, index * latent);
    places[2 * index] = x;
    places[2 * index + 1] = plane.kind === "line" ? LINE.low + ((index * 0.618034) % 1) * (LINE.high - LINE.low) : y;
  }
  return places;
}

// The camera: world to canvas pixels, one scale for both directions so that circles stay round.
export function fitCamera(plane, places, width, height, least) {
  const bounds = [quantiles(places, 0), plane.kind === "line" ? [0, 0] : quantiles(places, 1)];
  const spans = bounds.map(([low, high]) => {
    const [from, to] = least ? [Math.min(low, -least), Math.max(high, least)] : [low, high];
    return { centre: (from + to) / 2, span: Math.max(to - from, 1e-3) * 1.08 };
  });
  if (plane.kind === "line") return { x: spans[0].centre, y: 0, scale: width / spans[0].span };
  const scale = Math.min(width / spans[0].span, height / spans[1].span);
  return { x: spans[0].centre, y: spans[1].centre, scale };
}

// The 0.5 % and 99.5 % quantiles: a few strays must not shrink everything else.
function quantiles(places, axis) {
  const values = [];
  const stride = 2 * Math.max(1, Math.floor(places.length / 8000));
  for (let at = axis; at < places.length; at += stride) if (Number.isFinite(places[at])) values.push(places[at]);
  if (values.length === 0) return [-1, 1];
  values.sort((a, b) => a - b);
  const pick = (share) => values[Math.round(share * (values.length - 1))];
  return [pick(0.005), pick(0.995)];
}

export const toScreen = (camera, width, height, x, y) =>
  [width / 2 + (x - camera.x) * camera.scale, height / 2 - (y - camera.y) * camera.scale];

export const toWorld = (camera, width, height, left, top) =>
  [camera.x + (left - width / 2) / camera.scale, camera.y - (top - height / 2) / camera.scale];

// Which share of the points is outside the canvas: the reason to fit again while a run moves.
export function shareOutside(places, camera, width, height) {
  const [halfX, halfY] = [width / 2 / camera.scale, height / 2 / camera.scale];
  let outside = 0;
  for (let at = 0; at < places.length; at += 2)
    if (!(Math.abs(places[at] - camera.x) <= halfX && Math.abs(places[at + 1] - camera.y) <= halfY)) outside++;
  return outside / Math.max(1, places.length / 2);
}
