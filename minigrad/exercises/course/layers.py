"""Layers: the forward passes of Dense and dropout, and the backward pass of Dense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.course.arithmetic import drawn, three_ways
from minigrad.exercises.edits.arrays import (
    counted_twice,
    exchanged,
    matrices,
    rescaled,
    results,
    transposes,
    upstream,
    zeros,
)
from minigrad.exercises.edits.ends import ends
from minigrad.exercises.edits.phrases import phrases
from minigrad.exercises.edits.products import comparisons, parentheses, products
from minigrad.exercises.edits.reductions import reductions
from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Probe, probe
from minigrad.exercises.symptoms import misplaced

LESSON = "02-autograd-from-nothing"

SIZES = [(3, 3, 3), (2, 3, 4), (4, 3, 3), (3, 3, 2), (3, 2, 3), (2, 4, 2), (1, 3, 2), (3, 1, 1)]
"""Numbers of samples, inputs and units: all equal, all different, and two of them equal."""


def forward_probes() -> Iterator[Probe]:
    for n, inputs, units in SIZES:
        words = f"{n} samples, {inputs} inputs, {units} units"
        yield from three_ways(words, *drawn(13, (n, inputs), (units, inputs), (units,)))


@exercise(
    forward_probes, results="y", lesson=LESSON,
    edits=[phrases("dense_forward"), ends, transposes, matrices, terms, results, exchanged, rescaled, parentheses],
)  # fmt: skip
def dense_forward(x: Any, W: Any, b: Any) -> Any:
    """A Dense layer: every unit adds up all inputs, each times its weight, and a bias.

    The weights of one unit are one row of W, so W is transposed in the product:

        y = x Wᵀ + b

    Args:
        x: the inputs, (n, in): one row for each sample. W: the weights, (out, in). b: the biases,
            (out,).

    Returns:
        y, of shape (n, out) and x's dtype.

    >>> dense_forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([0.5, -0.5]))
    array([[11.5, 16.5]])

    Hints:
        1. Write down the shapes: (n, in) times what gives (n, out)?
        2. W is (out, in), so it has to be transposed; b, (out,), is added to each row by broadcasting.
        3. `x @ W.T` is the product. Try it with n, in and out all different: with square matrices a
           mistake can hide.
    """
    return x @ W.T + b


def backward_probes() -> Iterator[Probe]:
    for n, inputs, units in SIZES:
        words = f"{n} samples, {inputs} inputs, {units} units"
        yield from three_ways(words, *drawn(14, (n, units), (n, inputs), (units, inputs)))


@exercise(
    backward_probes, results="gx gW gb", lesson=LESSON,
    edits=[
        phrases("dense_backward"), ends, zeros, transposes, matrices, upstream, results, reductions, exchanged,
        counted_twice,
    ],
)  # fmt: skip
def dense_backward(g: Any, x: Any, W: Any) -> Any:
    """The backward pass of a Dense layer y = x Wᵀ + b.

    It combines the backward passes of a matrix product and of a bias added to every row. W and b serve
    every sample, so their gradients are sums over the batch, not means.

        gx = g W
        gW = gᵀ x
        gb = sum of the rows of g

    Args:
        g: the gradient with respect to y, (n, out). x: the inputs, (n, in). W: the weights, (out, in).

    Returns:
        (gx, gW, gb), of shapes (n, in), (out, in) and (out,).

    >>> g, x, W = np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]]), np.array([[5.0]])
    >>> gx, gW, gb = dense_backward(g, x, W)
    >>> gx, gW, gb
    (array([[ 5.],
           [10.]]), array([[11.]]), array([3.]))

    Hints:
        1. Each gradient has the shape of what it belongs to. The shapes leave only one product each for
           gx and gW.
        2. gW adds up, over the samples, the g of a unit times its input.
        3. `g.T @ x` is gW, and `g.sum(axis=0)` adds up the rows for gb.
    """
    gx = g @ W
    gW = g.T @ x
    gb = np.sum(g, axis=0)
    return gx, gW, gb


def dropout_probes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(15)
    for shape in (3, 3), (5,), (2, 4), (2, 2, 3):
        for rate in 0.3, 0.5, 0.8, 0.0:
            x, uniform = rng.normal(size=shape), rng.uniform(size=shape)
            uniform.flat[0], uniform.flat[-1] = 0.9, 0.05
            yield from by_chance(f"shape {shape}, rate {rate}", x, rate, uniform)
    near = numpy.array([0.29, 0.3 - 1e-9, 0.3 + 1e-9, 0.31])
    yield from by_chance("mask_uniform is near the rate", rng.normal(size=4), 0.3, near)
    x, at = rng.normal(size=6), [0.0, 0.25, 0.5, 0.75, 0.999, 0.1]
    for rate in 0.25, 0.5, 0.0:
        yield from by_chance(f"mask_uniform equals the rate {rate}", x, rate, numpy.array(at))
    for share in 0.2, 0.7:
        yield probe(f"one element, mask_uniform {share}", numpy.array([1.5]), 0.4, numpy.array([share]))


def by_chance(words: str, x: Any, rate: float, uniform: Any) -> Iterator[Probe]:
    """Three probes, with mask_uniform in float64 in all of them."""
    for one in three_ways(words, x, rate, uniform):
        yield Probe(one.words, lambda one=one: in_float64(one))  # type: ignore[misc]


def in_float64(one: Probe) -> Any:
    (x, rate, uniform), kwargs = one.make()
    return (x, rate, uniform.astype("float64")), kwargs


def fails_in_mask(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if each element is either 0 or scaled correctly, but the wrong ones are."""
    arguments = {probe.words: probe.make()[0] for probe in dropout_forward.tried}
    if misplaced(found, [(x / (1 - rate), 0 * x) for x, rate, _ in (arguments[text] for text in words)]):
        return [Symptom("mask-wrong", "Each element is 0 or x / (1 - rate), but the wrong ones are chosen.")]
    return []


@exercise(
    dropout_probes, results="y", lesson=LESSON, symptoms=fails_in_mask,
    edits=[phrases("dropout_forward"), ends, comparisons, products, parentheses, results, rescaled],
)  # fmt: skip
def dropout_forward(x: Any, rate: float, mask_uniform: Any) -> Any:
    """Dropout in training (Srivastava et al. 2014), scaled so that evaluation needs no change.

    Each element is dropped, that is, set to 0, with probability `rate`. The others are divided by
    1 - rate, so that the expected value stays the same. The random numbers are passed in: an element is
    kept where mask_uniform ≥ rate.

        keep = 1 where mask_uniform ≥ rate, else 0
        y = x keep / (1 - rate)

    Args:
        x: an array of any shape. rate: a number, 0 ≤ rate < 1.
        mask_uniform: uniform random numbers in [0, 1), float64, of x's shape.

    Returns:
        y, of the shape and the dtype of x.

    >>> dropout_forward(np.array([1.0, 2.0, 3.0]), 0.5, np.array([0.7, 0.5, 0.2]))
    array([2., 4., 0.])

    Hints:
        1. Compare mask_uniform with rate; an element exactly at the boundary is kept.
        2. If x is float32 and the mask float64, the product is float64. A mask of True and False widens
           nothing.
        3. `x * (mask_uniform >= rate)` is a new array, so x stays as it is; divide it by 1 - rate.
    """
    keep = mask_uniform >= rate
    return x * keep / (1 - rate)
