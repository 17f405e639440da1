"""What CuPy computes in another way than NumPy, on NumPy's arrays."""

import numpy


def product(function, a, b, out=None):
    """A product of matrices, whose terms are added up in an order that depends on shapes and layout, as cuBLAS does."""
    if numpy.ndim(a) == 0 or numpy.ndim(b) == 0 or a.shape[-1] != b.shape[max(0, b.ndim - 2)]:
        return function(a, b, out=out)
    contiguous = sum(bool(x.flags.c_contiguous) for x in (a, b))
    with numpy.errstate(all="ignore"):
        if (sum(a.shape) + sum(b.shape) + contiguous) % 2:
            a, b = a[..., ::-1], b[::-1] if b.ndim == 1 else b[..., ::-1, :]
        return function(a, b, out=out)


FLOATS = ("float16", "float32", "float64")
FOLDS = ("max", "min", "argmax", "argmin")
REDUCTIONS = (*FOLDS, "all", "any", "mean", "prod", "std", "sum", "var")


def folded_to_nothing(a, axis=None, keepdims=False, **kwargs):
    """The result of a reduction if it is empty: then CuPy does not ask whether the axes that are gone were."""
    if a.size:
        return None
    axes = tuple(range(a.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    shape = numpy.empty(a.shape, bool).any(axes, keepdims=keepdims).shape
    return numpy.empty(shape, a.dtype) if 0 in shape else None


def no_axes(name, a, *args, **kwargs):
    """Refuse to reduce a number over an axis, which NumPy does."""
    axis = args[0] if args else kwargs.get("axis")
    if name in REDUCTIONS and axis not in (None, ()) and not numpy.ndim(a):
        raise numpy.exceptions.AxisError(axis, 0)


def floor_divide(a, b, **kwargs):
    """The floor of the rounded quotient, as CuPy computes it."""
    if numpy.result_type(a, b).kind != "f":
        return numpy.floor_divide(a, b, **kwargs)
    return numpy.floor(numpy.divide(a, b), **kwargs)


def remainder(a, b, **kwargs):
    """What is left of a by that quotient, and so may have the wrong sign."""
    if numpy.result_type(a, b).kind != "f":
        return numpy.remainder(a, b, **kwargs)
    return numpy.subtract(a, floor_divide(a, b) * b, **kwargs)


def clip(a, a_min=None, a_max=None, out=None):
    """A limit that is NaN is none, and there are no complex numbers."""
    if numpy.iscomplexobj(a):
        raise TypeError(f"Wrong type ({a.dtype}) of arguments for cupy_clip")
    low, high = (
        numpy.where(numpy.isnan(x), none, x).astype(x.dtype) if getattr(x, "dtype", None) in FLOATS else x
        for x, none in ((a_min, -numpy.inf), (a_max, numpy.inf))
    )
    return numpy.clip(a, low, high, out=out)


LIKE_CUPY = {"floor_divide": floor_divide, "remainder": remainder, "clip": clip}
"""Functions that CuPy computes in another way than NumPy."""
