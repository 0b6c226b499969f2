"""Seven ways in which bytes are damaged, and a manifest that vouches for damaged bytes."""

import hashlib

from vaelab.checkpoints import manifest


def cut(content, chance):
    return content[: chance.randrange(len(content))]


def flip(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def flip_early(content, chance):
    at = chance.randrange(min(len(content), 120))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def overwrite(content, chance):
    at = chance.randrange(len(content))
    noise = bytes(255 - byte for byte in content[at : at + 16])
    return content[:at] + noise + content[at + len(noise) :]


def append(content, chance):
    return content + chance.randbytes(chance.randint(1, 40))


def swap_digits(content, chance):
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    at = chance.choice(digits or [0])
    return content[:at] + bytes([48 + (content[at] - 47) % 10]) + content[at + 1 :]


def empty(content, chance):
    return b""


MUTATIONS = (cut, flip, flip_early, overwrite, append, swap_digits, empty)


def resign(folder, name, content):
    """Write a file and a manifest that vouches for it: what an attacker can do, since the seal is no signature."""
    (folder / name).write_bytes(content)
    entries = manifest.unseal((folder / "manifest.json").read_bytes(), "manifest")
    entries["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / "manifest.json").write_bytes(manifest.seal(entries))
