"""Composition, conversion and normalization of images."""

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import DTypeError, GraphError, ShapeError
from minigrad.gluon.block import Block
from minigrad.gluon.data import ArrayDataset, DataLoader
from minigrad.gluon.data.vision import transforms

IMAGE = numpy.random.default_rng(1).integers(0, 256, (4, 6, 3), dtype="uint8")


def test_to_tensor_moves_channels_first_and_divides_by_255():
    y = transforms.ToTensor()(np.array(IMAGE))
    assert y.shape == (3, 4, 6) and y.dtype == "float32"
    for channel in range(3):
        numpy.testing.assert_allclose(y.asnumpy()[channel], IMAGE[..., channel] / 255.0, rtol=1e-6)


def test_to_tensor_takes_batches_and_plain_arrays():
    batch = numpy.stack([IMAGE, IMAGE[::-1]])
    y = transforms.ToTensor()(batch).asnumpy()
    assert y.shape == (2, 3, 4, 6)
    numpy.testing.assert_array_equal(y[1], transforms.ToTensor()(IMAGE[::-1]).asnumpy())
    with pytest.raises(ShapeError, match=r"\(height, width, channels\).* got shape \(4, 6\)"):
        transforms.ToTensor()(IMAGE[..., 0])


def test_normalize_uses_the_numbers_of_each_channel():
    x = numpy.float32([[[1, 2]], [[3, 4]]])
    y = transforms.Normalize(mean=(1, 2), std=(2, 4))(np.array(x))
    assert y.asnumpy().tolist() == [[[0, 0.5]], [[0.25, 0.5]]] and y.dtype == "float32"
    assert transforms.Normalize(1, 2)(np.array(x)).asnumpy().tolist() == [[[0, 0.5]], [[1, 1.5]]]
    batch = transforms.Normalize(mean=(1, 2), std=(2, 4))(np.array(numpy.stack([x, x])))
    assert batch.asnumpy().tolist() == [y.asnumpy().tolist()] * 2


def test_normalize_before_to_tensor_is_explained():
    with pytest.raises(DTypeError, match=r"expects floats \(C, H, W\), but got uint8; put ToTensor\(\) before it"):
        transforms.Normalize(0.5, 0.5)(np.array(IMAGE))
    with pytest.raises(ShapeError, match=r"3 channels expects images of shape \(3, height, width\), .* \(4, 6, 5\)"):
        transforms.Normalize((0, 0, 0), 1)(np.zeros((4, 6, 5)))


def test_cast_converts():
    assert transforms.Cast("float16")(np.array(IMAGE)).dtype == "float16"
    assert transforms.Cast()(np.array(IMAGE)).dtype == "float32"


def test_compose_applies_one_after_the_other_functions_included():
    composed = transforms.Compose([transforms.ToTensor(), lambda x: x * 2, transforms.Normalize(1.0, 0.5)])
    expected = (IMAGE.transpose(2, 0, 1) / 255.0 * 2 - 1) / 0.5
    numpy.testing.assert_allclose(composed(np.array(IMAGE)).asnumpy(), expected, atol=1e-5)


def test_further_arguments_pass_unchanged():
    image, label = transforms.Compose([transforms.ToTensor()])(np.array(IMAGE), 7)
    assert image.shape == (3, 4, 6) and label == 7
    assert transforms.ToTensor()(np.array(IMAGE), 1, 2)[1:] == (1, 2)


def test_transforms_are_blocks_and_show_their_parts():
    composed = transforms.Compose([transforms.Resize(4), transforms.RandomColorJitter(0.1, 0.1)])
    assert isinstance(composed, Block)
    assert [line.split(":")[0].strip() for line in repr(composed).splitlines()] == [
        "Compose(", "(0)", "(1)", "(0)", "(1)", ")", ")",
    ]  # fmt: skip


def test_a_dataset_is_transformed_for_training():
    images, labels = numpy.stack([IMAGE] * 5), numpy.arange(5, dtype="int32")
    dataset = ArrayDataset(np.array(images), labels).transform_first(
        transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
    )
    (x, y), _ = DataLoader(dataset, batch_size=3)
    assert x.shape == (3, 3, 4, 6) and x.dtype == "float32" and y.asnumpy().tolist() == [0, 1, 2]


@pytest.mark.parametrize("transform", [transforms.Normalize(0.5, 0.25), transforms.Cast(), transforms.ToTensor()])
def test_no_gradient_is_lost_in_silence(transform):
    x = np.ones((3, 2, 2))
    x.attach_grad()
    same = transform(x)
    with autograd.record():
        with pytest.raises(GraphError, match=r"makes a constant.*detach\(\)"):
            transform(x)
        assert (transform(x.detach()) == same).all()
        with autograd.pause():
            assert (transform(x) == same).all()
