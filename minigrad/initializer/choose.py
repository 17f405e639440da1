"""Initializers that use the whole name: `Mixed` chooses an initializer for each parameter, `Load` copies arrays."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from minigrad.arguments import mapping
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError, UsageError
from minigrad.guarded import guarded
from minigrad.initializer.initializer import Initializer, create, register


@register
class Mixed(Initializer):
    """Chooses an initializer by the first pattern that matches the parameter's name from its beginning (`re.match`).

    That initializer then uses the name's suffix as usual. No match raises ArgumentError; make '.*' the last pattern.

    >>> from minigrad import np
    >>> mixed = Mixed(["conv", ".*"], ["ones", "zeros"])
    >>> weight = np.zeros((2,))
    >>> mixed("conv0_weight", weight)
    >>> weight.asnumpy().tolist()
    [1.0, 1.0]
    """

    @guarded
    def __init__(self, patterns: Sequence[str], initializers: Sequence[str | Initializer]) -> None:
        if len(patterns) != len(initializers):
            raise ArgumentError(f"{len(patterns)} patterns and {len(initializers)} initializers; give one for each.")
        self.patterns, self.initializers = patterns, initializers
        self.map = [(re.compile(pattern), create(init)) for pattern, init in zip(patterns, initializers)]

    @guarded
    def __call__(self, name: str, arr: Tensor) -> None:
        for pattern, init in self.map:
            if pattern.match(name):
                return init(str(name), arr)  # without the attributes that may name this initializer
        tried = ", ".join(repr(pattern.pattern) for pattern, _ in self.map)
        raise ArgumentError(f"No pattern matches the name {str(name)!r} (tried {tried}); add '.*' as the last one.")

    _init_weight = __call__


@register
class Load(Initializer):
    """Copies from a dict of arrays by the parameter's name; `default_init` fills parameters that are missing there.

    Names may begin with 'arg:' or 'aux:', as in MXNet's files.

    Raises ShapeError if the shapes differ, UsageError if the name is missing and there is no default.
    """

    def __init__(self, param: Mapping[str, Any], default_init: str | Initializer | None = None) -> None:
        given = mapping("param", param)
        self.param = {name.removeprefix("arg:").removeprefix("aux:"): array for name, array in given.items()}
        self.default_init = None if default_init is None else create(default_init)

    def __call__(self, name: str, arr: Tensor) -> None:
        if name in self.param:
            value = self.param[name]
            if tuple(value.shape) != tuple(arr.shape):
                raise ShapeError(f"Parameter {str(name)!r} has shape {arr.shape}, but the array to load {value.shape}.")
            arr[...] = value
        elif self.default_init is not None:
            self.default_init(name, arr)
        else:
            raise UsageError(
                f"There is no array {str(name)!r} to load and no default_init; "
                f"the arrays are called {', '.join(self.param) or '(none)'}."
            )

    _init_weight = __call__

    def __repr__(self) -> str:
        return f"<Load of {len(self.param)} arrays; for others {self.default_init!r}>"
