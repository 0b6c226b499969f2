// The latent space as a map: held-out codes as points, the decoder's images as ground, and one pin, the code shown.

import { createBackdrop } from "./backdrop.js";
import { button, element, panel, say } from "./elements.js";
import { listenGestures } from "./gestures.js";
import { createLegend } from "./legend.js";
import { drawOverlay } from "./overlay.js";
import { themeOf } from "./palette.js";
import {
  createPlane, describePlane, fitCamera, projectAll, rankDimensions, shareOutside, toScreen, toWorld, usableAxes,
} from "./plane.js";
import { createPlaneChooser } from "./chooser.js";
import { createScatter } from "./scatter.js";
import { othersComeFirst } from "./store.js";

const HELP = "Move over the map to decode there. Click to put the pin, drag it to move it, drag elsewhere to pan, " +
  "use the wheel or two fingers to zoom. Keys: arrows move the pin by 0.1 (with Shift by 0.5), plus and minus zoom, " +
  "0 fits the view.";
const NEAR = 8, PIN_REACH = 14, FINGER_REACH = 26; // pixels

export function createMap(root, store, actions) {
  const { state } = store;
  // They are as large as the stage, and never the other way round: not even before the style sheet has come.
  const layers = ["map-ground", "map-points", "map-overlay"].map((name) =>
    element("canvas", { class: name, style: "position: absolute", "aria-hidden": "true" }));
  const [ground, points, overlay] = layers;
  const surface = element("div", {
    class: "map-stage", tabindex: 0, role: "application", "aria-roledescription": "latent map", "aria-label": HELP,
  }, ...layers);
  const opacity = element("input", {
    type: "range", class: "range map-opacity", min: 0.05, max: 1, step: 0.05, value: 0.25, input: fade,
    "aria-label": "Opacity of the decoded images",
  });
  const images = element("input", { type: "checkbox", checked: true, change: fade });
  const tools = [
    element("label", { class: "check", title: "Decoded images behind the points" }, images, "images"),
    opacity,
    button("−", () => zoom(0.8), { class: "button icon", "aria-label": "Zoom out" }),
    button("+", () => zoom(1.25), { class: "button icon", "aria-label": "Zoom in" }),
    button("Fit", fit, { title: "Show all points (key 0)" }),
  ];
  const { body, about } = panel(root, "map", "Latent map", { tools, sentence: " " });
  const chooser = createPlaneChooser(body, (axes) => (store.set({ axes, hover: null, point: null }), actions.commit()));
  body.append(surface, element("p", { class: "hint map-help" }, matchMedia("(hover: none)").matches
    ? "Slide a finger to decode; the pin stays where you lift it. Two fingers pan and zoom."
    : "Hover to decode, click to pin, wheel to zoom, drag to pan."));
  const legend = createLegend(body, store);

  const scatter = createScatter(points);
  const overlayContext = overlay.getContext("2d");
  let shown = null; // the frame whose codes are on the map; the store may have the next one already
  let plane = null;
  let camera = null;
  let steered = false; // the user has panned or zoomed: the view is theirs until Fit
  let centroids = [];
  let run = null;
  let ranks = [0, 1]; // the two dimensions that this map has chosen by itself
  let stage = { width: 0, height: 0 };
  const isReady = () => plane !== null && camera !== null && shown.header.latent === state.decoder.latent;
  const isLaidOut = () => Math.min(stage.width, stage.height) > 1;
  let ratio = 1;
  let animation = 0;
  listenGestures(surface, {
    look, leave: () => store.set({ hover: null, point: null }), settle: actions.commit, fit, zoom,
    overPin(x, y, finger) {
      if (!isReady()) return false;
      const [left, top] = toScreen(camera, stage.width, stage.height, ...plane.project(state.z));
      const reach = finger ? FINGER_REACH : PIN_REACH;
      return plane.kind === "line" ? Math.abs(x - left) < reach : Math.hypot(x - left, y - top) < reach;
    },
    pin: (x, y, event) => isReady() && store.set({ z: codeAt(x, y), hover: null, point: null, moment: event.timeStamp }),
    pan(dx, dy) {
      if (!camera) return;
      steer({ ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale });
    },
    nudge(dx, dy, event) {
      if (!isReady()) return;
      const [x, y] = plane.project(state.z);
      store.set({ z: plane.lift(x + dx, y + dy, state.z), hover: null, point: null, moment: event.timeStamp });
      actions.commit();
    },
  });
  const backdrop = createBackdrop(ground, () => othersComeFirst(state));
  const observer = new ResizeObserver(resize);
  observer.observe(surface);
  fade();

  const codeAt = (x, y) => plane.lift(...toWorld(camera, stage.width, stage.height, x, y), state.z);

  function look(x, y, event) {
    if (!isReady()) return;
    const [worldX, worldY] = toWorld(camera, stage.width, stage.height, x, y);
    const point = scatter.nearest(worldX, worldY, NEAR / camera.scale, shown.arrays.labels, state.isolated);
    store.set({ hover: plane.lift(worldX, worldY, state.z), point, moment: event.timeStamp });
  }

  function zoom(factor, x = stage.width / 2, y = stage.height / 2) {
    if (!camera) return;
    const [worldX, worldY] = toWorld(camera, stage.width, stage.height, x, y);
    const scale = Math.min(1e5, Math.max(1e-2, camera.scale * factor));
    // the place under the cursor stays under the cursor
    steer({ scale, x: worldX - (x - stage.width / 2) / scale, y: worldY + (y - stage.height / 2) / scale });
  }

  function steer(next) {
    steered = true;
    aim(next);
  }

  function aim(next) {
    camera = next;
    backdrop.follow(camera, stage);
    redraw();
  }

  function fit() {
    steered = false;
    if (plane && isLaidOut()) aim(fitted());
  }

  const fitted = () => fitCamera(plane, scatter.target, stage.width, stage.height, followsPrior() ? 3.3 : 0);
  const followsPrior = () => Boolean(shown.header.has_prior);

  function fade() {
    opacity.disabled = !images.checked;
    backdrop.opacity = images.checked ? Number(opacity.value) : 0;
  }

  function resize() {
    const before = stage;
    stage = { width: surface.clientWidth, height: surface.clientHeight };
    ratio = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of [points, overlay]) {
      canvas.width = Math.round(stage.width * ratio);
      canvas.height = Math.round(stage.height * ratio);
    }
    if (!plane || !isLaidOut()) return;
    if (!camera || !steered) camera = fitted();
    else if (before.width > 1) camera = { ...camera, scale: (camera.scale * stage.width) / before.width };
    ink();
    backdrop.follow(camera, stage);
    redraw();
  }

  // `another`: the first weights of a run; its axes, ranks and scale owe nothing to those of the run before.
  function place(smooth, another) {
    const { frame, decoder } = state;
    shown = frame;
    const codes = frame.arrays.codes ?? new Float32Array(0);
    const ranked = rankDimensions(frame.arrays.information, decoder.latent);
    const wanted = another && state.axes === ranks ? null : state.axes;
    const chosen = wanted === "pca" ? "pca" : usableAxes(wanted, decoder.latent);
    // Two dimensions chosen by rank would change while a run learns, so the first choice is written down.
    if (!chosen && decoder.latent > 1) {
      ranks = decoder.latent === 2 ? [0, 1] : ranked.slice(0, 2);
      store.set({ axes: ranks });
    }
    plane = createPlane(chosen ?? ranks, codes, decoder.latent, smooth ? plane : null);
    scatter.move(projectAll(plane, codes, decoder.latent), performance.now(), smooth);
    surface.classList.toggle("line", plane.kind === "line");
    say(about, describePlane(plane, decoder.latent));
    chooser.update(plane, ranked);
    if (!isLaidOut()) return;
    const outside = camera ? shareOutside(scatter.target, camera, stage.width, stage.height) : 1;
    if (!camera || !smooth) {
      steered = false;
      aim(fitted());
    } else if (!steered && outside > 0.02) {
      const next = fitted();
      aim({ ...next, scale: Math.min(next.scale, camera.scale) }); // axes only grow while a run moves
    }
  }

  function ink() {
    const { decoder, z } = state;
    if (isReady() && isLaidOut())
      backdrop.show({ decoder, plane, z, ink: inkOf(themeOf(surface).text) }, camera, stage);
  }

  function redraw() {
    if (!animation) animation = requestAnimationFrame(draw);
  }

  function draw(now) {
    animation = 0;
    if (!plane || !camera) return;
    const moving = scatter.advance(now);
    const { labels } = shown.arrays;
    scatter.draw(camera, labels, state.isolated, ratio);
    centroids = labels ? scatter.centroids(labels, state.isolated) : [];
    drawShapes();
    if (moving) redraw();
  }

  function drawShapes() {
    if (!plane || !camera) return;
    const { header, arrays } = shown;
    drawOverlay(overlayContext, stage.width, stage.height, ratio, {
      plane, camera, state, centroids, latent: header.latent, prior: followsPrior(), classes: header.classes ?? [],
      places: scatter.places, labels: arrays.labels, theme: themeOf(surface),
    });
  }

  return {
    update(changed) {
      if (!state.frame || !state.decoder) return;
      const fresh = changed.has("frame");
      if (fresh || changed.has("axes")) {
        const { header } = state.frame;
        const another = run !== `${header.run} ${header.latent}`;
        place(!another && !changed.has("axes"), another);
        run = `${header.run} ${header.latent}`;
        legend.update(header.classes ?? []);
      }
      const sliced = plane.kind === "slice" && state.decoder.latent > 2 && changed.has("z");
      if (fresh || changed.has("axes") || sliced) ink();
      if (changed.has("isolated")) legend.update(state.frame.header.classes ?? []);
      if (fresh || changed.has("axes") || changed.has("isolated")) redraw();
      else if (["z", "hover", "a", "b", "point", "path", "drawn"].some((key) => changed.has(key))) drawShapes();
    },
    destroy() {
      observer.disconnect();
      backdrop.destroy();
      cancelAnimationFrame(animation);
    },
  };
}

// Any CSS colour as three bytes: the canvas itself knows how to read it.
function inkOf(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
