"""Who may talk to the routes: pages of this very server, at an address that the server knows as its own.

A browser sends any page's requests anywhere, so a foreign page could command runs (cross-site requests), and a
foreign name that is made to point here could read them (DNS rebinding). The first is told by Origin, the second by
Host. Streamlit checks both for its own routes only. Programs that are no browsers send no Origin and may pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit


def allowed(headers: Mapping[str, str], hosts: Sequence[str]) -> bool:
    """Whether a request with these headers may pass; `hosts` as in Streamlit's `server.allowedHosts`.

    An empty list allows every host, `*` too, and `*.example.org` the names below example.org; ports are ignored.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    name = _name(host)
    if name is None or (hosts and not any(_matches(name, pattern) for pattern in hosts)):
        return False
    if origin is None:
        # Reading from another site without Origin: browsers say so in this header.
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    scheme, _, authority = origin.partition("://")
    return scheme in ("http", "https") and authority.lower() == host.lower()


def _name(host: str) -> str | None:
    """The host name in a Host header, or None when it is no plain `name:port`."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # Raises when it is no number.
    except ValueError:
        return None
    if not parts.hostname or parts.netloc != host or "@" in host or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname.lower().rstrip(".")


def _matches(name: str, pattern: str) -> bool:
    pattern = pattern.strip().lower().rstrip(".")
    return pattern == "*" or name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))
