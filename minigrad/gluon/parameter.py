"""Parameter: a named array that a network learns, with its gradient, its initializer and its multipliers."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from minigrad.arguments import flag, number, one_of, shown, whole
from minigrad.autograd.scopes import pause
from minigrad.device import Context, current_context, places
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw
from minigrad.engine.tensor import Tensor, attach
from minigrad.errors import (
    ArgumentError,
    DeferredInitializationError,
    DTypeError,
    InitializationError,
    ShapeError,
    UsageError,
)
from minigrad.gluon.stamps import stamp
from minigrad.initializer.initializer import InitDesc, create

GRAD_REQS = ("write", "add", "null")


class Parameter:
    """One array of a network: a weight or a bias.

    Arguments:
        name: its name in files and messages, which `init.Mixed` and `init.Load` also use.
        grad_req: what `backward` does with its gradient: 'write', 'add' (sum until `zero_grad`) or 'null' (none).
        shape: a length of 0 or None (or a shape of None) is unknown until the first forward pass sets it.
        lr_mult, wd_mult: factors on the learning rate and on the weight decay of this parameter.
        init: its own initializer; without one, that of `net.initialize()` fills it as a weight, whatever its name.
        stype, grad_stype: accepted for compatibility with Gluon, but values and gradients are dense.

    >>> from minigrad import gluon, init
    >>> p = gluon.Parameter("scale", shape=(2,), init=init.Constant(3))
    >>> p.initialize()
    >>> p.data()
    array([3., 3.])
    """

    def __init__(
        self,
        name: str = "weight",
        grad_req: str = "write",
        shape: Any = None,
        dtype: Any = "float32",
        lr_mult: float = 1.0,
        wd_mult: float = 1.0,
        init: Any = None,
        allow_deferred_init: bool = False,
        differentiable: bool = True,
        stype: str = "default",
        grad_stype: str = "default",
    ) -> None:
        one_of("stype", stype, "default")
        one_of("grad_stype", grad_stype, "default", "row_sparse")
        self.name = name
        self.named = False  # whether a block gave it its full name
        self._changed = 0  # when its arrays were last replaced
        self.lr_mult = lr_mult
        self.wd_mult = wd_mult
        self.init = init
        self.allow_deferred_init = allow_deferred_init
        self.dtype = as_dtype("float32" if dtype is None else dtype)
        self._shape = as_shape(shape)
        self.tensors: list[Tensor] = []  # one for each device
        self.only: Tensor | None = None  # the tensor, if there is just one device
        self.request: tuple[Any, list[Context], Any, Any] | None = None  # an initialization waiting for the shape
        self._grad_req = "null"
        self._differentiable = flag("differentiable", differentiable) and self.dtype.kind == "f"
        self.grad_req = grad_req if differentiable else "null"

    # Attributes

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute: a new dtype casts; multipliers are finite, at least 0, and a Trainer notices new ones."""
        if name == "dtype" and name in vars(self):
            self.cast(value)
        if name in ("lr_mult", "wd_mult"):
            value = number(name, value, 0)
            stamp(self)
        object.__setattr__(self, name, as_dtype(value) if name == "dtype" else value)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape: 0 is a length that is not known yet, None an unknown number of axes."""
        return self._shape

    @shape.setter
    def shape(self, new: Any) -> None:
        old, new = self._shape, as_shape(new)
        if not _fits(old, new):
            raise ShapeError(f"Parameter '{self.name}' has shape {old}, which cannot become {new}: only 0s may change.")
        self._shape = new

    @property
    def grad_req(self) -> str:
        """What `backward` does with the gradient: 'write', 'add' or 'null'."""
        return self._grad_req

    @grad_req.setter
    def grad_req(self, req: str) -> None:
        if req not in GRAD_REQS:
            raise UsageError(f"Parameter '{self.name}' got grad_req='{req}'; it must be one of {', '.join(GRAD_REQS)}.")
        if req == self._grad_req or (req != "null" and not self._differentiable):
            return
        self._grad_req = req
        for tensor in self.tensors:
            self._attach(tensor)
        stamp(self)

    def _attach(self, tensor: Tensor) -> None:
        attach(tensor, self._grad_req)
        if tensor.node is not None:
            tensor.node.name = self.name

    # Values

    def initialize(
        self,
        init: Any = None,
        ctx: Any = None,
        default_init: Any = "uniform",
        force_reinit: bool = False,
        device: Any = None,
    ) -> None:
        """Fill it with `init`, else its own initializer, else `default_init`; wait if its shape is unknown."""
        if self.tensors and not flag("force_reinit", force_reinit):
            from minigrad.warn import warn

            warn(
                f"Parameter '{self.name}' is already initialized and is left unchanged; "
                "use force_reinit=True to start again."
            )
            return
        request = (init if init is not None else self.init, places(ctx, device), default_init, None)
        if self.known:
            self._fill(*request)
        elif self.allow_deferred_init:
            self.request = request
        else:
            raise ArgumentError(
                f"Parameter '{self.name}' has the unknown shape {self._shape}; give all lengths, or "
                "allow_deferred_init=True."
            )

    @property
    def known(self) -> bool:
        """Whether all lengths of its shape are known."""
        return self._shape is not None and 0 not in self._shape

    def finish(self) -> None:
        """Carry out a deferred `initialize`, if there is one and the shape is now known."""
        if self.request is None:
            return
        if not self.known:
            raise DeferredInitializationError(
                f"Parameter '{self.name}' is still waiting for its shape (now {self._shape}). It is fixed by the "
                "first forward pass: call net(x) once before using the parameter, or give the layer its input "
                "width (in_units)."
            )
        self._fill(*self.request)

    def _fill(self, init: Any, contexts: list[Context], default_init: Any, data: Any) -> None:
        """Make its arrays; after an error it has those that it had."""
        with pause(), contexts[0]:
            first = Tensor(contexts[0].xp.zeros(self._shape, self.dtype), contexts[0])
            if data is not None:
                first[...] = data
            else:
                own = {"__init__": default_init if init is None else init}  # fills it whatever its name
                create(default_init)(InitDesc(self.name, own), first)
        self.request = None
        self._hold([first] + [first.copyto(ctx) for ctx in contexts[1:]])

    def _hold(self, tensors: list[Tensor]) -> None:
        self.tensors = tensors
        self.only = tensors[0] if len(tensors) == 1 else None
        for tensor in tensors:
            tensor.touch()  # the new version tells a store that updates that the values changed
            self._attach(tensor)
        stamp(self)

    def _find(self, ctx: Context | None) -> Tensor:
        """The tensor on one device, or an error that says what is missing."""
        if not self.tensors:
            if self.request is not None:
                self.finish()
            else:
                raise InitializationError(
                    f"Parameter '{self.name}' has not been initialized. Call net.initialize() (or "
                    "parameter.initialize()) first."
                )
        if ctx is None:
            ctx = self.tensors[0].ctx if len(self.tensors) == 1 else current_context()
        for tensor in self.tensors:
            if tensor.ctx is ctx:
                return tensor
        raise InitializationError(
            f"Parameter '{self.name}' was not initialized on {shown(ctx)} but on "
            f"{', '.join(map(str, self.list_ctx()))}; move the data there, or the parameters with reset_ctx()."
        )

    def data(self, ctx: Context | None = None) -> Tensor:
        """Its array (on `ctx`, if it lives on several devices)."""
        only = self.only
        if only is not None and (ctx is None or ctx is only.ctx):
            return only
        return self._find(ctx)

    def grad(self, ctx: Context | None = None) -> Tensor:
        """Its gradient (on `ctx`, if it lives on several devices)."""
        found = self._find(ctx).grad
        if found is None:
            raise InitializationError(f"Parameter '{self.name}' has no gradient: its grad_req is 'null'.")
        return found

    def list_data(self) -> list[Tensor]:
        """Its array on each device."""
        if not self.tensors:
            self._find(None)  # finishes a deferred initialization, or raises
        return list(self.tensors)

    def list_grad(self) -> list[Tensor]:
        """Its gradient on each device."""
        return [self.grad(tensor.ctx) for tensor in self.list_data()]

    def list_ctx(self) -> list[Context]:
        """The devices on which it lives, or will live."""
        if self.tensors:
            return [tensor.ctx for tensor in self.tensors]
        if self.request is not None:
            return list(self.request[1])
        raise InitializationError(f"Parameter '{self.name}' has not been initialized. Call net.initialize() first.")

    def set_data(self, data: Any) -> None:
        """Set its values on every device; while its shape is unknown, they wait for the first forward pass."""
        data = data if hasattr(data, "shape") else as_raw(data, "set_data()")
        shape = tuple(data.shape)
        if not _fits(self._shape, shape):
            raise ShapeError(f"Parameter '{self.name}' has shape {self._shape} but was given data of shape {shape}.")
        if self.request is not None:
            self._shape = shape
            init, contexts, default_init, _ = self.request
            self.request = (init, contexts, default_init, data.copy())
            return
        with pause():
            for tensor in self.list_data():
                tensor[...] = data

    def zero_grad(self) -> None:
        """Set its gradient to 0, in place."""
        for tensor in self.tensors:
            tensor.zero_grad()

    def reset_ctx(self, ctx: Context | Sequence[Context]) -> None:
        """Move it to other devices; values that differ from device to device become their mean."""
        contexts = places(ctx)
        self.list_ctx()  # raises if there is nothing to move
        if self.tensors:
            from minigrad.gluon.files import averaged

            self._hold([averaged(self).copyto(c) for c in contexts])
        elif self.request is not None:
            self.request = (self.request[0], contexts, *self.request[2:])

    def reset_device(self, device: Context | Sequence[Context]) -> None:
        """`reset_ctx` under its newer name."""
        self.reset_ctx(device)

    def cast(self, dtype: Any) -> None:
        """Convert its values and its gradient."""
        vars(self)["dtype"] = self._castable(dtype)
        with pause():
            gradients = [tensor.grad for tensor in self.tensors]
            self._hold([tensor.astype(self.dtype) for tensor in self.tensors])
            for tensor, gradient in zip(self.tensors, gradients):
                if tensor.grad is not None and gradient is not None:
                    tensor.grad[...] = gradient

    def _castable(self, dtype: Any) -> Any:
        """The dtype, if the parameter can have it."""
        new = as_dtype("None" if dtype is None else dtype)
        if new.kind != "f" and self._grad_req != "null":
            raise DTypeError(f"Parameter '{self.name}' learns, so it cannot become {new}; use a floating-point dtype.")
        return new

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for tensor in self.tensors:
            if tensor.node is None:  # it came from another process, without a gradient
                self._attach(tensor)

    def var(self) -> Parameter:
        """Itself (Gluon's symbolic placeholder)."""
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.name} (shape={self._shape}, dtype={self.dtype.name})"


def _fits(old: tuple[int, ...] | None, new: tuple[int, ...] | None) -> bool:
    """Whether a shape may become another: only lengths that are not known yet may change."""
    return old is None or (new is not None and len(old) == len(new) and all(a in (0, b) for a, b in zip(old, new)))


def as_shape(shape: Any) -> tuple[int, ...] | None:
    """A shape as a tuple, 0 for None or -1."""
    if shape is None:
        return None
    given = shape if isinstance(shape, Iterable) else (shape,)
    lengths = tuple([0 if n is None else max(whole("shape", n, -1), 0) for n in given])
    if math.prod(lengths) > sys.maxsize:
        raise ShapeError(f"shape={lengths} cannot be used; it has more elements than a computer can have.")
    return lengths
