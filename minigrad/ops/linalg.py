"""Products of matrices and tensors."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from minigrad.arguments import whole
from minigrad.device import on_host
from minigrad.errors import ArgumentError, ShapeError
from minigrad.ops import accumulate
from minigrad.ops.accumulate import LONG, computed_wide, has_long_vectors, long_product, total, unhalved, widened
from minigrad.ops.axes import axes_in
from minigrad.ops.neural import sigmoid
from minigrad.ops.operation import Variadic, op, register, shape_of
from minigrad.tensor import Tensor


@op
def matmul(xp: Any, a: Any, b: Any, out: Any = None) -> Any:
    """a @ b: rows of the last two axes times columns, repeated over the axes before."""
    if a.ndim == 2 == b.ndim and (len(b) <= LONG or 1 not in (len(a), b.shape[1])):
        return a.dot(b, out=out)  # the same product, found sooner
    if on_host(xp) and has_long_vectors(a, b):
        return long_product(xp, a, b)
    return xp.matmul(a, b) if out is None else xp.matmul(a, b, out=out)


def _matmul_a(F: Any, g: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1 and b.ndim == 1:
        return g * b
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return F.sum(g[..., None, :] * b, -1)
    return F.matmul(g, F.swapaxes(b, -1, -2))


def _matmul_b(F: Any, g: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1 and b.ndim == 1:
        return g * a
    if b.ndim == 1:
        return F.sum(g[..., None] * a, tuple(range(a.ndim - 1)))
    if a.ndim == 1:
        return a[:, None] * g[..., None, :]
    return F.matmul(F.swapaxes(a, -1, -2), g)


matmul.vjp(a=_matmul_a, b=_matmul_b)


def _einsum(xp: Any, operands: Any, subscripts: str) -> Any:
    """The sum of products that `subscripts` spells: 'ij,jk->ik' is a matrix product."""
    operands = [unhalved(o) for o in operands]
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    if all(o.dtype.kind == "f" for o in operands):  # what only one of them has is summed first
        lone = [[i for i, c in enumerate(t) if inputs.count(c) == 1 and c not in output] for t in terms]
        operands = [total(xp, o, tuple(axes)) if axes else o for o, axes in zip(operands, lone)]
        terms = ["".join(c for i, c in enumerate(t) if i not in axes) for t, axes in zip(terms, lone)]
        if on_host(xp) and any(o.size > LONG and not set(t) & set(output) for t, o in zip(terms, operands)):
            operands = [o.astype("float64") for o in operands]  # a product with a vector, which BLAS adds one by one
    subscripts = ",".join(terms) + "->" + output
    if len(operands) == 1:
        return xp.array(xp.einsum(subscripts, *operands))  # alone it may be a view, which would escape the versions
    large = max(o.size for o in operands) > 4096  # then it pays to look for matrix products
    return xp.einsum(subscripts, *operands, optimize=large)


def _einsum_operand(F: Any, g: Any, i: int, operands: Any, subscripts: str) -> Any:
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


def einsum(subscripts: str, *operands: Any) -> Tensor:
    """`numpy.einsum` with letters: `einsum('ij,jk->ik', a, b)`; `...` and a missing output are spelled out first."""
    subscripts = subscripts.replace(" ", "")
    terms = subscripts.split("->")[0].split(",")
    if len(terms) != len(operands):
        raise ArgumentError(f"einsum('{subscripts}') names {len(terms)} operands but got {len(operands)}.")
    free = [c for c in string.ascii_letters if c not in subscripts]
    beyond = [len(shape_of(o)) - len(t.replace("...", "")) for t, o in zip(terms, operands)]  # axes for each `...`
    wild = max((n for t, n in zip(terms, beyond) if "..." in t), default=0)
    letters = "".join(free[:wild])
    spelled = [t.replace("...", letters[wild - n :]) for t, n in zip(terms, beyond)]
    for term in spelled:
        if len(set(term)) != len(term):
            raise ArgumentError(
                f"einsum('{subscripts}') repeats a letter within one operand ('{term}'); take the diagonal first."
            )
    if "->" in subscripts:
        output = subscripts.split("->")[1].replace("...", letters)
    else:
        used = "".join(spelled)
        output = letters + "".join(sorted(c for c in set(used) if used.count(c) == 1 and c not in letters))
    return _spelled(operands, ",".join(spelled) + "->" + output)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """The sum over pairs of axes: a number n pairs the last n of `a` with the first n of `b`."""
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


def dot(a: Any, b: Any) -> Tensor:
    """`numpy.dot`: numbers multiply, up to matrices as `matmul`, else last axis of `a` with last but one of `b`."""
    from minigrad import ops

    m, n = len(shape_of(a)), len(shape_of(b))
    if m == 0 or n == 0:
        return ops.multiply(a, b)
    return ops.matmul(a, b) if n <= 2 else tensordot(a, b, axes=((m - 1,), (n - 2,)))


def outer(a: Any, b: Any) -> Tensor:
    """Every product of a value of `a` with one of `b`, both flattened."""
    from minigrad import ops

    return ops.multiply(ops.reshape(a, (-1, 1)), ops.reshape(b, (1, -1)))


@computed_wide
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The Euclidean norm (of all values if `axis` is None), or the vector norms of order 1, 2 or inf."""
    from minigrad import ops

    if ord is None or ord == 2 or ord == "fro":
        return l2norm(x, axis, keepdims)
    if ord == 1:
        return ops.sum(ops.absolute(x), axis=axis, keepdims=keepdims)
    if ord == float("inf"):
        return ops.max(ops.absolute(x), axis=axis, keepdims=keepdims)
    raise ArgumentError(f"norm() got ord={ord!r}; it knows None or 2 (Euclidean), 1 and inf.")


