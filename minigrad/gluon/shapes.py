"""Find unknown lengths of parameters from the operation that first uses them, in layers with a `hybrid_forward`.

A trial run gets a special array namespace, whose operations know what shapes their weights must have.
"""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

from minigrad.autograd.scopes import pause
from minigrad.device import current_context
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeferredInitializationError
from minigrad.gluon.parameter import Parameter


def infer(block: Any, namespace: Any, *inputs: Any) -> None:
    """Run `hybrid_forward` of `block` once, unrecorded and in prediction mode, to fix the shapes of its parameters."""
    own = {name: p for name, p in block._own.items() if block.hybrid_takes is None or name in block.hybrid_takes}
    stand_ins = {name: _zeros(p, inputs[0]) if p.known else _Unknown(p) for name, p in own.items()}
    with pause():
        block.hybrid_forward(_Trial(namespace), *inputs, **stand_ins)


class _NoSuch(DeferredInitializationError, AttributeError):
    """Raised when an unknown parameter is asked for an attribute, so that `hasattr` is False."""


class _Unknown:
    """A parameter of unknown shape during a trial run. Only operations that know its shape may take it."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter

    def __getattr__(self, name: str) -> Any:
        raise _NoSuch(*_cannot(self.parameter).args) from None

    def __minigrad_operation__(self, op: Any, args: Any, kwargs: Any = None) -> Any:
        """Called by an operation that gets this instead of an array, as in `x.dot(w)`."""
        return _tried(op.__name__, op, args, kwargs or {})

    def _operator(self, *_: Any) -> Any:
        raise _cannot(self.parameter) from None

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _operator
    __matmul__ = __rmatmul__ = __pow__ = __neg__ = __getitem__ = _operator


class _Trial:
    """The array namespace, with operations that first fix the shapes of their weights."""

    def __init__(self, namespace: Any) -> None:
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._namespace, name)
        if isinstance(found, ModuleType):
            return _Trial(found)
        if not callable(found) or isinstance(found, type):
            return found
        return lambda *args, **kwargs: _tried(name, found, args, kwargs)


def _tried(name: str, operation: Any, args: Any, kwargs: Any) -> Any:
    """Fix the shapes of the weights of the operation with this name, then call it."""
    rule = RULES.get(name.replace("_", "").lower())
    if rule is not None:
        rule(*args, **kwargs)
    x = next(iter((*args, *kwargs.values())), None)
    return operation(*(_known(a, x) for a in args), **{key: _known(a, x) for key, a in kwargs.items()})


def _dense(
    data: Any, weight: Any, bias: Any = None, num_hidden: int = 0, no_bias: bool = False, flatten: bool = True, *_: Any,
    **named: Any,
) -> None:  # fmt: skip
    units = num_hidden or _shape(weight)[0]
    _fix(weight, (units, math.prod(data.shape[1:]) if flatten else data.shape[-1]))
    _fix(bias, (units,))


def _dot(lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False, **_: Any) -> None:
    if isinstance(lhs, _Unknown):
        raise _cannot(lhs.parameter) from None
    n, shape = lhs.shape[0 if transpose_a else -1], _shape(rhs)
    _fix(rhs, (*shape[:-1], n) if transpose_b else (n, *shape[1:]))


def _linear(x: Any, weight: Any, bias: Any = None, *_: Any) -> None:
    _dense(x, weight, bias, flatten=False)


def _convolution(
    data: Any, weight: Any, bias: Any = None, kernel: Any = (), num_filter: int = 0, num_group: int = 1, **_: Any
) -> None:
    shape = _shape(weight)
    channels = num_filter or shape[0]
    _fix(weight, (channels, data.shape[1] // num_group, *(tuple(kernel) or shape[2:])))
    _fix(bias, (channels,))


def _normalization(data: Any, *parameters: Any, axis: int = 1, **named: Any) -> None:
    for p in (*parameters, *named.values()):
        _fix(p, (data.shape[axis],))


def _layer_norm(data: Any, *parameters: Any, axis: int = -1, **named: Any) -> None:
    _normalization(data, *parameters, axis=axis, **named)


RULES: dict[str, Callable[..., None]] = {
    "linear": _linear, "fullyconnected": _dense, "convolution": _convolution, "layernorm": _layer_norm,
    "dot": _dot, "matmul": _dot,
    "batchnorm": _normalization, "instancenorm": _normalization, "groupnorm": _normalization,
}  # fmt: skip
"""What each operation knows about the shapes of its weights, by name: BatchNorm and batch_norm are `batchnorm`."""


def _fix(value: Any, shape: tuple[int, ...]) -> None:
    if isinstance(value, _Unknown):
        value.parameter.shape = shape


def _shape(value: Any) -> tuple[int, ...]:
    found = value.parameter if isinstance(value, _Unknown) else value
    return tuple(found.shape or ())


def _known(value: Any, x: Any) -> Any:
    """Zeros instead of a parameter whose shape has been found."""
    if not isinstance(value, _Unknown):
        return value
    if not value.parameter.known:
        raise _cannot(value.parameter) from None
    return _zeros(value.parameter, x)


def _zeros(p: Parameter, x: Any) -> Tensor:
    ctx = x.ctx if isinstance(x, Tensor) else current_context()
    with ctx:
        return Tensor(ctx.xp.zeros(p.shape, p.dtype), ctx)


def _cannot(p: Parameter) -> DeferredInitializationError:
    return DeferredInitializationError(
        f"The unknown shape {p.shape} of parameter '{p.name}' cannot be found from how hybrid_forward uses it; "
        "give all lengths, use F.FullyConnected or F.Convolution, or define infer_shape(self, x), which sets the "
        "parameter's shape."
    )
