"""Images: arrays (height, width, channels) of uint8, read from files, resized and cropped.

Sizes are (width, height), rectangles (x, y, width, height) with (x, y) the upper left corner, as in Gluon.
"""

import io
import os
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy

from minigrad.absent import explain_absent
from minigrad.arguments import one_of, whole
from minigrad.composed import composed
from minigrad.device import Array, cpu, xp_of
from minigrad.disk import FilePath, reading
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, FileError, GraphError, KeywordError, UsageError
from minigrad.explain import described
from minigrad.generators import generator
from minigrad.packed import DEFLATE, expands

__all__ = [
    "center_crop", "color_normalize", "fixed_crop", "imdecode", "imread", "imresize", "random_crop", "resize_short",
]  # fmt: skip

explain_absent(__name__)

Rectangle = tuple[int, int, int, int]
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""The formats that are read. Pillow knows more, but runs other programs for some of them."""
WIDE = ("I", "PNG"), ("I", "PPM")
"""The modes and formats that hold 16 bits as 32 in some versions of Pillow."""


def imread(filename: FilePath, flag: int = 1, to_rgb: bool = True) -> Tensor:
    """The image in a file: see `imdecode`. MissingFileError if there is none, AccessError if it cannot be read."""
    with reading(filename, "image") as file:
        size = os.fstat(file.fileno()).st_size
        return _decoded(file, size, f"The file {str(filename)!r} ({size} bytes) is", flag, to_rgb)


def imdecode(buf: Any, flag: int = 1, to_rgb: bool = True) -> Tensor:
    """The image in the bytes of a PNG, JPEG, WebP, GIF, BMP, TIFF or PPM file, decoded by Pillow, on the host.

    flag : 1 for colours (H, W, 3); 0 for grey (H, W, 1).
    to_rgb : whether the colours are in the order red, green, blue; else blue, green, red.

    Of 16-bit values the upper eight bits are kept, as in Gluon.

    FileError if the bytes are not such an image, are damaged, have values of 32 bits, or look like a bomb: they state
    more than 17 million pixels, which at four bytes each would be more than 200 times the bytes there are (see
    `minigrad.packed`).
    """
    if not isinstance(buf, bytes | bytearray | memoryview | numpy.ndarray | Tensor):
        raise KeywordError(f"imdecode() takes the bytes of a file, not {described(buf)}; imread() takes a name.")
    data = bytes(buf.asnumpy() if isinstance(buf, Tensor) else buf)
    return _decoded(io.BytesIO(data), len(data), f"The {len(data)} bytes are", flag, to_rgb)


def _decoded(file: BinaryIO, size: int, what: str, flag: int, to_rgb: bool) -> Tensor:
    known_flag(flag)
    try:
        from PIL import Image, UnidentifiedImageError
    except ModuleNotFoundError:
        raise UsageError("Reading images needs Pillow, which is not installed: pip install pillow") from None
    try:
        with Image.open(file, formats=FORMATS) as picture:
            picture.verify()  # a PNG's checksums, after which it must be opened again
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            pixels, bits = picture.width * picture.height, 1 if picture.mode in "1LP" else 8 * len(picture.getbands())
            if expands(4 * pixels, size) or (picture.format == "PNG" and pixels * bits // 8 > DEFLATE * size):
                raise FileError(f"its {size} bytes state that it has {picture.width} x {picture.height} pixels")
            values = _pixels(picture, "RGB" if flag else "L")
    except Exception as error:  # Pillow raises a dozen kinds of error on a damaged file
        none = isinstance(error, UnidentifiedImageError)
        reason = f"in none of the formats {', '.join(FORMATS)}" if none else str(error)[:300].rstrip(".")
        raise FileError(f"{what} not an image that can be read, or damaged: {reason}.") from None
    if not flag:
        return Tensor(values[..., None], cpu())
    return Tensor(values if to_rgb else numpy.ascontiguousarray(values[..., ::-1]), cpu())


def _pixels(picture: Any, mode: str) -> Array:
    """A picture's values in this mode. (Its own convert() would make all 16-bit values above 255 white.)"""
    if picture.mode[0] not in "IF":
        return numpy.array(picture if picture.mode == mode else picture.convert(mode))
    if not picture.mode.startswith("I;16") and (picture.mode, picture.format) not in WIDE:
        raise FileError("its values have 32 bits, not 8 or 16")
    grey = (numpy.array(picture) >> 8).astype("uint8")
    return grey if mode == "L" else numpy.repeat(grey[..., None], 3, axis=-1)


