"""One large picture full of small ones: a sprite sheet, cut into tiles."""

from __future__ import annotations

import numpy as np

from vaelab.data.own import pictures
from vaelab.data.own.dropped import Dropped, printable
from vaelab.data.own.given import Given
from vaelab.data.own.limits import FEWEST, FILE, MOST, SMALLEST
from vaelab.data.own.numbering import Numbering
from vaelab.data.own.options import Options
from vaelab.data.own.source import Pictures
from vaelab.data.own.treatment import look
from vaelab.errors import DataError

_SIDES = (64, 48, 40, 32, 28, 24, 20, 16, 12, 8)  # That are tried, the largest first.


def from_sheet(given: Given, options: Options) -> Pictures:
    """The tiles of a sheet, row by row, but those of one colour only; raises `DataError`."""
    given.file.seek(0)
    try:
        image = pictures.decode(given.file.read(FILE + 1), whole=True)
    except DataError as error:
        raise DataError(f"{given.name} is {error}; give a PNG, JPEG or WebP picture.") from None
    side = options.tile or _side(image.size)
    if not SMALLEST <= side <= 1024:
        raise DataError(
            f"{given.name} has {image.width} x {image.height} pixels, which no usual tile divides into {FEWEST} or "
            "more; say how large a tile is."
        )
    step = side + options.gap
    columns, rows = (image.width + options.gap) // step, (image.height + options.gap) // step
    if not FEWEST <= rows * columns <= MOST:
        raise DataError(
            f"{given.name} has {image.width} x {image.height} pixels: {rows * columns:,} tiles of {side} pixels, "
            f"but {FEWEST} to {MOST:,} are wanted; say another tile."
        )

    def tile(place: int):
        top, left = (part * step for part in divmod(place, columns))
        return image.crop((left, top, left + side, top + side))

    dropped, kept = Dropped(), []
    for place in range(rows * columns):
        if all(low == high for low, high in _extrema(tile(place))):
            dropped.add(f"tile {place + 1:,}", "of one colour only")
        else:
            kept.append(place)
    if not kept:
        raise DataError(f"{given.name} has tiles of one colour only; say another tile.")
    apart = f", {options.gap} apart" if options.gap else ""
    remarks = (f"{rows:,} rows of {columns:,} tiles, {side} pixels each{apart}.",)
    some = np.unique(np.linspace(0, len(kept) - 1, 64).astype(int))
    return Pictures(
        printable(given.name), f"a sheet of {len(kept):,} pictures", Numbering("tile", np.array(kept)), dropped=dropped,
        remarks=remarks, read=lambda number: tile(kept[number]), sizes=np.array([[side, side]], np.int32),
        look=look([tile(kept[place]) for place in some]),
    )  # fmt: skip


def _side(size: tuple[int, int]) -> int:
    """The largest usual side that divides both sides of the sheet into enough tiles; 0 if there is none."""
    width, height = size
    fitting = (side for side in _SIDES if width % side == height % side == 0)
    return next((side for side in fitting if width * height >= FEWEST * side**2), 0)


def _extrema(tile) -> list[tuple[int, int]]:
    found = tile.getextrema()
    return [found] if isinstance(found[0], int) else list(found)