@op
def l2norm(xp: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """sqrt(sum(x^2)); at 0 the gradient is taken as 0."""
    return xp.sqrt(total(xp, xp.square(widened(x)), axis, keepdims))


def _direction(F: Any, g: Any, y: Any, x: Any, axis: Any) -> Any:
    g = widened(g)
    y = F.where(F.equal(y, 0), 1, y)
    shape = [1] * x.ndim if axis is None else list(x.shape)
    for a in () if axis is None else (axis if isinstance(axis, tuple) else (axis,)):
        shape[a] = 1
    return F.reshape(g / y, tuple(shape)) * x


l2norm.vjp(x=_direction)


def _tanh(xp: Any, y: Any) -> Any:
    return xp.tanh(y, out=y)


def _relu(xp: Any, y: Any) -> Any:
    return xp.maximum(y, 0.0, out=y)  # 0 would have to be converted first


EPILOGUES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "relu": (_relu, lambda F, g, y: g * F.sign(y)),  # y is not negative: its sign is 0 or 1
    "sigmoid": (sigmoid.forward, lambda F, g, y: g * (y * (1 - y))),
    "tanh": (_tanh, lambda F, g, y: g * (1 - y * y)),
}
"""Activations that a linear layer applies to its own result, with their derivatives in terms of what they return."""


@op
def linear(xp: Any, x: Any, weight: Any, bias: Any = None, activation: str | None = None) -> Any:
    """y = x W^T + b, then an activation, as one node: x (..., n), W (m, n), b (m,), y (..., m)."""
    if x.shape[-1] != weight.shape[1]:
        raise ShapeError(
            f"linear() got an input of width {x.shape[-1]} (shape {x.shape}) for a weight of shape {weight.shape}; "
            f"the last axis must have length {weight.shape[1]}."
        )
    y = x.dot(weight.T)
    if bias is not None:
        xp.add(y, bias, out=y)
    return y if activation is None else EPILOGUES[activation][0](xp, y)


def _before_activation(F: Any, g: Any, y: Any, activation: str | None) -> Any:
    return g if activation is None else EPILOGUES[activation][1](F, g, y)


def _rows(F: Any, x: Any) -> Any:
    return x if len(x.shape) == 2 else F.reshape(x, (-1, x.shape[-1]))


column_sums = op(accumulate.column_sums)
column_sums.vjp(x=lambda F, g: g)


linear.share(_before_activation)
linear.vjp(
    x=lambda F, g, weight: F.matmul(g, weight),
    weight=lambda F, g, x, out=None: F.matmul(_rows(F, g).T, _rows(F, x), out if x.dtype is g.dtype else None),
    bias=lambda F, g, out=None: F.column_sums(_rows(F, g), out if out is not None and out.ndim == 1 else None),
)
