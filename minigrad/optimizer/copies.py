"""Checks of the workers' copies that are given to DCASGD: which parameter each is for, and whether it fits."""

from __future__ import annotations

from typing import Any

from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.optimizer.accepts import weight_of
from minigrad.optimizer.optimizer import Index, Optimizer


def checked(optimizer: Optimizer, index: Any, weight: Tensor) -> tuple[Index, Tensor]:
    """The index of a parameter, given as an index or as itself, and a copy of the weight that a worker has."""
    known = optimizer.param_dict
    index = next((i for i, p in known.items() if p is index), index)
    if not isinstance(index, (int, str)) or (known and index not in known):
        several = ", ".join(f"{i} ({optimizer._name(i)!r})" for i in known)
        raise ArgumentError(
            f"pulled() got {index!r:.60}, which is not a parameter of this {type(optimizer).__name__}; expected a "
            f"Parameter of its Trainer or the index of one{f': {several:.400}' if several else ''}"
        )
    copy = weight_of(weight).copy()
    if index in known:
        fits(index, copy, known[index].shape)
    return index, copy


def fits(index: Index, copy: Tensor, shape: tuple[int, ...]) -> None:
    if copy.shape != shape:
        raise ShapeError(f"pulled({index!r}, ...) got the shape {copy.shape}; its parameter has {shape}")
