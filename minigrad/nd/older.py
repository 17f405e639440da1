"""Today's functions with MXNet's older argument names and `out`."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from minigrad.composed import composed
from minigrad.engine.accepts import write
from minigrad.engine.tensor import Tensor

_Function = TypeVar("_Function", bound=Callable[..., Any])


def named_as(function: Callable[..., Any]) -> Callable[[_Function], _Function]:
    """A decorator that gives a function with other arguments the name and the docstring of `function`."""

    def name(other: _Function) -> _Function:
        other.__name__, other.__doc__ = function.__name__, function.__doc__
        return other

    return name


def older(function: Callable[..., Any], *names: str) -> Callable[..., Tensor]:
    """`function` with its first arguments called `names` (`data` if none) and its result put into `out` if given."""
    names = names or ("data",)

    @composed()
    @named_as(function)
    def called(*args: Any, out: Tensor | None = None, **kwargs: Any) -> Any:
        args += tuple(kwargs.pop(name) for name in names[len(args) :] if name in kwargs)
        result = function(*args, **kwargs)
        return result if out is None else write(out, result, f"{function.__name__}()")

    vars(called)["__signature__"] = _signature(function, names)
    return called


def _signature(function: Callable[..., Any], names: tuple[str, ...]) -> inspect.Signature:
    """The arguments of `function`, the first of them called `names`, and `out`."""
    own = [p for p in inspect.signature(function).parameters.values() if p.name != "out"]
    found = [p.replace(name=name, annotation=p.empty) for p, name in zip(own, names)]
    found += [p.replace(annotation=p.empty) for p in own[len(names) :]]
    return inspect.Signature([*found, inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)])


def of_two(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The same for a function of `lhs` and `rhs`."""
    return older(function, "lhs", "rhs")


def truth(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """A comparison that returns 1 and 0 in float32."""
    return of_two(named_as(function)(lambda lhs, rhs: function(lhs, rhs).astype("float32")))
