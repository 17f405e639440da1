"""Normalizations: the backward pass of layer normalization, and batch normalization in training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad.exercises.course.arithmetic import drawn, three_ways
from minigrad.exercises.edits.arrays import exchanged, rescaled, results, upstream
from minigrad.exercises.edits.phrases import phrases
from minigrad.exercises.edits.products import parentheses, products
from minigrad.exercises.edits.reductions import everywhere, reductions
from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import exercise
from minigrad.exercises.probes import Probe, probe

LESSON = "02-autograd-from-nothing"


def layernorm_probes() -> Iterator[Probe]:
    for shape in (3, 3), (4,), (2, 3), (3, 4), (2, 3, 3), (2, 2, 4):
        g, x = drawn(16, shape, shape)
        yield from three_ways(f"shape {shape}, a large eps", g, 0.5 + x, 0.5)
    yield probe("a row of equal numbers", *drawn(16, (2, 3)), np.array([[1.5, 1.5, 1.5], [0.0, 1.0, 3.0]]), 0.5)
    g, x = drawn(17, (3, 5), (3, 5))
    yield from three_ways("shape (3, 5), a small eps", g, 2 * x - 1, 1e-5)


@exercise(
    layernorm_probes, results="gx", lesson=LESSON, float32=1e-3,
    edits=[
        everywhere, phrases("layernorm_vjp"), upstream, reductions, terms, results, exchanged, rescaled, products,
        parentheses,
    ],
)  # fmt: skip
def layernorm_vjp(g: Any, x: Any, eps: float) -> Any:
    """The backward pass of layer normalization (Ba, Kiros, Hinton, 2016), without scale and shift.

    Each row of x, along its last axis, is shifted to mean 0 and divided by its deviation:

        deviation = √(var + eps)
        normal = (x - mean) / deviation

    The mean and the variance depend on every element of the row, and so do the gradients: the parts of
    g along a constant and along `normal` do not come through.

        gx = (g - mean(g) - normal mean(g normal)) / deviation

    Here, too, means are over the last axis.

    Args:
        g: the gradient with respect to the result.
        x: the input, of the same shape.
        eps: a number added to the variance.

    Returns:
        gx, of the shape and the dtype of x. The variance divides by n, not by n - 1.

    >>> layernorm_vjp(np.array([[1.0, 0.0]]), np.array([[1.0, 3.0]]), 3.0)
    array([[ 0.1875, -0.1875]])

    Hints:
        1. Compute mean, deviation and normal as in the forward pass; keep the axis of each mean.
        2. If g is the same everywhere in a row, gx is 0: shifting x does not change the result.
        3. For the path through the variance: the derivative of the deviation with respect to x[i] is
           (x[i] - mean) / (n deviation).
    """
    mean = np.mean(x, axis=-1, keepdims=True)
    deviation = np.sqrt(np.var(x, axis=-1, keepdims=True) + eps)
    normal = (x - mean) / deviation
    return (g - np.mean(g, axis=-1, keepdims=True) - normal * np.mean(g * normal, axis=-1, keepdims=True)) / deviation


def batchnorm_probes() -> Iterator[Probe]:
    for i, (n, c) in enumerate([(3, 3), (4, 3), (2, 4), (5, 2), (4, 1)]):
        x, gamma, beta, mean, var = drawn(18 + i, (n, c), (c,), (c,), (c,), (c,))
        rest = (2 * gamma, beta, mean, 0.5 + var**2)
        yield from three_ways(f"{n} samples, {c} columns", 2 * x + 1, *rest, 0.9, 0.5)
        yield from three_ways(f"{n} samples, {c} columns, a small momentum", 3 * x - 1, *rest, 0.3, 0.25)


@exercise(
    batchnorm_probes, results="y running_mean running_var", lesson=LESSON, float32=1e-3,
    edits=[
        phrases("batchnorm_train"), everywhere, reductions, terms, results, exchanged, rescaled, products, parentheses,
    ],
)  # fmt: skip
def batchnorm_train(
    x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any, momentum: float, eps: float
) -> Any:
    """Batch normalization in training, after Ioffe and Szegedy (2015), algorithm 1.

    Each column of x is shifted to mean 0 and divided by its deviation over the batch; then gamma scales
    it and beta shifts it. For later, when there is no batch, running statistics slowly follow the mean
    and variance of the batches.

        y = gamma (x - mean) / √(var + eps) + beta
        running_mean = momentum running_mean + (1 - momentum) mean
        running_var = momentum running_var + (1 - momentum) var

    Args:
        x: (n, c): n samples, c columns.
        gamma, beta, running_mean, running_var: (c,).
        momentum, eps: numbers.

    Returns:
        (y, running_mean, running_var): new arrays, of x's dtype. In both places the variance divides by
        n, not by n - 1.

    >>> x, one, zero = np.array([[1.0], [5.0]]), np.array([1.0]), np.array([0.0])
    >>> y, mean, var = batchnorm_train(x, one, zero, zero, one, 0.75, 0.0)
    >>> y, mean, var
    (array([[-1.],
           [ 1.]]), array([0.75]), array([1.75]))

    Hints:
        1. The batch is axis 0: the mean and the variance have the shape (c,).
        2. In training y is computed from the batch's own statistics, not from the running ones.
        3. `momentum * running_mean + (1 - momentum) * mean` is a new array: a momentum of 0.9 keeps
           nine tenths of what was there.
    """
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    y = gamma * (x - mean) / np.sqrt(var + eps) + beta
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return y, running_mean, running_var
