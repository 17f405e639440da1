"""Operations on a sequence of arrays, such as `stack`: for each length an `Op` with that many inputs."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minigrad.engine.operation import Op, Signature, as_vjp
from minigrad.engine.tensor import Tensor
from minigrad.errors import KeywordError
from minigrad.explain import described


class Variadic:
    """An operation on a sequence of arrays.

    `forward(xp, arrays, *options)`. Its VJP receives the position `i` of the input that the gradient is for, and asks
    for the rest by name, as in `Op`; if it asks for the arrays, they come first: `vjp(F, g, i, arrays, option)`.
    """

    __signature__ = Signature()
    complex = False  # whether its derivative holds for complex numbers too

    def __init__(self, forward: Callable[..., Any], vjp: Callable[..., Any], new_axis: bool = False) -> None:
        functools.update_wrapper(self, forward)
        self.new_axis = new_axis  # whether `axis` is a new axis, which only the result has
        self.name: str = forward.__name__.lstrip("_")
        self.__name__ = self.name
        self.forward = forward
        self._vjp = vjp
        self._sized: dict[int, Op] = {}

    def __call__(self, arrays: Any = (), *args: Any, **kwargs: Any) -> Tensor:
        arrays = self.several(arrays, args, kwargs)
        found = self._sized.get(len(arrays))
        if found is None:
            found = self._sized[len(arrays)] = self._of_length(len(arrays))
        return found(*arrays, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<operation {self.name}{self.__signature__}>"

    def several(self, arrays: Any, args: Sequence[Any], options: Mapping[str, Any]) -> tuple[Any, ...]:
        """The arrays, at least one; `args` are the arguments after them, `options` those with a name."""
        names = [*inspect.signature(self).parameters] if options else []
        for name in options:
            if name not in (*names, "out"):
                raise KeywordError(f"{self.name}() has no argument '{name}'; it takes {', '.join(names)}.")
        if args and (isinstance(args[0], list) or getattr(args[0], "shape", ())):
            raise KeywordError(f"{self.name}() takes its arrays as one list: {self.name}([a, b]).")
        try:
            found = tuple(arrays)
        except TypeError:
            found = ()
        if not found:
            raise KeywordError(f"{self.name}() takes a list of arrays, at least one, but got {described(arrays)}.")
        return found

    def _of_length(self, n: int) -> Op:
        def forward(xp, *args):
            return self.forward(xp, args[:n], *args[n:])

        arrays, *options = self.forward.__code__.co_varnames[1 : self.forward.__code__.co_argcount]
        sized = Op(forward)
        sized.name, sized.complex = self.name, self.complex
        sized.names = (*(f"{arrays}[{i}]" for i in range(n)), *options)
        sized.defaults = self.forward.__defaults__ or ()
        sized.find_options(self.new_axis)
        asked = self._vjp.__code__.co_varnames[3 : self._vjp.__code__.co_argcount]
        taken = n if arrays in asked else 0
        for i in range(n):
            sized.vjps[i] = as_vjp(self._at(i, taken), (*sized.names[:taken], *(a for a in asked if a != arrays)))
        return sized

    def _at(self, i: int, taken: int) -> Callable[..., Any]:
        """The VJP of input `i`, given `taken` arrays and then the rest."""
        if taken:
            return lambda F, g, *saved: self._vjp(F, g, i, saved[:taken], *saved[taken:])
        return lambda F, g, *saved: self._vjp(F, g, i, *saved)

    def raw(self, xp: Any) -> Callable[..., Any]:
        """The operation on raw arrays of one array module, for VJPs."""
        return functools.partial(self.forward, xp)
