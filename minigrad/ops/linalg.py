"""Products of tensors, given by their axes, and norms."""

import string
from typing import Any

import numpy

from minigrad.arguments import whole
from minigrad.axes import axes_in
from minigrad.composed import as_tensor, composed
from minigrad.device import counted, on_host
from minigrad.dtypes import unhalved, widened
from minigrad.engine.accepts import shape_of
from minigrad.engine.operation import op, register
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.ops import reduce
from minigrad.ops.accumulate import LONG, total
from minigrad.ops.choose import where
from minigrad.ops.elementwise import absolute, multiply
from minigrad.ops.index import getitem
from minigrad.ops.matmul import matmul
from minigrad.ops.shape import moveaxis, reshape
from minigrad.ops.variadic import Variadic
from minigrad.ops.wide import computed_wide


def _einsum(xp, operands, subscripts):
    """The sum of products that `subscripts` spells, each letter once in an operand: 'ij,jk->ik' is a matrix product.

    Gradient: for an operand, the sum of products of g with the others, in which it and the output are exchanged.

    >>> from minigrad import np, ops
    >>> ops.OPS["einsum"]([np.array([[1, 2], [3, 4]]), np.array([1, 1])], "ij,j->i")
    array([3., 7.])
    """
    operands = [unhalved(o) for o in operands]
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    if all(o.dtype.kind == "f" for o in operands):  # axes of only one of them are summed first
        lone = [[i for i, c in enumerate(t) if inputs.count(c) == 1 and c not in output] for t in terms]
        operands = [total(xp, o, tuple(axes)) if axes else o for o, axes in zip(operands, lone)]
        terms = ["".join(c for i, c in enumerate(t) if i not in axes) for t, axes in zip(terms, lone)]
        if on_host(xp) and any(o.size > LONG and not set(t) & set(output) for t, o in zip(terms, operands)):
            operands = [o.astype("float64") for o in operands]  # a product with a vector, which BLAS adds one by one
    subscripts = ",".join(terms) + "->" + output
    if len(operands) == 1:
        return xp.array(xp.einsum(subscripts, *operands))  # alone it may be a view, which no version would guard
    large = max(o.size for o in operands) > 4096  # then it pays to look for matrix products
    return xp.einsum(subscripts, *operands, optimize=large)


def _einsum_operand(F, g, i, operands, subscripts):
    """Exchange operand i and the output; a letter that only operand i has is restored by an operand of ones."""
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    others = [(t, o) for k, (t, o) in enumerate(zip(terms, operands)) if k != i]
    known = set(output).union(*(t for t, _ in others))
    lone = "".join(c for c in terms[i] if c not in known)
    wanted = "".join(c for c in terms[i] if c not in lone)
    got = F.einsum((g, *(o for _, o in others)), ",".join([output, *(t for t, _ in others)]) + "->" + wanted)
    places = iter(range(len(wanted)))
    shape = tuple(got.shape[next(places)] if c in wanted else 1 for c in terms[i])
    return F.reshape(got, shape)


_spelled = register(Variadic(_einsum, _einsum_operand))


