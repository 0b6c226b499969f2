"""MNIST, Fashion-MNIST and KMNIST: four IDX files each, 60,000 + 10,000 grey images of 28 x 28 pixels."""

from __future__ import annotations

from dataclasses import dataclass

from vaelab.data import published
from vaelab.data.dataset import Dataset, DatasetInfo, split
from vaelab.data.published import DigestOf, File

_TRAIN, _TEST, _SIDE = 60_000, 10_000, 28
_FILES = (
    ("train-images-idx3-ubyte", (_TRAIN, _SIDE, _SIDE)),
    ("train-labels-idx1-ubyte", (_TRAIN,)),
    ("t10k-images-idx3-ubyte", (_TEST, _SIDE, _SIDE)),
    ("t10k-labels-idx1-ubyte", (_TEST,)),
)


@dataclass(frozen=True)
class Collection:
    """Four published files and the addresses of the folders that hold them, tried in order."""

    information: DatasetInfo
    mirrors: tuple[str, ...]
    files: tuple[File, ...]  # in the order of `_FILES`

    def load(self) -> Dataset:
        """Read or download the four files; raises `DataError`."""
        name, title = self.information.name, self.information.title
        arrays = (published.read(title, name, file, self.mirrors) for file in self.files)
        images, labels, test_images, test_labels = arrays
        train, test = split(images[..., None], labels), split(test_images[..., None], test_labels)
        return Dataset(name, train, test, self.information.classes)

    def available(self) -> bool:
        """Whether all four files are on this machine."""
        return all(published.present(self.information.name, file) for file in self.files)


def _information(name: str, title: str, classes: tuple[str, ...], licence: str, source: str) -> DatasetInfo:
    return DatasetInfo(name, title, (_SIDE, _SIDE, 1), _TRAIN, _TEST, classes, licence, source)


def _files(digest_of: DigestOf, *digests: str) -> tuple[File, ...]:
    return tuple(File(*file, digest, digest_of) for file, digest in zip(_FILES, digests, strict=True))


MNIST = Collection(
    _information(
        "mnist",
        "MNIST",
        tuple("0123456789"),
        "CC BY-SA 3.0",
        "Handwritten digits of NIST, collected by LeCun, Cortes and Burges (1998).",
    ),
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
    _files(
        "decompressed",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)

FASHION_MNIST = Collection(
    _information(
        "fashion_mnist",
        "Fashion-MNIST",
        (
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        "MIT",
        "Pictures of Zalando's articles, by Xiao, Rasul and Vollgraf (2017, arXiv:1708.07747).",
    ),
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
    _files(
        "decompressed",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)

KMNIST = Collection(
    _information(
        "kmnist",
        "KMNIST",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "CC BY-SA 4.0",
        "Cursive Japanese characters, by CODH from the Kuzushiji data set of NIJL (Clanuwat et al. 2018, "
        "arXiv:1812.01718).",
    ),
    (
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    ),
    _files(
        "compressed",  # There is one source, and the digests that are known are of its files as they are.
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
)
