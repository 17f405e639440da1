"""Resizing interpolates, crops cut where they should, and random ones are random in the right way."""

import numpy
import pytest

from minigrad import np, random
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.data.vision import transforms

RNG = numpy.random.default_rng(2)
IMAGE = RNG.integers(0, 256, (7, 9, 3), dtype="uint8")


def marked(rows, columns):
    """An image whose channels hold the row and the column of each pixel."""
    return np.array(numpy.stack(numpy.meshgrid(numpy.arange(rows), numpy.arange(columns), indexing="ij"), axis=-1))


def interpolated(image, height, width):
    """Bilinear interpolation by numpy.interp, along one axis after the other, between the centres of pixels."""

    def along(axis, length, values):
        old = values.shape[axis]
        at = (numpy.arange(length) + 0.5) * old / length - 0.5
        return numpy.apply_along_axis(lambda line: numpy.interp(at, numpy.arange(old), line), axis, values)

    return along(1, width, along(0, height, image.astype("float64")))


# Resize


@pytest.mark.parametrize("size", [(9, 7), (18, 14), (5, 3), (30, 4), (1, 1)])
def test_resizing_is_bilinear_between_pixel_centres(size):
    expected = interpolated(IMAGE, size[1], size[0])
    floats = transforms.Resize(size)(np.array(IMAGE.astype("float64")))
    numpy.testing.assert_allclose(floats.asnumpy(), expected, atol=1e-9)
    bytes_ = transforms.Resize(size)(np.array(IMAGE))
    assert bytes_.dtype == "uint8" and bytes_.shape == (size[1], size[0], 3)
    assert numpy.abs(bytes_.asnumpy() - expected).max() <= 0.5 + 1e-3


def test_enlarging_agrees_with_pillow():
    image = pytest.importorskip("PIL.Image")
    plane = IMAGE[..., 0].astype("float32")
    expected = numpy.asarray(image.fromarray(plane).resize((20, 15), image.Resampling.BILINEAR))
    mine = transforms.Resize((20, 15))(np.array(plane[..., None])).asnumpy()[..., 0]
    numpy.testing.assert_allclose(mine, expected, atol=1e-3)


def test_the_nearest_pixel_repeats_values():
    doubled = transforms.Resize((18, 14), interpolation=0)(np.array(IMAGE)).asnumpy()
    assert doubled.tolist() == IMAGE.repeat(2, axis=0).repeat(2, axis=1).tolist()


@pytest.mark.parametrize("size", [(20, 15), (5, 3), (9, 14), (1, 1)])
def test_bicubic_agrees_with_pytorch_and_bytes_stay_bytes(size):
    torch = pytest.importorskip("torch")
    pixels = torch.tensor(IMAGE.astype("float64")).permute(2, 0, 1)[None]
    expected = torch.nn.functional.interpolate(pixels, (size[1], size[0]), mode="bicubic")[0].permute(1, 2, 0).numpy()
    floats = transforms.Resize(size, interpolation=2)(np.array(IMAGE.astype("float64"))).asnumpy()
    numpy.testing.assert_allclose(floats, expected, atol=1e-9)
    bytes_ = transforms.Resize(size, interpolation=2)(np.array(IMAGE)).asnumpy()
    assert bytes_.dtype == "uint8" and numpy.abs(bytes_ - expected.clip(0, 255)).max() <= 0.5 + 1e-3


def test_one_number_is_both_sides_or_the_shorter_one():
    resize = transforms.Resize
    assert resize(6)(np.zeros((10, 20, 1))).shape == (6, 6, 1)
    assert resize(5, keep_ratio=True)(np.zeros((10, 20, 1))).shape == (5, 10, 1)
    assert resize(5, keep_ratio=True)(np.zeros((20, 10, 1))).shape == (10, 5, 1)


def test_batches_are_resized_image_by_image():
    batch = numpy.stack([IMAGE, IMAGE[::-1]])
    both = transforms.Resize((4, 5))(np.array(batch)).asnumpy()
    assert both.shape == (2, 5, 4, 3)
    assert both[1].tolist() == transforms.Resize((4, 5))(np.array(IMAGE[::-1])).asnumpy().tolist()


def test_unknown_interpolations_and_sizes_are_refused():
    with pytest.raises(
        ArgumentError, match=r"interpolation must be 0 \(nearest\), 1 \(bilinear\) or 2 \(bicubic\), but is 3"
    ):
        transforms.Resize(4, interpolation=3)
    with pytest.raises(ArgumentError, match=r"size\[0\]=0 cannot be used; expected a positive"):
        transforms.CenterCrop((0, 4))


# Crops


def test_center_crop_takes_the_middle():
    out = transforms.CenterCrop((5, 3))(marked(7, 9)).asnumpy()
    assert out[:, 0, 0].tolist() == [2, 3, 4] and out[0, :, 1].tolist() == [2, 3, 4, 5, 6]


def test_center_crop_enlarges_what_is_too_small():
    out = transforms.CenterCrop(8)(np.array(IMAGE[:4].astype("float64")))
    numpy.testing.assert_allclose(out.asnumpy(), interpolated(IMAGE[:4, 2:6], 8, 8), atol=1e-9)


