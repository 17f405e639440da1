"""Backward passes of +, *, @ and indexing: g, the gradient with respect to the result, becomes those of the inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.course import sums as sums  # the tables of wrong answers look names up here
from minigrad.exercises.course.sums import unbroadcast
from minigrad.exercises.edits.arrays import counted_twice, exchanged, matrices, results, transposes, upstream, zeros
from minigrad.exercises.edits.ends import ends
from minigrad.exercises.edits.phrases import phrases
from minigrad.exercises.edits.products import products
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Probe, probe, spread

LESSON = "02-autograd-from-nothing"

SHAPES = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((3, 1), (3, 3)), ((2, 1), (1, 3)), ((2, 4, 1, 2), (3, 1)),
    ((1,), (3,)), ((2, 2), (2, 2, 2)), ((), (2, 2)), ((3,), ()), ((), ()), ((1, 1), (2, 3)), ((2, 3), (1, 1, 1)),
    ((2, 2, 3), (3,)),
]  # fmt: skip
"""Shapes of two operands: equal, with leading axes missing, with axes of length 1, with both, and with no axes."""


def three_ways(words: str, *args: Any, **kwargs: Any) -> Iterator[Probe]:
    """A probe in float64, in float32, and in memory that is out of order."""
    yield probe(words, *args, **kwargs)
    yield probe(f"{words}, float32", *map(single, args), **kwargs)
    yield probe(f"{words}, memory out of order", *map(scattered, args), **kwargs)


def single(x: Any) -> Any:
    return x.astype("float32") if isinstance(x, numpy.ndarray) and x.dtype.kind == "f" else x


def scattered(x: Any) -> Any:
    return spread(x) if isinstance(x, numpy.ndarray) and x.ndim else x


def drawn(seed: int, *shapes: tuple[int, ...]) -> list[Any]:
    """Arrays of these shapes with normally distributed numbers."""
    rng = numpy.random.default_rng(seed)
    return [numpy.asarray(rng.normal(size=shape)) for shape in shapes]


def fails_in_shape(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if a result is too large: it is not summed back to its operand's shape."""
    arguments = {probe.words: probe.make()[0] for probe in [*add_vjp.tried, *multiply_vjp.tried]}
    pairs = []
    for outcome, text in zip(found, words):
        shapes = [x if isinstance(x, tuple) else np.shape(x) for x in arguments[text][1:]]
        if outcome.results and len(outcome.results) != 2:
            return []
        pairs += [(np.shape(x), y) for x, y in zip(outcome.results or (), shapes) if np.shape(x) != y]
    larger = [(x, y) for x, y in pairs if np.prod(x) > np.prod(y)]
    if larger and all(np.prod(x) >= np.prod(y) and len(x) >= len(y) for x, y in pairs):
        shown = "a result has shape {}, expected {}.".format(*larger[0])
        return [Symptom("broadcast-sum-missing", f"sum g back to the operand's shape: {shown}")]
    return []


def add_probes() -> Iterator[Probe]:
    for a, b in SHAPES:
        yield from three_ways(f"shapes {a} and {b}", *drawn(1, numpy.broadcast_shapes(a, b)), a, b)


