"""Constructor arguments of rules, beyond `minigrad.arguments`: defaults that give way, and second spellings."""

from minigrad.arguments import number as number
from minigrad.errors import ArgumentError


class Default(float):
    """A number written in a signature, as opposed to one that the caller passes.

    A default rate gives way to a schedule's base; an explicit rate overrides it. A default also gives way to the second
    spelling of its argument.
    """


def either(standard: str, value: float, other: str, second: float | None) -> float:
    """The one of two spellings of an argument that was given.

    >>> either("epsilon", Default(1e-7), "eps", 1e-3)
    0.001
    """
    if second is None:
        return value
    if isinstance(value, Default):
        return second
    raise ArgumentError(
        f"{standard}={value!r} and {other}={second!r} are two spellings of one argument; give one of them"
    )
