"""Backward passes of functions of one array: g, the gradient with respect to the result, becomes that of the input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minigrad.exercises.course.arithmetic import LESSON, drawn, three_ways
from minigrad.exercises.edits.arrays import exchanged, rescaled, results, upstream
from minigrad.exercises.edits.ends import ends
from minigrad.exercises.edits.phrases import phrases
from minigrad.exercises.edits.products import constants, parentheses, powers, products
from minigrad.exercises.edits.reductions import everywhere, reductions
from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Probe, probe
from minigrad.exercises.symptoms import misplaced

BY_ELEMENT = [(3, 3), (4,), (2, 3), (2, 1, 3), (1,)]


def relu_probes() -> Iterator[Probe]:
    for shape in BY_ELEMENT:
        yield from three_ways(f"shape {shape}", *drawn(5, shape, shape))
    g, x = drawn(6, (3, 4), (3, 4))
    yield from three_ways("large values", g, 3 * x)
    yield from three_ways("zeros", g, np.round(x))
    yield from three_ways("almost zero", g, 1e-9 * x)
    yield from three_ways("small values", g, 1e-2 * x)
    yield from three_ways("nothing is positive", g, -np.abs(x))
    yield from three_ways("all are positive", g, np.abs(x))


def fails_in_mask(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if each element is g or 0, but not the right one of the two."""
    arguments = {probe.words: probe.make()[0] for probe in relu_vjp.tried}
    if misplaced(found, [(arguments[x][0], np.zeros_like(arguments[x][0])) for x in words]):
        return [Symptom("mask-wrong", "Each element is g or 0, but the wrong ones are chosen.")]
    return []


@exercise(
    relu_probes, results="gx", lesson=LESSON, symptoms=fails_in_mask,
    edits=[phrases("relu_vjp"), upstream, ends, results, exchanged, rescaled, products],
)  # fmt: skip
def relu_vjp(g: Any, x: Any) -> Any:
    """The backward pass of max(x, 0), element by element.

    Where x is positive, the output follows the input, and the derivative is 1. Elsewhere the output
    does not move, and it is 0. At exactly 0 there is no derivative; by convention it is 0.

        gx = g where x > 0, else 0

    Args:
        g: the gradient with respect to the result. x: the input, of the same shape.

    Returns:
        gx, of the shape and the dtype of x.

    >>> relu_vjp(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.0, 5.0]))
    array([0., 0., 3.])

    Hints:
        1. A comparison of an array gives an array of True and False: a mask.
        2. g times the mask is g where it is True, and 0 elsewhere.
        3. `g * (x > 0)` is a new array, so g stays as it is.
    """
    return g * (x > 0)


def sigmoid_probes() -> Iterator[Probe]:
    for shape in BY_ELEMENT:
        g, x = drawn(7, shape, shape)
        yield from three_ways(f"shape {shape}", g, 1 / (1 + np.exp(-x)))
    g = drawn(7, (4,))[0]
    yield from three_ways("outputs near 0 and 1", g, np.array([0.001, 0.02, 0.97, 0.996]))


@exercise(
    sigmoid_probes, results="gx", lesson=LESSON,
    edits=[
        phrases("sigmoid_vjp"), upstream, constants, powers, ends, terms, results, exchanged, rescaled, products,
        parentheses,
    ],
)  # fmt: skip
def sigmoid_vjp(g: Any, y: Any) -> Any:
    """The backward pass of the sigmoid y = 1 / (1 + exp(-x)), element by element, from its output y.

    The derivative of the sigmoid can be written in terms of the output alone: y (1 - y). So a layer
    keeps y for the backward pass, and does not compute the exponential again.

        gx = g y (1 - y)

    Args:
        g: the gradient with respect to the result. y: the output, of the same shape.

    Returns:
        gx, of the shape and the dtype of y.

    >>> sigmoid_vjp(np.array([1.0, 8.0]), np.array([0.5, 0.25]))
    array([0.25, 1.5 ])

    Hints:
        1. y is already the output of the sigmoid. Do not apply it again.
        2. Multiply three things, element by element: g, y and 1 - y.
        3. `g * y * (1 - y)`; at y = 0.5 the slope is 0.25.
    """
    return g * y * (1 - y)


def tanh_probes() -> Iterator[Probe]:
    for shape in BY_ELEMENT:
        g, x = drawn(8, shape, shape)
        yield from three_ways(f"shape {shape}", g, np.tanh(x))
    g = drawn(8, (4,))[0]
    yield from three_ways("outputs near -1, 0 and 1", g, np.array([-0.996, 0.0, 0.97, 0.99]))


@exercise(
    tanh_probes, results="gx", lesson=LESSON,
    edits=[
        phrases("tanh_vjp"), upstream, constants, ends, powers, terms, results, exchanged, rescaled, products,
        parentheses,
    ],
)  # fmt: skip
def tanh_vjp(g: Any, y: Any) -> Any:
    """The backward pass of y = tanh(x), element by element, from its output y.

    The derivative of tanh can be written in terms of the output alone: 1 - y².

        gx = g (1 - y²)

    Args:
        g: the gradient with respect to the result. y: the output, of the same shape.

    Returns:
        gx, of the shape and the dtype of y.

    >>> tanh_vjp(np.array([1.0, 4.0]), np.array([0.0, 0.5]))
    array([1., 3.])

    Hints:
        1. y is already tanh(x). Do not take tanh again.
        2. Only y is squared: mind the parentheses.
        3. `g * (1 - y**2)`; where y is near 1 or -1 the function is flat, so gx is near 0.
    """
    return g * (1 - y**2)


