"""Images: files are read as Pillow and Matplotlib do, and cuts are where their rectangles say."""

import sys

import matplotlib.image
import numpy
import pytest
from PIL import Image

from minigrad import autograd, image, np, random
from minigrad.errors import ArgumentError, FileError, GraphError, MissingFileError, UsageError
from minigrad.gluon.data.vision import ImageFolderDataset

PIXELS = numpy.random.default_rng(0).integers(0, 256, (6, 9, 3)).astype("uint8")


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "picture.png"
    matplotlib.image.imsave(file, PIXELS)
    return file


def test_a_file_is_read_as_red_green_blue(path):
    x = image.imread(path)
    assert x.dtype == "uint8"
    numpy.testing.assert_array_equal(x.asnumpy(), PIXELS)
    numpy.testing.assert_array_equal(image.imread(str(path), to_rgb=False).asnumpy(), PIXELS[..., ::-1])


def test_grey_is_the_luma_of_the_colours(path):
    grey = image.imdecode(path.read_bytes(), flag=0).asnumpy()
    assert grey.shape == (6, 9, 1)
    luma = PIXELS @ numpy.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    assert abs(grey[..., 0] - luma).max() <= 1


@pytest.mark.parametrize("flag", [-1, 2, 0.5, None])  # -1 is OpenCV's "with transparency", which MXNet refuses too
def test_a_flag_is_0_or_1(path, flag):
    for call in (lambda: image.imread(path, flag), lambda: image.imdecode(path.read_bytes(), flag)):
        with pytest.raises(ArgumentError, match="flag is .*; it must be 0, 1"):
            call()
    with pytest.raises(ArgumentError, match="flag is"):
        ImageFolderDataset(path.parent, flag=flag)


@pytest.mark.parametrize("name", ["depth.png", "depth.tiff", "depth.pgm"])
def test_of_16_bits_the_upper_eight_are_kept(tmp_path, name):
    depth = (numpy.arange(12) * 5000).reshape(3, 4)
    if name == "depth.pgm":
        (tmp_path / name).write_bytes(b"P5 4 3 65535\n" + depth.astype(">u2").tobytes())
    else:
        Image.fromarray(depth.astype("uint16")).save(tmp_path / name)
    grey = image.imread(tmp_path / name, flag=0).asnumpy()[..., 0]
    numpy.testing.assert_array_equal(grey, depth // 256)  # as MXNet 1.9.1 reads them
    numpy.testing.assert_array_equal(image.imread(tmp_path / name).asnumpy(), numpy.dstack([grey] * 3))


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_values_of_32_bits_are_refused(tmp_path, dtype):
    Image.fromarray(numpy.ones((3, 4), dtype)).save(tmp_path / "wide.tiff")
    with pytest.raises(FileError, match="32 bits"):
        image.imread(tmp_path / "wide.tiff")


def test_what_is_not_an_image_is_said_so(tmp_path):
    with pytest.raises(MissingFileError, match="no image.*none.png"):
        image.imread(tmp_path / "none.png")
    (tmp_path / "text.png").write_text("no pixels here")
    with pytest.raises(FileError, match=r"text\.png.*14 bytes"):
        image.imread(tmp_path / "text.png")


def test_without_pillow_a_sentence_says_what_to_install(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UsageError, match="pip install pillow"):
        image.imread(path)


def test_resizing_to_a_multiple_keeps_the_mean_and_halving_is_the_mean_of_pairs():
    x = np.array(PIXELS[:, :8].astype("float64"))
    halved = image.imresize(x, 4, 3).asnumpy()
    numpy.testing.assert_allclose(halved, PIXELS[:, :8].reshape(3, 2, 4, 2, 3).mean(axis=(1, 3)), rtol=1e-12)
    nearest = image.imresize(x, 16, 12, interp=0).asnumpy()
    numpy.testing.assert_array_equal(nearest, PIXELS[:, :8].repeat(2, 0).repeat(2, 1))
    with pytest.raises(ArgumentError, match="interpolation"):
        image.imresize(x, 4, 3, interp=7)


def test_the_shorter_side_gets_the_length():
    assert image.resize_short(np.array(PIXELS), 4).shape == (4, 6, 3)
    assert image.resize_short(np.array(PIXELS.swapaxes(0, 1)), 4).shape == (6, 4, 3)


@pytest.mark.parametrize("size", [(1, 9), (9, 1), (1, 100)])
def test_the_crop_of_a_small_image_is_never_thinner_than_a_pixel(size):
    part, place = image.center_crop(np.array(numpy.full((3, 2, 1), 7.0)), size)
    assert part.shape == (size[1], size[0], 1) and (part.asnumpy() == 7).all()
    assert min(place[2:]) >= 1


def test_a_crop_and_its_rectangle_agree():
    x = np.array(PIXELS)
    part, place = image.center_crop(x, (3, 2))
    assert place == (3, 2, 3, 2)
    numpy.testing.assert_array_equal(part.asnumpy(), PIXELS[2:4, 3:6])
    random.seed(0)
    places = set()
    for _ in range(200):
        part, place = image.random_crop(x, (7, 5))
        numpy.testing.assert_array_equal(image.fixed_crop(x, *place).asnumpy(), part.asnumpy())
        places.add(place)
    assert places == {(x0, y0, 7, 5) for x0 in range(3) for y0 in range(2)}


def test_a_crop_larger_than_the_image_is_enlarged():
    part, place = image.center_crop(np.array(PIXELS), (12, 12))
    assert place == (1, 0, 6, 6)
    assert part.shape == (12, 12, 3)


def test_colours_are_normalized():
    x = image.color_normalize(np.array(PIXELS.astype("float32")), np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 4.0]))
    numpy.testing.assert_allclose(x.asnumpy(), (PIXELS - [1.0, 2.0, 3.0]) / [2.0, 2.0, 4.0], rtol=1e-6)


