"""The image datasets read their original file formats, fetch what is missing, and say which files they need."""

import gzip
import hashlib
import io
import tarfile

import numpy
import pytest
from matplotlib.image import imsave

from minigrad.engine.tensor import Tensor
from minigrad.errors import FileError, MissingFileError, ShapeError
from minigrad.gluon.data import DataLoader
from minigrad.gluon.data.vision import CIFAR10, CIFAR100, MNIST, FashionMNIST, ImageFolderDataset
from minigrad.gluon.data.vision.datasets import read_idx

RNG = numpy.random.default_rng(0)
DIGITS = RNG.integers(0, 256, (5, 28, 28), dtype="uint8")
LABELS = numpy.array([3, 1, 4, 1, 9], dtype="uint8")


def idx(array):
    """An array as the bytes of an IDX file, written from the definition of the format."""
    header = bytes([0, 0, 0x08, array.ndim]) + b"".join(length.to_bytes(4, "big") for length in array.shape)
    return header + array.tobytes()


def write_mnist(folder, part="train", compress=gzip.compress, suffix=".gz"):
    folder.mkdir(exist_ok=True)
    (folder / f"{part}-images-idx3-ubyte{suffix}").write_bytes(compress(idx(DIGITS)))
    (folder / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(compress(idx(LABELS)))
    return folder


def cifar_records(count, label_bytes, seed=0):
    """Records as in the binary version: label bytes, then 1024 red, 1024 green and 1024 blue values."""
    rng = numpy.random.default_rng(seed)
    labels = rng.integers(0, 10, (count, label_bytes), dtype="uint8")
    planes = rng.integers(0, 256, (count, 3, 32, 32), dtype="uint8")
    return labels, planes, numpy.concatenate([labels, planes.reshape(count, -1)], axis=1).tobytes()


def write_tar(path, files):
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def offline(monkeypatch):
    """Downloads fail at once; the list of what was asked for is returned."""
    asked = []

    def urlopen(url, **kwargs):
        asked.append(url)
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return asked


# MNIST


@pytest.mark.parametrize(("train", "part"), [(True, "train"), (False, "t10k")])
@pytest.mark.parametrize("dataset", [MNIST, FashionMNIST])
def test_mnist_reads_gzipped_idx_files(tmp_path, offline, dataset, train, part):
    digits = dataset(write_mnist(tmp_path, part), train=train)
    assert len(digits) == 5 and offline == []
    for index in range(5):
        image, label = digits[index]
        assert isinstance(image, Tensor) and image.dtype == "uint8" and image.shape == (28, 28, 1)
        assert image.asnumpy()[..., 0].tolist() == DIGITS[index].tolist()
        assert label.dtype == "int32" and label == LABELS[index]


def test_mnist_reads_unpacked_files(tmp_path, offline):
    digits = MNIST(write_mnist(tmp_path, compress=bytes, suffix=""))
    assert digits[2][0].asnumpy()[..., 0].tolist() == DIGITS[2].tolist() and offline == []


def test_slices_are_arrays(tmp_path):
    images, labels = MNIST(write_mnist(tmp_path))[1:4]
    assert images.shape == (3, 28, 28, 1) and labels.tolist() == [1, 4, 1]


def test_a_transform_gets_image_and_label(tmp_path):
    digits = MNIST(write_mnist(tmp_path), transform=lambda image, label: (image.astype("float32") / 255, label + 10))
    image, label = digits[0]
    numpy.testing.assert_allclose(image.asnumpy()[..., 0], DIGITS[0] / 255, rtol=1e-6)
    assert label == 13 and len(digits) == 5


@pytest.mark.parametrize("transform", [None, lambda image, label: (image, label)])
def test_batches_keep_the_dtypes_of_the_file(tmp_path, transform):
    loader = DataLoader(MNIST(write_mnist(tmp_path), transform=transform), batch_size=5)
    ((images, labels),) = loader
    assert images.dtype == "uint8" and labels.dtype == "int32"
    assert images.asnumpy()[..., 0].tolist() == DIGITS.tolist() and labels.asnumpy().tolist() == LABELS.tolist()


def test_offline_a_sentence_names_file_folder_and_source(tmp_path, offline):
    with pytest.raises(MissingFileError) as error:
        FashionMNIST(tmp_path / "fashion")
    sentence = str(error.value)
    assert sentence.startswith(f"FashionMNIST needs the file 'train-images-idx3-ubyte.gz' in the folder '{tmp_path}")
    assert "no network" in sentence
    assert "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/train-images" in sentence
    assert "FashionMNIST(root=...)" in sentence
    assert set(offline) == {FashionMNIST.source + "train-images-idx3-ubyte.gz"}


def test_missing_files_are_fetched_once_and_checked(tmp_path, monkeypatch):
    origin = write_mnist(tmp_path / "origin")
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in origin.iterdir()}
    monkeypatch.setattr(MNIST, "source", origin.as_uri() + "/")
    monkeypatch.setattr(MNIST, "files", sums)
    assert MNIST(tmp_path / "here")[0][1] == 3
    for path in origin.iterdir():
        path.unlink()
    assert MNIST(tmp_path / "here")[4][1] == 9

    monkeypatch.setattr(MNIST, "files", dict.fromkeys(sums, "0" * 64))
    write_mnist(origin)
    with pytest.raises(MissingFileError, match=r"its sha256 is .*, not 0000"):
        MNIST(tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_the_folder_may_be_in_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / ".minigrad" / "datasets").mkdir(parents=True)
    write_mnist(tmp_path / ".minigrad" / "datasets" / "mnist")
    assert len(MNIST()) == 5


