"""The explorer as a typed function around a Streamlit component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from streamlit.components.v2 import component

from vaelab.ui.explorer.assets import version

# All code is in the modules; this text travels with every message, so it only fetches them. Streamlit calls the
# function again whenever the data change, and waits for no promise: what comes late must not overtake what came later.
BOOTSTRAP = """
const latest = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  let remove = null;
  let gone = false;
  latest.set(parentElement, component);
  import(`${location.origin}${data.base}/vaelab/static/${data.version}/explorer.js`).then(
    ({ mount }) => {
      if (!gone && latest.get(parentElement) === component) remove = mount(component);
    },
    () => {
      if (parentElement.childElementCount > 0) return;
      const text = document.createElement("p");
      text.textContent = "The explorer could not be loaded from the server. Reload the page to try again.";
      parentElement.append(text);
    },
  );
  return () => {
    gone = true;
    remove?.();
  };
}
"""

_mount = component("vaelab_explorer", js=BOOTSTRAP)


class Reply(NamedTuple):
    """What the visitor did: the view they settled on, and the button that Python must act on, if one was pressed."""

    view: dict[str, Any] | None
    action: str | None


def explorer(
    *,
    key: str,
    base: str,
    runs: Sequence[str],
    route: Literal["runs", "shared"] = "runs",
    mode: Literal["explore", "compare", "dial"] = "explore",
    labels: Sequence[str] = (),
    quantity: str = "",
    start: int = 0,
    view: dict[str, Any] | None = None,
    returns: int = 0,
    hide: Sequence[str] = (),
    message: str = "",
    on_action: Callable[[], None] = lambda: None,
    on_view: Callable[[], None] = lambda: None,
) -> Reply:
    """Show one run, two beside each other, or those of a sweep under a dial of a `quantity`, which begins at `start`.

    Frames reach the browser over the routes of `vaelab.live`; by "shared" they can be looked at only. A `view` that the
    browser has told itself is an echo, and changes nothing there unless `returns` has changed with it.
    """
    data = {
        "base": base,
        "version": version(),
        "route": route,
        "mode": mode,
        "runs": list(runs),
        "labels": list(labels),
        "quantity": quantity,
        "start": start,
        "view": view or {},
        "returns": returns,
        "hide": list(hide),
        "can_train": route == "runs",
        "message": message,
    }
    result = _mount(key=key, data=data, on_view_change=on_view, on_action_change=on_action)
    action = result.get("action")
    return Reply(result.get("view"), action.get("name") if isinstance(action, dict) else None)


class Curve(NamedTuple):
    """One line of a chart."""

    label: str
    steps: list[int]
    values: list[float]


def curves(*, key: str, base: str, quantity: str, lines: Sequence[Curve]) -> None:
    """Show the curves of several runs in one chart, to be read under the pointer or with the arrow keys."""
    data = {
        "base": base,
        "version": version(),
        "mode": "curves",
        "quantity": quantity,
        "curves": [line._asdict() for line in lines],
    }
    _mount(key=key, data=data)
