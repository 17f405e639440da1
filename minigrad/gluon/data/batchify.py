"""Batchify: make one batch from a list of samples, by stacking each of their parts along a new first axis."""

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.absent import explain_absent
from minigrad.composed import subclass_in
from minigrad.device import cpu, xp_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, ShapeError
from minigrad.guarded import guarded

__all__ = ["default_batchify_fn"]

explain_absent(__name__)


@guarded
def default_batchify_fn(samples: Sequence[Any]) -> Any:
    """Stack Tensors, NumPy arrays or numbers into one Tensor; tuples become a list with one Tensor for each part.

    Tensors stay on their device. Dtypes stay too; Python floats become float32, Python integers int64. If any part of
    the first sample is an NDArray, all parts of the batch are.

    >>> batch = default_batchify_fn([(numpy.zeros(3), 1), (numpy.ones(3), 0)])
    >>> [(part.shape, str(part.dtype)) for part in batch]
    [((2, 3), 'float64'), ((2,), 'int64')]
    """
    return _stacked(samples, subclass_in(samples[:1]) or Tensor)


def _stacked(samples: Sequence[Any], kind: type[Tensor]) -> Any:
    """The batch, with arrays of class `kind`."""
    first = samples[0]
    if isinstance(first, tuple):
        lengths = sorted({len(sample) for sample in samples})
        if len(lengths) > 1:
            raise ShapeError(f"The samples of a batch must have the same number of parts, but have {lengths}.")
        return [_stacked(part, kind) for part in zip(*samples)]
    ctx = first.ctx if isinstance(first, Tensor) else cpu()
    arrays = [x.data if isinstance(x, Tensor) and x.ctx is ctx else ctx.put(_array(x)) for x in samples]
    shapes = sorted({array.shape for array in arrays})
    if len(shapes) > 1:
        raise ShapeError(
            f"The samples of a batch must have the same shape, but there are {shapes[0]} and {shapes[-1]}; "
            "crop or pad them in a transform, or give the DataLoader a batchify_fn."
        )
    with ctx:
        stacked = xp_of(arrays[0]).stack(arrays)
    chosen = numpy.result_type("?", *(array.dtype for array, x in zip(arrays, samples) if hasattr(x, "dtype")))
    if stacked.dtype == "float64" != chosen:  # by Python's floats alone
        stacked = stacked.astype("float32")
    return kind(stacked, ctx)


def _array(sample: Any) -> numpy.ndarray[Any, Any]:
    array = numpy.asarray(sample)
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            f"A sample of type {type(sample).__name__} is neither a number nor an array of numbers ({array.dtype}); "
            "transform it first, or give the DataLoader a batchify_fn."
        )
    return array
