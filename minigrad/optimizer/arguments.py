"""What several rules have in common: defaults that give way, second spellings, Adam's numbers, SGD's velocity."""

from typing import Any

from minigrad.arguments import number as number  # rules import it from here, with the rest
from minigrad.errors import ArgumentError


class Default(float):
    """A number written in a signature, as opposed to one that the caller passes.

    A default rate gives way to a schedule's base; an explicit rate overrides it. A default also gives way to the second
    spelling of its argument.
    """


def either(standard: str, value: float, other: str, second: float | None) -> float:
    """The value of an argument that has two spellings, whichever was given.

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


def moments(beta1: float, beta2: float, epsilon: float) -> tuple[float, float, float]:
    """The numbers of Adam and its relatives, checked: the memories of two means, in [0, 1), and an epsilon >= 0."""
    return number("beta1", beta1, 0, 1), number("beta2", beta2, 0, 1), number("epsilon", epsilon, 0)


def velocity(optimizer: Any) -> tuple[str, ...]:
    """The `states` of a rule with momentum: `v`, and without momentum none."""
    return ("v",) if optimizer.momentum else ()
