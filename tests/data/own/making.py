"""Files to be read, good and bad."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np
from PIL import Image

from vaelab.data.own.given import Given


def pixels(seed: int, height: int = 16, width: int = 16, channels: int = 1) -> np.ndarray:
    """A picture of noise, dark at its border."""
    array = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    array[[0, -1]] = array[:, [0, -1]] = 10
    return array if channels > 1 else array[..., 0]


def encoded(array: np.ndarray, kind: str = "PNG", **settings) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **settings)
    return file.getvalue()


def zipped(entries: Mapping[str, bytes], name: str = "pictures.zip", method: int = zipfile.ZIP_STORED) -> Given:
    """An archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for path, content in entries.items():
            archive.writestr(path, content)
    return Given(name, file)


def pictures(count: int = 60, classes: int = 2, **shape) -> dict[str, bytes]:
    """Files in class folders."""
    return {f"class {index % classes}/{index}.png": encoded(pixels(index, **shape)) for index in range(count)}


def file(name: str, content: bytes) -> Given:
    """A file as it comes from a browser."""
    return Given(name, io.BytesIO(content))


def array_file(array: np.ndarray, name: str = "array.npy") -> Given:
    """A .npy file."""
    content = io.BytesIO()
    np.save(content, array)
    return Given(name, content)


def arrays_file(name: str = "arrays.npz", **arrays: np.ndarray) -> Given:
    """A .npz file."""
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    return Given(name, content)


def announced(descr: str, shape: str, content: bytes = b"", order: str = "False") -> bytes:
    """A .npy file that says what it likes."""
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def png_of(width: int, height: int, depth: int = 1, content: bytes | None = None) -> bytes:
    """A small PNG file of a large picture in one colour, made without the picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    if content is None:
        compressor = zlib.compressobj(9)
        line = bytes(1 + (width * depth + 7) // 8)
        parts = [compressor.compress(line * min(height - start, 256)) for start in range(0, height, 256)]
        content = b"".join([*parts, compressor.flush()])
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    """Cut, flipped, overwritten, lengthened or zeroed somewhere."""
    place = int(random.integers(0, len(content)))
    match int(random.integers(0, 6)):
        case 0:
            return content[:place]
        case 1:
            return content[:place] + bytes([content[place] ^ (1 << int(random.integers(0, 8)))]) + content[place + 1 :]
        case 2:
            return content[:place] + random.bytes(8) + content[place + 8 :]
        case 3:
            return content + random.bytes(int(random.integers(1, 64)))
        case 4:
            return content[:place] + bytes(16) + content[place + 16 :]
    place = place % min(64, len(content))  # In the header, where it matters most.
    return content[:place] + random.bytes(1) + content[place + 1 :]
