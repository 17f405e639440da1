"""Today's functions with MXNet's older argument names, `out`, and options that change nothing."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from minigrad.composed import composed
from minigrad.engine.accepts import shape_of, write
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.ops.elementwise import astype, copy

_Function = TypeVar("_Function", bound=Callable[..., Any])


def named_as(function: Callable[..., Any]) -> Callable[[_Function], _Function]:
    """A decorator that gives a function with other arguments the name and the docstring of `function`."""

    def name(other: _Function) -> _Function:
        other.__name__, other.__doc__ = function.__name__, function.__doc__
        return other

    return name


def older(function: Callable[..., Any], *names: str) -> Callable[..., Tensor]:
    """`function` with its first arguments called `names` (`data` if none)."""
    names = names or ("data",)

    @composed()
    @named_as(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        args += tuple(kwargs.pop(name) for name in names[len(args) :] if name in kwargs)
        return function(*args, **kwargs)

    own = [p.replace(annotation=p.empty) for p in inspect.signature(function).parameters.values() if p.name != "out"]
    renamed = [p.replace(name=name) for p, name in zip(own, names)]
    out = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)  # see `with_options`
    vars(called)["__signature__"] = inspect.Signature([*renamed, *own[len(names) :], out])
    return called


def of_two(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The same for a function of `lhs` and `rhs`."""
    return older(function, "lhs", "rhs")


def alike(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The same for two arrays of the same shape."""

    @named_as(function)
    def checked(lhs: Any, rhs: Any) -> Tensor:
        of_one_shape(f"elemwise_{function.__name__[:3]}()", lhs, rhs)
        result: Tensor = function(lhs, rhs)
        return result

    return of_two(checked)


def of_one_shape(where: str, *arrays: Any) -> None:
    """Refuse arrays of different shapes."""
    shapes = [shape_of(a) for a in arrays]
    if len({*shapes}) > 1:
        raise ShapeError(
            f"{where} needs arrays of the same shape, but got {', '.join(map(str, shapes))}; see broadcast_add()."
        )


def truth(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """A comparison that returns 1 and 0 in the dtype of the first array, or in float32."""

    @named_as(function)
    def compared(lhs: Any, rhs: Any) -> Tensor:
        dtypes = (x.dtype for x in (lhs, rhs) if isinstance(x, Tensor) and x.dtype.kind != "b")
        return astype(function(lhs, rhs), next(dtypes, "float32"))

    return of_two(compared)


def own(y: Any, given: list[Any]) -> Any:
    """The result of a function, or a list of several, with copies in place of views of the arrays `given`.

    (A result in a graph stays as it is: nothing may change it in place, so nobody can tell the difference.)
    """
    if isinstance(y, (tuple, list)):
        return [own(part, given) for part in y]
    return copy(y) if isinstance(y, Tensor) and y.node is None and any(y.version is x.version for x in given) else y


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, except that its result is never a view, as in MXNet, and is put into `out` if given.

    It also accepts the options `name` and `cudnn_off`, which are for MXNet's graphs and for a GPU library, and change
    nothing here.
    """

    @functools.wraps(function, updated=())
    def accepting(*args: Any, out: Any = None, name: Any = None, cudnn_off: Any = None, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if out is not None:
            return write(out, result, f"{function.__name__}()")
        return own(result, [x for x in (*args, *kwargs.values()) if isinstance(x, Tensor)])

    return accepting
