"""The methods of a Tensor: most are the operation of that name. Importing this file adds them to Tensor."""

from collections.abc import Callable
from typing import Any

from minigrad import ops
from minigrad.absent import answers_for_absent
from minigrad.arguments import flag, lengths, one_of
from minigrad.axes import axes_in
from minigrad.codes import GLUON, coded_shape
from minigrad.composed import as_tensor
from minigrad.doors import DOORS
from minigrad.engine.tensor import Tensor
from minigrad.errors import AbsentError
from minigrad.explain import described
from minigrad.operators import Operators, give, method


def _method(name: str) -> Callable[..., Tensor]:
    """The operation `name` as a method."""
    return method(getattr(ops, name), name)


def _reduction(name: str) -> Callable[..., Tensor]:
    """The reduction `name` as a method; with Gluon's `exclude` it is over all axes but those named."""
    plain = _method(name)

    def reduction(self: Tensor, axis: Any = None, *args: Any, exclude: bool = False, **kwargs: Any) -> Tensor:
        return plain(self, all_but(self.ndim, axis) if flag("exclude", exclude) else axis, *args, **kwargs)

    reduction.__name__, reduction.__doc__ = name, plain.__doc__
    return reduction


def all_but(ndim: int, axis: Any) -> tuple[int, ...]:
    """The axes that are not named, which is what Gluon's `exclude` reduces over."""
    named = () if axis is None else axes_in((1,) * ndim, axis)
    return tuple(i for i in range(ndim) if i not in named)


class Methods(Operators):
    """The methods that `Tensor` gets besides its operators."""

    __slots__ = ()

    # Shapes

    def reshape(self: Any, *sizes: Any, shape: Any = None, order: str = "C", reverse: bool = False) -> Tensor:
        """The values in another shape: numbers, a tuple, or `shape=`, in which `nd.reshape`'s codes 0 to -4 work."""
        one_of("order", order, "C")
        sizes = sizes if shape is None else (*sizes, shape)
        wanted = lengths("shape", sizes[0] if len(sizes) == 1 else sizes, -4)
        if flag("reverse", reverse) or min(wanted, default=0) < -1:
            wanted = coded_shape(self.shape, wanted, GLUON, reverse)
        return ops.reshape(self, wanted)

    def transpose(self: Any, *numbers: Any, axes: Any = None) -> Tensor:
        """The axes in another order: numbers, a tuple, or `axes=` (reversed if none is given)."""
        numbers = numbers if axes is None else (*numbers, axes)
        if len(numbers) == 1 and not isinstance(numbers[0], int):
            return ops.transpose(self, numbers[0])
        return ops.transpose(self, numbers or None)

    def flatten(self: Any) -> Tensor:
        """A copy with one axis."""
        return ops.copy(ops.reshape(self, (-1,)))

    def ravel(self: Any) -> Tensor:
        """The values on one axis."""
        return ops.reshape(self, (-1,))

    def reshape_like(self: Any, other: Any) -> Tensor:
        """The values in the shape of `other`."""
        return ops.reshape(self, as_tensor(other, where="reshape_like()").shape)

    def broadcast_like(self: Any, other: Any) -> Tensor:
        """The values repeated to the shape of `other`."""
        return ops.broadcast_to(self, as_tensor(other, where="broadcast_like()").shape)

    swapaxes, expand_dims, squeeze = _method("swapaxes"), _method("expand_dims"), _method("squeeze")
    broadcast_to, repeat, tile, flip = _method("broadcast_to"), _method("repeat"), _method("tile"), _method("flip")

    # Dtypes and devices

    itemsize = property(lambda self: self.data.itemsize, doc="The bytes of one value.")
    nbytes = property(lambda self: self.data.nbytes, doc="The bytes of all values.")
    context = device = property(lambda self: self.ctx, doc="The device, also called `ctx`.")
    stype = property(lambda self: "default", doc="The storage type: always 'default', that is, dense.")

    def wait_to_read(self: Any) -> None:
        """Wait until the value is computed (at once on a CPU)."""
        if self.ctx.device_type != "cpu":
            with self.ctx:
                self.ctx.xp.cuda.get_current_stream().synchronize()

    def as_np_ndarray(self: Any) -> Tensor:
        """The same memory at the same place in the graph as an array of `np`."""
        return self.seen_as(Tensor)  # type: ignore[no-any-return]

    def as_nd_ndarray(self: Any) -> Tensor:
        """The same as an array of `nd`, whose methods are those of MXNet's older arrays."""
        return DOORS["as_nd_ndarray"](self)  # type: ignore[no-any-return]

    # Arithmetic

    def clip(self: Any, min: Any = None, max: Any = None, *, a_min: Any = None, a_max: Any = None) -> Tensor:
        """`minigrad.np.clip` of this array."""
        return ops.clip(self, a_min if min is None else min, a_max if max is None else max)

    sum, mean, max, min = _reduction("sum"), _reduction("mean"), _reduction("max"), _reduction("min")
    prod, var, std, cumsum = _reduction("prod"), _method("var"), _method("std"), _method("cumsum")
    argmax, argmin, argsort = _method("argmax"), _method("argmin"), _method("argsort")
    any, all = _method("any"), _method("all")
    round, abs, sign = _method("round"), _method("absolute"), _method("sign")
    exp, log, sqrt, square = _method("exp"), _method("log"), _method("sqrt"), _method("square")
    sin, cos, tanh, sigmoid, relu = _method("sin"), _method("cos"), _method("tanh"), _method("sigmoid"), _method("relu")
    softmax, log_softmax, norm, dot = _method("softmax"), _method("log_softmax"), _method("norm"), _method("dot")
    take, pick, one_hot = _method("take"), _method("pick"), _method("one_hot")


FIXED = {
    "grad": "x.zero_grad() sets it to 0, and x.grad[...] = values writes into it",
    "shape": "x.reshape(shape) has the values in another shape",
    "dtype": "x.astype(dtype) has the values in another dtype",
}
"""Properties that other libraries let a program set, and what to do instead."""


def _fixed(name: str, use: str) -> property:
    """The property without a setter, but with a sentence in its place."""

    def refuse(self: Tensor, value: Any) -> None:
        raise AbsentError(f"x.{name} cannot be replaced by {described(value)}; {use}.", name=name, obj=None)

    found: property = vars(Tensor)[name]
    return found.setter(refuse)


give(Methods)
for _name, _use in FIXED.items():
    setattr(Tensor, _name, _fixed(_name, _use))
answers_for_absent(Tensor)
