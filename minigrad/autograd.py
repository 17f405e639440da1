"""Reverse-mode differentiation: operations recorded as a graph, and gradients passed back through it.

Recording is explicit. Inside `record()` each operation on a value that leads back to an attached array leaves a `Node` that
remembers the operation, where its inputs came from, and the values its derivative needs. `backward` walks these nodes from the
newest to the oldest. Outside `record()` nothing is kept.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from pathlib import Path
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any

from minigrad.device import Array, ones, xp_of
from minigrad.errors import DTypeError, GraphError, ShapeError, UsageError
from minigrad.tensor import Tensor

if TYPE_CHECKING:
    from minigrad.ops.operation import Op


class _State(threading.local):
    """What is switched on in this thread."""

    recording = False
    training = False
    averaged = False  # did the last backward pass start from the mean of a loss?


state = _State()
_number = itertools.count()  # nodes are numbered as they are made: a node is always younger than its inputs


class _Scope:
    """A `with` block that sets the two switches and puts them back."""

    __slots__ = ("_recording", "_saved", "_training")

    def __init__(self, recording: bool | None, training: bool | None) -> None:
        self._recording = recording
        self._training = training
        self._saved: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._saved.append((state.recording, state.training))
        if self._recording is not None:
            state.recording = self._recording
        if self._training is not None:
            state.training = self._training

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state.recording, state.training = self._saved.pop()


def record(train_mode: bool = True) -> _Scope:
    """Record operations in this block, in training mode unless told otherwise (Gluon's `autograd.record`)."""
    return _Scope(True, train_mode)


def pause(train_mode: bool = False) -> _Scope:
    """Do not record in this block, for instance to compute a metric inside `record()`."""
    return _Scope(False, train_mode)


def train_mode() -> _Scope:
    """Let layers behave as in training (Dropout drops); recording stays as it is."""
    return _Scope(None, True)


def predict_mode() -> _Scope:
    """Let layers behave as in prediction; recording stays as it is."""
    return _Scope(None, False)


def is_recording() -> bool:
    """Whether operations are being recorded in this thread."""
    return state.recording


def is_training() -> bool:
    """Whether layers behave as in training in this thread."""
    return state.training


def set_recording(is_record: bool) -> bool:
    """Switch recording by hand; returns what it was. `with record():` is safer."""
    was, state.recording = state.recording, bool(is_record)
    return was


def set_training(train_mode: bool) -> bool:
    """Switch training mode by hand; returns what it was."""
    was, state.training = state.training, bool(train_mode)
    return was


class Leaf:
    """The end of the graph: an array that asked for its gradient with `attach_grad`."""

    __slots__ = ("ctx", "dtype", "fresh", "grad", "name", "number", "req", "shape")

    def __init__(self, grad: Tensor, req: str) -> None:
        self.number = next(_number)
        self.grad = grad
        self.req = req
        self.shape = grad.shape
        self.dtype = grad.dtype
        self.ctx = grad.ctx
        self.name = ""
        self.fresh = False  # written by a backward pass, not yet used by a Trainer

    @property
    def writable(self) -> bool:
        """Whether a gradient may be computed straight into its place."""
        return self.req == "write"

    def receive(self, g: Array) -> None:
        """Take the finished gradient: `write` replaces, `add` accumulates."""
        kept = self.grad
        if self.req == "add":
            kept.data += g
        elif g is not kept.data:
            kept.data[...] = g
        kept._version[0] += 1
        self.fresh = True


class Node:
    """One recorded operation: what it was, where its inputs came from, and what its derivative will ask for."""

    writable = False
    __slots__ = ("cells", "ctx", "dtype", "kept", "number", "op", "parents", "place", "shape", "stamp")

    def __init__(
        self, op: Op, args: Sequence[Any], raw: list[Any], tracked: tuple[int, ...], memo: Any, y: Tensor
    ) -> None:
        keeps, drops, keeps_y = op.keeps(tracked)
        self.number = next(_number)
        self.op: Op | None = op
        parents = []
        for i in tracked:
            parents.append((i, args[i]._node))
        self.parents = parents
        out = y.data
        self.shape = out.shape
        self.dtype = out.dtype
        self.ctx = y.ctx
        for i in drops:
            raw[i] = None
        raw.append(memo)
        raw.append(out if keeps_y else None)
        self.kept = raw  # the inputs, the memo, the output, as far as VJPs ask for them
        cells = []
        stamp = 0
        for i in keeps:
            a = args[i]
            if isinstance(a, Tensor):
                cells.append(a._version)
                stamp += a._version[0]
        if keeps_y:
            cells.append(y._version)
            stamp += y._version[0]
        self.cells = cells
        self.stamp = stamp
        self.place = _users_line()

    def tensors(self) -> list[Any]:
        """What it keeps as Tensors in their places in the graph, for a backward pass that is itself recorded."""
        source: dict[int, Any] = dict(self.parents)
        source[len(self.kept) - 1] = self
        kept = [Tensor(v, self.ctx, source.get(i)) if hasattr(v, "dtype") else v for i, v in enumerate(self.kept)]
        if self.op is not None and self.op.recall is not None:
            kept[-2] = self.op.recall(readings.recorded(), *kept[:-2])
        return kept

    def free(self) -> None:
        """Let go of everything: the graph falls apart behind the backward pass."""
        self.op = None
        self.parents = self.kept = self.cells = []

    def check(self) -> None:
        """Refuse a wrong gradient: the graph must be there, and what it keeps must not have been changed in place."""
        if self.op is None:
            raise GraphError(
                "backward() came to a part of the graph that an earlier backward() has used and freed. Compute the loss "
                "anew inside record(), or pass retain_graph=True to the first backward()."
            )
        stamp = 0
        for cell in self.cells:
            stamp += cell[0]
        if stamp != self.stamp:
            raise GraphError(
                f"A value that the derivative of '{self.op.name}' needs was changed in place after it was computed ({self.where}). "
                "Write y = y + ... (a new value) instead of y += ... or y[:] = ..., or change a copy()."
            )

    @property
    def where(self) -> str:
        """The user's line that recorded this node."""
        code, instruction = self.place
        lines = [line for start, end, line in code.co_lines() if start <= instruction < end]
        return f'recorded in "{code.co_filename}", line {lines[0] if lines else code.co_firstlineno}'


_HERE = str(Path(__file__).parent)


def _users_line() -> tuple[CodeType, int]:
    """Code and instruction of the innermost call that is not minigrad's own. A frame would keep its variables alive; these do not."""
    frame: Any = sys._getframe(3)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return frame.f_code, frame.f_lasti


def backward(
    heads: Tensor | Sequence[Tensor],
    head_grads: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Pass gradients back from `heads` to every attached array that they were computed from.

    Let `b = a + a` and `c = b + b`: a diamond, twice. The gradient of `c` reaches `b` along two edges, and only their sum, 2, may
    travel on to `a`; an engine that goes on too early gets 2 or 3 instead of 4. So nodes are visited from the newest to the
    oldest: when a node's turn comes, everything computed from it has been visited, and its gradient is complete.

    >>> from minigrad import np, autograd
    >>> a = np.array(1.0)
    >>> a.attach_grad()
    >>> with autograd.record():
    ...     b = a + a
    ...     c = b + b
    >>> c.backward()
    >>> a.grad
    array(4.)

    `head_grads` are the gradients of some further scalar by the heads (ones if absent). The graph is freed on the way unless
    `retain_graph`. Raises GraphError if nothing was recorded, if the graph is gone, or if a value it needs was changed in place.
    """
    heads = [heads] if isinstance(heads, Tensor) else list(heads)
    seeds = _seeds(heads, head_grads, create_graph=False)
    state.averaged = any([h.data.size == 1 and type(h._node) is Node and _is_mean(h._node) for h in heads])
    with _Scope(False, train_mode):
        _walk(heads, seeds, retain_graph, create_graph=False, wanted=None)


def grad(
    heads: Tensor | Sequence[Tensor],
    variables: Tensor | Sequence[Tensor],
    head_grads: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
) -> Any:
    """The gradients of `heads` by `variables`, as new Tensors; every `.grad` stays as it is.

    With `create_graph=True` the backward pass is recorded, so that the result can be differentiated again, to any order:

    >>> from minigrad import np, autograd
    >>> x = np.array(2.0)
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = x**3
    ...     slope = autograd.grad(y, x, create_graph=True)   # 3 x^2
    >>> slope.backward()
    >>> slope, x.grad                                        # and 6 x
    (array(12.), array(12.))

    Returns one Tensor for a single variable, a list for a list; zeros for a variable that the heads do not depend on.
    """
    heads = [heads] if isinstance(heads, Tensor) else list(heads)
    single = isinstance(variables, Tensor)
    targets = [variables] if isinstance(variables, Tensor) else list(variables)
    if not targets:
        raise UsageError("grad() got an empty list of variables; name at least one array to differentiate by.")
    for i, v in enumerate(targets):
        if v._node is None:
            raise GraphError(
                f"grad() cannot differentiate by variable {i}: it is a constant. Call attach_grad() on it before the computation."
            )
    seeds = _seeds(heads, head_grads, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    with _Scope(create_graph, train_mode):
        found = _walk(heads, seeds, retain, create_graph, {v._node for v in targets})
    result = []
    for v in targets:
        g = found.get(v._node)
        if g is None:
            g = xp_of(v.data).zeros(v.shape, v.dtype)
        result.append(g if isinstance(g, Tensor) else Tensor(xp_of(v.data).array(g, dtype=v.dtype), v.ctx))
    return result[0] if single else result


def _is_mean(node: Node) -> bool:
    return node.op is not None and node.op.name == "mean"


def _walk(
    heads: Iterable[Tensor], seeds: Iterable[Any], retain_graph: bool, create_graph: bool, wanted: set[Any] | None
) -> dict[Any, Any]:
    """The backward pass. Gradients go to `Leaf.receive`, or, if `wanted` nodes are named, are returned by node."""
    grads: dict[Any, Any] = {}  # of nodes that wait for their turn
    waiting: list[tuple[int, Any]] = []  # a heap: the youngest, with the largest number, comes out first
    for head, seed in zip(heads, seeds):
        _add(grads, waiting, head._node, seed)
    F = readings.recorded()
    ctx = None
    found: dict[Any, Any] = {}
    while waiting:
        node = heappop(waiting)[1]
        g = grads.pop(node)
        if wanted is not None and node in wanted:
            found[node] = g
        if type(node) is Leaf:
            if wanted is None:
                node.receive(g)
            continue
        node.check()
        op = node.op
        if node.ctx is not ctx and not create_graph:
            ctx, F = node.ctx, readings.raw(xp_of(g))
        try:
            kept = node.tensors() if create_graph else node.kept
            if op.shared is not None:
                g = op.shared(F, g, kept)
            for i, parent in node.parents:
                vjp = op.vjps[i]
                if vjp.takes_out and wanted is None and parent not in grads and parent.writable:
                    part = vjp.into(parent.grad.data, F, g, kept)  # straight into its place
                else:
                    part = vjp(F, g, kept)
                    if part.shape != parent.shape or part.dtype != parent.dtype:
                        part = _fit(F, part, parent)
                _add(grads, waiting, parent, part)
        except Exception as error:
            error.add_note(f"This happened in the backward pass of '{op.name}', {node.where}.")
            raise
        if not retain_graph:
            node.free()
    return found


def _add(grads: dict[Any, Any], waiting: list[tuple[int, Any]], node: Any, part: Any) -> None:
    """Accumulate one part of the gradient of a node."""
    if node in grads:
        grads[node] = grads[node] + part
    else:
        grads[node] = part
        heappush(waiting, (-node.number, node))


def _fit(F: Any, g: Any, parent: Any) -> Any:
    """A gradient in the shape and dtype of its value: summed over the axes along which the value was broadcast, or repeated."""
    shape = parent.shape
    if g.dtype != parent.dtype:
        g = g.astype(parent.dtype)
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = F.sum(g, tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape[len(shape) - g.ndim :]) if n == 1 and g.shape[i] != 1)
    if stretched:
        g = F.sum(g, stretched, keepdims=True)
    return g if g.shape == shape else F.broadcast_to(g, shape)


def _seeds(heads: Sequence[Tensor], head_grads: Any, create_graph: bool) -> list[Any]:
    """The gradients to start from, one for each head, checked; raw unless the backward pass is recorded."""
    if not heads:
        raise UsageError("backward() got an empty list of heads; name at least one array to start from.")
    if head_grads is None or isinstance(head_grads, Tensor):
        head_grads = [head_grads] * len(heads) if head_grads is None else [head_grads]
    if len(head_grads) != len(heads):
        raise UsageError(
            f"backward() got {len(heads)} heads but {len(head_grads)} head gradients; give one for each, or None."
        )
    seeds = []
    for head, g in zip(heads, head_grads):
        data = head.data
        if head._node is None:
            raise GraphError(
                "backward() was called on a value that was not recorded. Compute it inside `with autograd.record():` "
                "from at least one array that has called attach_grad() (or from a network's parameters)."
            )
        if g is None:
            one = ones(xp_of(data), data.shape, data.dtype)
            seeds.append(Tensor(one, head.ctx) if create_graph else one)
            continue
        if g.shape != head.shape:
            raise ShapeError(
                f"The head gradient has shape {g.shape} but the value has shape {head.shape}; they must be equal."
            )
        g = g if g.dtype == head.dtype else g.astype(head.dtype)
        seeds.append(g if create_graph else xp_of(g.data).array(g.data))  # a copy: it may be the place of a gradient
    return seeds


def mark_variables(variables: Any, gradients: Any, grad_reqs: str | Sequence[str] = "write") -> None:
    """Attach the given buffers as gradients of the variables (Gluon's lower-level `attach_grad`)."""
    if isinstance(variables, Tensor):
        variables, gradients = [variables], [gradients]
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else grad_reqs
    for v, g, req in zip(variables, gradients, reqs):
        attach(v, req, g)


def attach(x: Tensor, grad_req: str = "write", buffer: Tensor | None = None) -> None:
    """Make `x` a leaf: cut it from any earlier graph and give it a gradient, zero at first."""
    if grad_req not in ("write", "add", "null"):
        raise UsageError(
            f"grad_req is '{grad_req}' but must be 'write' (replace), 'add' (accumulate) or 'null' (no gradient)."
        )
    if grad_req == "null":
        x._node = None
        return
    if x.dtype.kind != "f":
        raise DTypeError(
            f"A gradient was asked for an array of dtype {x.dtype}, but only floating-point arrays have one; "
            "convert it first: x = x.astype('float32')."
        )
    x._node = Leaf(buffer if buffer is not None else Tensor(xp_of(x.data).zeros(x.shape, x.dtype), x.ctx), grad_req)


def leaf(x: Tensor) -> Leaf | None:
    """The leaf of an attached array, or None."""
    return x._node if type(x._node) is Leaf else None


from minigrad.ops import operation as readings  # noqa: E402  operations record themselves here and are read here: a circle, closed last
