// Fixed test images and what comes back from the code: originals above, reconstructions below, always in their places,
// so that the eye sees the images change and not the layout.

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
    const { originals, reconstructions } = frame?.arrays ?? {};
    const shape = frame?.shapes.originals;
    const whole = originals && reconstructions && shape?.length >= 3 && originals.length > 0 && originals.length === reconstructions.length;
    body.hidden = !whole;
    say(about, whole ? "Test images (above), encoded and decoded (below). Never seen in training."
      : frame?.header.state === "trained" ? ABSENT : "The images appear with the first steps.");
    if (!whole) return;
    const [count, ...image] = shape;
    const size = image.reduce((product, length) => product * length, 1);
    const rows = Math.ceil(count / 10);      // even rows: no lonely pair in the last one
    if (names.children.length !== rows)
      names.replaceChildren(...Array.from({ length: rows }, () => element("div", {}, element("span", {}, "in"), element("span", {}, "out"))));
    body.style.setProperty("--columns", Math.ceil(count / rows));
    while (pairs.children.length > count) pairs.lastChild.remove();
    while (pairs.children.length < count)
      pairs.append(element("div", { class: "pair" }, element("canvas", {}), element("canvas", {})));
    pairs.setAttribute("aria-label", `${count} test images, each above its reconstruction`);
    for (const [index, pair] of [...pairs.children].entries()) {
      paint(pair.firstChild, originals.subarray(index * size, (index + 1) * size), image);
      paint(pair.lastChild, reconstructions.subarray(index * size, (index + 1) * size), image);
    }
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
