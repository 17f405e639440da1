"""Checks of the axes of an input: (batch, channels, *space)."""

from minigrad.arguments import shown
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.block import Block


def check_layout(name: str, layout: str | None, space: int) -> None:
    """Refuse every layout except the one with the channels before the spatial axes."""
    expected = "NC" + "DHW"[3 - space :]
    if layout is not None and (not isinstance(layout, str) or layout != expected):
        raise ArgumentError(
            f"{name} got layout={shown(layout)}, but only {expected!r} is supported; bring the axes into this order "
            "with transpose()."
        )


def check_axes(layer: Block, x: Tensor, space: int) -> None:
    """Refuse an input without the axes (batch, channels, *space)."""
    if x.ndim != space + 2:
        raise ShapeError(
            f"{type(layer).__name__} '{layer.name}' expects inputs (batch, channels, {space} spatial axes), but got "
            f"shape {x.shape}. Is the axis of the channels missing? x.reshape((batch, channels, ...)) adds it."
        )


def check_groups(layer: Block, x: Tensor, groups: int) -> None:
    """Refuse an input whose channels cannot be split into equal groups, before it fixes the shape of a parameter."""
    if x.shape[1] % groups:
        raise ShapeError(
            f"{type(layer).__name__} '{layer.name}' cannot split {x.shape[1]} channels into {groups} equal groups; its "
            f"input has shape {x.shape}."
        )
