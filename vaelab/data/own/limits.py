"""Every limit on own data in one place: what is refused before memory, disk or time is spent on it."""

from __future__ import annotations

SMALLEST, LARGEST = 8, 128  # Pixels per side of an example.
FEWEST, MOST = 50, 1_000_000  # Examples.
NUMBERS = 16_384  # In a vector or a sequence: steps times features.
CLASSES = 256  # A label is stored in a byte.
NAME = 80  # Characters of a name that is shown.

# Of one picture, compared before a pixel of it is decoded.
PIXELS, WEBP_PIXELS = 16_000_000, 4_000_000  # WebP's decoder holds the picture four times over.
SIDE = 8192
FRAMES = 100  # Of an animation, of which the first is taken.
FILE = 20 << 20  # Bytes as stored.

# Of an archive, which is never unpacked to a folder.
ENTRIES = 100_000
UNPACKED = 500 << 20  # Bytes of all entries together.
RATIO = 100  # Of an entry's bytes to those that it is stored in.
ENTRY_NAME = 255  # Characters.

DECODED = 4_000_000_000  # Pixels of all pictures of an archive together: some twenty seconds of work.
CHECKED = 20_000  # Pictures that are decoded before the plan is shown; of more, the first bytes are read.
LINE = 1 << 20  # Bytes of a line of text.
HEADER = 10_000  # Bytes of the header of a NumPy file.

# Of what is stored.
SETS = 200
UPLOADED = 1 << 30  # Bytes that an upload may become.
