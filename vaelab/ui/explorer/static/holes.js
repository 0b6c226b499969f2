// The hole meter: how well does noise from the prior land where the decoder has learnt something?

import { element, panel, say, setText } from "./elements.js";
import { short } from "./plot.js";

const MEASURES = [
  { name: "share", title: "Prior samples that fall in a hole", show: (value) => `${Math.round(100 * value)} %`,
    full: () => 1,
    meaning: "Noise from N(0, I) with no code of a held-out image nearby: none within the radius in which 95 % would find "
      + "one if the codes followed the prior. So 5 % is ideal." },
  { name: "image_distance", title: "Distance of a decoded sample to its nearest training image", show: short,
    full: (values) => Math.max(...values, 1e-9),
    meaning: "Mean Euclidean distance in pixel values (0 to 1). Smaller means that samples look more like data; "
      + "zero would mean copies." },
];

export function createHoles(root, stores, labels) {
  const { node, body, about } = panel(root, "holes", "Hole meter");
  const measures = MEASURES.map((measure) => {
    const rows = labels.map((label) => {
      const bar = element("i", {});
      const value = element("span", { class: "hole-value" });
      return { bar, value, row: element("div", { class: "hole-row" }, element("span", { class: "hole-label" }, label),
        element("span", { class: "hole-bar" }, bar), value) };
    });
    body.append(element("div", { class: "hole-measure" }, element("h4", {}, measure.title), ...rows.map(({ row }) => row),
      element("p", { class: "hint" }, measure.meaning)));
    return { ...measure, rows };
  });

  function update(changed) {
    if (changed && !changed.has("frame")) return;
    const found = stores.map(({ state }) => state.frame?.header.holes ?? null);
    body.hidden = found.every((holes) => holes === null);
    say(about, body.hidden ? "Measured from the weights now and then; no measurement has arrived yet." : "");
    for (const { name, show, full, rows } of measures) {
      const values = found.map((holes) => (Number.isFinite(holes?.[name]) ? holes[name] : null));
      const scale = full(values.filter((value) => value !== null));
      for (const [index, { bar, value }] of rows.entries()) {
        bar.style.transform = `scaleX(${Math.min(1, (values[index] ?? 0) / scale)})`;
        setText(value, values[index] === null ? "not measured" : show(values[index]));
      }
    }
  }

  update();
  return { update, destroy() { node.remove(); } };
}
