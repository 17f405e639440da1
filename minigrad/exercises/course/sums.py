"""Sums that bring a gradient back to the shape of a broadcast operand: the right one, and what is written instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Shape = tuple[int, ...]
Reduction = Callable[..., Any]
Sum = Callable[[Any, Shape], Any]


def unbroadcast(g: Any, shape: Shape) -> Any:
    """g, summed over every axis along which an array of this shape was repeated."""
    return reduced(g, shape, np.sum, np.sum)


def reduced(g: Any, shape: Shape, leading: Callable[..., Any], repeated: Callable[..., Any]) -> Any:
    """g with its leading axes reduced by one function, and axes of length 1 by another."""
    if np.ndim(g) > len(shape):
        g = leading(g, axis=tuple(range(np.ndim(g) - len(shape))))
    ones = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return repeated(g, axis=ones, keepdims=True) if ones else g


def kept(g: Any, axis: Any, keepdims: bool = False) -> Any:
    """g as it is."""
    return g


def element(index: int) -> Reduction:
    """A reduction to one element along each axis."""

    def taken(g: Any, axis: tuple[int, ...], keepdims: bool = False) -> Any:
        for i in sorted(axis, reverse=True):
            g = np.take(g, [index] if keepdims else index, axis=i)
        return g

    return taken


def reducing(leading: Reduction, repeated: Reduction) -> Sum:
    """`unbroadcast` with other reductions."""
    return lambda g, shape: reduced(g, shape, leading, repeated)


leading_only = reducing(np.sum, kept)
averaged = reducing(np.mean, np.mean)
leading_averaged, ones_averaged = reducing(np.mean, np.sum), reducing(np.sum, np.mean)
largest, multiplied = reducing(np.max, np.max), reducing(np.prod, np.prod)
of_the_first, of_the_last = reducing(element(0), element(0)), reducing(element(-1), element(-1))
of_the_first_row = reducing(element(0), np.sum)


def without_sum(g: Any, shape: Shape) -> Any:
    return g * 1


def ones(g: Any, shape: Shape) -> Shape:
    """The axes of g where the shape has length 1."""
    return tuple(i for i, n in enumerate(shape, np.ndim(g) - len(shape)) if n == 1)


def ones_only(g: Any, shape: Shape) -> Any:
    return np.sum(g, axis=ones(g, shape), keepdims=True)


def ones_from_the_left(g: Any, shape: Shape) -> Any:
    for i, n in enumerate(shape):
        if n == 1:
            g = np.sum(g, axis=i, keepdims=True)
    return g


def dropped(g: Any, shape: Shape) -> Shape:
    """All axes that g and the shape do not share, those of length 1 included."""
    return (*range(np.ndim(g) - len(shape)), *ones(g, shape))


def without_keepdims(g: Any, shape: Shape) -> Any:
    return np.sum(g, axis=dropped(g, shape))


def without_keepdims_averaged(g: Any, shape: Shape) -> Any:
    return np.mean(g, axis=dropped(g, shape))


def repeated_without_keepdims(g: Any, shape: Shape) -> Any:
    lead = np.ndim(g) - len(shape)
    return np.sum(g, axis=tuple(i for i in dropped(g, shape) if i < lead or g.shape[i] != 1))


def without_leading(g: Any, axes: int, axis: int = 0) -> Any:
    """g summed over its first axis, or another one, until `axes` axes are left."""
    while np.ndim(g) > axes:
        g = g.sum(axis=axis)
    return g


def one_by_one_without_keepdims(g: Any, shape: Shape) -> Any:
    g = without_leading(g, len(shape))
    for i, n in enumerate(shape):
        if n == 1 and g.shape[i] > 1:
            g = g.sum(axis=i)
    return g


def each_without_keepdims(g: Any, shape: Shape) -> Any:
    g = without_leading(g, len(shape))
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i)
    return g


def over_everything(g: Any, shape: Shape) -> Any:
    return g if shape == np.shape(g) else np.full(shape, np.sum(g), dtype=g.dtype)


def one_number(g: Any, shape: Shape) -> Any:
    return g if shape == np.shape(g) else np.sum(g)


def from_the_left(g: Any, shape: Shape) -> Any:
    padded = (*shape, *[1] * (np.ndim(g) - len(shape)))
    return np.sum(g, axis=ones(g, padded), keepdims=True).reshape(shape)


def from_the_right(g: Any, shape: Shape) -> Any:
    return unbroadcast(without_leading(g, len(shape), axis=-1), shape)


def one_axis_short(g: Any, shape: Shape) -> Any:
    g = without_leading(g, len(shape) + 1)
    return np.sum(g, axis=axes, keepdims=True) if (axes := ones(g, shape)) else g


def one_axis_only(g: Any, shape: Shape) -> Any:
    if not shape:
        return unbroadcast(g, shape)
    g = np.sum(g, axis=0) if np.ndim(g) > len(shape) else g
    return np.sum(g, axis=ones(g, shape), keepdims=True)


def first_axis_left(g: Any, shape: Shape) -> Any:
    g = without_leading(g, len(shape))
    return np.sum(g, axis=axes, keepdims=True) if (axes := tuple(i for i in ones(g, shape) if i)) else g


def last_axis_left(g: Any, shape: Shape) -> Any:
    g = without_leading(g, len(shape))
    axes = tuple(i for i in ones(g, shape) if i < np.ndim(g) - 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def first_axis_only(g: Any, shape: Shape) -> Any:
    return g if shape == np.shape(g) else np.sum(g, axis=0)


def first_axis_kept(g: Any, shape: Shape) -> Any:
    return g if shape == np.shape(g) else np.sum(g, axis=0, keepdims=True)