def test_labels_of_another_length_are_refused(tmp_path):
    folder = write_mnist(tmp_path)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS[:3])))
    with pytest.raises(ShapeError, match=r"\[5, 3\]"):
        MNIST(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(DIGITS)[:-1], "is not a whole IDX file of bytes with 3 axes"),
        (idx(DIGITS) + b"x", "is not a whole IDX file"),
        (idx(LABELS), r"with 3 axes: it starts with b'\\x00\\x00\\x08\\x01'"),
        (b"", "is not a whole IDX file"),
        (b"<html>not found</html>", "it starts with b'<htm'"),
        (gzip.compress(idx(DIGITS), mtime=0)[:-20], "is a damaged gzip file"),
        (b"\x1f\x8b\x08\x00", "is a damaged gzip file"),
    ],
)
def test_damaged_files_are_refused(tmp_path, content, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(FileError, match=message):
        read_idx(tmp_path / "file", ndim=3)


# CIFAR


def test_cifar10_reads_its_archive(tmp_path, offline):
    parts = {f"data_batch_{k}.bin": cifar_records(2, 1, seed=k) for k in range(1, 6)}
    test = cifar_records(3, 1, seed=9)
    files = {f"cifar-10-batches-bin/{name}": part[2] for name, part in {**parts, "test_batch.bin": test}.items()}
    write_tar(tmp_path / "cifar-10-binary.tar.gz", {"cifar-10-batches-bin/readme.html": b"hello", **files})
    train = CIFAR10(tmp_path)
    assert len(train) == 10 and len(CIFAR10(tmp_path, train=False)) == 3 and offline == []
    for index in range(10):
        labels, planes, _ = parts[f"data_batch_{1 + index // 2}.bin"]
        image, label = train[index]
        assert image.shape == (32, 32, 3) and image.dtype == "uint8"
        for channel in range(3):
            assert image.asnumpy()[..., channel].tolist() == planes[index % 2, channel].tolist()
        assert label == labels[index % 2, 0] and label.dtype == "int32"


@pytest.mark.parametrize("inner", ["", "cifar-10-batches-bin"])
def test_cifar10_reads_unpacked_files(tmp_path, offline, inner):
    labels, _, content = cifar_records(4, 1)
    (tmp_path / inner).mkdir(exist_ok=True)
    (tmp_path / inner / "test_batch.bin").write_bytes(content)
    _, found = CIFAR10(tmp_path, train=False)[:]
    assert found.tolist() == labels[:, 0].tolist() and offline == []


@pytest.mark.parametrize("fine", [False, True])
def test_cifar100_has_coarse_and_fine_labels(tmp_path, fine):
    labels, planes, content = cifar_records(3, 2)
    write_tar(tmp_path / "cifar-100-binary.tar.gz", {"cifar-100-binary/train.bin": content})
    images, found = CIFAR100(tmp_path, fine_label=fine)[:]
    assert found.tolist() == labels[:, int(fine)].tolist()
    assert images.asnumpy().transpose(0, 3, 1, 2).tolist() == planes.tolist()


def test_cifar_files_that_do_not_fit_are_refused(tmp_path, offline):
    with pytest.raises(MissingFileError, match=r"CIFAR10 needs the file 'cifar-10-binary\.tar\.gz'"):
        CIFAR10(tmp_path)
    (tmp_path / "test_batch.bin").write_bytes(bytes(3073 * 2 - 1))
    with pytest.raises(FileError, match="has 6145 bytes, which is not a multiple of the 3073"):
        CIFAR10(tmp_path, train=False)
    for content in (b"no archive", b""):
        (tmp_path / "cifar-10-binary.tar.gz").write_bytes(content)
        with pytest.raises(FileError, match="is not the archive of CIFAR10, or is damaged"):
            CIFAR10(tmp_path)
    write_tar(tmp_path / "cifar-10-binary.tar.gz", {"other": b""})
    with pytest.raises(FileError, match="is not the archive of CIFAR10, or is damaged"):
        CIFAR10(tmp_path)


def test_labels_that_no_class_has_and_files_without_samples_are_refused(tmp_path):
    folder = write_mnist(tmp_path)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS + 7)))
    with pytest.raises(FileError, match="MNIST in '.*' has the label 16; fetch its files again"):
        MNIST(folder)
    for name, array in (("images-idx3", DIGITS[:0]), ("labels-idx1", LABELS[:0])):
        (folder / f"train-{name}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
    with pytest.raises(FileError, match="has no label"):
        MNIST(folder)
    write_tar(tmp_path / "cifar-100-binary.tar.gz", {"train.bin": bytes([20, 99]) + bytes(3072)})
    assert CIFAR100(tmp_path, fine_label=True)[0][1] == 99
    with pytest.raises(FileError, match="CIFAR100 .* has the label 20"):
        CIFAR100(tmp_path)


def test_an_archive_with_two_files_of_a_name_or_one_that_is_not_all_there_is_refused(tmp_path):
    content = cifar_records(1, 1)[2]
    write_tar(tmp_path / "cifar-10-binary.tar.gz", {"a/test_batch.bin": content, "b/test_batch.bin": content})
    with pytest.raises(FileError, match=r"it has two files 'test_batch\.bin'\.$"):
        CIFAR10(tmp_path, train=False)
    sparse = tarfile.TarInfo("test_batch.bin")
    sparse.size, sparse.pax_headers = 0, {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    sparse.pax_headers |= {"GNU.sparse.realsize": str(10**12), "GNU.sparse.name": "test_batch.bin"}
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as archive:
        archive.addfile(sparse)
    with pytest.raises(FileError, match="is not the archive of CIFAR10, or is damaged"):
        CIFAR10(tmp_path, train=False)


def test_a_folder_of_images_has_a_class_for_each_folder(tmp_path):
    for name, level in (("cat", 10), ("dog", 200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("no image")
        for k in range(2):
            imsave(tmp_path / name / f"{k}.png", numpy.full((4, 5, 3), level + k, "uint8"))
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "cat" / "._0.png").write_bytes(bytes(10))  # as a Mac puts it into an archive
    data = ImageFolderDataset(tmp_path)
    assert data.synsets == ["cat", "dog"]
    assert [label for _, label in data.items] == [0, 0, 1, 1]
    x, y = next(iter(DataLoader(data, batch_size=4)))
    assert x.shape == (4, 4, 5, 3)
    assert x[:, 0, 0, 0].tolist() == [10, 11, 200, 201]
    assert y.tolist() == [0, 0, 1, 1]
    grey = ImageFolderDataset(str(tmp_path), flag=0, transform=lambda image, label: (image.shape, label))
    assert grey[3] == ((4, 5, 1), 1)


def test_a_folder_without_images_is_said_so(tmp_path):
    with pytest.raises(MissingFileError, match=r"no images.*folder for each class.*\.png"):
        ImageFolderDataset(tmp_path)
