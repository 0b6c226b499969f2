"""What was left out and why: all of it counted, the first of it by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vaelab.data.own.limits import NAME

_NAMED = 50


@dataclass
class Dropped:
    """Files, rows or entries that become no examples."""

    reasons: Counter[str] = field(default_factory=Counter)
    first: list[tuple[str, str]] = field(default_factory=list)  # A name and its reason.

    def add(self, name: str, reason: str) -> None:
        """Count one more."""
        self.reasons[reason] += 1
        if len(self.first) < _NAMED:
            self.first.append((printable(name), reason))

    @property
    def total(self) -> int:
        """How many there are."""
        return self.reasons.total()

    def sentence(self) -> str:
        """All of it in words: "3 were left out: 2 damaged (a.png, b.png), 1 too large (c.png)"."""
        parts = []
        for reason, count in self.reasons.most_common(5):
            names = [name for name, why in self.first if why == reason][:3]
            more = ", ..." if count > len(names) else ""
            parts.append(f"{count:,} {reason} ({', '.join(names)}{more})" if names else f"{count:,} {reason}")
        return f"{self.total:,} left out: {'; '.join(parts)}."


def printable(name: str, longest: int = NAME) -> str:
    """A name as it can be shown: no control characters, none that turn the text around, not too long."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name).strip()
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."