def test_crop_resize_takes_the_rectangle_and_resizes_it():
    out = transforms.CropResize(x=2, y=1, width=4, height=3)(np.array(IMAGE))
    assert out.asnumpy().tolist() == IMAGE[1:4, 2:6].tolist()
    out = transforms.CropResize(2, 1, 4, 3, size=(8, 9))(np.array(IMAGE.astype("float64")))
    numpy.testing.assert_allclose(out.asnumpy(), interpolated(IMAGE[1:4, 2:6], 9, 8), atol=1e-9)
    with pytest.raises(ArgumentError, match=r"width 4 and height 3 at \(6, 1\) does not fit .* width 9 and height 7"):
        transforms.CropResize(6, 1, 4, 3)(np.array(IMAGE))


def test_random_crops_reach_every_place():
    random.seed(0)
    crop = transforms.RandomCrop((7, 5))
    corners = set()
    for _ in range(200):
        out = crop(marked(7, 9)).asnumpy()
        assert out.shape == (5, 7, 2)
        y, x = out[0, 0]
        assert out[-1, -1].tolist() == [y + 4, x + 6]
        corners.add((int(y), int(x)))
    assert corners == {(y, x) for y in range(3) for x in range(3)}


@pytest.mark.parametrize(("pad", "shape"), [(2, (11, 13)), ((1, 0, 2, 3), (8, 14))])
def test_random_crop_pads_first(pad, shape):
    out = transforms.RandomCrop((shape[1], shape[0]), pad=pad, pad_value=9)(np.array(IMAGE)).asnumpy()
    top, bottom, left, right = (pad,) * 4 if isinstance(pad, int) else pad
    expected = numpy.pad(IMAGE, ((top, bottom), (left, right), (0, 0)), constant_values=9)
    assert out.tolist() == expected.tolist()


def test_random_resized_crops_have_the_asked_areas_and_ratios():
    random.seed(1)
    rows = columns = 200
    crop = transforms.RandomResizedCrop((2, 2), scale=(0.2, 0.5), ratio=(0.5, 2), interpolation=0)
    areas, ratios = [], []
    for _ in range(300):
        out = crop(marked(rows, columns)).asnumpy()
        height, width = 2 * (out[1, 0, 0] - out[0, 0, 0]), 2 * (out[0, 1, 1] - out[0, 0, 1])
        areas.append(height * width / rows / columns)
        ratios.append(width / height)
    assert 0.19 < min(areas) < 0.23 and 0.47 < max(areas) < 0.52
    assert 0.47 < min(ratios) < 0.6 and 1.7 < max(ratios) < 2.1
    assert numpy.mean(numpy.log(ratios)) == pytest.approx(0, abs=0.1)


def test_an_impossible_random_crop_falls_back_to_the_middle():
    out = transforms.RandomResizedCrop((3, 3), scale=(1, 1), ratio=(10, 10))(np.array(IMAGE.astype("float64")))
    numpy.testing.assert_allclose(out.asnumpy(), IMAGE[2:5, 3:6])


# Flips


@pytest.mark.parametrize(("flip", "axis"), [(transforms.RandomFlipLeftRight, 1), (transforms.RandomFlipTopBottom, 0)])
def test_flips_mirror_with_their_probability(flip, axis):
    mirrored = numpy.flip(IMAGE, axis).tolist()
    assert flip(p=1)(np.array(IMAGE)).asnumpy().tolist() == mirrored
    assert flip(p=0)(np.array(IMAGE)).asnumpy().tolist() == IMAGE.tolist()
    random.seed(2)
    results = [flip()(np.array(IMAGE)).asnumpy().tolist() == mirrored for _ in range(100)]
    assert 30 < sum(results) < 70


@pytest.mark.parametrize(
    "transform",
    [
        transforms.Resize((9, 7)),
        transforms.CenterCrop((9, 7)),
        transforms.RandomFlipLeftRight(p=0),
        transforms.RandomFlipLeftRight(p=1),
        transforms.RandomCrop((9, 7)),
    ],
)
def test_the_result_does_not_share_memory_with_the_image(transform):
    image = np.array(IMAGE)
    transform(image)[...] = 0
    assert image.asnumpy().tolist() == IMAGE.tolist()


def test_a_seed_repeats_random_transforms():
    def draw():
        random.seed(3)
        composed = transforms.Compose([transforms.RandomResizedCrop(4), transforms.RandomFlipLeftRight()])
        return [composed(np.array(IMAGE)).asnumpy().tolist() for _ in range(3)]

    first = draw()
    assert first == draw() and first[0] != first[1]


@pytest.mark.parametrize("value", [300, -1, 127.5])
def test_a_border_that_the_image_cannot_hold_is_refused(value):
    with pytest.raises(ArgumentError, match="pad_value=.* uint8"):
        transforms.RandomCrop(4, pad=1, pad_value=value)(numpy.zeros((2, 2, 1), "uint8"))
    out = transforms.RandomCrop(4, pad=1, pad_value=value)(numpy.zeros((2, 2, 1), "float32"))
    assert out[0, 0, 0].item() == value


@pytest.mark.parametrize("flip", [transforms.RandomFlipLeftRight, transforms.RandomFlipTopBottom])
def test_an_image_without_channels_is_not_flipped_the_other_way(flip):
    with pytest.raises(ShapeError, match=r"expects \(height, width, channels\), but got shape \(2, 3\)"):
        flip(1)(numpy.zeros((2, 3)))
