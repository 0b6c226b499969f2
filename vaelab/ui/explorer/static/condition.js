// The class that a conditional decoder is told: a row of buttons, one of which is pressed. One tab stop, arrows inside.

import { button, element, panel, setText } from "./elements.js";

export function createCondition(root, store, actions) {
  const { state } = store;
  const { node, body } = panel(root, "condition", "Class", {
    sentence: "This decoder is told which class to make. The code is what is left to say: how it is written.",
  });
  const row = element("div", { class: "group segmented conditions", role: "radiogroup", "aria-label": "Class to decode", keydown: walk });
  body.append(row);
  let names = "";

  function choose(label, event) {
    store.set({ label, hover: null, point: null, moment: event.timeStamp });
    actions.commit();
  }

  function walk(event) {
    const { classes } = state.decoder;
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const to = { Home: 0, End: classes - 1 }[event.key] ?? (state.label + steps[event.key] + classes) % classes;
    if (!Number.isInteger(to)) return;
    event.preventDefault();
    event.stopPropagation();
    choose(to, event);
    row.children[to].focus();
  }

  function update(changed) {
    const { decoder, frame } = state;
    const header = frame?.header;
    node.hidden = !(decoder?.classes > 0);
    if (node.hidden || (changed && !["frame", "decoder", "label"].some((key) => changed.has(key)))) return;
    if (names !== JSON.stringify(header.classes)) {
      names = JSON.stringify(header.classes);
      row.replaceChildren(...header.classes.map((name, label) =>
        button(String(name), (event) => choose(label, event), { role: "radio" })));
    }
    for (const [label, one] of [...row.children].entries()) {
      const chosen = label === (state.label < decoder.classes ? state.label : 0);
      one.setAttribute("aria-checked", chosen);
      one.tabIndex = chosen ? 0 : -1;
      setText(one, String(header.classes[label]));
    }
  }

  update();
  return { update, destroy() { node.remove(); } };
}
