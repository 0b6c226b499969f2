// How a codebook is used: the share of the held-out vectors that choose each row, the most used row first.

import { createBars } from "./bars.js";
import { element, panel, say, setText } from "./elements.js";
import { codebookOf, perplexityOf, usageOf } from "./quantize.js";

const WORK = 2e7;      // multiplications for one count: a fraction of a second
const LEAST = 1e-4;    // the share at the foot of the bars
const REFRESH = 1000;  // milliseconds between two counts while the weights change

export function createCodebook(root, store) {
  const { state } = store;
  const { node, body, about } = panel(root, "codebook", "Codebook");
  const bars = createBars(body, { label: "Use of the codebook's rows", read });
  const summary = element("p", { class: "unit-summary", role: "status" });
  body.append(summary);
  let ranked = [];
  let counted = -Infinity;
  let timer = 0;

  function read(rank) {
    const row = ranked[rank];
    if (!row) return "Point at a bar to read it.";
    return `Row ${row.index + 1}: ${(100 * row.share).toFixed(row.share < 0.1 ? 2 : 1)} % of the vectors.`;
  }

  function count() {
    clearTimeout(timer);
    timer = 0;
    counted = performance.now();
    const { frame } = state;
    const book = codebookOf(frame);
    if (!book || !frame.arrays.codes?.length) return;
    const most = Math.max(1, Math.floor(WORK / (book.codes * book.dimension))) * book.dimension;
    const usage = usageOf(book, frame.arrays.codes.subarray(0, Math.min(most, frame.arrays.codes.length)));
    ranked = [...usage].map((share, index) => ({ share, index })).sort((a, b) => b.share - a.share || a.index - b.index);
    const used = ranked.filter(({ share }) => share > 0).length;
    bars.draw(ranked.map(({ share }) => (share > LEAST ? 1 - Math.log(share) / Math.log(LEAST) : 0)), 1);
    setText(summary, `${used} of ${book.codes} rows are used; perplexity ${perplexityOf(usage).toFixed(1)}.`);
  }

  function update(changed) {
    const book = codebookOf(state.frame);
    node.hidden = !book;
    if (node.hidden || (changed && !changed.has("frame"))) return;
    const waiting = !state.frame.arrays.codes?.length;
    body.hidden = waiting;
    say(about, waiting ? "The counts appear with the first held-out codes." : "The share of the held-out vectors that "
      + "choose each row, most used first; heights are logarithmic, from 0.01 % to all of them. The perplexity is the number of rows that, evenly used, would say as much.");
    if (waiting || timer) return;
    const wait = counted + REFRESH - performance.now();
    if (wait <= 0) count();
    else timer = setTimeout(count, wait);
  }

  update();
  return { update, destroy() { clearTimeout(timer); node.remove(); } };
}
