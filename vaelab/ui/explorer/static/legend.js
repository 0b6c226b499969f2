// The classes as chips: colour and name, one click shows a class alone, Shift-click adds or removes one.

import { element } from "./elements.js";
import { classColour } from "./palette.js";

export function createLegend(root, store) {
  const row = element("div", { class: "classes", role: "group", "aria-label": "Classes shown on the map" });
  root.append(row);
  let names = "";

  function toggle(index, add) {
    const { isolated } = store.state;
    const next = new Set(add ? isolated : []);
    if (isolated.has(index) && (add || isolated.size === 1)) next.delete(index);
    else next.add(index);
    store.set({ isolated: next, point: null });
  }

  function chip(text, pressed, click, colour = null) {
    const swatch = element("span", { class: "class-swatch", "aria-hidden": "true" });
    if (colour) swatch.style.background = colour;
    return element("button", { type: "button", class: "chip", "aria-pressed": String(pressed), click },
      colour ? swatch : null, text);
  }

  function update(classes) {
    const { isolated } = store.state;
    row.hidden = classes.length === 0;
    if (names !== JSON.stringify(classes)) {
      names = JSON.stringify(classes);
      row.replaceChildren(
        chip("all", true, () => store.set({ isolated: new Set() })),
        ...classes.map((name, index) => {
          const one = chip(String(name), false, (event) => toggle(index, event.shiftKey), classColour(index));
          one.title = "Click: only this class. Shift-click: add or remove it.";
          return one;
        }));
    }
    [...row.children].forEach((one, at) =>
      one.setAttribute("aria-pressed", String(at === 0 ? isolated.size === 0 : isolated.has(at - 1))));
  }

  return { update };
}
