"""Utilities of Gluon: split a batch over devices, clip gradients by their global norm, fetch files safely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minigrad import values
from minigrad.arguments import MANY, number, shown, whole
from minigrad.axes import axis_in
from minigrad.device import Context, places
from minigrad.disk import FilePath, at_home, reading, replacing
from minigrad.dtypes import widened
from minigrad.engine.tensor import Tensor
from minigrad.errors import AccessError, ArgumentError, DTypeError, FileError
from minigrad.guarded import guarded
from minigrad.ops.linalg import l2norm
from minigrad.warn import warn

__all__ = ["check_sha1", "clip_global_norm", "download", "split_and_load", "split_data"]

if TYPE_CHECKING:
    import ssl


@guarded
def split_data(data: Tensor, num_slice: int, batch_axis: int = 0, even_split: bool = True) -> list[Tensor]:
    """Cut `data` along `batch_axis` into `num_slice` parts of equal size, or with `even_split=False` nearly equal.

    >>> from minigrad import np
    >>> [part.shape for part in split_data(np.zeros((5, 2)), 2, even_split=False)]
    [(3, 2), (2, 2)]
    """
    batch_axis = axis_in(data.shape, batch_axis, "batch_axis")
    length = data.shape[batch_axis]
    size, rest = divmod(length, whole("num_slice", num_slice, 1, MANY))
    if even_split and rest:
        raise ArgumentError(
            f"{length} samples (axis {batch_axis} of shape {data.shape}) cannot be split into {num_slice} equal parts; "
            f"use a batch size that is a multiple of {num_slice}, or even_split=False."
        )
    ends = [k * size + min(k, rest) for k in range(num_slice + 1)]
    before = (slice(None),) * batch_axis
    return [data[(*before, slice(start, end))] for start, end in pairwise(ends)]


@guarded
def split_and_load(
    data: Any, ctx_list: Sequence[Context] | Context, batch_axis: int = 0, even_split: bool = True
) -> list[Tensor]:
    """Cut a batch (what `np.array` takes, or a Tensor) into one part for each device, and put it there.

    >>> from minigrad import cpu, np
    >>> split_and_load(np.array([1, 2, 3, 4]), [cpu(0), cpu(1)])
    [array([1., 2.]), array([3., 4.], ctx=cpu(1))]
    """
    devices = places(ctx_list)
    if not isinstance(data, Tensor):
        data = values.array(data, ctx=devices[0])
    parts = split_data(data, len(devices), batch_axis, even_split)
    return [part.as_in_ctx(device) for part, device in zip(parts, devices)]


@guarded
def clip_global_norm(arrays: Sequence[Tensor], max_norm: float, check_isfinite: bool = True) -> float | Tensor:
    r"""Scale all `arrays` in place by the same factor, so that their joint norm is at most `max_norm`.

    .. math:: g_i \leftarrow g_i \min\left(1, \frac{m}{n + 10^{-8}}\right), \qquad n = \sqrt{\sum_i \|g_i\|^2}

    Here :math:`m` is `max_norm`. Returns :math:`n`. A norm that is not finite gives a warning and changes nothing. An
    array that is listed twice, as the gradient of a shared parameter may be, counts once.
    With `check_isfinite=False`, :math:`n` is a Tensor of shape (1,) on the device of the first array, and nothing waits
    for it. Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013.

    >>> from minigrad import np
    >>> gradients = [np.array([3.0]), np.array([0.0, 4.0])]
    >>> clip_global_norm(gradients, 1.0), gradients
    (5.0, [array([0.6]), array([0. , 0.8])])
    """
    if not arrays:
        raise ArgumentError("clip_global_norm() needs at least one array.")
    number("max_norm", max_norm, 0)
    for array in arrays:
        if not isinstance(array, Tensor) or array.dtype.kind != "f":
            raise DTypeError(
                f"clip_global_norm() changes arrays of floats in place, but got {shown(array)}; use np.array."
            )
    arrays = list({id(array.data): array for array in arrays}.values())
    ctx = arrays[0].ctx
    norms = [ctx.put(_norm(array.ctx, array.data)) for array in arrays]
    with ctx:
        norm = _norm(ctx, ctx.xp.stack(norms))
    if not check_isfinite:
        with ctx:
            scale = Tensor(ctx.xp.minimum(max_norm / (norm + 1e-8), 1.0), ctx)
        for array in arrays:
            _rescale(array, scale.as_in_ctx(array.ctx))
        return Tensor(norm, ctx).reshape(1)
    found = float(norm)
    if not math.isfinite(found):
        warn(f"The norm of the gradients is {found}; they are left unchanged.")
    elif found > max_norm:
        for array in arrays:
            _rescale(array, max_norm / (found + 1e-8))
    return found


def _rescale(array: Tensor, scale: float | Tensor) -> None:
    """Multiply by `scale` in place; for float16, which holds few digits of a small scale, compute in float32."""
    wide = widened(array)
    wide *= scale.astype(wide.dtype) if isinstance(scale, Tensor) else scale
    if wide is not array:
        array[...] = wide


def _norm(ctx: Context, numbers: Any) -> Any:
    with ctx:
        return ctx.xp.asarray(l2norm.forward(ctx.xp, numbers))


@guarded
def check_sha1(filename: FilePath, sha1_hash: str) -> bool:
    """Whether the file has this SHA-1 (40 hexadecimal digits) or SHA-256 (64)."""
    with reading(filename) as file:
        import hashlib

        return hashlib.file_digest(file, _algorithm(sha1_hash)).hexdigest() == sha1_hash.lower()


@guarded
def download(
    url: str,
    path: FilePath | None = None,
    overwrite: bool = False,
    sha1_hash: str | None = None,
    retries: int = 5,
    verify_ssl: bool = True,
) -> str:
    """Fetch `url` into the file or folder `path` (default: here) and return the file's name.

    A file that is already there, with the right SHA-1 or SHA-256 if one is given, is not fetched again. A new one
    appears under its name only once it is complete and has the right checksum. FileError says what went wrong.
    """
    target = at_home(path or ".")
    if target.is_dir():
        target /= url.rsplit("/", 1)[-1]
    if target.is_file() and not overwrite and (sha1_hash is None or check_sha1(target, sha1_hash)):
        return str(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = f"{str(target.parent)!r} for {target.name!r}"
        raise AccessError(f"The folder {where} cannot be made: {error.strerror}.") from None
    import ssl

    context = None if verify_ssl else ssl._create_unverified_context()
    for attempt in range(whole("retries", retries, 0) + 1):
        try:
            _fetch(url, target, sha1_hash, context)
            break
        except AccessError:  # a disk error: retrying would not help
            raise
        except (OSError, FileError) as error:
            if attempt == retries:
                raise FileError(f"Could not fetch {url}: {error}.") from None
    return str(target)


def _fetch(url: str, target: Path, expected: str | None, context: ssl.SSLContext | None) -> None:
    import hashlib  # slow to import, and only a fetch needs them
    import urllib.request

    digest = hashlib.new(_algorithm(expected or ""))
    size = 0
    with replacing(target) as file, urllib.request.urlopen(url, timeout=30, context=context) as response:
        while chunk := response.read(1 << 20):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        promised = response.headers.get("Content-Length")
        if promised is not None and int(promised) != size:
            raise FileError(f"the connection broke after {size} of {promised} bytes")
        if expected is not None and digest.hexdigest() != expected.lower():
            raise FileError(f"its {digest.name} is {digest.hexdigest()}, not {expected}")


def _algorithm(checksum: str) -> str:
    return "sha256" if len(checksum) == 64 else "sha1"