@composed()
def einsum(subscripts: Any, *operands: Any, optimize: Any = None) -> Tensor:
    """`numpy.einsum`: `einsum('ij,jk->ik', a, b)`, or with numbers for letters, `einsum(a, [0, 1], b, [1, 2], [0, 2])`.

    A letter twice in one operand takes its diagonal: 'ii->i' is the diagonal, 'ii' the trace. `optimize` is accepted
    but changes nothing: large products are always optimized. ArgumentError or ShapeError if the letters do not fit the
    operands.

    Gradient: for an operand, the sum of products of g with the others, in which it and the output are exchanged.

    >>> from minigrad import np
    >>> np.einsum("ij,j->i", np.array([[1, 2], [3, 4]]), np.array([1, 1]))
    array([3., 7.])
    """
    if not isinstance(subscripts, str):
        subscripts, operands = _letters(subscripts, *operands)
    subscripts = subscripts.replace(" ", "")
    terms = subscripts.split("->")[0].split(",")
    if len(terms) != len(operands):
        raise ArgumentError(f"einsum('{subscripts}') names {len(terms)} operands but got {len(operands)}.")
    free = [c for c in string.ascii_letters if c not in subscripts]
    beyond = [len(shape_of(o)) - len(t.replace("...", "")) for t, o in zip(terms, operands)]  # axes for each `...`
    for term, n, operand in zip(terms, beyond, operands):
        if n < 0 or (n and "..." not in term):
            raise ShapeError(f"einsum('{subscripts}') spells '{term}' for an operand of shape {shape_of(operand)}.")
    wild = max((n for t, n in zip(terms, beyond) if "..." in t), default=0)
    letters = "".join(free[:wild])
    spelled = [t.replace("...", letters[wild - n :]) for t, n in zip(terms, beyond)]
    if "->" in subscripts:
        output = subscripts.split("->")[1].replace("...", letters)
    else:
        used = "".join(spelled)
        output = letters + "".join(sorted(c for c in set(used) if used.count(c) == 1 and c not in letters))
    first = next((o for o in operands if isinstance(o, Tensor)), None)
    pairs = [_diagonals(term, as_tensor(operand, first, "einsum()")) for term, operand in zip(spelled, operands)]
    return _spelled([o for _, o in pairs], ",".join(t for t, _ in pairs) + "->" + output)


def _letters(*mixed: Any) -> tuple[str, tuple[Any, ...]]:
    """The subscripts, and the operands, of a call that has lists of numbers between its operands."""

    def term(axes: Any) -> str:
        return "".join("..." if a is Ellipsis else string.ascii_letters[a] for a in axes)

    n = len(mixed) // 2 * 2
    spelled = ",".join(map(term, mixed[1:n:2]))
    return spelled + ("->" + term(mixed[-1]) if n < len(mixed) else ""), mixed[:n:2]


def _diagonals(term: str, operand: Tensor) -> tuple[str, Tensor]:
    """The term with each letter once, and the operand reduced to those diagonals."""
    while len(set(term)) < len(term):
        letter = next(c for c in term if term.count(c) > 1)
        i = term.index(letter)
        j = term.index(letter, i + 1)
        n = operand.shape[i]
        if operand.shape[j] != n:
            raise ShapeError(
                f"einsum() takes the diagonal '{letter}{letter}' of axes {i} and {j}, but their lengths are {n} and "
                f"{operand.shape[j]} (shape {operand.shape}); they must be equal."
            )
        with operand.ctx:
            places = counted(operand.ctx.xp, n)
        operand = getitem(moveaxis(operand, (i, j), (-2, -1)), (Ellipsis, places, places))
        term = term[:i] + term[i + 1 : j] + term[j + 1 :] + letter
    return term, operand


@composed("a", "b")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """The sum of products over pairs of axes: a number n pairs the last n of `a` with the first n of `b`.

    `axes` may also be two lists, of axes of `a` and of their partners in `b`. ShapeError if lengths of a pair differ.

    Gradient: for a, g times b, summed over the axes that only b has; for b likewise.

    >>> from minigrad import np
    >>> np.tensordot(np.array([[1, 2], [3, 4]]), np.array([1, 1]), axes=1)
    array([3., 7.])
    """
    m, n = shape_of(a), shape_of(b)
    if isinstance(axes, (tuple, list)):
        left, right = (axes_in(shape, some, "axes") for shape, some in zip((m, n), axes, strict=True))
    else:
        count = min(whole("axes", axes, 0), len(m))
        left, right = tuple(range(len(m) - count, len(m))), axes_in(n, tuple(range(axes)), "axes")
    if len(left) != len(right):
        raise ShapeError(
            f"tensordot() got axes={axes!r}, which pairs {len(left)} axes of {m} with {len(right)} of {n}."
        )
    pairs = list(zip(left, right))
    letters = iter(string.ascii_letters)
    first = [next(letters) for _ in m]
    second = [next(letters) for _ in n]
    for i, j in pairs:
        if m[i] != n[j]:
            raise ShapeError(f"tensordot() pairs axis {i} of {m} with axis {j} of {n}; their lengths must be equal.")
        second[j] = first[i]
    summed = {first[i] for i, _ in pairs}
    output = [c for c in first + second if c not in summed]
    return einsum("".join(first) + "," + "".join(second) + "->" + "".join(output), a, b)


