// One connection per run: newest frame in, small commands out.
//
// The server sends a frame only after the last one was acknowledged, and the acknowledgement is given in an animation
// frame, after the views have drawn. A slow page or a hidden tab therefore gets fewer frames instead of a queue.
// Where a proxy does not let WebSockets through, the newest frame is fetched once a second instead.

import { parseFrame } from "./frame.js";

const REFUSALS = {
  4403: "This address is not allowed to watch the run. Open the app at the address that the server printed.",
  4404: "This run does not exist any more. Start a new one, or choose a trained model.",
};
const FIRST_DELAY = 500, LONGEST_DELAY = 10_000, POLL_EVERY = 1000, REOPEN_EVERY = 15_000;

export function connect({ base, route = "runs", run, onFrame, onState, onRefusal = () => {} }) {
  const path = `${base}/vaelab/${route}/${encodeURIComponent(run)}`;
  let socket = null;
  let timer = 0;
  let delay = FIRST_DELAY;
  let closed = false;
  let sequence = -1;

  function later(task, milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(task, milliseconds);
  }

  function accept(buffer) {
    const frame = parseFrame(buffer);
    const fresh = frame.header.sequence !== sequence;
    sequence = frame.header.sequence;
    if (fresh) onFrame(frame);
    return frame;
  }

  function refuse(text) {
    try {
      const { refused } = JSON.parse(text);
      if (typeof refused === "string") onRefusal(refused);
    } catch {
      // Nothing that this page understands, and nothing that it misses.
    }
  }

  function retry(state, message) {
    onState(state, message);
    later(open, delay);
    delay = Math.min(delay * 2, LONGEST_DELAY);
  }

  function open() {
    const own = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}/frames`);
    let opened = false;
    socket = own;
    own.binaryType = "arraybuffer";
    own.onopen = () => {
      opened = true;
      sequence = -1; // another server process may count from the start
      onState("open", "");
    };
    own.onmessage = ({ data }) => {
      if (closed) return;
      if (typeof data === "string") return refuse(data);
      let frame;
      try {
        frame = accept(data);
      } catch (error) {
        own.onclose = null;
        own.close();
        retry("lost", `${error.message} Asking for the next frame.`);
        return;
      }
      delay = FIRST_DELAY;
      requestAnimationFrame(() => {
        if (own.readyState === WebSocket.OPEN) own.send(JSON.stringify({ ack: frame.header.sequence }));
      });
    };
    own.onclose = ({ code, reason }) => {
      if (closed) return;
      if (code in REFUSALS) onState("refused", reason || REFUSALS[code]);
      else if (opened) retry("lost", "The connection to the run was lost. Trying again…");
      else poll(performance.now()); // never opened: ask over plain HTTP, which also tells the reason
    };
  }

  async function poll(since) {
    let response;
    try {
      response = await fetch(`${location.origin}${path}/frame`, { cache: "no-store" });
      if (closed) return;
      if (response.ok) accept(await response.arrayBuffer());
    } catch (error) {
      if (closed) return;
      const unreachable = error instanceof TypeError;
      return retry("lost", unreachable ? "The server cannot be reached. Trying again…" : error.message);
    }
    if (response.status === 404 || response.status === 403) {
      const { message } = await response.json().catch(() => ({}));
      return onState("refused", message || REFUSALS[4000 + response.status]);
    }
    if (!response.ok) return retry("lost", `The server answered with the error ${response.status}. Trying again…`);
    delay = FIRST_DELAY;
    onState("open", "Live updates are not possible here, so the page asks once a second. Buttons may not work.");
    later(() => (performance.now() - since > REOPEN_EVERY ? open() : poll(since)), POLL_EVERY);
  }

  onState("connecting", "");
  open();

  return {
    // Returns whether the message went out; while polling, nothing can be sent.
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