def softmax_probes() -> Iterator[Probe]:
    for shape in (3, 3), (4,), (2, 3), (2, 3, 3), (3, 2, 4), (1, 4), (2, 1, 2, 3):
        g, x = drawn(9, shape, shape)
        e = np.exp(x)
        yield from three_ways(f"shape {shape}", g, e / np.sum(e, axis=-1, keepdims=True))
    g = drawn(9, (2, 3))[0]
    yield from three_ways("outputs near 0 and 1", g, np.array([[0.001, 0.989, 0.01], [0.996, 0.002, 0.002]]))


def fails_by_dimensions(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if a result is wrong only for more than two dimensions."""
    if all(text.count(",") > 1 for text in words) and all(x.results is not None for x in found):
        return [Symptom("axis-wrong", "it is right for one and two dimensions only: the axis should be the last one.")]
    return []


@exercise(
    softmax_probes, results="gx", lesson=LESSON, symptoms=fails_by_dimensions,
    edits=[
        phrases("softmax_vjp"), upstream, ends, reductions, terms, results, exchanged, rescaled, products, parentheses,
    ],
)  # fmt: skip
def softmax_vjp(g: Any, y: Any) -> Any:
    """The backward pass of the softmax along the last axis, from its output y.

    Each output of a row depends on every input of the row, because they share one sum: the derivative
    of y[i] with respect to x[j] is y[i] (1 if i = j else 0) - y[i] y[j]. Multiplying by g and adding up
    needs no matrix:

        gx = y (g - inner),  with inner = sum of g y over the row

    Args:
        g: the gradient with respect to the result.
        y: the output, of the same shape, with any number of axes.

    Returns:
        gx, of the shape and the dtype of y. The sum of each of its rows is 0.

    >>> softmax_vjp(np.array([[1.0, 0.0, 2.0]]), np.array([[0.5, 0.25, 0.25]]))
    array([[ 0.  , -0.25,  0.25]])

    Hints:
        1. First sum g y over the last axis; keep this axis, so that the sum broadcasts against the row.
        2. Subtract it from g, and multiply by y.
        3. `(g * y).sum(axis=-1, keepdims=True)` is the sum. To test it: if every g of a row is the same
           number, gx is 0, since the outputs of a row always add up to 1.
    """
    inner = np.sum(g * y, axis=-1, keepdims=True)
    return y * (g - inner)


def max_probes() -> Iterator[Probe]:
    for shape, axis in [
        ((3, 3), 0), ((3, 3), 1), ((2, 3), 1), ((2, 3), 0), ((4,), 0), ((2, 3, 4), 1), ((2, 1, 2), 0), ((2, 3, 4), 2),
    ]:  # fmt: skip
        g, x = drawn(10, shape[:axis] + shape[axis + 1 :], shape)
        yield from three_ways(f"shape {shape}, axis {axis}", g, x, axis)
        yield from three_ways(f"shape {shape}, axis {axis - len(shape)}", g, x, axis - len(shape))
    equal = np.array([[3.0, 3.0, 3.0], [3.0, 1.0, 3.0], [-1.0, -3.0, 2.0]])
    for axis in 0, 1, -1:
        yield from three_ways(f"equal maxima, axis {axis}", *drawn(11, (3,)), equal, axis)
    yield probe("maxima of 0", *drawn(11, (3,)), np.array([[0.0, -1.0, -2.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), 1)
    near = np.array([[1.0, 1.0 + 1e-9, 0.0], [5.0, 5.0 - 1e-9, 2.0]])
    yield probe("nearly equal values", *drawn(12, (2,)), near, 1)


def fails_at_ties(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if a result is wrong only for equal maxima, or only for negative axes."""
    if all("equal" in text for text in words):
        return [
            Symptom("ties-wrong", "it is wrong where maxima are equal: exactly equal maxima should share g equally.")
        ]
    if all("axis -" in text for text in words) and all(x.results is None for x in found):
        return [Symptom("condition-missing", "it fails for a negative axis, which counts from the end.")]
    return []


@exercise(
    max_probes, results="gx", lesson=LESSON, symptoms=fails_at_ties,
    edits=[phrases("max_vjp"), upstream, ends, results, reductions, everywhere, rescaled, products],
)  # fmt: skip
def max_vjp(g: Any, x: Any, axis: int) -> Any:
    """The backward pass of x.max(axis).

    The result follows the largest element and no other, so only that element has a gradient. By
    convention, elements that are exactly equal to the maximum share g equally.

        top = the maximum along the axis
        mask = 1 where x equals top, else 0
        gx = mask g / count,  with count = number of elements that equal top

    Args:
        g: the gradient with respect to the result; it lacks the axis.
        x: the input.
        axis: an integer; negative ones count from the end.

    Returns:
        gx, of the shape and the dtype of x.

    >>> max_vjp(np.array([1.0, 4.0]), np.array([[1.0, 3.0], [5.0, 5.0]]), 1)
    array([[0., 1.],
           [2., 2.]])

    Hints:
        1. Comparing `x.max(axis=axis, keepdims=True)` with x gives a mask.
        2. The sum of the mask along the axis says how many share g. Make sure that float32 stays
           float32.
        3. g lacks the axis: `np.expand_dims(g, axis)` puts it back.
    """
    top = np.max(x, axis=axis, keepdims=True)
    mask = (x == top).astype(x.dtype)
    count = np.sum(mask, axis=axis, keepdims=True)
    return mask / count * np.expand_dims(g, axis)