@composed("a", "b")
def dot(a: Any, b: Any) -> Tensor:
    """The dot product: `matmul` for `b` of up to two axes; else over the last axis of `a` and the last but one of `b`.

    Gradient: g bᵀ for a, aᵀ g for b.

    >>> from minigrad import np
    >>> np.dot(np.array([1, 2]), np.array([3, 4]))
    array(11.)
    """
    m, n = len(shape_of(a)), len(shape_of(b))
    if m == 0 or n == 0:
        return multiply(a, b)
    return matmul(a, b) if n <= 2 else tensordot(a, b, axes=((m - 1,), (n - 2,)))


@composed("a", "b")
def outer(a: Any, b: Any) -> Tensor:
    """Every product of a value of `a` with one of `b`, both flattened: shape (a.size, b.size).

    Gradient: g b for a, gᵀ a for b.

    >>> from minigrad import np
    >>> np.outer(np.array([1, 2]), np.array([3, 4]))
    array([[3., 4.],
           [6., 8.]])
    """
    return multiply(reshape(a, (-1, 1)), reshape(b, (1, -1)))


@composed("x")
@computed_wide
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The Euclidean norm over `axis` (of all values if None); with `ord` 1 or inf, the sum or maximum of |x|.

    Gradient: g x / y for the Euclidean norm y, and 0 at the origin. ArgumentError for any other `ord`.

    >>> from minigrad import np
    >>> np.norm(np.array([3, 4]))
    array(5.)
    """
    if ord is None or ord == 2 or ord == "fro":
        return l2norm(x, axis, keepdims)
    if ord == 1:
        return reduce.sum(absolute(x), axis=axis, keepdims=keepdims)
    if ord == float("inf"):
        return reduce.max(absolute(x), axis=axis, keepdims=keepdims)
    raise ArgumentError(
        f"norm() got ord={ord!r}; it knows None or 2 (Euclidean), 1 and inf; np.linalg.norm, any number."
    )


@op
def l2norm(xp, x, axis=None, keepdims=False):
    """The Euclidean norm over `axis`: sqrt(sum(|x|**2)), of values divided by a power of 2 near the largest of them.

    That changes no digits, and no square overflows or underflows.

    Gradient: g x / y, and 0 where the norm y is 0.

    >>> from minigrad import np, ops
    >>> ops.OPS["l2norm"](np.array([3, 4]))
    array(5.)
    """
    size = xp.abs(widened(x))
    if not x.size:
        return total(xp, size, axis, keepdims)
    largest = size.max(axis, keepdims=True)
    power = xp.maximum(xp.frexp(largest)[1], numpy.finfo(size.dtype).minexp)
    size *= xp.ldexp(xp.ones_like(largest), -power)
    size *= size
    y = xp.ldexp(xp.sqrt(total(xp, size, axis, True)), power)
    return y if keepdims else xp.squeeze(y, axis)


def _direction(F, g, y, x, axis):
    y = F.where(F.equal(y, 0), 1, y)
    return reduce.restore(F, widened(g), x, axis) * (x / reduce.restore(F, y, x, axis))  # 1 / y may be infinite


l2norm.vjp(x=_direction)


LARGE = 1e15
"""Squares and products of values up to here, in their thousands, are numbers of float32."""


def moderate(x: Tensor, axis: Any) -> tuple[Tensor, Tensor]:
    """`x` over a scale, and the scale: the largest value along `axis`, kept as an axis, if it is above `LARGE`; else 1.

    For what does not depend on the scale, such as a direction, which then has a value wherever `x` has. The scale is a
    constant, so no gradient passes through it.

    >>> from minigrad import np
    >>> moderate(np.array([[2.0**100, 2.0**101], [3, 4]]), 1)[0]
    array([[0.5, 1. ],
           [3. , 4. ]])
    """
    if not x.size:
        return x, as_tensor(1.0, beside=x)
    largest = reduce.max(absolute(x.detach()), axis=axis, keepdims=True)
    scale = where(largest > LARGE, largest, 1)
    return x / scale, scale
