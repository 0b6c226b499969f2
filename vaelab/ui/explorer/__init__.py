"""The explorer: the one live component. It decodes in the browser; Python hears of what was released or pressed."""

from vaelab.ui.explorer.component import Curve, Reply, curves, explorer

__all__ = ["Curve", "Reply", "curves", "explorer"]
