// What the decoder makes of either end of a slider, the other dimensions as they are: it says what a slider does before
// one moves it. Up to twenty-four decodes at every new code would slow the drag that makes it, so they wait until the
// code rests; of the slider that was moved the two images are right all along.

import { watchVisible } from "./elements.js";
import { paint } from "./pictures.js";
import { handIsMoving } from "./store.js";

const SLIDERS = 12; // that get images
const REST = 200; // milliseconds without a movement of the code; while training, also between two rounds
const BUDGET = 4; // milliseconds in an animation frame

export function createEnds(node, store) {
  let sliders = [];
  let remaining = 0;
  let turn = 0;
  let timer = 0;
  let frame = 0;
  let visible = false;
  let code = new Float32Array(0);
  const stopWatching = watchVisible(node, (now) => {
    visible = now;
    later(0);
  });

  function later(milliseconds) {
    if (remaining > 0 && visible && !timer && !frame) timer = setTimeout(begin, milliseconds);
  }

  function begin() {
    timer = 0;
    if (handIsMoving(store.state)) later(REST);
    else frame = requestAnimationFrame(work);
  }

  function work() {
    frame = 0;
    const { decoder, z } = store.state;
    if (decoder?.latent !== z.length || sliders.some(({ index }) => index >= z.length)) return;
    if (code.length !== z.length) code = new Float32Array(z.length);
    const end = performance.now() + BUDGET;
    while (remaining > 0 && performance.now() < end) {
      const { index, ends, range } = sliders[(turn >> 1) % sliders.length];
      code.set(z);
      code[index] = range()[turn & 1];
      paint(ends[turn & 1], decoder.decode(code), decoder.shape);
      turn++;
      remaining--;
    }
    later(0);
  }

  function renew() {
    remaining = 2 * sliders.length;
    later(REST);
  }

  return {
    // All sliders in their order; the first of those that are `shown` get images.
    place(all, shown) {
      const count = Math.min(shown, SLIDERS);
      sliders = all.slice(0, count);
      for (const { ends } of all.slice(count)) for (const canvas of ends) canvas.width = canvas.height = 1;
      turn = 0;
      renew();
    },
    update(changed) {
      if (changed.has("z")) {
        clearTimeout(timer); // wait anew
        timer = 0;
      }
      if (changed.has("z") || changed.has("decoder")) renew();
    },
    destroy() {
      stopWatching();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    },
  };
}
