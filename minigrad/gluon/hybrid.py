"""HybridBlock: a Block whose computation may be written for any array namespace."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from minigrad.engine.registry import recorded
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeferredInitializationError, UsageError
from minigrad.gluon.block import Block

nd: Any = None
"""`minigrad.nd`, set by `minigrad.gluon` when it is imported. Until then `F` is the operations alone."""


class HybridBlock(Block):
    """A Block whose computation may also be written as `hybrid_forward(self, F, x, **parameters)`.

    `F` is the array namespace (`minigrad.nd`, which also has `F.np` and `F.npx`), and the block's own parameters are
    passed by name if `hybrid_forward` has arguments for them. All layers and losses of minigrad are written this way.
    A subclass may override `forward` or `hybrid_forward`; the one defined in the nearest class runs.

    >>> from minigrad import gluon, np
    >>> class Shift(gluon.HybridBlock):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.bias = self.params.get("bias", shape=(1,), init="ones")
    ...
    ...     def hybrid_forward(self, F, x, bias):
    ...         return F.broadcast_add(x, bias)
    >>> shift = Shift()
    >>> shift.initialize()
    >>> shift(np.array([1, 2]))
    array([2., 3.])

    >>> class Doubling(gluon.nn.Dense):
    ...     def hybrid_forward(self, F, x, weight, bias=None):
    ...         return 2 * super().hybrid_forward(F, x, weight, bias)
    >>> layer = Doubling(1, in_units=2, weight_initializer="ones")
    >>> layer.initialize()
    >>> layer(np.array([[1, 2]]))
    array([[6.]])
    """

    hybrid_takes: ClassVar[frozenset[str] | None] = None
    """The names of the arguments of `hybrid_forward`; None if it takes any."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if nearest(cls, "forward", "hybrid_forward") == "hybrid_forward" and not calls_on(cls.forward):
            type.__setattr__(cls, "forward", HybridBlock.forward)
        cls.hybrid_takes = arguments(cls.hybrid_forward)

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Run `hybrid_forward` with the array namespace, and with own parameters for those not given."""
        own = self._own
        if not own and not named:  # calls with * and ** would double the time of a small block
            if len(inputs) == 1:
                return self.hybrid_forward(nd or recorded(), inputs[0])
            if len(inputs) == 2:
                return self.hybrid_forward(nd or recorded(), inputs[0], inputs[1])
        if own:
            x = inputs[0] if inputs else None
            ctx = x.ctx if isinstance(x, Tensor) else device_of(x)
            takes = self.hybrid_takes
            deferred = False
            try:
                for name in own:
                    if (takes is None or name in takes) and name not in named:
                        named[name] = own[name].data(ctx)
            except DeferredInitializationError:
                deferred = True
            if deferred:
                self._fix_shapes(inputs)
                return HybridBlock.forward(self, *inputs, **named)
        return self.hybrid_forward(nd or recorded(), *inputs, **named)

    def hybrid_forward(self, F: Any, *inputs: Any, **named: Any) -> Any:
        """The output for these inputs and parameters. A subclass defines this, or `forward`."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x) or hybrid_forward(self, F, x).")

    def infer_shape(self, *inputs: Any) -> None:
        """Fix the unknown lengths of its own parameters, by a trial run of `hybrid_forward` if the class defines it."""
        if type(self).hybrid_forward is not HybridBlock.hybrid_forward:
            from minigrad.gluon.shapes import infer

            infer(self, nd or recorded(), *inputs)

    def _fix_shapes(self, args: tuple[Any, ...]) -> None:
        if nearest(type(self), "infer_shape", "hybrid_forward") == "hybrid_forward":
            with suppress(Exception):  # an override may use the weights on other inputs: only a trial tells
                HybridBlock.infer_shape(self, *args)
        super()._fix_shapes(args)

    def export(self, path: Any, epoch: int = 0) -> None:
        """Raises UsageError: minigrad has no graph files. Use `save_parameters`."""
        raise UsageError(
            "export() writes MXNet's graph files, which minigrad does not have; use save_parameters(file), and make "
            "the network by its Python code before load_parameters(file)."
        )


def nearest(cls: type, *names: str) -> str:
    """Which of these names is defined nearest to a class: in it, or in the first of its bases that defines one."""
    return next(name for base in cls.__mro__ for name in names if name in vars(base))


def calls_on(forward: Callable[..., Any]) -> bool:
    """Whether a `forward` itself calls `hybrid_forward`, or its base class's `forward`."""
    code = getattr(forward, "__code__", None)
    return code is None or not {"forward", "hybrid_forward"}.isdisjoint(code.co_names)


def arguments(function: Callable[..., Any]) -> frozenset[str] | None:
    """The names of a function's arguments; None if it takes any name."""
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    return None if any(p.kind is p.VAR_KEYWORD for p in found.values()) else frozenset(found)


def device_of(x: Any) -> Any:
    """The device of an array, or of the first one in nested lists; None if there is no array."""
    if isinstance(x, (list, tuple)):
        return next((ctx for ctx in map(device_of, x) if ctx is not None), None)
    return x.ctx if hasattr(x, "__array__") else None
