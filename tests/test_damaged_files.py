"""Of every format that is read: a damaged file gives what was saved, or one sentence, and at once.

By hand, `COUNT` was a thousand.
"""

import gzip
import io
import random
import tarfile
import time

import numpy
import pytest
from PIL import Image

from minigrad import autograd, gluon, image, np, npx
from minigrad.datasets import from_npz
from minigrad.errors import MinigradError
from minigrad.gluon import nn
from minigrad.gluon.data.vision import CIFAR10, MNIST
from tests.damage import bytes_damaged, png_damaged, zip_damaged

COUNT = 60
RNG = numpy.random.default_rng(0)
X, Y = RNG.normal(size=(12, 3)).astype("float32"), numpy.arange(12) % 3
PIXELS = RNG.integers(0, 256, (6, 9, 3), dtype="uint8")


def trained():
    net = nn.Sequential()
    net.add(nn.Dense(3, in_units=2), nn.BatchNorm(in_channels=3), nn.Dense(2, in_units=3))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
    with autograd.record():
        loss = net(np.ones((4, 2))).sum()
    loss.backward()
    trainer.step(4)
    return net, trainer


class Parameters:
    """Into a network, which stays as it was if the file is refused."""

    def save(self, path):
        net, _ = trained()
        net.save_parameters(path)

    def load(self, path):
        net, _ = trained()
        before = self.values(net)
        try:
            net.load_parameters(path)
        except MinigradError:
            assert all((a == b).all() for a, b in zip(before, self.values(net)))
            raise
        return self.values(net)

    def values(self, net):
        return [p.data().asnumpy() for _, p in net.structure()]


class States:
    """Into a Trainer, which stays as it was if the file is refused."""

    def save(self, path):
        trained()[1].save_states(path)

    def load(self, path):
        _, trainer = trained()
        optimizer, before = trainer.optimizer, self.values(trainer)
        try:
            trainer.load_states(path)
        except MinigradError:
            assert trainer.optimizer is optimizer
            assert all((a == b).all() for a, b in zip(before, self.values(trainer)))
            raise
        return self.values(trainer)

    def values(self, trainer):
        states = trainer._updaters[0].states
        return [part.asnumpy() for key in sorted(states) for part in states[key]]


class Arrays:
    """By npx.load."""

    def save(self, path):
        npx.save(path, {"a/0": np.array(X), "b": np.array(Y)})

    def load(self, path):
        found = npx.load(path)
        return [a.asnumpy() for a in (found.values() if isinstance(found, dict) else found)]


class Plain(Arrays):
    def save(self, path):
        with path.open("wb") as file:
            numpy.savez(file, a=X, b=Y)


class Packed(Arrays):
    def save(self, path):
        with path.open("wb") as file:
            numpy.savez_compressed(file, a=X, b=Y)


class Samples:
    def save(self, path):
        with path.open("wb") as file:
            numpy.savez(file, x=X, y=Y)

    def load(self, path):
        return [a.asnumpy() for part in from_npz(path, test_fraction=0.3) for a in part]


class Digits:
    """MNIST, whose labels are left whole."""

    def save(self, path):
        path.write_bytes(gzip.compress(self.idx(RNG.integers(0, 256, (3, 4, 4), dtype="uint8"))))

    def idx(self, array):
        return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()

    def load(self, path):
        path.rename(path.with_name("t10k-images-idx3-ubyte.gz"))
        path.with_name("t10k-labels-idx1-ubyte").write_bytes(self.idx(numpy.array([3, 1, 4], "uint8")))
        return [np.asarray(a).asnumpy() for a in MNIST(path.parent, train=False)[:]]


class Photographs:
    """CIFAR's archive."""

    def save(self, path):
        records = numpy.concatenate([[[1], [7]], RNG.integers(0, 256, (2, 3072))], axis=1).astype("uint8").tobytes()
        with tarfile.open(path, "w:gz") as archive:
            member = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
            member.size = len(records)
            archive.addfile(member, io.BytesIO(records))

    def load(self, path):
        path.rename(path.with_name("cifar-10-binary.tar.gz"))
        return [np.asarray(a).asnumpy() for a in CIFAR10(path.parent, train=False)[:]]


