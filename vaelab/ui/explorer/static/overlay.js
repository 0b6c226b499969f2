// Everything on the map that is not a point: the prior's circles, the names of the classes, the path from A to B, the
// pins and the point under the cursor. Few shapes, drawn anew at every change, on a canvas of their own.

import { classColour } from "./palette.js";
import { LINE, toScreen } from "./plane.js";
import { drawPosterior } from "./posterior.js";

const TURN = 2 * Math.PI;

// `scene`: {plane, camera, state, latent, prior, centroids, classes, places, labels, theme}; sizes in CSS pixels.
export function drawOverlay(context, width, height, ratio, scene) {
  const { plane, camera, state, latent, theme } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const at = (x, y) => toScreen(camera, width, height, x, y);
  const place = (code) => (code?.length === latent ? at(...plane.project(code)) : null);

  if (scene.prior) drawPrior(context, at(...plane.project(new Float32Array(latent))), scene, height);
  drawPath(context, state, place, theme);
  drawNames(context, scene, at);
  for (const [letter, code] of [["A", state.a], ["B", state.b]]) {
    const spot = place(code);
    if (spot) drawLetter(context, spot, letter, theme);
  }
  if (state.point !== null) drawPoint(context, scene, at);
  const pin = place(state.z);
  if (pin) drawPin(context, pin, theme);
  if (state.drawn?.code.length === latent) drawPosterior(context, width, height, scene);
  const seen = place(state.hover);
  if (seen) drawCross(context, seen, theme);
}

function drawPrior(context, [x, y], { plane, camera, theme }, height) {
  context.strokeStyle = context.fillStyle = theme.text;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  context.font = `11px ${theme.font}`;
  for (const sigma of [1, 2, 3]) {
    const radius = sigma * camera.scale;
    context.globalAlpha = 0.5;
    context.beginPath();
    if (plane.kind === "line") {
      for (const side of [x - radius, x + radius]) {
        context.moveTo(side, 0);
        context.lineTo(side, height);
      }
    } else {
      context.arc(x, y, radius, 0, TURN);
    }
    context.stroke();
    context.globalAlpha = 0.75;
    if (plane.kind === "line") context.fillText(`${sigma}σ`, x + radius, height - 10);
    else context.fillText(`${sigma}σ`, x, y - radius - 8);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// `path` is the interpolation's; where its panel is not shown, the straight line between the two ends is drawn.
function drawPath(context, { a, b, path }, place, theme) {
  const spots = (path?.length > 1 ? path : [a, b]).map(place);
  if (spots.length < 2 || spots.includes(null)) return;
  for (const [stroke, lineWidth] of [[theme.background, 5], [theme.text, 2]]) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.beginPath();
    spots.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
}

function drawNames(context, { plane, centroids, classes, theme }, at) {
  context.font = `600 14px ${theme.font}`;
  const line = plane.kind === "line"; // names side by side would cover each other
  for (const { label, x, y } of centroids) {
    const height = line ? LINE.names + 0.16 * ((label % 3) - 1) : y;
    halo(context, String(classes[label] ?? label), at(x, height), theme);
  }
}

function halo(context, text, [x, y], theme) {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = theme.background;
  context.strokeText(text, x, y);
  context.fillStyle = theme.text;
  context.fillText(text, x, y);
}

function drawLetter(context, [x, y], letter, theme) {
  disc(context, x, y, 10, theme.text, theme.background);
  context.font = `700 12px ${theme.font}`;
  context.fillStyle = theme.background;
  context.fillText(letter, x, y + 0.5);
}

function drawPoint(context, { state, places, labels, classes, theme }, at) {
  const index = state.point;
  if (2 * index + 1 >= places.length) return;
  const [x, y] = at(places[2 * index], places[2 * index + 1]);
  disc(context, x, y, 6, classColour(labels?.[index] ?? 0), theme.text);
  if (!labels) return;
  context.font = `600 13px ${theme.font}`;
  halo(context, String(classes[labels[index]] ?? labels[index]), [x, y - 17], theme);
}

// The pin: a ring with an open middle, so that what it points at stays visible.
function drawPin(context, [x, y], theme) {
  for (const [stroke, lineWidth] of [[theme.background, 6], [theme.primary, 3]]) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.arc(x, y, 9, 0, TURN);
    context.stroke();
  }
  disc(context, x, y, 2, theme.primary, theme.background);
}

function drawCross(context, [x, y], theme) {
  for (const [stroke, lineWidth] of [[theme.background, 4], [theme.text, 1.5]]) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 3 * dx, y + 3 * dy);
      context.lineTo(x + 9 * dx, y + 9 * dy);
    }
    context.stroke();
  }
}

function disc(context, x, y, radius, fill, rim) {
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = rim;
  context.stroke();
}
