"""Block: a piece of a network. It holds parameters and other blocks, and maps inputs to outputs in `forward`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from minigrad.arguments import flag, function, text
from minigrad.autograd.scopes import pause
from minigrad.composed import from_plain, holds_plain
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeferredInitializationError, DTypeError, InitializationError, KeywordError, suggestion
from minigrad.explain import EXPLAINED, described, explained
from minigrad.gluon.naming import NameScope, new_names
from minigrad.gluon.parameter import Parameter
from minigrad.gluon.parameterdict import ParameterDict
from minigrad.gluon.stamps import stamp

if TYPE_CHECKING:
    from minigrad.gluon.replay import Replay

_Self = TypeVar("_Self", bound="Block")

FLAGS = (
    "static_alloc", "static_shape", "inline_limit", "forward_bulk_size", "backward_bulk_size", "backend",
    "backend_opts", "clear", "partition_if_dynamic",
)  # fmt: skip
"""Further arguments of Gluon's `hybridize`, about how MXNet runs a graph."""


class Block:
    """Base class of layers and networks. Subclass it, make the parts in `__init__`, and use them in `forward`:

    >>> from minigrad import gluon, np
    >>> class Twice(gluon.Block):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = gluon.nn.Dense(1, in_units=2, weight_initializer="ones")
    ...
    ...     def forward(self, x):
    ...         return 2 * self.dense(x)
    >>> net = Twice()
    >>> net.initialize()
    >>> net(np.array([[1, 2]]))
    array([[6.]])

    A Block or Parameter assigned to an attribute is registered: `collect_params`, `initialize` and `save_parameters`
    find it.
    """

    _children: dict[str, Block]
    _own: dict[str, Parameter]  # parameters by attribute
    _hooks: tuple[list[Callable[..., Any]], list[Callable[..., Any]]]  # before and after forward
    _prefix: str
    _params: ParameterDict
    _scope: NameScope
    _replay: Replay | None = None
    _changed = 0  # when a part or an attribute was last replaced

    pure = False
    """Whether `forward` calls the same operations, in the same order, for all inputs of a shape, and does nothing else:
    it reads no values, draws no random numbers, switches no mode, and reads only attributes that may be replaced
    but not modified. `hybridize` replays such blocks if their parts are pure too. Subclasses do not inherit it."""

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None, **unknown: Any) -> None:
        for word, value in unknown.items():
            raise KeywordError(f"{type(self).__name__} has no argument {word!r}, but was given {word}={value!r:.40}.")
        set_ = super().__setattr__
        set_("_children", {})
        set_("_own", {})
        set_("_hooks", ([], []))
        full, own = new_names(prefix, params, self._alias())
        set_("_prefix", full)
        set_("_params", own)
        set_("_scope", NameScope(full, own, inert=prefix == ""))

    def _alias(self) -> str:
        """The start of its default name. Gluon's layers override it: all convolutions are called 'conv'."""
        return type(self).__name__.lower()

    # Parts

    def __setattr__(self, name: str, value: Any) -> None:
        old = self.__dict__.get(name)
        if isinstance(old, (Block, Parameter)) and not isinstance(value, type(old)):
            raise DTypeError(
                f"Attribute '{name}' of {type(self).__name__} is a {type(old).__name__} and cannot become "
                f"{described(value)}; use another name, or del it first."
            )
        if isinstance(value, (Block, Parameter)):
            if "_children" not in self.__dict__:
                raise InitializationError(f"Call super().__init__() first in {type(self).__name__}.__init__().")
            if isinstance(value, Block):
                self.register_child(value, name)
            else:
                if isinstance(old, Parameter) and old is not value:
                    self._params.pop(old.name, None)
                if not value.named:  # made by hand; named after its block now, and a second 'weight' after its place
                    used = [p.name for p in {**self._params, **self._own}.values() if p is not old]
                    value.name = self._prefix + (name if self._prefix + value.name in used else value.name)
                    value.named = True
                self._own[name] = value
        super().__setattr__(name, value)
        if self.pure:
            stamp(self)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        stamp(self)
        self._children.pop(name, None)
        p = self._own.pop(name, None)
        if p is not None:
            self._params.pop(p.name, None)

    def register_child(self, block: Block, name: str | None = None) -> None:
        """Make `block` a part of this one."""
        if not isinstance(block, Block):
            raise DTypeError(
                f"{type(self).__name__} consists of Blocks, but got {block!r:.60}; for a function use nn.Lambda."
            )
        self._children[name if name is not None else str(len(self._children))] = block
        stamp(self)

    @property
    def prefix(self) -> str:
        """The prefix of the names of its parameters."""
        return self._prefix

    @property
    def name(self) -> str:
        """Its name: the prefix without the last underscore."""
        return self.prefix.removesuffix("_")

    @property
    def params(self) -> ParameterDict:
        """Its own parameters, without those of its parts. `self.params.get('weight', shape=...)` creates one."""
        return self._params

    def name_scope(self) -> NameScope:
        """A `with` block in which new blocks are named under this one."""
        return self._scope

    def collect_params(self, select: str | None = None) -> ParameterDict:
        """All parameters by full name, its own first; with `select`, those whose names begin with this pattern."""
        pattern = re.compile("" if select is None else text("select", select))
        found = ParameterDict(self.params.prefix)
        for own in (self.params, *({p.name: p} for p in self._own.values())):
            found.update({name: p for name, p in own.items() if pattern.match(name)})
        for child in self._children.values():
            found.update(child.collect_params(select))
        if any(isinstance(value, (list, tuple, dict)) for name, value in vars(self).items() if name[0] != "_"):
            from minigrad.gluon.hidden import warn_of_hidden_blocks

            warn_of_hidden_blocks(self, Block)
        return found

    def structure(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """All parameters by structural name, such as '0.weight': the names used in files. A shared one appears once."""
        seen: set[int] = set()
        for name, p in self._collect_params_with_prefix().items():
            if id(p) not in seen:
                seen.add(id(p))
                yield prefix + name, p

    def _collect_params_with_prefix(self, prefix: str = "") -> dict[str, Parameter]:
        """All parameters by structural name, after `prefix` and a dot. Gluon's networks override it."""
        lead = f"{prefix}." if prefix else ""
        named = {id(p) for p in self._own.values()}
        found = {lead + name: p for name, p in self._own.items()}
        for name, p in self.params.items():
            if id(p) not in named:
                found[lead + name.removeprefix(self.params.prefix)] = p
        for name, child in self._children.items():
            found.update(child._collect_params_with_prefix(lead + name))
        return found

    @property
    def _reg_params(self) -> dict[str, Parameter]:
        """Its own parameters by attribute, under the name that subclasses written for MXNet use."""
        return self._own

    def apply(self: _Self, fn: Callable[[Block], Any]) -> _Self:
        """Call `fn` on every part, then on itself."""
        for child in self._children.values():
            child.apply(fn)
        function("fn", fn)(self)
        return self

    def share_parameters(self: _Self, shared: Mapping[str, Parameter]) -> _Self:
        """Use these parameters, given by structural name or as another block's `params`, instead of its own.

        >>> from minigrad import gluon
        >>> one, two = gluon.nn.Dense(3), gluon.nn.Dense(3)
        >>> two.share_parameters(one.params).weight is one.weight
        True
        """
        from minigrad.gluon.sharing import share

        share(self, shared)
        return self

    # Values

    def initialize(
        self,
        init: Any = "uniform",
        ctx: Any = None,
        verbose: bool = False,
        force_reinit: bool = False,
        device: Any = None,
    ) -> None:
        """Initialize all parameters with `init`, except those with an initializer of their own."""
        self.collect_params().initialize(init, device if ctx is None else ctx, verbose, force_reinit)

    def zero_grad(self) -> None:
        """Set all gradients to 0."""
        self.collect_params().zero_grad()

    def cast(self, dtype: Any) -> None:
        """Convert all parameters."""
        for p in self.collect_params().values():
            p._castable(dtype)  # raises before the first has changed
        for child in self._children.values():
            child.cast(dtype)
        for p in {**self.params, **self._own}.values():
            p.cast(dtype)

    def reset_ctx(self, ctx: Any) -> None:
        """Move all parameters to other devices."""
        self.collect_params().reset_ctx(ctx)

    def reset_device(self, device: Any) -> None:
        """`reset_ctx` under its newer name."""
        self.reset_ctx(device)

    def save_parameters(self, filename: Any, deduplicate: bool = False) -> None:
        """Write all parameters to a file by structural name, atomically and without pickle.

        A shared parameter is written under each of its names, or with `deduplicate` only under the first.
        """
        from minigrad.gluon.files import save_parameters

        once = flag("deduplicate", deduplicate)
        save_parameters(filename, dict(self.structure()) if once else self._collect_params_with_prefix())

    def load_parameters(
        self,
        filename: Any,
        ctx: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        cast_dtype: bool = False,
        dtype_source: str = "current",
        device: Any = None,
    ) -> None:
        """Read all parameters from a file; nothing changes unless everything fits. Works before `initialize` too."""
        from minigrad.gluon.files import load_block

        ctx = device if ctx is None else ctx
        load_block(filename, self, ctx, allow_missing, ignore_extra, cast_dtype, dtype_source)

    save_params, load_params = save_parameters, load_parameters  # the older names

    # Computing

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """The output of `forward`: an array to type checkers, but in fact whatever `forward` returns."""
        replay = self._replay
        if replay is not None and replay.block is self and not kwargs:  # a shallow copy has that of another block
            y: Tensor | None = replay(args)
            if y is not None:
                return y
        for x in args:
            if type(x) is not Tensor and holds_plain(x):
                return self(*map(from_plain, args), **kwargs)
        before, after = self._hooks
        if before:
            for hook in before:
                hook(self, args)
        deferred = False
        try:
            out: Tensor = self.forward(*args, **kwargs) if kwargs else self.forward(*args)
        except DeferredInitializationError:
            deferred = True
        except EXPLAINED as error:
            raise _explained(self, args, error) from None
        if deferred:  # outside the `except`, so that errors are not chained
            self._fix_shapes(args)
            out = self.forward(*args, **kwargs)
        if after:
            for hook in after:
                hook(self, args, out)
        return out

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The output for these inputs. A subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x), which returns its output.")

    def infer_shape(self, *args: Any) -> None:
        """Set the unknown lengths of its own parameters from the first inputs. Layers with such lengths define it."""

    def _fix_shapes(self, args: tuple[Any, ...]) -> None:
        own = {**self.params, **self._own}.values()
        with pause():
            if not all([p.known for p in own]):
                self.infer_shape(*args)
            for p in own:
                if not p.known:
                    raise DeferredInitializationError(
                        f"Parameter '{p.name}' has the unknown shape {p.shape} and {type(self).__name__} does not say "
                        "how to find it: give all lengths, or define infer_shape(self, x), which sets its shape."
                    )
                p.finish()

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call `hook(block, inputs)` before each forward pass."""
        return HookHandle(self, self._hooks[0], hook)

    def register_forward_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call `hook(block, inputs, output)` after each forward pass."""
        return HookHandle(self, self._hooks[1], hook)

    def hybridize(self, active: bool = True, **kwargs: Any) -> None:
        """After the first batch, replay what a network of `pure` blocks computed, without its Python code.

        The same NumPy calls are made, except that several gradients of one array may be added in another order, which
        can change the last digit. A block that is not pure runs its own `forward`, and its parts are replayed: see
        `minigrad.gluon.replay`. Gluon's other flags are accepted and do nothing.
        """
        for name in kwargs:
            if name not in FLAGS:
                raise KeywordError(f"hybridize() has no argument {name!r}{suggestion(name, ('active', *FLAGS))}")
        from minigrad.gluon.replay import Replay

        super().__setattr__("_replay", Replay(self) if flag("active", active) and self._children else None)
        for child in self._children.values():
            child.hybridize(active, **kwargs)

    def programs(self) -> list[str]:
        """The text of each program that `hybridize` made, one for each input shape; if none, Python code runs."""
        return [] if self._replay is None else self._replay.programs()

    def summary(self, *inputs: Any) -> None:
        """Print a table of the parts: their output shapes and numbers of parameters, for these inputs."""
        from minigrad.gluon.summary import summary

        print(summary(self, *inputs))

    # Looks

    def __repr__(self) -> str:
        parts = "".join(f"\n({name}): {child!r}" for name, child in self._children.items()).replace("\n", "\n  ")
        return f"{type(self).__name__}({self.extra_repr()}{parts}{chr(10) if parts else ''})"

    def extra_repr(self) -> str:
        """The text between the parentheses of its repr: its arguments."""
        return ""


class HookHandle:
    """A registered hook: `detach()` removes it, and so does the end of a `with` block."""

    def __init__(self, block: Block, hooks: list[Callable[..., Any]], hook: Callable[..., Any]) -> None:
        self._block = block
        self._hooks = hooks
        self._hook = hook
        hooks.append(hook)
        stamp(block)

    def detach(self) -> None:
        """Remove the hook."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
            stamp(self._block)

    def __enter__(self) -> HookHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()


def _explained(block: Block, args: tuple[Any, ...], error: Exception) -> Exception:
    """A clear error if an input is not an array, or if a layer of minigrad cannot use it; else the error itself."""
    for x in args:
        if isinstance(x, (list, tuple, int, float, str, type(None))) and f"'{type(x).__name__}' object" in str(error):
            called = f"{type(block).__name__} '{block.name}' was called with {described(x)}"
            return DTypeError(f"{called}; make it an array first: np.array(x).")
    if not type(block).__module__.startswith("minigrad.") or block._children or hasattr(block, "_func_impl"):
        return error  # it may come from the user's code
    return explained(f"{type(block).__name__}()", error, {f"input {i}": x for i, x in enumerate(args)})