class Unpacked(Photographs):
    """CIFAR's own files, in which no checksum tells one value from another."""

    def save(self, path):
        path.write_bytes(numpy.concatenate([[[1], [7]], RNG.integers(0, 256, (2, 3072))], axis=1).astype("uint8"))

    def load(self, path):
        path.rename(path.with_name("test_batch.bin"))
        return [np.asarray(a).asnumpy() for a in CIFAR10(path.parent, train=False)[:]]


class Text:
    suffix = ".txt"

    def save(self, path):
        np.savetxt(path.with_suffix(self.suffix), np.array(X))
        path.with_suffix(self.suffix).rename(path)

    def load(self, path):
        return [np.loadtxt(path.rename(path.with_suffix(self.suffix))).asnumpy()]


class PackedText(Text):
    suffix = ".txt.gz"


class Picture:
    def __init__(self, kind):
        self.kind = kind

    def save(self, path):
        Image.fromarray(PIXELS).save(path, format=self.kind)

    def load(self, path):
        found = image.imread(path).asnumpy()
        assert found.dtype == "uint8" and found.ndim == 3 and found.shape[2] == 3
        return [found]


CHECKED = [Parameters(), States(), Arrays(), Plain(), Packed(), Samples(), Digits(), Photographs(), PackedText()]
"""Formats with a checksum: what is read is what was saved."""
OTHERS = [Unpacked(), Text(), *(Picture(kind) for kind in ("png", "jpeg", "gif", "bmp", "tiff", "webp", "ppm"))]
ZIPS = [Parameters(), States(), Arrays(), Plain(), Samples()]


def named(reader):
    return getattr(reader, "kind", type(reader).__name__)


def outcomes(reader, damage, folder):
    """For each damage, what was read, or None for a file that was refused in a sentence."""
    folder.mkdir(exist_ok=True)
    (folder / "original").unlink(missing_ok=True)
    reader.save(folder / "original")
    whole = (folder / "original").read_bytes()
    (folder / "whole").mkdir()
    (folder / "whole" / "file").write_bytes(whole)
    yield reader.load(folder / "whole" / "file")
    for number in range(COUNT):
        path = folder / str(number) / "file"
        path.parent.mkdir()
        path.write_bytes(damage(whole, random.Random(number)))
        start = time.process_time()
        try:
            found = reader.load(path)
        except MinigradError as error:
            found, sentence = None, str(error)
            assert sentence[-1] in ".!?" and len(sentence) < 1000 and "allow_pickle" not in sentence, sentence
        assert time.process_time() - start < 1  # of its own, so that a busy machine makes no difference
        yield found


@pytest.mark.parametrize("reader", CHECKED, ids=named)
def test_a_damaged_file_is_refused_or_gives_what_was_saved(reader, tmp_path):
    whole, *found = outcomes(reader, bytes_damaged, tmp_path)
    read = [arrays for arrays in found if arrays is not None]
    for arrays in read:
        for a, b in zip(arrays, whole, strict=True):
            assert a.dtype == b.dtype
            numpy.testing.assert_array_equal(a, b)
    assert len(read) < COUNT / 2


@pytest.mark.parametrize("reader", OTHERS, ids=named)
def test_a_damaged_file_without_a_checksum_is_refused_or_gives_arrays(reader, tmp_path):
    whole, *found = outcomes(reader, bytes_damaged, tmp_path)
    assert any(arrays is None for arrays in found)
    assert all(a.dtype == b.dtype for arrays in found if arrays is not None for a, b in zip(arrays, whole))


@pytest.mark.parametrize("reader", ZIPS, ids=named)
def test_a_zip_whose_members_were_exchanged_is_refused_or_has_all_by_name(reader, tmp_path):
    _, *found = outcomes(reader, zip_damaged, tmp_path)
    assert sum(arrays is None for arrays in found) > COUNT / 4


def test_a_png_that_states_another_size_is_refused_or_a_picture(tmp_path):
    found = list(outcomes(Picture("png"), png_damaged, tmp_path))
    assert any(arrays is None for arrays in found)
