"""Names of examples that are called by their number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np


class Numbering(Sequence[str]):
    """ "row 1", "row 2", ... without a million strings."""

    def __init__(self, word: str, numbers: np.ndarray):
        self._word, self._numbers = word, numbers  # counted from 0

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Numbering(self._word, self._numbers[index])
        return f"{self._word} {int(self._numbers[index]) + 1:,}"
