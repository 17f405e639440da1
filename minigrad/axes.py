"""Checks of axes: whole numbers, counted from the front or, if negative, from the back; any others are refused."""

from collections.abc import Sequence
from typing import Any

from minigrad.arguments import whole
from minigrad.errors import AxisError


def axis_in(shape: Sequence[int], axis: Any, name: str = "axis") -> int:
    """The axis counted from the front, from 0 up.

    >>> axis_in((2, 3), -1)
    1
    >>> axis_in((2, 3), 2)
    Traceback (most recent call last):
    minigrad.errors.AxisError: axis 2 is out of bounds: an array of shape (2, 3) has axes 0 to 1, or -2 to -1
    """
    ndim = len(shape)
    if type(axis) is not int:
        axis = whole(name, axis)
    if -ndim <= axis < ndim:
        return axis + ndim if axis < 0 else axis  # type: ignore[no-any-return]
    there = f"axes 0 to {ndim - 1}, or {-ndim} to -1" if ndim else "no axes"
    raise AxisError(f"{name} {axis} is out of bounds: an array of shape {tuple(shape)} has {there}")


def axes_in(shape: Sequence[int], axis: Any, name: str = "axis") -> tuple[int, ...]:
    """One axis or several, none twice, each counted from the front.

    >>> axes_in((2, 3), (0, -2))
    Traceback (most recent call last):
    minigrad.errors.AxisError: axis (0, -2) names axis 0 of an array of shape (2, 3) twice
    """
    if not isinstance(axis, (tuple, list)):
        return (axis_in(shape, axis, name),)
    found = tuple([axis_in(shape, a, name) for a in axis])
    if len(set(found)) < len(found):
        twice = next(a for i, a in enumerate(found) if a in found[:i])
        raise AxisError(f"{name} {axis!r} names axis {twice} of an array of shape {tuple(shape)} twice")
    return found


def transposed(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two shapes have the same lengths in another order, apart from those of 1: one array lies crosswise.

    >>> transposed((2, 3), (3, 2)), transposed((2, 3), (2, 1, 3)), transposed((2, 3), (6,))
    (True, False, False)
    """
    long, other = [n for n in a if n != 1], [n for n in b if n != 1]
    return long != other and sorted(long) == sorted(other)


def check_axis(shape: Sequence[int], axis: Any, names: Sequence[str] = ()) -> Any:
    """The argument `axis` of an operation with arguments of these names, checked: None, one number, or a tuple.

    An array of shape () has no axes, but NumPy accepts 0 and -1 for its reductions. CuPy does not, and is given None.
    """
    if axis is None or (type(axis) is int and -len(shape) <= axis < len(shape)):
        return axis
    if not shape and type(axis) is int and axis in (0, -1):
        return None if "keepdims" in names else axis
    return axes_in(shape, axis) if isinstance(axis, (tuple, list)) else axis_in(shape, axis)
