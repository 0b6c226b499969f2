// What the decoder makes everywhere on the map, as a faint ground of small images. Four hundred decodes take longer
// than one screen refresh, so they are spread over several, a few milliseconds each. The canvas holds one image next
// to the other and CSS lays it over the region of the plane it was decoded for: a pan or zoom moves it at no cost,
// and the tiles are decoded anew once the map rests.

import { watchVisible } from "./elements.js";
import { isSequence, paintGround, sizeOf } from "./pictures.js";
import { LINE } from "./plane.js";
import { BUSY_EVERY } from "./store.js";

const COLUMNS = 20;
const INK_SIDE = 56; // pixels of a tile in ink
const BUDGET = 6; // milliseconds in an animation frame
const REST = 180; // milliseconds without a movement of the camera

// `busy()` says whether something else must not wait.
export function createBackdrop(canvas, busy) {
  const context = canvas.getContext("2d");
  const scratch = document.createElement("canvas");
  let scene = null; // {decoder, plane, z, ink}
  let region = null; // {left, top, width, height} in the plane, rows, and the image shape it was made for
  let turn = 0;
  let remaining = 0;
  let scheduled = 0;
  let resting = 0;
  let enabled = true;
  let visible = true;
  let painted = 0;
  const stopWatching = watchVisible(canvas.parentElement, (now) => {
    visible = now;
    schedule();
  });

  function schedule() {
    if (remaining > 0 && scene && region && enabled && visible && !scheduled) scheduled = requestAnimationFrame(work);
  }

  function work(now) {
    scheduled = 0;
    // Every change makes the browser paint this large canvas again, which costs more than the decoding.
    if (busy() && now - painted < BUSY_EVERY) return schedule();
    painted = now;
    const end = performance.now() + BUDGET;
    const count = COLUMNS * region.rows;
    while (remaining > 0) {
      decodeTile((turn++ * 149) % count); // 149 is prime: the tiles fill the whole map evenly
      remaining--;
      if (performance.now() > end) break;
    }
    schedule();
  }

  function decodeTile(index) {
    const { decoder, plane, z, ink } = scene;
    const [height, width] = sizeOf(decoder.shape, INK_SIDE);
    const column = index % COLUMNS;
    const row = Math.floor(index / COLUMNS);
    const x = region.left + ((column + 0.5) / COLUMNS) * region.width;
    const y = region.top - ((row + 0.5) / region.rows) * region.height;
    const apart = Math.abs(y - LINE.images);
    if (plane.kind === "line" && 2 * apart * region.rows >= region.height) return; // one row says it all
    const values = decoder.decode(plane.lift(x, y, z));
    paintGround(context, values, decoder.shape, column * width, row * height, ink, INK_SIDE);
  }

  // A new region keeps what the old one shows, at the right place, until its own tiles are there.
  function aim(camera, stage) {
    const [height, width] = sizeOf(scene.decoder.shape, INK_SIDE);
    const rows = Math.max(1, Math.round((COLUMNS * stage.height) / stage.width));
    const span = { width: stage.width / camera.scale, height: stage.height / camera.scale };
    const next = { left: camera.x - span.width / 2, top: camera.y + span.height / 2, ...span, rows };
    const size = [COLUMNS * width, rows * height];
    const old = region && canvas.width > 1 ? region : null;
    if (old) {
      [scratch.width, scratch.height] = [canvas.width, canvas.height];
      scratch.getContext("2d").drawImage(canvas, 0, 0);
    }
    [canvas.width, canvas.height] = size;
    if (old) {
      const [across, down] = [size[0] / next.width, size[1] / next.height];
      context.imageSmoothingEnabled = false;
      context.drawImage(scratch, (old.left - next.left) * across, (next.top - old.top) * down,
        old.width * across, old.height * down);
    }
    canvas.toggleAttribute("data-ink", isSequence(scene.decoder.shape));
    region = next;
    lay(camera, stage);
    renew();
  }

  function lay(camera, stage) {
    const left = stage.width / 2 + (region.left - camera.x) * camera.scale;
    const top = stage.height / 2 - (region.top - camera.y) * camera.scale;
    canvas.style.width = `${region.width * camera.scale}px`;
    canvas.style.height = `${region.height * camera.scale}px`;
    canvas.style.transform = `translate(${left}px, ${top}px)`;
  }

  function renew() {
    remaining = region ? COLUMNS * region.rows : 0;
    schedule();
  }

  return {
    // Other weights, another slice or other colours: every tile gets its turn, the old ones stay until then.
    show(next, camera, stage) {
      const resized = scene && String(scene.decoder.shape) !== String(next.decoder.shape);
      scene = next;
      if (!region || resized) aim(camera, stage);
      else renew();
    },
    follow(camera, stage) {
      if (!region || !scene || stage.width < 2) return;
      lay(camera, stage);
      clearTimeout(resting);
      resting = setTimeout(() => aim(camera, stage), REST);
    },
    set opacity(value) {
      enabled = value > 0;
      canvas.style.opacity = value;
      schedule();
    },
    destroy() {
      stopWatching();
      clearTimeout(resting);
      cancelAnimationFrame(scheduled);
    },
  };
}
