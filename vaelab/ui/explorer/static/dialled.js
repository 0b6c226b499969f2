// The runs of a sweep in one explorer: a dial says which of them is shown. All of them are kept up to date, so that
// turning the dial only changes what is looked at: the code, the noise and everything else stay.

import { connect } from "./connection.js";
import { createDial } from "./dial.js";
import { element } from "./elements.js";
import { createExplorer, sessionOf } from "./explore.js";

/** The component in dial mode: told by Python which runs there are, and what they differ in. */
export function createDialled(root, { data, ...rest }) {
  const options = { ...rest, data: { ...data, hide: [...data.hide, "knobs"] } }; // the runs are the knob's values
  const session = sessionOf(options);
  const { store, actions } = session;
  const top = element("div", { class: "area-dial", hidden: true });
  root.append(top);
  const explorer = createExplorer(root, options, session);
  root.querySelector(".area-transport").after(top);
  let feeds = [];                          // {run, label, frame, connection}, in the order of the dial
  let dial = null;
  let names = "";
  let beginning = 0;                       // the place of a dial that nobody has turned

  const place = () => Math.min(Math.max(0, store.state.dial ?? beginning), feeds.length - 1);

  function turn(index) {
    store.set({ dial: index, moment: performance.now() });
    present();
  }

  function present() {
    const feed = feeds[place()];
    // The first takes the commands, which are for all.
    if (feed?.frame && store.state.frame !== feed.frame) session.present(feed.frame, feeds[0].connection);
  }

  function follow(runs, labels, quantity, start) {
    for (const { connection } of feeds) connection.close();
    dial?.destroy();
    dial = null;
    feeds = runs.map((run, index) => ({ run, label: labels[index] ?? run, frame: null, connection: null }));
    top.hidden = feeds.length === 0;
    if (feeds.length === 0) return;
    beginning = start;
    if (store.state.dial >= feeds.length) store.set({ dial: null });
    dial = createDial(top, { store, feeds, quantity, place, turn, settle: actions.commit });
    for (const [index, feed] of feeds.entries())
      feed.connection = connect({
        base: data.base, run: feed.run,
        onFrame(frame) {
          feed.frame = frame;
          if (index === place()) present();
          dial.news();
        },
        onState(connection, notice) {
          if (index === 0 || connection === "refused") store.set({ connection, notice });
        },
        onRefusal: session.refuse,
      });
  }

  const unsubscribe = store.subscribe((changed) => {
    if (changed.has("dial")) present();    // a link, or the way back, has turned it
    dial?.update(changed);
  });

  return {
    update({ runs = [], labels = [], quantity = "", start = 0, message = "" }, view) {
      explorer.update({ runs: [], message }, view);
      const wanted = JSON.stringify([runs, labels, quantity]);
      if (wanted === names) return;
      names = wanted;
      follow(runs, labels, quantity, start);
    },
    destroy() {
      unsubscribe();
      dial?.destroy();
      for (const { connection } of feeds) connection.close();
      explorer.destroy();
    },
  };
}
