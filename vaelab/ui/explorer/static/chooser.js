// Which plane of a space with more than two dimensions the map shows: two chosen ones, or the principal plane.

import { element } from "./elements.js";

export function createPlaneChooser(root, choose) {
  const kind = element("select", { "aria-label": "Kind of plane", change: report },
    element("option", { value: "slice" }, "slice through two dimensions"),
    element("option", { value: "pca" }, "PCA plane of the codes"));
  const axes = ["Horizontal dimension", "Vertical dimension"].map((label) =>
    element("select", { "aria-label": label, change: report }));
  const row = element("div", { class: "row map-plane", hidden: true }, kind, ...axes);
  root.append(row);
  let ranked = [];

  function report(event) {
    let [i, j] = axes.map((select) => Number(select.value));
    if (i === j) {
      // the other one gives way, so that the choice just made holds
      const other = ranked.find((index) => index !== i);
      if (event.target === axes[0]) j = other;
      else i = other;
    }
    choose(kind.value === "pca" ? "pca" : [i, j]);
  }

  return {
    update(plane, order) {
      row.hidden = order.length < 3;
      for (const select of axes) {
        select.hidden = plane.kind === "pca";
        if (select.options.length !== order.length)
          select.replaceChildren(...order.toSorted((i, j) => i - j).map((index) =>
            element("option", { value: index }, `z${index + 1}`)));
      }
      ranked = order;
      kind.value = plane.kind === "pca" ? "pca" : "slice";
      if (plane.kind === "slice") axes.forEach((select, at) => (select.value = String(plane.axes[at])));
      else if (axes[0].selectedIndex === axes[1].selectedIndex) axes[1].selectedIndex = axes[1].selectedIndex ? 0 : 1;
    },
  };
}
