"""Data: named sets of images and sequences, the batches drawn from them, and what is done to a model's input."""

from vaelab.data.batches import Batch, binarize, binarize_once, rows, steps_per_epoch
from vaelab.data.corruptions import Continuation, Corruption, GaussianNoise, NoCorruption, PatchMask, View
from vaelab.data.dataset import Dataset, DatasetInfo, Split
from vaelab.data.datasets import available, information, load, names
from vaelab.data.specification import Binarization, Data

__all__ = [
    "Batch",
    "Binarization",
    "Continuation",
    "Corruption",
    "Data",
    "Dataset",
    "DatasetInfo",
    "GaussianNoise",
    "NoCorruption",
    "PatchMask",
    "Split",
    "View",
    "available",
    "binarize",
    "binarize_once",
    "information",
    "load",
    "names",
    "rows",
    "steps_per_epoch",
]