def test_colours_of_bytes_do_not_wrap_around():
    expected = (PIXELS.astype("float32") - 100) / 2
    for mean in (100, [100, 100, 100], np.array([100, 100, 100], dtype="uint8")):
        x = image.color_normalize(np.array(PIXELS), mean, 2)
        assert x.dtype == "float32"
        numpy.testing.assert_array_equal(x.asnumpy(), expected)
    numpy.testing.assert_array_equal(image.color_normalize(np.array(PIXELS), None, 2).asnumpy(), PIXELS / 2)


@pytest.mark.parametrize(
    ("of", "size", "taken"),
    [
        ((640, 480), (720, 120), (640, 106)), ((360, 1000), (480, 500), (360, 375)), ((7, 5), (9, 8), (5, 5)),
        ((10, 5), (3, 10), (1, 5)), ((10, 5), (20, 20), (5, 5)), ((5, 7), (2, 3), (2, 3)),
    ],
)  # fmt: skip
def test_the_crop_of_a_small_image_is_as_large_as_mxnets(of, size, taken):
    _, place = image.center_crop(np.zeros((of[1], of[0], 1)), size)
    assert place[2:] == taken  # what MXNet 1.9.1's scale_down(of, size) returns


def test_a_mask_is_resized_to_the_nearer_of_its_values():
    mask = numpy.array([[[True], [False]]])
    assert image.imresize(np.array(mask), 4, 1)[0, :, 0].tolist() == [True, True, False, False]


def test_no_gradient_is_lost_in_silence():
    x = np.ones((4, 4, 1))
    x.attach_grad()
    with autograd.record():
        for call in (
            lambda: image.imresize(x, 2, 2),
            lambda: image.center_crop(x, (8, 8)),
            lambda: image.resize_short(x, 2),
        ):
            with pytest.raises(GraphError, match="imresize.* makes a constant"):
                call()
        y = image.color_normalize(image.fixed_crop(x, 0, 0, 2, 1), 0.5, 0.25).sum()
    y.backward()
    assert x.grad[..., 0].tolist() == [[4, 4, 0, 0], [0] * 4, [0] * 4, [0] * 4]
