// Fixed test images and what comes back from the code: originals above, reconstructions below, and between them, where
// the input is corrupted, what the encoder sees; always in their places, so that the eye sees the images change and not
// the layout.

import { element, panel, say } from "./elements.js";
import { paint } from "./pictures.js";

const ABSENT = "No test images here: a shipped run carries its weights and codes, not the images it was trained on.";

export function createReconstructions(root, store) {
  const { node, body, about } = panel(root, "reconstructions", "Reconstructions");
  const pairs = element("div", { class: "pairs", role: "img" });
  const names = element("div", { class: "pair-names", "aria-hidden": "true" });
  body.append(names, pairs);
  let painted = null;

  function draw() {
    const { frame } = store.state;
    const { originals, seen, reconstructions } = frame?.arrays ?? {};
    const shape = frame?.shapes.originals;
    const whole = originals && reconstructions && shape?.length >= 3 && originals.length > 0 && originals.length === reconstructions.length;
    body.hidden = !whole;
    const spoilt = whole && seen?.length === originals.length;
    say(about, spoilt ? "Test images (above), as the encoder sees them (middle), restored (below). Never seen in training."
      : whole ? "Test images (above), encoded and decoded (below). Never seen in training."
      : frame?.header.state === "trained" ? ABSENT : "The images appear with the first steps.");
    if (!whole) return;
    const lines = spoilt ? { clean: originals, seen, out: reconstructions } : { in: originals, out: reconstructions };
    const [count, ...image] = shape;
    const size = image.reduce((product, length) => product * length, 1);
    const rows = Math.ceil(count / 10);      // even rows: no lonely pair in the last one
    fill(names, rows, Object.keys(lines), (line) => element("span", {}, line));
    fill(pairs, count, Object.keys(lines), () => element("canvas", {}), "pair");
    body.style.setProperty("--columns", Math.ceil(count / rows));
    pairs.setAttribute("aria-label", spoilt ? `${count} test images, each above what the encoder sees of it and its restoration`
      : `${count} test images, each above its reconstruction`);
    for (const [index, pair] of [...pairs.children].entries())
      for (const [line, values] of Object.values(lines).entries())
        paint(pair.children[line], values.subarray(index * size, (index + 1) * size), image);
  }

  function update(changed) {
    if (changed && !changed.has("frame")) return;
    if (painted === store.state.frame && painted !== null) return;
    painted = store.state.frame;
    draw();
  }

  update();
  return { update, destroy() { node.remove(); } };
}

// As many columns as there are to be, with one child for each line; those that are right stay: nothing flickers.
function fill(root, count, lines, make, kind = "") {
  const key = `${count} ${lines.join(" ")}`;
  if (root.dataset.filled === key) return;
  root.dataset.filled = key;
  root.replaceChildren(...Array.from({ length: count }, () => element("div", kind ? { class: kind } : {}, ...lines.map(make))));
}
