"""New arrays made of values: numbers, lists, arrays of any library.

Numbers in lists become float32, as in Gluon; NumPy arrays keep their dtype. Without `ctx`, the current device.
"""

from typing import Any

import numpy

from minigrad.composed import composed
from minigrad.device import SHARING, Where, place, without_copy
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw, from_lists
from minigrad.engine.tensor import Tensor
from minigrad.explain import not_numbers


@composed()
def array(object: Any, dtype: Any = None, ctx: Where = None, device: Where = None) -> Tensor:
    """A new Tensor with a copy of the values of `object`: numbers, lists, Tensors, NumPy, CuPy or DLPack arrays.

    Numbers in lists become float32; an integer `dtype` must hold them, as in NumPy. A Tensor is copied by a recorded
    operation, which passes the gradient on.

    >>> from minigrad import np
    >>> np.array([[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    """
    where = place(ctx, device)
    if isinstance(object, Tensor):  # recorded, like any other copy
        moved = object.as_in_ctx(where)
        return moved.copy() if dtype is None else moved.astype(dtype)
    raw = as_raw(object)
    if not hasattr(object, "shape") and raw.dtype.kind in "iuf":
        dtype = as_dtype(dtype or "float32")
        if dtype.kind in "iu":  # NumPy refuses what does not fit; and 2**53 + 1 beside 2**63 must not become a float
            raw = numpy.array(from_lists(object, "O").tolist(), dtype).reshape(raw.shape)
    with where:
        return Tensor(where.xp.array(where.put(raw), dtype=as_dtype(dtype)), where)


@composed()
def from_dlpack(x: Any) -> Tensor:
    """A Tensor in the memory of another library's array (PyTorch, JAX, CuPy ...): nothing is copied.

    >>> from minigrad import np
    >>> import numpy
    >>> theirs = numpy.ones(2)
    >>> ours = np.from_dlpack(theirs)
    >>> theirs[0] = 7
    >>> ours
    array([7., 1.], dtype=float64)
    """
    if not any(hasattr(x, name) for name in SHARING):
        raise not_numbers("from_dlpack()", x)
    return x.detach() if isinstance(x, Tensor) else Tensor(without_copy(x))


@composed()
def asarray(object: Any, dtype: Any = None, ctx: Where = None) -> Tensor:
    """`object` itself if it is a Tensor of this dtype on this device, else `array(object)`.

    >>> from minigrad import np
    >>> a = np.array([1, 2])
    >>> np.asarray(a) is a
    True
    """
    if isinstance(object, Tensor) and (dtype is None or object.dtype == dtype) and (ctx is None or object.ctx is ctx):
        return object
    return array(object, dtype, ctx)
