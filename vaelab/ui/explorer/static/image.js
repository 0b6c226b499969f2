// The picture that the decoder makes of the code shown now, large: an image with hard pixel edges, or a sequence in ink.

import { button, downloadPNG, element, panel, setText } from "./elements.js";
import { INK, isSequence, paint } from "./pictures.js";
import { originOf, plain } from "./png.js";
import { shownCode } from "./store.js";

const COPY_SCALE = 8; // each pixel becomes 8 x 8 in a saved file
const INK_SIDE = 4 * INK; // pixels: sharp on the screen and in a file
const REMEMBERED = 500; // latencies
const SPOKEN_AFTER = 600; // milliseconds: a screen reader hears where the drag ended, not every step of it

export function createImage(root, store, actions) {
  const { state } = store;
  const canvas = element("canvas", { class: "pixels", role: "img", "aria-label": "Decoded image" });
  const figure = element("div", { class: "image-frame" }, canvas);
  const codeLine = element("p", { class: "image-code" });
  const note = element("p", { class: "hint image-note" });
  const spoken = element("p", { class: "visually-hidden", "aria-live": "polite" });
  const row = element("div", { class: "row" },
    button("Set as A", () => setEnd("a"), { title: "Start of the interpolation (key A)" }),
    button("Set as B", () => setEnd("b"), { title: "End of the interpolation (key B)" }),
    button("Copy", copy, { title: "Copy as a large PNG" }),
    button("Download", download, { title: "Save as a large PNG" }));
  const { body } = panel(root, "image", "Decoded image");
  body.append(figure, element("div", { class: "image-text" }, codeLine, note, spoken), row);
  let timer = 0;
  let measured = 0;
  let answer = ""; // what the last button did, until the code changes

  function setEnd(name) {
    if (!state.decoder) return;
    store.set({ [name]: Float32Array.from(shownCode(state)) });
    actions.commit();
  }

  function enlarged() {
    const large = element("canvas");
    const scale = isSequence(state.decoder.shape) ? 1 : COPY_SCALE;
    [large.width, large.height] = [canvas.width * scale, canvas.height * scale];
    const target = large.getContext("2d");
    target.imageSmoothingEnabled = false;
    target.drawImage(canvas, 0, 0, large.width, large.height);
    return large;
  }

  async function copy() {
    try {
      const blob = new Promise((resolve) => enlarged().toBlob(resolve, "image/png"));
      await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
      answer = "Copied.";
    } catch {
      answer = "The browser does not let this page copy images; use Download.";
    }
    describe();
  }

  function download() {
    downloadPNG(enlarged(), fileName(shownCode(state)), originOf(state, { made: "decode", z: plain([shownCode(state)]) }));
  }

  function draw() {
    const { decoder } = state;
    paint(canvas, decoder.decode(shownCode(state)), decoder.shape, INK_SIDE);
    const probe = window.__vaelab;
    probe.drawn++;
    if (state.moment && state.moment !== measured) {
      const since = (measured = state.moment);
      requestAnimationFrame(() => {
        probe.latencies.push(performance.now() - since);
        if (probe.latencies.length > REMEMBERED) probe.latencies.shift();
      });
    }
  }

  function describe() {
    const { frame, decoder, point } = state;
    const code = shownCode(state);
    const { header, arrays } = frame;
    const far = followsPrior(header) && length(code) > farFrom(decoder.latent);
    figure.classList.toggle("far", far);
    const label = arrays.labels?.[point];
    const near = point === null ? "" : label === undefined ? `Near held-out image ${point}.`
      : `Near held-out image ${point}, class ${header.classes?.[label] ?? label}.`;
    setText(codeLine, `z = ${short(code)}`);
    setText(note, [
      near,
      far && point === null ? "Outside 3σ: the decoder has hardly been trained here." : "",
      answer || (near || far ? "" : state.hover ? "Under the pointer. Click to pin it." : "At the pin."),
    ].filter(Boolean).join(" "));
    clearTimeout(timer);
    timer = setTimeout(() => {
      setText(spoken, `${codeLine.textContent}. ${note.textContent}`);
      canvas.setAttribute("aria-label", `Decoded image of ${codeLine.textContent}`);
    }, SPOKEN_AFTER);
  }

  return {
    key(name) {
      if (name !== "a" && name !== "b") return false;
      setEnd(name);
      return true;
    },
    update(changed) {
      if (!state.decoder) return;
      const moved = ["decoder", "z", "hover"].some((key) => changed.has(key));
      if (moved) {
        answer = "";
        draw();
      }
      if (moved || changed.has("point")) describe();
    },
    destroy: () => clearTimeout(timer),
  };
}

const length = (code) => Math.sqrt(code.reduce((sum, value) => sum + value * value, 0));

// Where 3 sigma lie: the radius itself on a line or in a plane. In more dimensions nearly all of a standard normal is
// a shell of radius sqrt(d) and width sqrt(1/2), so the shell's radius is what the three deviations are added to.
const farFrom = (latent) => (latent <= 2 ? 3 : Math.sqrt(latent) + 3 * Math.SQRT1_2);

// Without a weight on the KL nothing keeps codes near the prior, and no place is far from anything.
const followsPrior = ({ has_prior: follows, knobs = [] }) => follows
  && !knobs.some(({ path, value }) => path.endsWith(".GaussianKL.weight") && value === 0);

const SHOWN = 4;
const signed = (value) => value.toFixed(2).replace("-", "−");

function short(code) {
  const head = [...code.slice(0, SHOWN)].map(signed).join(", ");
  return code.length <= SHOWN ? `(${head})` : `(${head}, …), ${code.length} numbers, |z| = ${length(code).toFixed(2)}`;
}

function fileName(code) {
  const head = [...code.slice(0, SHOWN)].map((value) => value.toFixed(2)).join("_");
  return `vaelab_z_${head}${code.length > SHOWN ? `_and_${code.length - SHOWN}_more` : ""}.png`;
}