@exercise(
    add_probes, results="ga gb", lesson=LESSON, symptoms=fails_in_shape,
    edits=[phrases("sums"), upstream, exchanged, results, zeros, counted_twice],
)  # fmt: skip
def add_vjp(g: Any, a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> Any:
    """The backward pass of a + b, with NumPy's broadcasting.

    An element of a that was repeated contributes to several elements of the result, and its gradient is
    the sum of theirs. So ga is g, summed over every axis that a lacks and over every axis where a has
    length 1. The same goes for gb.

        ga = sum of g over the axes along which a was repeated
        gb = sum of g over the axes along which b was repeated

    Args:
        g: the gradient with respect to the result, of the broadcast shape.
        a_shape, b_shape: the shapes of a and b, tuples that may be empty.

    Returns:
        (ga, gb), of shapes a_shape and b_shape, of g's dtype.

    >>> ga, gb = add_vjp(np.array([[1.0, 2.0], [3.0, 4.0]]), (2,), (2, 1))
    >>> ga, gb
    (array([4., 6.]), array([[3.],
           [7.]]))

    Hints:
        1. Shapes are aligned at their last axes. First sum over the leading axes that the operand does
           not have.
        2. Then sum over the axes where the operand has length 1, and keep them: `keepdims=True`.
        3. `g.sum(axis=i, keepdims=True)` for every i with `shape[i] == 1`. Write both as one function
           of g and a shape, and call it twice.
    """
    ga = unbroadcast(g, a_shape)
    gb = unbroadcast(g, b_shape)
    return ga, gb


def multiply_probes() -> Iterator[Probe]:
    for a, b in SHAPES:
        yield from three_ways(f"shapes {a} and {b}", *drawn(2, numpy.broadcast_shapes(a, b), a, b))
    zeros = numpy.array([[0.0, -1.5, 0.0], [2.0, 0.0, 0.5]]), numpy.array([0.0, 0.0, -3.0])
    yield probe("elements that are 0", *drawn(2, (2, 3)), *zeros)


@exercise(
    multiply_probes, results="ga gb", lesson=LESSON,
    edits=[phrases("multiply_vjp"), phrases("sums"), upstream, exchanged, results, products, zeros, counted_twice],
    symptoms=fails_in_shape,
)  # fmt: skip
def multiply_vjp(g: Any, a: Any, b: Any) -> Any:
    """The backward pass of a * b, element by element, with NumPy's broadcasting.

    The derivative of a b with respect to a is b, so each element of g is multiplied by the other
    operand. The product is then summed back to the operand's own shape, as in `add_vjp`.

        ga = g b, summed over the axes along which a was repeated
        gb = g a, summed over the axes along which b was repeated

    Args:
        g: the gradient with respect to the result, of the broadcast shape.
        a, b: the operands, arrays of any shapes, including ().

    Returns:
        (ga, gb), of the shapes and the dtype of a and b.

    >>> ga, gb = multiply_vjp(np.array([1.0, 1.0]), np.array([2.0, 3.0]), np.array([5.0]))
    >>> ga, gb
    (array([5., 5.]), array([5.]))

    Hints:
        1. Forget broadcasting first: with equal shapes, ga is g * b and gb is g * a.
        2. Multiply first, then sum: the product has the broadcast shape.
        3. Sum g * b back to a.shape, and g * a to b.shape, with the function that you wrote for
           `add_vjp`.
    """
    ga = unbroadcast(g * b, a.shape)
    gb = unbroadcast(g * a, b.shape)
    return ga, gb


def matmul_probes() -> Iterator[Probe]:
    for n, k, m in (3, 3, 3), (2, 3, 4), (3, 2, 3), (2, 2, 3), (1, 1, 1), (1, 4, 1):
        yield from three_ways(f"({n}, {k}) @ ({k}, {m})", *drawn(3, (n, m), (n, k), (k, m)))


@exercise(
    matmul_probes, results="ga gb", lesson=LESSON,
    edits=[transposes, phrases("matmul_vjp"), matrices, ends, zeros, upstream, results, exchanged, counted_twice],
)  # fmt: skip
def matmul_vjp(g: Any, a: Any, b: Any) -> Any:
    """The backward pass of a @ b, the product of two matrices.

    Each element of a contributes to a whole row of the result, with a row of b as its factors. In
    matrix form:

        ga = g bᵀ
        gb = aᵀ g

    Args:
        g: the gradient with respect to the result, (n, m). a: (n, k). b: (k, m).

    Returns:
        (ga, gb), of the shapes of a and b.

    >>> ga, gb = matmul_vjp(np.array([[1.0, 10.0]]), np.array([[2.0]]), np.array([[3.0, 4.0]]))
    >>> ga, gb
    (array([[43.]]), array([[ 2., 20.]]))

    Hints:
        1. ga has the shape of a, (n, k): which product of g (n, m) and b (k, m) has that shape?
        2. Both end with m, so b has to be transposed. For gb it is a, and the order matters.
        3. `g @ b.T` is ga. Try it with n, k and m all different: with square matrices a mistake can
           hide.
    """
    ga = g @ b.T
    gb = a.T @ g
    return ga, gb


def take_probes() -> Iterator[Probe]:
    for words, indices, shape in [
        ("every row taken once", [2, 0, 1], (3, 2)),
        ("a row that is taken twice", [0, 2, 0], (4, 2)),
        ("a row that is taken often", [1, 1, 3, 1, 0, 3], (5,)),
        ("indices with two axes", [[0, 1], [1, 1], [3, 1]], (4, 3)),
        ("indices with two axes, each row once", [[0, 1], [2, 3]], (5, 2)),
        ("rows that are matrices", [1, 1, 0], (2, 2, 3)),
        ("one index", [1], (3, 3)),
        ("as many indices as columns", [2, 0, 2], (3, 3)),
    ]:
        where = numpy.array(indices)
        yield from three_ways(words, *drawn(4, where.shape + shape[1:]), where, shape)
    where = numpy.array([[[0, 2], [1, 1]], [[2, 2], [3, 0]]])
    yield probe("indices with three axes", *drawn(4, where.shape), where, (4,))


@exercise(take_probes, results="gx", lesson=LESSON)
def take_vjp(g: Any, indices: Any, shape: tuple[int, ...]) -> Any:
    """The backward pass of x[indices], which takes rows from an array, as the lookup of an embedding does.

    A row that was taken several times contributes to several rows of the result, and its gradient is
    the sum of theirs. A row that was not taken has a gradient of 0.

        gx[i] = sum of all g[k] with indices[k] = i

    Args:
        g: the gradient with respect to the result, of shape indices.shape + shape[1:].
        indices: integers from 0 to shape[0] - 1, an array of any shape. shape: the shape of x.

    Returns:
        gx, of this shape and g's dtype.

    >>> take_vjp(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0]), (4,))
    array([5., 0., 2., 0.])

    Hints:
        1. Begin with zeros of the required shape and dtype.
        2. `gx[indices] += g` looks right, but adds only once to a row that was taken twice.
        3. `np.add.at(gx, indices, g)` adds for every index.
    """
    gx = np.zeros(shape, dtype=g.dtype)
    np.add.at(gx, indices, g)
    return gx
