// Short ways to make the DOM of a panel. Text arrives as text nodes, never as markup: names and messages in a frame
// come from outside.

import { withOrigin } from "./png.js";

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** An HTML element: attributes, listeners (functions, by event name), then children (nodes or text). */
export const element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const button = (label, click, attributes = {}) =>
  element("button", { type: "button", class: "button", click, ...attributes }, label);

/** A labelled control: `<label><span>name</span> control <output/></label>`. */
export function field(name, control, ...rest) {
  return element("label", { class: "field" }, element("span", { class: "field-name" }, name), control, ...rest);
}

/** The frame of a panel: a heading, its tools on the right, one quiet sentence, and a body. */
export function panel(root, name, title, { tools = [], sentence = "" } = {}) {
  const about = element("p", { class: "panel-about", hidden: sentence === "" }, sentence);
  const heading = element("h3", { class: "panel-title" }, title);
  const body = element("div", { class: "panel-body" });
  const node = element("section", { class: `panel panel-${name}`, "aria-label": title },
    element("header", { class: "panel-head" }, heading, element("div", { class: "panel-tools" }, ...tools)),
    about, body);
  root.append(node);
  return { node, body, about };
}

/** Write text only when it differs: a live region would be read again, a selection would be lost. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A sentence under a panel's title; empty hides it. */
export function say(node, sentence) {
  setText(node, sentence);
  node.hidden = sentence === "";
}

/** Hand the canvas to the user as a PNG file that says how it was made. */
export async function downloadPNG(canvas, name, origin = {}) {
  const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const address = URL.createObjectURL(withOrigin(png, origin));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);     // after the browser has started to read it
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Whether Space already means something to this element: it is typed there, or presses it. */
export const pressesSpace = (node) => /^(INPUT|TEXTAREA|SELECT|BUTTON|A|SUMMARY)$/.test(node?.tagName) && node.type !== "range";

/** Calls `listener(visible)` when the element enters or leaves the window or is hidden: unseen panels compute nothing. */
export function watchVisible(node, listener) {
  const observer = new IntersectionObserver((entries) => listener(entries.at(-1).isIntersecting), { rootMargin: "200px" });
  observer.observe(node);
  return () => observer.disconnect();
}
