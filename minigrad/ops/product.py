"""The product of many values, whose derivative is found without a division."""

from minigrad.dtypes import unhalved
from minigrad.engine.operation import op
from minigrad.ops.accumulate import axes_of, count
from minigrad.ops.reduce import restore


@op
def prod(xp, x, axis=None, keepdims=False, dtype=None):
    """The product over `axis`, computed as `dtype` if that is given.

    Gradient: g times the product of the other factors, which is never found by division, so zeros are no obstacle.

    >>> from minigrad import np
    >>> np.prod(np.array([2, 3, 4]))
    array(24.)
    """
    y = xp.prod(unhalved(xp.asarray(x, dtype)), axis=axis, keepdims=keepdims)
    return y if dtype is None else y.astype(dtype)


def _product_of_the_others(F, g, x, axis):
    """At each place, the product of the factors on both sides of it, found in a tree of halves."""
    x, axes = F.astype(x, "float64"), axes_of(x.ndim, axis)  # part of a product may be beyond float32 and the whole 0
    rest = [i for i in range(x.ndim) if i not in axes]
    order = (*rest, *axes)
    flat = F.reshape(F.transpose(x, order), (*(x.shape[i] for i in rest), count(x, axis)))
    shaped = F.reshape(_exclusive_products(F, flat), tuple(x.shape[i] for i in order))
    return restore(F, g, x, axis) * F.transpose(shaped, tuple(order.index(i) for i in range(x.ndim)))


def _exclusive_products(F, x):
    """Along the last axis: at each place the product of all the other places."""
    n = x.shape[-1]
    if n <= 1:
        return x**0  # also where x is infinite
    left, right = x[..., : n // 2], x[..., n // 2 :]
    without_left = _exclusive_products(F, left) * F.prod(right, -1, True)
    without_right = _exclusive_products(F, right) * F.prod(left, -1, True)
    return F.concatenate((without_left, without_right), -1)


prod.vjp(x=_product_of_the_others)
