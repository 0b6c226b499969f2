"""What the tests of the routes share: two runs, what a worker does, what a browser sees."""

import numpy as np

from vaelab.checkpoints import files
from vaelab.live.control import FRAME, LIVE
from vaelab.live.frames import pack, unpack

LIVE_RUN, SHIPPED = "0123456789abcdef", "mnist-vae-2d"


def show(runs, sequence):
    """What a worker does when it has something new."""
    folder = runs.root / LIVE_RUN
    files.make_folder(folder / LIVE)
    files.replace(folder / FRAME, pack({"sequence": sequence}, {"x": np.zeros(1000, np.uint8)}), durable=False)


def url(run=LIVE_RUN):
    """Where the frames of a run come from."""
    return f"ws://localhost:8501/app/vaelab/runs/{run}/frames"


def sequence_of(socket):
    """The number of the next frame that arrives."""
    return unpack(socket.receive_bytes())[0]["sequence"]
