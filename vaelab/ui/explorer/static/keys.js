// Single keys: where they work, and the list that "?" opens.

import { button, element } from "./elements.js";

const KEYS = [
  ["Anywhere in the explorer", [
    [["Space"], "Pause or resume the training"],
    [["S"], "Train one batch, while paused"],
    [["R"], "A random code"],
    [["Z"], "Back to the code before"],
    [["A", "B"], "Take the code shown as an end of the walk"],
    [["?"], "This list"],
  ]],
  ["On the latent map", [
    [["←", "→", "↑", "↓"], "Move the pin by 0.1, with Shift by 0.5"],
    [["+", "−"], "Zoom in, zoom out"],
    [["0"], "Show all points"],
  ]],
  ["On a slider", [
    [["←", "→"], "Change it by 0.1, with Shift by 0.5"],
    [["Home", "End"], "To either end; a double-click sets it to 0"],
  ]],
  ["On the dial of a sweep", [
    [["←", "→"], "The model before, the next one; Home and End, the first and the last"],
  ]],
  ["On the class of a decoder that is told one", [
    [["←", "→"], "Another class; Home and End, the first and the last"],
  ]],
  ["On the drawing pad", [
    [["Space"], "Put the pen down, or lift it"],
    [["←", "→", "↑", "↓"], "Move it, with Shift in small steps"],
    [["Ctrl Z", "Ctrl Y"], "Take back a stroke, put it there again"],
    [["Esc"], "Close the pad"],
  ]],
  ["On the samples and on a walk", [
    [["N"], "Other noise, on the samples"],
    [["Space"], "Play or stop, on the walk"],
    [["←", "→", "↑", "↓"], "From tile to tile; Enter puts the pin there"],
  ]],
];

/** Gives single keys to `use(name) -> used?` wherever the focus is in `root`, except where text is typed. Returns a
 *  function that stops it. What was used goes no further: Streamlit has shortcuts of its own on the same letters. */
export function listenKeys(root, use) {
  function press(event) {
    const { target } = event;
    const typing = target.matches("textarea, select, input:not([type=range], [type=checkbox])");
    if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!use(event.key === " " ? "space" : event.key.toLowerCase())) return;
    event.preventDefault();
    event.stopPropagation();
  }
  root.addEventListener("keydown", press);
  return () => root.removeEventListener("keydown", press);
}

/** The button "Keys" and its dialog. The browser keeps the focus inside, closes at Escape, and gives the focus back. */
export function createKeysHelp(root) {
  const close = button("Close", () => dialog.close());
  const groups = KEYS.map(([title, rows]) => element("section", {}, element("h3", {}, title), element("dl", {},
    ...rows.flatMap(([names, meaning]) => [
      element("dt", {}, ...names.map((name) => element("kbd", {}, name))), element("dd", {}, meaning)]))));
  const dialog = element("dialog", { class: "keys", "aria-labelledby": "keys-title",
    keydown: (event) => event.stopPropagation(), // no other key acts behind it
    click: (event) => event.target === dialog && dialog.close() }, // beside the content: on the veil
    element("div", { class: "keys-content" },
      element("header", {}, element("h2", { id: "keys-title" }, "Keys"), close), ...groups));
  root.append(button("Keys", open, { class: "button keys-button", title: "Which keys do what (?)", "aria-haspopup": "dialog" }), dialog);

  function open() {
    if (!dialog.open) dialog.showModal();
  }

  return { open };
}
