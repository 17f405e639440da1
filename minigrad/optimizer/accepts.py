"""What an update accepts: arrays that can be read and written side by side, element by element.

A compiled loop does not check shapes: it would read past the end of a gradient that is too short, and write past the
end of a state that is. So every array is compared with the weight first.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy

from minigrad.device import MODULES, Array
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeviceError, DTypeError, KeywordError, ShapeError, UsageError

FLOATS = {numpy.dtype(name) for name in ("float16", "float32", "float64")}
"""The dtypes that can be trained. (An array in the other byte order has another dtype.)"""


def tensor_of(x: Any, what: str) -> Tensor:
    """A Tensor as it is, or a plain NumPy or CuPy array as a Tensor that shares its memory."""
    if isinstance(x, Tensor):
        return x
    if type(x) in MODULES and not isinstance(x, numpy.generic):
        return Tensor(x)
    raise KeywordError(
        f"The {what} is {x!r:.60} of type {type(x).__name__}; expected an array: minigrad.np.array(...)."
    )


def weight_of(x: Any) -> Tensor:
    """The weight as a Tensor, if it can be trained."""
    weight = tensor_of(x, "weight")
    if weight.dtype not in FLOATS:
        raise DTypeError(f"A weight of dtype {weight.dtype!s} cannot be trained; make it float32: w.astype('float32').")
    return weight


def gradient_for(weight: Tensor, grad: Any) -> Tensor:
    """The gradient, in the dtype of the weight."""
    given = tensor_of(grad, "gradient")
    if given.ctx is not weight.ctx:
        if isinstance(grad, Tensor):
            raise DeviceError(f"The weight is on {weight.ctx} but the gradient is on {given.ctx}; move one first.")
        given = Tensor(weight.ctx.put(grad), weight.ctx)
    if given.shape != weight.shape:
        raise ShapeError(
            f"The gradient has shape {given.shape}, but its weight has shape {weight.shape}; they must be the same."
        )
    if given.dtype == weight.dtype:
        return given
    if given.dtype.kind not in "fiub":
        raise DTypeError(
            f"The gradient has dtype {given.dtype!s}, but its weight has dtype {weight.dtype!s}; give real numbers."
        )
    with weight.ctx:
        return Tensor(given.data.astype(weight.dtype), weight.ctx)


def states_for(optimizer: Any, weight: Tensor, state: Any, named_only: bool) -> list[Array]:
    """The arrays of a state, if they are what `create_state` makes for this weight.

    An optimizer that adds arrays of its own after the named ones (not `named_only`) checks these itself, in `named` or
    `step`.
    """
    given = () if state is None else state if isinstance(state, (tuple, list)) else (state,)
    tensors = [tensor_of(s, "state") for s in given]
    cls, names = type(optimizer).__name__, tuple(optimizer.states)
    if len(tensors) < len(names) or (named_only and len(tensors) > len(names + optimizer.former_states)):
        raise UsageError(
            f"{cls} has {len(names)} states ({', '.join(names)}), but was given {len(tensors)}; "
            "create_state(index, weight) makes them."
        )
    arrays = [weight.data, *(t.data for t in tensors)]
    if any([overlap(a, b) for a, b in combinations(arrays, 2)]):
        raise UsageError(f"{cls} was given the same memory in two places; the weight and each state need their own.")
    _check_writable(arrays, f"The weight or a state of {cls}")
    for tensor in tensors:
        if tensor.ctx is not weight.ctx:
            raise DeviceError(f"The weight is on {weight.ctx} but a state is on {tensor.ctx}; move one first.")
    check_arrays(cls, dict(zip(("w", *names), arrays)))
    return arrays[1:]


def check_arrays(cls: str, arrays: Mapping[str, Array], extras: Collection[str] = ()) -> None:
    """Raise ShapeError or DTypeError unless the arrays of a rule, by name, have the shape and dtype of `w`.

    The states of a float16 weight are float32, or float16. The gradient and `extras`, which the rule asks for by name,
    may have any floating dtype; on a GPU an extra may be one number.
    """
    w = arrays["w"]
    weight_of(w)
    for name, a in arrays.items():
        if a.shape != w.shape and not (name in extras and a.shape == () and not isinstance(a, numpy.ndarray)):
            raise ShapeError(
                f"{cls} was given {name!r} of shape {a.shape} for a weight of shape {w.shape}; they must be the same. "
                + (
                    "It comes from named(), which gives numbers and arrays of the shape of w."
                    if name in extras
                    else "Each parameter has its own gradient and states: create_state(index, weight) makes these."
                )
            )
        if not (fits(a, w) or (a.dtype in FLOATS and (name == "g" or name in extras))):
            raise DTypeError(f"{cls} was given {name!r} of dtype {a.dtype!s} for a weight of dtype {w.dtype!s}.")


def fits(a: Array, w: Array) -> bool:
    """Whether a state has the right dtype for the weight: the same, or float32 for float16."""
    return bool(a.dtype == w.dtype or (w.dtype == numpy.float16 and a.dtype == numpy.float32))


def apart(g: Array, changed: Iterable[Array]) -> Array:
    """The gradient, or a copy if it shares memory with an array that is changed while it is read."""
    return g.copy() if any([overlap(g, a) for a in changed]) else g


def overlap(a: Array, b: Array) -> bool:
    """Whether two arrays have an element in common. Two arrays that are not views never do.

    For arrays on a GPU, only whether they are the same object.

    >>> a = numpy.arange(4)
    >>> overlap(a[1:], a[:-1]), overlap(a[::2], a[1::2]), overlap(a, a.copy())
    (True, False, False)
    """
    if a is b or not (isinstance(a, numpy.ndarray) and isinstance(b, numpy.ndarray)):
        return a is b
    return (a.base is not None or b.base is not None) and numpy.shares_memory(a, b)


def _check_writable(arrays: Iterable[Array], what: str) -> None:
    if not all([getattr(a.flags, "writeable", True) for a in arrays]):  # CuPy's always are
        raise UsageError(f"{what} is changed in place, but is read-only; give a copy.")


def master_of(weight: Tensor, state: Any) -> tuple[Tensor, Any]:
    """The float32 master copy of a float16 weight, and its state."""
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        raise UsageError(
            "With multi_precision the state of a float16 weight is a pair, (float32 master copy, state); "
            "create_state_multi_precision(index, weight) makes it."
        )
    master = tensor_of(state[0], "master copy")
    if master.shape != weight.shape or master.dtype != numpy.float32:
        raise ShapeError(
            f"The master copy is {master.dtype!s} of shape {master.shape}, but must be float32 of shape {weight.shape}."
        )
    if master.ctx is not weight.ctx:
        raise DeviceError(f"The weight is on {weight.ctx} but its master copy is on {master.ctx}; move one first.")
    _check_writable([weight.data, master.data], "The weight or its master copy")
    return master, state[1]
