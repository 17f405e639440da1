"""A check of gradients against differences: move the inputs a little and see whether the result follows.

One number is compared for each input and direction: the slope that the backward pass promises, and the slope
measured in float64. If they differ, the gradient is measured entry by entry, and the kind of mistake is named: a
sign, a factor, a transposition...
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy

from minigrad import autograd, ops
from minigrad.arguments import number, whole
from minigrad.device import Array, current_context
from minigrad.engine.graph import leaf
from minigrad.engine.tensor import Tensor, attach
from minigrad.errors import ArgumentError, GradientError, MinigradError, UsageError
from minigrad.explain import described
from minigrad.guarded import guarded

STEPS = (3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-7)
ENTRIES = 4096  # an array larger than this is not measured entry by entry


@dataclass
class Row:
    """One comparison: at this order of derivative, for this input, along one direction."""

    order: int
    name: str
    shape: tuple[int, ...]
    promised: float
    measured: float
    verdict: str = "ok"


@dataclass(repr=False)
class Report:
    """What `gradcheck` found: true if every comparison is ok; it prints as a short table."""

    rows: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return all(row.verdict == "ok" for row in self.rows)

    def __repr__(self) -> str:
        wrong = [f"{r.name}, order {r.order}: {r.verdict}" for r in self.rows if r.verdict != "ok"]
        return f"<gradcheck, {len(self.rows)} comparisons: {'; '.join(wrong) or 'all ok'}>"

    def __str__(self) -> str:
        lines = [f"{'order':5} {'input':20} {'shape':14} {'backward':>14} {'measured':>14}  verdict"]
        for r in self.rows:
            shape = str(r.shape)
            lines.append(f"{r.order:<5} {r.name:20} {shape:14} {r.promised:14.7g} {r.measured:14.7g}  {r.verdict}")
        return "\n".join(lines)


@guarded
def gradcheck(
    f: Callable[..., Any],
    *inputs: Any,
    order: int = 1,
    parameters: Sequence[Tensor] = (),
    directions: int = 2,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    train_mode: bool = True,
    seed: int = 0,
    check: bool = True,
) -> Report:
    """Check the gradients of `f(*inputs)` with respect to its floating-point inputs, and the parameters of a Block `f`.

    `f` may be an operation, a class derived from `Function`, a Block, a loss, or any Python function of them; it
    returns one Tensor or several. The check runs in float64 whatever the dtype of the inputs, which stay as they are,
    and so do all parameters. `order=2` also checks the gradients of the gradients. `parameters` are further arrays that
    `f` uses. Two slopes agree if they differ by at most `atol * (1 + value) + rtol * slope`, where value is the size of
    the sum of the outputs: next to a constant of 1e12, no slope can be measured.

    Returns a `Report`. If something disagrees, raises GradientError with the kind of disagreement, unless
    `check=False`.

    >>> from minigrad import np
    >>> print(gradcheck(np.sin, np.array([0.0, 1.0]), directions=1))
    order input                shape                backward       measured  verdict
    1     input 0              (2,)                0.7717658      0.7717658  ok
    """
    whole("order", order, 1, 10)
    whole("directions", directions, 1, 1000)
    number("rtol", rtol, 0)
    number("atol", atol, 0)
    if isinstance(f, type):  # one object for each call
        f = _made_anew(f)
    args = [_as("float64", a) for a in inputs]
    found = {f"input {i}": a for i, a in enumerate(args) if isinstance(a, Tensor) and a.dtype.kind == "f"}
    own = _parameters_of(f, args)
    for k, p in enumerate([*(p for p in own if leaf(p) is not None), *parameters]):
        name = getattr(leaf(p), "name", "") or f"parameter {k}"
        if not any(p is other for other in found.values()):
            found[f"{name} (parameter {k})" if name in found else name] = p
    if not found:
        raise ArgumentError("gradcheck() got no floating-point input, so there is no gradient to check.")
    rng = numpy.random.default_rng(seed)
    report = Report()
    with _restored([p for p in own if leaf(p) is None]), _leaves_in_float64(list(found.values())):
        problem = _Problem(f, args, list(found.values()), train_mode, rng)
        for n in range(1, order + 1):
            promised = problem.slopes(problem.value(n), create_graph=False)
            for k, (name, x) in enumerate(found.items()):
                for _ in range(directions):
                    report.rows.append(problem.compare(n, k, name, x, promised[k], rtol, atol))
    wrong = next((row for row in report.rows if row.verdict != "ok"), None)
    if wrong is not None and check:
        raise GradientError(
            f"The derivative of order {wrong.order} with respect to {wrong.name}, shape {wrong.shape}, is wrong: "
            f"{wrong.verdict}. "
            f"(In a random direction backward promises {wrong.promised:.7g}; differences give {wrong.measured:.7g}.)"
        )
    return report


def _made_anew(kind: type) -> Callable[..., Any]:
    return lambda *args: kind()(*args)


def _as(dtype: str, a: Any) -> Any:
    """`a`, if it holds floating-point numbers, as a Tensor of this dtype; else as it is."""
    if isinstance(a, (numpy.ndarray, numpy.floating, float)):
        a = Tensor(current_context().put(numpy.asarray(a)))
    return Tensor(a.data.astype(dtype), a.ctx) if isinstance(a, Tensor) and a.dtype.kind == "f" else a


def _parameters_of(f: Any, args: list[Any]) -> list[Tensor]:
    """The parameters of a Block; one run fixes the shapes that are still unknown."""
    if not hasattr(f, "collect_params"):
        return []
    if f.collect_params():
        f(*[_as("float32", a) for a in args])
    return [t for p in f.collect_params().values() for t in p.list_data()]


@contextmanager
def _restored(tensors: list[Tensor]) -> Iterator[None]:
    """Give these arrays their values back after the block: layers change some, such as moving means."""
    before = [t.data.copy() for t in tensors]
    try:
        yield
    finally:
        for t, data in zip(tensors, before):
            t.data[...] = data


@contextmanager
def _leaves_in_float64(tensors: list[Tensor]) -> Iterator[None]:
    """Make these float64 leaves within the block, and restore them afterwards."""
    before = [(t.data, t.node) for t in tensors]
    try:
        for t in tensors:
            t.data = t.data.astype("float64")
            attach(t)
        with numpy.errstate(all="ignore"):
            yield
    finally:
        for t, (data, node) in zip(tensors, before):
            t.data, t.node = data, node


class _Problem:
    """`f` as one number: a weighted sum of its outputs; at order n, a random slope of the number of order n - 1."""

    def __init__(self, f: Any, args: list[Any], variables: list[Tensor], train_mode: bool, rng: Any) -> None:
        self.f, self.args, self.variables, self.train_mode, self.rng = f, args, variables, train_mode, rng
        self.weights: dict[Any, Tensor] = {}
        first, again = self.value(1).item(), self.value(1).item()
        if first != again and not (math.isnan(first) and math.isnan(again)):
            raise ArgumentError(
                "gradcheck() called f twice on the same inputs and got two results; make it repeatable, without "
                "dropout or other random numbers."
            )

    def weight(self, key: Any, output: Tensor) -> Tensor:
        """Random weights for an output, the same each time."""
        if key not in self.weights:
            self.weights[key] = Tensor(output.ctx.put(self.rng.uniform(0.5, 1.5, output.shape)), output.ctx)
        return self.weights[key]

    def value(self, order: int) -> Tensor:
        """The number, recorded."""
        with autograd.record(self.train_mode):
            got = self.f(*self.args)
            outputs = list(got) if isinstance(got, (tuple, list)) else [got]
            for y in outputs:
                if not isinstance(y, Tensor):
                    raise UsageError(
                        f"f returned {described(y)}; expected an array that is computed from its inputs by minigrad's "
                        "operations, without float(), item() or asnumpy()."
                    )
                if y.dtype != numpy.float64:
                    raise GradientError(
                        f"Wrong dtype: f got float64 and returned {y.dtype}. Somewhere it converts, and digits are "
                        "lost; compute in the dtype of the input."
                    )
            total = self.weighted(outputs, 0)
            for n in range(1, order):
                total = self.weighted(self.slopes(total, create_graph=True), n)
        return total

    def weighted(self, outputs: list[Tensor], n: int) -> Tensor:
        terms = [ops.sum(self.weight((n, k), y) * y) for k, y in enumerate(outputs)]
        return terms[0] if len(terms) == 1 else ops.sum(ops.stack(terms))

    def slopes(self, total: Tensor, create_graph: bool) -> list[Tensor]:
        if total.node is None:
            return [Tensor(0 * x.data, x.ctx) for x in self.variables]
        found: list[Tensor] = autograd.grad(
            total, self.variables, create_graph=create_graph, train_mode=self.train_mode
        )
        return found

    def along(self, x: Tensor, direction: Array, order: int) -> Callable[[float], float]:
        """The number as a function of how far `x` has moved."""

        def moved(h: float) -> float:
            start = x.data
            x.data = x.ctx.xp.asarray(start + h * direction)
            try:
                return float(self.value(order).item())
            finally:
                x.data = start

        return moved

    def compare(self, order: int, k: int, name: str, x: Tensor, promised: Tensor, rtol: float, atol: float) -> Row:
        """Promised and measured slope along one random direction."""
        direction = self.rng.standard_normal(x.shape)
        direction = x.ctx.put(direction / max(1.0, float(numpy.linalg.norm(direction))))
        a = float((promised.data * direction).sum().item())
        phi = self.along(x, direction, order)
        try:
            b = slope(phi)
        except MinigradError as error:
            raise ArgumentError(
                f"f fails when {name} is moved a little: {error} If it is a constant, such as labels, give it as whole "
                "numbers: x.astype('int32')."
            ) from None
        row = Row(order, name, x.shape, a, b)
        scale = max(abs(a), abs(b))
        tolerance = atol * (1 + abs(phi(0.0))) + rtol * scale
        sides = kink(phi, max(1e-5, 1e-5 * scale))
        if sides is not None:
            row.verdict = (
                f"kink: the slope is {sides[0]:.4g} on one side and {sides[1]:.4g} on the other; "
                "move the input away from it"
            )
        elif not abs(a - b) <= tolerance:
            measured = self.entries(x, order)
            large = "too large to say more; check a smaller input"
            row.verdict = large if measured is None else name_it(promised.asnumpy(), measured, 1e-4)
        return row

    def entries(self, x: Tensor, order: int) -> Array | None:
        """The measured gradient, entry by entry."""
        if x.size > ENTRIES:
            return None
        out = numpy.zeros(x.shape)
        for place in numpy.ndindex(x.shape):
            unit = numpy.zeros(x.shape)
            unit[place] = 1
            out[place] = slope(self.along(x, x.ctx.put(unit), order))
        return out


def slope(phi: Callable[[float], float]) -> float:
    """The derivative of `phi` at 0: central differences of fourth order, from the two step sizes that agree best."""
    found = [(8 * (phi(h) - phi(-h)) - (phi(2 * h) - phi(-2 * h))) / (12 * h) for h in STEPS]
    finite = [s for s in found if math.isfinite(s)]
    if len(finite) < 2:
        return math.nan
    return min(itertools.pairwise(finite), key=lambda pair: abs(pair[1] - pair[0]))[1]


def kink(phi: Callable[[float], float], tolerance: float) -> tuple[float, float] | None:
    """The slopes to the left and to the right if they differ and a smaller step does not bring them together."""
    here = phi(0.0)
    gaps = []
    for h in (1e-5, 1e-7):
        left, right = (here - phi(-h)) / h, (phi(h) - here) / h
        gaps.append(abs(right - left))
    noise = 1e-14 * (1 + abs(here)) / 1e-7
    return (left, right) if gaps[1] > max(0.3 * gaps[0], tolerance, noise) else None


def name_it(promised: Array, measured: Array, rtol: float) -> str:
    """The kind of disagreement between two gradients of the same shape."""
    size = float(numpy.abs(measured).max(initial=0.0))
    spread = max(size, float(numpy.abs(promised).max(initial=0.0)))

    def close(a: Array, b: Array) -> bool:
        return bool(numpy.all(numpy.abs(a - b) <= rtol * max(spread, 1e-6)))

    if not (numpy.isfinite(promised).all() and numpy.isfinite(measured).all()):
        return "not finite: the gradient or the value next to the input is infinite or not a number"
    if close(promised, measured):
        return "only some digits agree: a step of lower precision, or a kink close by"
    if close(promised, 0 * measured):
        return "missing path: backward gives 0; a value was detached, or computed without recorded operations"
    if close(measured, 0 * measured):
        return "it should be 0: the result does not depend on this input"
    if close(promised, -measured):
        return "sign: it should be the negative of what it is"
    factor = float((promised * measured).sum() / (measured * measured).sum())
    if close(promised, factor * measured):
        return f"factor: it is {factor:.6g} times what it should be"
    for i, j in itertools.combinations(range(measured.ndim), 2):
        if measured.shape[i] == measured.shape[j] and close(numpy.swapaxes(promised, i, j), measured):
            return f"transposed: axes {i} and {j} are exchanged"
    for n in range(1, measured.ndim + 1):
        for axes in itertools.combinations(range(measured.ndim), n):
            total = measured.sum(axes, keepdims=True)
            if close(promised, total + 0 * measured):
                return f"summed over axis {', '.join(map(str, axes))}, although the input is not broadcast along it"
            if close(promised, total / math.prod(measured.shape[i] for i in axes) + 0 * measured):
                return f"averaged over axis {', '.join(map(str, axes))}: every entry gets the mean"
    gone = (promised == 0) & (numpy.abs(measured) > rtol * size)
    if gone.any() and close(numpy.where(gone, measured, promised), measured):
        return f"missing path: {int(gone.sum())} of {gone.size} entries are 0 and should not be"
    worst = numpy.unravel_index(numpy.abs(promised - measured).argmax(), measured.shape)
    place = ", ".join(str(int(i)) for i in worst)
    return f"different: entry [{place}] is {promised[worst]:.6g} and should be {measured[worst]:.6g}"
