"""The image datasets of the guides, read from their original files, which are fetched if missing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy

from minigrad.arguments import flag
from minigrad.disk import FilePath, at_home, reading
from minigrad.engine.tensor import Tensor
from minigrad.errors import AccessError, FileError, MissingFileError
from minigrad.gluon.data.dataset import ArrayDataset, Dataset
from minigrad.gluon.data.vision.formats import Raw, read_idx, read_members
from minigrad.gluon.utils import download
from minigrad.image import imread, known_flag

Change = Callable[[Any, Any], Any] | None
"""The type of `transform`: a function of an image and its label."""

PIXELS = 3 * 32 * 32
"""Bytes of a CIFAR image."""


class _Images(ArrayDataset):
    """Images (N, height, width, channels) of uint8 with int32 labels; `transform`, if given, is applied to each sample.

    The files are expected in `root`. A missing one is fetched from `source`, checked, and stored there.
    """

    source: ClassVar[str]
    files: ClassVar[dict[str, str]]
    """The SHA-256 of each file to fetch."""
    classes = 10

    def __init__(self, root: FilePath, train: bool, transform: Change) -> None:
        self._root = at_home(root)
        images, labels = self._read(flag("train", train))
        if len(labels) == 0 or labels.max() >= self.classes:
            found = f"the label {labels.max()}" if len(labels) else "no label"
            raise FileError(f"{type(self).__name__} in {str(self._root)!r} has {found}; fetch its files again.")
        data = ArrayDataset(Tensor(images), labels.astype("int32"))
        if transform is None:
            super().__init__(*data._data)
        else:
            super().__init__(data.transform(transform))

    def _read(self, train: bool) -> tuple[Raw, Raw]:
        raise NotImplementedError

    def _find(self, *names: str) -> Path:
        """The first of these files that is in the folder; otherwise the last one is fetched."""
        for name in names:
            if (self._root / name).is_file():
                return self._root / name
        wanted = names[-1]
        try:
            return Path(download(self.source + wanted, self._root / wanted, sha1_hash=self.files[wanted]))
        except (FileError, OSError) as error:
            raise MissingFileError(
                f"{type(self).__name__} needs the file {wanted!r} in the folder {str(self._root)!r}, and it could not "
                f"be fetched: {error} Put the original file there (from {self.source}{wanted}), or give the folder "
                f"that has it: {type(self).__name__}(root=...)."
            ) from None


class MNIST(_Images):
    """Handwritten digits: 60,000 training and 10,000 test images of 28 by 28 grey pixels in 10 classes.

    Each sample is an image (28, 28, 1) of uint8 and its label, an int32. `transform(image, label)` changes them.
    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits; four gzipped files in the IDX format.
    """

    source = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    files: ClassVar = {
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    }

    def __init__(
        self, root: FilePath = "~/.minigrad/datasets/mnist", train: bool = True, transform: Change = None
    ) -> None:
        super().__init__(root, train, transform)

    def _read(self, train: bool) -> tuple[Raw, Raw]:
        part = "train" if train else "t10k"
        axes = {f"{part}-images-idx3-ubyte": 3, f"{part}-labels-idx1-ubyte": 1}
        images, labels = (read_idx(self._find(name, f"{name}.gz"), ndim) for name, ndim in axes.items())
        return images[..., None], labels


class FashionMNIST(MNIST):
    """Articles of clothing in MNIST's format: 10 classes, from T-shirt (0) to ankle boot (9).

    Source: Xiao, Rasul and Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms,
    2017.
    """

    source = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"
    files: ClassVar = {
        "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    }

    def __init__(
        self, root: FilePath = "~/.minigrad/datasets/fashion-mnist", train: bool = True, transform: Change = None
    ) -> None:
        super().__init__(root, train, transform)


class CIFAR10(_Images):
    """Small photographs: 50,000 training and 10,000 test images of 32 by 32 colour pixels in 10 classes.

    Each sample is an image (32, 32, 3) of uint8 and its label, an int32. `transform(image, label)` changes them.
    Source: Krizhevsky, Learning multiple layers of features from tiny images, 2009; the archive of the binary version,
    or its .bin files.
    """

    source = "https://www.cs.toronto.edu/~kriz/"
    archive = "cifar-10-binary.tar.gz"
    files: ClassVar = {archive: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}
    folder = "cifar-10-batches-bin"
    label_bytes, label = 1, 0

    def __init__(
        self, root: FilePath = "~/.minigrad/datasets/cifar10", train: bool = True, transform: Change = None
    ) -> None:
        super().__init__(root, train, transform)

    def _names(self, train: bool) -> list[str]:
        return [f"data_batch_{k}.bin" for k in range(1, 6)] if train else ["test_batch.bin"]

    def _read(self, train: bool) -> tuple[Raw, Raw]:
        content = b"".join(self._contents(self._names(train)))
        records = numpy.frombuffer(content, dtype="uint8").reshape(-1, self.label_bytes + PIXELS)
        images = records[:, self.label_bytes :].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return numpy.ascontiguousarray(images), records[:, self.label]

    def _contents(self, names: list[str]) -> list[bytes]:
        """The bytes of the named files, from the folder or else from the archive, which is not unpacked."""
        for folder in (self._root, self._root / self.folder):
            if all((folder / name).is_file() for name in names):
                return [self._whole(folder / name) for name in names]
        path = self._find(self.archive)
        try:
            found = read_members(path, names)
        except FileError as error:
            kind = type(self).__name__
            raise FileError(f"{str(path)!r} is not the archive of {kind}, or is damaged: {error}") from None
        for name in names:
            self._check_size(name, len(found[name]))
        return [found[name] for name in names]

    def _whole(self, path: Path) -> bytes:
        with reading(path) as file:
            self._check_size(path.name, os.fstat(file.fileno()).st_size)
            return file.read()

    def _check_size(self, name: str, size: int) -> None:
        record = self.label_bytes + PIXELS
        if size == 0 or size % record:
            raise FileError(
                f"{name!r} in {str(self._root)!r} has {size} bytes, which is not a multiple of the {record} bytes of a "
                f"record of {type(self).__name__}; fetch the binary version again."
            )


class CIFAR100(CIFAR10):
    """Small photographs as in CIFAR10, in 20 coarse classes, or in 100 fine ones with `fine_label=True`."""

    archive = "cifar-100-binary.tar.gz"
    files: ClassVar = {archive: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"}
    folder = "cifar-100-binary"
    label_bytes = 2

    def __init__(
        self,
        root: FilePath = "~/.minigrad/datasets/cifar100",
        fine_label: bool = False,
        train: bool = True,
        transform: Change = None,
    ) -> None:
        self.label = int(flag("fine_label", fine_label))
        self.classes = 100 if fine_label else 20
        super().__init__(root, train, transform)

    def _names(self, train: bool) -> list[str]:
        return ["train.bin" if train else "test.bin"]


class ImageFolderDataset(Dataset):
    """The images (height, width, channels) in the folders of `root`, one folder for each class.

    `synsets` are the classes (the sorted names of the folders), and `items` the files with their class numbers. What is
    hidden is skipped: `.ipynb_checkpoints`, which MXNet counts as a class, would shift all numbers.
    """

    kinds = (".jpg", ".jpeg", ".png")

    def __init__(self, root: FilePath, flag: int = 1, transform: Change = None) -> None:
        self._flag = known_flag(flag)
        self._transform = transform
        try:
            folders = sorted(path for path in at_home(root).glob("[!.]*") if path.is_dir())
            self.synsets = [folder.name for folder in folders]
            self.items = [
                (str(file), label)
                for label, folder in enumerate(folders)
                for file in sorted(folder.iterdir())
                if file.suffix.lower() in self.kinds and file.name[0] != "."
            ]
        except OSError as error:
            raise AccessError(f"The folders of {str(root)!r} cannot be read: {error.strerror}.") from None
        if not self.items:
            raise MissingFileError(
                f"There are no images in the folders of {str(root)!r}; it must have a folder for each class, with "
                f"files {', '.join(self.kinds)} in it."
            )

    def __getitem__(self, index: int) -> Any:
        name, label = self.items[index]
        image = imread(name, self._flag)
        return (image, label) if self._transform is None else self._transform(image, label)

    def __len__(self) -> int:
        return len(self.items)
