"""The few names of MXNet's `test_utils` that the guides use."""

import gzip
import struct

import numpy

from minigrad import gluon, num_gpus, test_utils


def test_mnist_comes_as_scaled_arrays_with_the_channel_first(tmp_path):
    rng = numpy.random.default_rng(0)
    pixels = {part: rng.integers(0, 256, (n, 28, 28), dtype="uint8") for part, n in (("train", 5), ("t10k", 3))}
    for part, images in pixels.items():
        head = struct.pack(">IIII", 2051, *images.shape)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images.tobytes()))
        labels = bytes(range(len(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(
            gzip.compress(struct.pack(">II", 2049, len(images)) + labels)
        )
    mnist = test_utils.get_mnist(tmp_path)
    assert mnist["train_data"].dtype == "float32"
    numpy.testing.assert_allclose(mnist["train_data"][:, 0], pixels["train"] / 255, rtol=1e-6)
    numpy.testing.assert_allclose(mnist["test_data"][:, 0], pixels["t10k"] / 255, rtol=1e-6)
    assert mnist["train_label"].tolist() == [0, 1, 2, 3, 4]
    assert mnist["test_label"].tolist() == [0, 1, 2]


def test_the_gpus_are_listed_by_number():
    assert list(test_utils.list_gpus()) == list(range(num_gpus()))
    assert test_utils.download is gluon.utils.download
