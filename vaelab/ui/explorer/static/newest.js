// The encoder of the newest weights, for as long as somebody draws: fetched when it is wanted and, while a run trains, from
// time to time. One that is on its way is not asked for twice.

const FOLLOW = 2000; // milliseconds between two encoders while a run trains

/** `fetch()` gives an encoder or raises a sentence; `arrived()` is called when either has come. */
export function createNewest({ state }, fetch, arrived) {
  let encoder = null;
  let problem = "";
  let known = { run: "", sequence: -1 }; // the frame that it was fetched for
  let wanted = false;
  let fetching = false;
  let fetched = -Infinity;
  let timer = 0;

  const isOfThisRun = () => known.run === state.frame.header.run;
  const isNewest = () => isOfThisRun() && known.sequence === state.frame.header.sequence;

  async function refresh() {
    wanted = true;
    if (fetching || (encoder && isNewest())) return;
    const { run, sequence } = state.frame.header;
    fetching = true;
    fetched = performance.now();
    try {
      encoder = await fetch();
      problem = "";
    } catch (error) {
      encoder = null;
      problem = error.message;
    }
    fetching = false;
    known = { run, sequence };
    if (!wanted) return;
    arrived();
    follow();
  }

  // To be called at every frame.
  function follow() {
    if (!wanted || timer || fetching || isNewest()) return;
    const wait = isOfThisRun() ? Math.max(0, fetched + FOLLOW - performance.now()) : 0;
    timer = setTimeout(() => {
      timer = 0;
      refresh();
    }, wait);
  }

  return {
    /** Null while there is none for the run that is shown. */
    get encoder() {
      return encoder && isOfThisRun() && encoder.latent === state.decoder.latent ? encoder : null;
    },
    get problem() {
      return problem;
    },
    refresh,
    follow,
    stop() {
      wanted = false;
      clearTimeout(timer);
      timer = 0;
    },
  };
}
