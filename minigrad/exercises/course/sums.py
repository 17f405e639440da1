"""Sums that bring a gradient back to the shape of a broadcast operand: the right one, and what is written instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Shape = tuple[int, ...]


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


def first(g: Any, axis: tuple[int, ...], keepdims: bool = False) -> Any:
    """The first element along these axes."""
    for i in sorted(axis, reverse=True):
        g = np.take(g, [0] if keepdims else 0, axis=i)
    return g


def last(g: Any, axis: tuple[int, ...], keepdims: bool = False) -> Any:
    """The last element along these axes."""
    for i in sorted(axis, reverse=True):
        g = np.take(g, [-1] if keepdims else -1, axis=i)
    return g


def without_sum(g: Any, shape: Shape) -> Any:
    return g * 1


def leading_only(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, np.sum, kept)


def ones_only(g: Any, shape: Shape) -> Any:
    lead = np.ndim(g) - len(shape)
    return np.sum(g, axis=tuple(lead + i for i, n in enumerate(shape) if n == 1), keepdims=True)


def averaged(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, np.mean, np.mean)


def leading_averaged(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, np.mean, np.sum)


def ones_averaged(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, np.sum, np.mean)


def largest(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, np.max, np.max)


def multiplied(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, np.prod, np.prod)


def of_the_first(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, first, first)


def of_the_last(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, last, last)


def of_the_first_row(g: Any, shape: Shape) -> Any:
    return reduced(g, shape, first, np.sum)


def ones_from_the_left(g: Any, shape: Shape) -> Any:
    for i, n in enumerate(shape):
        if n == 1:
            g = np.sum(g, axis=i, keepdims=True)
    return g


def without_keepdims(g: Any, shape: Shape) -> Any:
    lead = np.ndim(g) - len(shape)
    return np.sum(g, axis=(*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1)))


def without_keepdims_averaged(g: Any, shape: Shape) -> Any:
    lead = np.ndim(g) - len(shape)
    return np.mean(g, axis=(*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1)))


def repeated_without_keepdims(g: Any, shape: Shape) -> Any:
    lead = np.ndim(g) - len(shape)
    return np.sum(g, axis=(*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 != g.shape[lead + i])))


def one_by_one_without_keepdims(g: Any, shape: Shape) -> Any:
    while np.ndim(g) > len(shape):
        g = g.sum(axis=0)
    for i, n in enumerate(shape):
        if n == 1 and g.shape[i] > 1:
            g = g.sum(axis=i)
    return g


def each_without_keepdims(g: Any, shape: Shape) -> Any:
    while np.ndim(g) > len(shape):
        g = g.sum(axis=0)
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
    return np.sum(g, axis=tuple(i for i, n in enumerate(padded) if n == 1), keepdims=True).reshape(shape)


def from_the_right(g: Any, shape: Shape) -> Any:
    while np.ndim(g) > len(shape):
        g = g.sum(axis=-1)
    for i, n in enumerate(shape):
        if n == 1 and g.shape[i] != 1:
            g = g.sum(axis=i, keepdims=True)
    return g


def one_axis_short(g: Any, shape: Shape) -> Any:
    while np.ndim(g) > len(shape) + 1:
        g = g.sum(axis=0)
    lead = np.ndim(g) - len(shape)
    ones = tuple(lead + i for i, n in enumerate(shape) if n == 1)
    return np.sum(g, axis=ones, keepdims=True) if ones else g


def first_axis_left(g: Any, shape: Shape) -> Any:
    while np.ndim(g) > len(shape):
        g = g.sum(axis=0)
    ones = tuple(i for i, n in enumerate(shape) if n == 1 and i)
    return np.sum(g, axis=ones, keepdims=True) if ones else g


def last_axis_left(g: Any, shape: Shape) -> Any:
    while np.ndim(g) > len(shape):
        g = g.sum(axis=0)
    ones = tuple(i for i, n in enumerate(shape[:-1]) if n == 1)
    return np.sum(g, axis=ones, keepdims=True) if ones else g


def first_axis_only(g: Any, shape: Shape) -> Any:
    return g if shape == np.shape(g) else np.sum(g, axis=0)


def first_axis_kept(g: Any, shape: Shape) -> Any:
    return g if shape == np.shape(g) else np.sum(g, axis=0, keepdims=True)
