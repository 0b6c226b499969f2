// The posterior of a drawing on the map: where it is encoded, and how sure of that the encoder is.

import { toScreen } from "./plane.js";

const TURN = 2 * Math.PI;

/**
 * Half axes and angle of the ellipse of one standard deviation, as the plane shows it, from deviations along the latent
 * axes: exact where the plane is the latent space, else the projection of the whole posterior, its marginal there.
 */
export function ellipseOf(plane, deviation) {
  const origin = plane.project(new Float32Array(deviation.length));
  // The projection is affine: each latent axis adds what it moves on the plane, squared.
  let [xx, xy, yy] = [0, 0, 0];
  const step = new Float32Array(deviation.length);
  for (let index = 0; index < deviation.length; index++) {
    step.fill(0)[index] = deviation[index];
    const [x, y] = plane.project(step).map((value, axis) => value - origin[axis]);
    [xx, xy, yy] = [xx + x * x, xy + x * y, yy + y * y];
  }
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  return {
    major: Math.sqrt(middle + apart), minor: Math.sqrt(Math.max(0, middle - apart)), angle: Math.atan2(2 * xy, xx - yy) / 2,
  };
}

/** Ellipses of one and two deviations around a square, or for a point the square; the pin stands for it where it is. */
export function drawPosterior(context, width, height, { plane, camera, theme, state }) {
  const { code, deviation } = state.drawn;
  const [x, y] = toScreen(camera, width, height, ...plane.project(code));
  const least = plane.kind === "line" ? 7 : 0; // pixels: on a line an ellipse would be a line too
  const { major, minor, angle } = deviation ? ellipseOf(plane, deviation) : { major: 0, minor: 0, angle: 0 };
  for (const [stroke, lineWidth] of [[theme.background, 4], [theme.text, 1.75]]) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    for (const sigma of deviation ? [1, 2] : []) {
      context.setLineDash(sigma === 2 && stroke === theme.text ? [5, 4] : []);
      context.beginPath();
      // On the screen y points downwards.
      const [across, along] = [major, minor].map((axis) => sigma * axis * camera.scale);
      context.ellipse(x, y, across, Math.max(least * sigma, along), -angle, 0, TURN);
      context.stroke();
    }
    context.setLineDash([]);
    if (state.z !== code) context.strokeRect(x - 5, y - 5, 10, 10);
  }
}