@composed("src")
def imresize(src: Tensor, w: int, h: int, interp: int = 1) -> Tensor:
    """The image with width `w` and height `h`; `interp` is 0 (nearest pixel), 1 (bilinear) or 2 (bicubic).

    >>> from minigrad import np
    >>> imresize(np.array([[[0], [8]]]), 4, 1)[0, :, 0]
    array([0., 2., 6., 8.])
    """
    width, height = whole("w", w, 1), whole("h", h, 1)
    check_constant("imresize()", src)
    return Tensor(resize(xp_of(src.data), src.data, width, height, known(interp)), src.ctx)


@composed("src")
def resize_short(src: Tensor, size: int, interp: int = 2) -> Tensor:
    """The image with its shorter side resized to `size` and its proportions unchanged."""
    rows, columns = src.shape[-3:-1]
    short, size = min(rows, columns), whole("size", size, 1)
    return imresize(src, columns * size // short, rows * size // short, interp)


@composed("src")
def fixed_crop(
    src: Tensor, x0: int, y0: int, w: int, h: int, size: tuple[int, int] | None = None, interp: int = 2
) -> Tensor:
    """The rectangle cut out of the image, then resized to `size` if one is given."""
    for name, value, low in (("x0", x0, 0), ("y0", y0, 0), ("w", w, 1), ("h", h, 1)):
        whole(name, value, low)
    part = crop(src, x0, y0, w, h)
    return part if size is None or tuple(size) == (w, h) else imresize(part, *size, interp)


@composed("src")
def center_crop(src: Tensor, size: tuple[int, int], interp: int = 2) -> tuple[Tensor, Rectangle]:
    """The middle of the image, and its rectangle; of a smaller image, the largest part of that proportion, enlarged."""
    place = rectangle(src.data, size, half)
    return fixed_crop(src, *place, size, interp), place


@composed("src")
def random_crop(src: Tensor, size: tuple[int, int], interp: int = 2) -> tuple[Tensor, Rectangle]:
    """As `center_crop`, at a random place."""
    place = rectangle(src.data, size, random_offset)
    return fixed_crop(src, *place, size, interp), place


@composed("src")
def color_normalize(src: Tensor, mean: Any, std: Any = None) -> Tensor:
    """(src - mean) / std, in floats; None for either leaves it out.

    >>> from minigrad import np
    >>> color_normalize(np.array([0, 255], dtype="uint8"), 127.5, 127.5)
    array([-1.,  1.])
    """
    floats: Tensor = src.astype("float32") if src.dtype.kind in "iub" else src
    centred = floats if mean is None else floats - mean
    return centred if std is None else centred / std


def check_constant(where: str, image: Any) -> None:
    """GraphError if the gradient of an image would be lost: what is made of it is a constant."""
    if state.recording and isinstance(image, Tensor) and image.node is not None:
        raise GraphError(
            f"{where} makes a constant, and got an image with a gradient while recording; compute with operations, as "
            "in (x - mean) / std, or give it x.detach()."
        )


# On raw arrays


def crop(image: Any, x: int, y: int, width: int, height: int) -> Any:
    """The rectangle whose upper left corner is (x, y), of a raw array or a Tensor."""
    rows, columns = image.shape[-3:-1]
    if x + width > columns or y + height > rows:
        raise ArgumentError(
            f"The crop of width {width} and height {height} at ({x}, {y}) does not fit into the image, which has width "
            f"{columns} and height {rows}; use a smaller one."
        )
    return image[..., y : y + height, x : x + width, :]


def rectangle(image: Array, size: tuple[int, int], offset: Callable[[int], int]) -> Rectangle:
    """A rectangle of this size in the image or, if the image is smaller, the largest of these proportions.

    `offset(room)` gives the place where it begins, from 0 to room.
    """
    rows, columns = image.shape[-3:-1]
    size = whole("size", size[0], 1), whole("size", size[1], 1)
    whole_part, of = min((1, 1), (rows, size[1]), (columns, size[0]), key=lambda share: share[0] / share[1])
    width, height = (max(1, m * whole_part // of) for m in size)  # rounded down, as Gluon does
    return offset(columns - width), offset(rows - height), width, height


def half(room: int) -> int:
    """The middle."""
    return room // 2


def random_offset(room: int) -> int:
    """A random place from 0 to `room`."""
    return int(generator(cpu()).integers(room + 1))


def resize(xp: Any, image: Array, width: int, height: int, interpolation: int = 1) -> Array:
    """The image (..., H, W, C) at another size, a new array of the same dtype (whole numbers are rounded)."""
    rows, columns = image.shape[-3:-1]
    if (rows, columns) == (height, width):
        return image.copy()
    if interpolation == 0:
        y, x = numpy.arange(height) * rows // height, numpy.arange(width) * columns // width
        return xp.take(xp.take(image, xp.asarray(y), axis=-3), xp.asarray(x), axis=-2)
    values = image.astype(numpy.promote_types(image.dtype, "float32"))
    for axis, length in ((-3, height), (-2, width)):
        values = _between(xp, values, axis, length, _cubic if interpolation == 2 else _linear)
    if image.dtype.kind not in "iub":
        return values.astype(image.dtype)
    low, high = (numpy.iinfo(image.dtype).min, numpy.iinfo(image.dtype).max) if image.dtype.kind in "iu" else (0, 1)
    return xp.clip(xp.rint(values), low, high).astype(image.dtype)


def _between(xp: Any, values: Array, axis: int, length: int, weights: Any) -> Array:
    """Interpolation along one axis; pixel k covers k to k + 1, and its value is that of its middle."""
    old = values.shape[axis]
    position = (numpy.arange(length) + 0.5) * old / length - 0.5
    low = numpy.floor(position).astype(int)

    def pixels(k: int) -> Array:  # beyond an edge, its pixel is repeated
        return xp.take(values, xp.asarray(numpy.clip(low + k, 0, old - 1)), axis=axis)

    found = first = pixels(0)
    for k, weight in weights(position - low).items():
        weight = xp.asarray(weight.reshape((-1,) + (1,) * (-1 - axis)), dtype=values.dtype)
        found = found + (pixels(k) - first) * weight  # differences, so that what is even stays so
    return found


def _linear(t: Array) -> dict[int, Array]:
    """For a point at t between the pixels 0 and 1, the weight of pixel 1; pixel 0 has the rest."""
    return {1: t}


def _cubic(t: Array) -> dict[int, Array]:
    """The same for bicubic interpolation: the cubics have a slope of -3/4 at distance 1, as in OpenCV."""
    far = [-0.75 * (((d - 5) * d + 8) * d - 4) for d in (1 + t, 2 - t)]
    return {-1: far[0], 1: (1.25 * (1 - t) - 2.25) * (1 - t) ** 2 + 1, 2: far[1]}


def known_flag(flag: int) -> int:
    """`flag` itself, if it is 0 or 1; else ArgumentError. (OpenCV has others.)"""
    return int(one_of("flag", flag, 0, 1, False, True))


def known(interpolation: int) -> int:
    """`interpolation` itself, if it is the number of one; else ArgumentError."""
    if whole("interpolation", interpolation, 0) > 2:
        raise ArgumentError(
            f"interpolation must be 0 (nearest), 1 (bilinear) or 2 (bicubic), but is {interpolation!r}."
        )
    return interpolation
