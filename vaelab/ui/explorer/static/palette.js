// petroff10 (Petroff 2021): ten colours that stay apart for colour-blind readers. Colour is never the only sign of a
// class: the map also writes its name at its centroid. More than ten classes start again at the first colour.
const COLOURS = [
  "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
];

export const classColour = (index) => COLOURS[index % COLOURS.length];

// The colours of the Streamlit theme, read from the CSS variables because a canvas cannot use them by itself.
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read("--st-text-color", "#31333f"),
    background: read("--st-background-color", "#ffffff"),
    primary: read("--st-primary-color", "#ff4b4b"),
    border: read("--st-border-color", "#d5d6da"),
    font: read("--st-font", "system-ui, sans-serif"),
  };
}
