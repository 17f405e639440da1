"""A tape: NumPy calls (or CuPy's), recorded as lines of Python by running a computation once on `Traced` arrays.

A `Traced` array holds an array, computes with it, and has a text: its name, or for a view the expression that makes it.
Anything that would make the computation depend on its values (`if x.sum() > 0:`, `float(x)`) raises `Unreplayable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy

from minigrad.device import MODULES


class Unreplayable(Exception):
    """This cannot be recorded as NumPy calls."""


class Line(NamedTuple):
    """One call: its text, the array that it made (None if it wrote into an existing one) and those that it read."""

    text: str
    made: Traced | None
    read: set[Traced]
    takes_out: bool = False
    elementwise: bool = False

    def into(self, place: str) -> str:
        """The text of the call that writes its result into a given array."""
        return f"{self.text[:-1]}, out={place})"


class Tape:
    """The recorded lines, and the functions and constants that they name. `xp` is NumPy or CuPy."""

    def __init__(self, xp: Any = numpy) -> None:
        self.xp = xp
        self.traced = Traced if xp is numpy else TracedOnGPU
        self.arrays = (numpy.ndarray, numpy.generic) if xp is numpy else (xp.ndarray,)
        MODULES[self.traced] = _module(xp)
        self.lines: list[Line] = []
        self.made: set[Traced] = set()
        self.names: dict[str, Any] = {}

    def run(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call a NumPy function, or CuPy's of the same name, and record it."""
        given = {name: value for name, value in kwargs.items() if not (name == "out" and value is None)}
        # ndarray.dot is faster than dot
        called = self.xp.ndarray.dot if function is numpy.dot else getattr(self.xp, function.__name__)
        self.names[function.__name__] = called
        if isinstance(function, numpy.ufunc) and self.xp is numpy:
            args = as_arrays(args)
        text = f"{function.__name__}({self.spelled(args, given)})"
        value = called(*plain(args), **{name: plain(v) for name, v in given.items()})
        if "out" not in given:
            elementwise = isinstance(function, numpy.ufunc) and function.signature is None
            takes_out = elementwise or function in (numpy.dot, numpy.matmul)
            return self.note(text, value, [*args, *given.values()], takes_out, elementwise)
        self.write(given["out"], text, args)
        return given["out"]

    def note(
        self, text: str, value: Any, args: Sequence[Any], takes_out: bool = False, elementwise: bool = False
    ) -> Any:
        """Record an expression. A view is evaluated again where it is used; a new array gets a line."""
        if not isinstance(value, self.arrays):
            raise Unreplayable
        sources = list(traced_in(args))
        for a in sources:
            if value is a.value:
                return a
        for a in sources:
            if isinstance(value, self.xp.ndarray) and self.xp.may_share_memory(value, a.value):
                return self.traced(self, value, text, a.owner)
        made = self.traced(self, value, f"r{len(self.lines)}")
        takes_out = takes_out and isinstance(value, self.xp.ndarray) and value.ndim > 0 and value.flags.c_contiguous
        self.made.add(made)
        self.lines.append(Line(text, made, {a.owner for a in sources}, takes_out, elementwise))
        return made

    def write(self, target: Any, text: str, args: Sequence[Any]) -> None:
        """Record a call that writes into an array, which must have been made on this tape."""
        if not isinstance(target, Traced) or target.owner not in self.made:
            raise Unreplayable
        self.lines.append(Line(text, None, {a.owner for a in traced_in([target, *args])}))

    def spelled(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        """Arguments as text."""
        return ", ".join([*map(self.spell, args), *(f"{name}={self.spell(value)}" for name, value in kwargs.items())])

    def spell(self, value: Any) -> str:
        """A value as text: a literal if it has one, else the name of a constant."""
        if isinstance(value, Traced):
            return value.text
        if isinstance(value, tuple):
            return f"({''.join(f'{self.spell(v)}, ' for v in value)})"
        if isinstance(value, list):
            return f"[{', '.join(map(self.spell, value))}]"
        if value is None or value is Ellipsis or type(value) in (int, bool, str):
            return repr(value)
        if type(value) is float and numpy.isfinite(value):
            return repr(value)
        name = "k"
        if isinstance(value, numpy.ndarray):
            zero = value.ndim == 0 == value and "-" not in str(value)  # -0.0 is another constant
            name = "ones" if (value == 1).all() else "zero" if zero else "k"
        if name != "zero" or self.names.get(name, value).dtype != value.dtype:
            name += str(len(self.names))
        self.names[name] = value
        return name

    def index(self, key: Any) -> str:
        """What stands between the brackets of `x[key]`."""
        parts = key if type(key) is tuple and key else (key,)
        return ", ".join([self.ends(k) if type(k) is slice else self.spell(k) for k in parts])

    def ends(self, key: slice) -> str:
        """A slice as text, such as `1:`."""
        said = ["" if v is None else self.spell(v) for v in (key.start, key.stop, key.step)]
        return ":".join(said[: 2 if key.step is None else 3])


def _operators(function: Any) -> tuple[Callable[[Traced, Any], Any], ...]:
    """A NumPy function of two arrays as an operator, as a reflected operator, and in place."""
    return (
        lambda self, other: self.tape.run(function, (self, other), {}),
        lambda self, other: self.tape.run(function, (other, self), {}),
        lambda self, other: self.tape.run(function, (self, other), {"out": self} if self.ndim else {}),
    )


class Traced:
    """An array on a tape. `owner` is the array whose memory it shares: itself unless it is a view."""

    __slots__ = ("owner", "tape", "text", "value")
    __array_ufunc__ = None  # an operator with a NumPy array on the left calls ours

    def __init__(self, tape: Tape, value: Any, text: str, owner: Traced | None = None) -> None:
        self.tape = tape
        self.value = value
        self.text = text
        self.owner: Traced = self if owner is None else owner

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # __array_interface__ and others would give the values away
            raise AttributeError(name)
        found = getattr(self.value, name)
        if isinstance(found, self.tape.xp.ndarray):  # T
            return self.tape.note(f"{self.text}.{name}", found, [self])
        if not callable(found):  # shape, dtype, ndim ...
            return found

        def method(*args: Any, **kwargs: Any) -> Any:
            text = f"{self.text}.{name}({self.tape.spelled(args, kwargs)})"
            value = found(*plain(args), **{k: plain(v) for k, v in kwargs.items()})
            return self.tape.note(text, value, [self, *args, *kwargs.values()])

        return method

    def __getitem__(self, key: Any) -> Any:
        return self.tape.note(f"{self.text}[{self.tape.index(key)}]", self.value[plain(key)], [self, key])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.value[plain(key)] = plain(value)
        place = f"{self.text}[{self.tape.index(key)}]"
        if getattr(value, "text", "") != place:  # which `x[key] += y` ends with, once y has been added
            self.tape.write(self, f"{place} = {self.tape.spell(value)}", [key, value])

    def __pow__(self, n: Any) -> Any:  # numpy.power has no shortcut for n = 2
        return self.tape.note(f"({self.text} ** {self.tape.spell(n)})", self.value ** plain(n), [self, n])

    def dot(self, other: Any, out: Any = None) -> Any:
        return self.tape.run(numpy.dot, (self, other), {"out": out})

    def __len__(self) -> int:
        return len(self.value)

    def _refuse(self, *args: Any) -> Any:
        raise Unreplayable

    __add__, __radd__, __iadd__ = _operators(numpy.add)
    __sub__, __rsub__, __isub__ = _operators(numpy.subtract)
    __mul__, __rmul__, __imul__ = _operators(numpy.multiply)
    __truediv__, __rtruediv__, __itruediv__ = _operators(numpy.divide)
    __lt__, __le__ = _operators(numpy.less)[0], _operators(numpy.less_equal)[0]
    __gt__, __ge__ = _operators(numpy.greater)[0], _operators(numpy.greater_equal)[0]
    __eq__, __ne__ = _operators(numpy.equal)[0], _operators(numpy.not_equal)[0]
    __hash__ = object.__hash__

    def __neg__(self) -> Any:
        return self.tape.run(numpy.negative, (self,), {})

    def __abs__(self) -> Any:
        return self.tape.run(numpy.absolute, (self,), {})

    __bool__ = __float__ = __int__ = __index__ = __iter__ = __array__ = _refuse


class TracedOnGPU(Traced):
    """The same for CuPy's arrays."""

    __slots__ = ()


class _Module:
    """NumPy or CuPy, for operations on Traced arrays."""

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.on_host = xp is numpy

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.xp, name)
        if not callable(found) or isinstance(found, type):  # pi, float32
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            first = next(traced_in([*args, *kwargs.values()]), None)
            return found(*args, **kwargs) if first is None else first.tape.run(getattr(numpy, name), args, kwargs)

        return call


@cache
def _module(xp: Any) -> _Module:
    return _Module(xp)


MODULES[Traced] = _module(numpy)


def as_arrays(args: Sequence[Any]) -> list[Any]:
    """The arguments of a ufunc, with Python floats converted to arrays once, not at every call."""
    dtypes = {a.dtype for a in args if isinstance(a, Traced)}
    dtype = dtypes.pop() if len(dtypes) == 1 else None
    return [numpy.array(a, dtype) if type(a) is float and dtype is not None and dtype.kind == "f" else a for a in args]


def traced_in(values: Any) -> Iterator[Traced]:
    """The Traced arrays among the values and in their tuples and lists."""
    for value in values:
        if isinstance(value, Traced):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from traced_in(value)


def plain(value: Any) -> Any:
    """A value with NumPy arrays instead of Traced ones."""
    if isinstance(value, Traced):
        return value.value
    return type(value)(map(plain, value)) if type(value) in (tuple, list) else value
