"""The bundled digits are the real ones, and the split is a split."""

import hashlib
from importlib import resources

import numpy
import pytest

from minigrad import datasets
from minigrad.errors import ArgumentError

# SHA-256 of the bytes of scikit-learn's load_digits().data and .target
IMAGES = "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
LABELS = "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"


def test_the_images_are_those_of_the_repository():
    with numpy.load(resources.files("minigrad.datasets").joinpath("digits.npz")) as data:
        images, labels = data["images"], data["labels"]
    assert hashlib.sha256(images.tobytes()).hexdigest() == IMAGES
    assert hashlib.sha256(labels.tobytes()).hexdigest() == LABELS


def test_attribution_and_licence_lie_beside_the_data():
    folder = resources.files("minigrad.datasets")
    assert "Alpaydin" in folder.joinpath("digits.md").read_text()
    assert "Attribution 4.0 International" in folder.joinpath("digits.LICENSE.txt").read_text()


def test_every_image_is_on_exactly_one_side():
    (x_train, y_train), (x_test, y_test) = datasets.digits(test_fraction=0.3, seed=5)
    rows = numpy.concatenate([x_train.asnumpy(), x_test.asnumpy()])
    with numpy.load(resources.files("minigrad.datasets").joinpath("digits.npz")) as data:
        original = data["images"].reshape(-1, 64) / 16
    assert sorted(map(bytes, rows)) == sorted(map(bytes, original.astype("float32")))
    share = numpy.bincount(y_test.asnumpy()) / (numpy.bincount(y_train.asnumpy()) + numpy.bincount(y_test.asnumpy()))
    numpy.testing.assert_allclose(share, 0.3, atol=0.005)


def test_labels_go_with_their_images():
    (x, y), _ = datasets.digits()
    x, y = x.asnumpy(), y.asnumpy()
    with numpy.load(resources.files("minigrad.datasets").joinpath("digits.npz")) as data:
        lookup = {bytes(i): label for i, label in zip(data["images"].reshape(-1, 64), data["labels"])}
    assert [lookup[bytes((row * 16).astype("uint8"))] for row in x[:200]] == y[:200].tolist()


def test_the_seed_decides_the_split():
    first, again, other = datasets.digits(seed=1), datasets.digits(seed=1), datasets.digits(seed=2)
    assert (first[0][0].asnumpy() == again[0][0].asnumpy()).all()
    assert (first[1][1].asnumpy() == again[1][1].asnumpy()).all()
    assert (first[0][0].asnumpy() != other[0][0].asnumpy()).any()
    assert (first[0][1].asnumpy()[:20] != numpy.sort(first[0][1].asnumpy())[:20]).any()  # shuffled, not by class


def test_types_shapes_and_scale():
    (x, y), _ = datasets.digits(flatten=False)
    assert x.shape == (1438, 1, 8, 8)
    assert (x.dtype, y.dtype) == ("float32", "int64")
    assert (x.asnumpy().min(), x.asnumpy().max()) == (0, 1)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 360])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(ArgumentError, match=f"test_fraction is {fraction}"):
        datasets.digits(test_fraction=fraction)
