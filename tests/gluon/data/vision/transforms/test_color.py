"""Transforms of colour follow their formulas, within the range of bytes, by factors drawn as they should be."""

import colorsys

import numpy
import pytest

from minigrad import np, random
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.data.vision import transforms
from minigrad.gluon.data.vision.transforms.color import turn_hue

IMAGE = numpy.random.default_rng(3).integers(0, 256, (5, 4, 3), dtype="uint8")
FLOATS = IMAGE.astype("float64")
GRAY = 0.299 * FLOATS[..., :1] + 0.587 * FLOATS[..., 1:2] + 0.114 * FLOATS[..., 2:]
BASES = {
    transforms.RandomBrightness: numpy.zeros((1, 1, 1)),
    transforms.RandomContrast: GRAY.mean(keepdims=True),
    transforms.RandomSaturation: GRAY,
}


@pytest.mark.parametrize("kind", BASES)
def test_values_move_from_their_base_by_one_factor_in_the_range(kind):
    """y = base + factor (x - base), with one factor for the whole image."""
    random.seed(0)
    base, factors = BASES[kind], []
    for _ in range(100):
        y = kind(0.4)(np.array(FLOATS)).asnumpy()
        factor = numpy.vdot(y - base, FLOATS - base) / numpy.vdot(FLOATS - base, FLOATS - base)
        numpy.testing.assert_allclose(y, base + factor * (FLOATS - base), atol=1e-9)
        factors.append(factor)
    assert 0.6 <= min(factors) < 0.65 and 1.35 < max(factors) <= 1.4


@pytest.mark.parametrize("kind", [*BASES, transforms.RandomHue, transforms.RandomLighting])
def test_no_strength_changes_nothing(kind):
    assert numpy.abs(kind(0)(np.array(IMAGE)).asnumpy().astype(int) - IMAGE).max() == 0


@pytest.mark.parametrize("kind", [*BASES, transforms.RandomHue])
def test_bytes_are_rounded_and_stay_bytes(kind):
    random.seed(1)
    floats = kind(0.9)(np.array(FLOATS)).asnumpy()
    random.seed(1)
    out = kind(0.9)(np.array(IMAGE))
    assert out.dtype == "uint8"
    assert numpy.abs(out.asnumpy() - numpy.clip(floats, 0, 255)).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("turns", [0, 0.1, 1 / 3, 0.5, -0.25, 1])
def test_hue_turns_as_in_colorsys(turns):
    values = numpy.concatenate([FLOATS / 255, numpy.ones((1, 4, 3)) * 0.5, numpy.eye(4)[None, :, :3]])
    expected = numpy.empty_like(values)
    for at in numpy.ndindex(values.shape[:2]):
        hue, saturation, value = colorsys.rgb_to_hsv(*values[at])
        expected[at] = colorsys.hsv_to_rgb((hue + turns) % 1, saturation, value)
    numpy.testing.assert_allclose(turn_hue(numpy, values, turns), expected, atol=1e-12)


def test_jitter_applies_what_has_a_strength_in_random_order():
    random.seed(2)
    only = transforms.RandomColorJitter(brightness=0.5)(np.array(FLOATS)).asnumpy()
    ratio = only / FLOATS.clip(1e-9)
    assert numpy.ptp(ratio[FLOATS > 0]) < 1e-9 and ratio.max() != pytest.approx(1)
    nothing = transforms.RandomColorJitter()(np.array(IMAGE))
    assert nothing.asnumpy().tolist() == IMAGE.tolist()
    orders = set()
    for _ in range(60):
        jitter, calls = transforms.RandomColorJitter(0.1, 0.1, 0.1, 0.1), []
        for part in jitter._parts:
            part.recolor = lambda xp, values, part=part, calls=calls: (calls.append(type(part).__name__), values)[1]
        jitter(np.array(IMAGE))
        assert sorted(calls) == ["RandomBrightness", "RandomContrast", "RandomHue", "RandomSaturation"]
        orders.add(tuple(calls))
    assert len(orders) > 10


def test_lighting_adds_one_colour_with_the_covariance_of_imagenet():
    random.seed(4)
    colours = []
    for _ in range(2000):
        change = transforms.RandomLighting(0.1)(np.array(FLOATS)).asnumpy() - FLOATS
        assert numpy.ptp(change, axis=(0, 1)).max() < 1e-9
        colours.append(change[0, 0])
    vectors = numpy.array([[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]])
    expected = 0.01 * vectors @ numpy.diag([55.46, 4.794, 1.148]) ** 2 @ vectors.T
    numpy.testing.assert_allclose(numpy.cov(numpy.transpose(colours)), expected, rtol=0.1)


def test_grey_images_have_brightness_and_contrast_but_no_colours():
    image = np.array(FLOATS[..., :1])
    assert transforms.RandomBrightness(0.5)(image).shape == (5, 4, 1)
    assert transforms.RandomContrast(0.5)(image).shape == (5, 4, 1)
    with pytest.raises(ShapeError, match=r"shape \(height, width, 3\), but got \(5, 4, 1\); put it before ToTensor"):
        transforms.RandomHue(0.5)(image)


def test_negative_strengths_are_refused():
    with pytest.raises(ArgumentError, match="contrast=-1 cannot be used"):
        transforms.RandomContrast(-1)


def test_a_strength_has_the_name_of_what_it_changes_as_in_gluon():
    for part in ("brightness", "contrast", "saturation", "hue"):
        kind = getattr(transforms, f"Random{part.title()}")
        assert (kind(**{part: 0})(np.array(IMAGE)).asnumpy() == IMAGE).all()


@pytest.mark.parametrize(("dtype", "white"), [("int8", 127), ("uint8", 255), ("int16", 255)])
def test_what_is_brighter_than_the_dtype_can_hold_is_white(dtype, white):
    random.seed(1)
    bright = transforms.RandomBrightness(1000)(numpy.full((2, 2, 3), 100, dtype))
    assert bright.dtype == dtype and (bright == white).all()
