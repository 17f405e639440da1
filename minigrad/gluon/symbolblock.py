"""MXNet's SymbolBlock, which minigrad does not have, with what to do instead."""

from __future__ import annotations

from typing import Any

from minigrad.errors import UsageError
from minigrad.gluon.hybrid import HybridBlock


class SymbolBlock(HybridBlock):
    """Raises UsageError: minigrad reads no graph files. Make the network by its Python code and `load_parameters`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise UsageError(
            "SymbolBlock runs MXNet's graph files, which minigrad does not read; make the network by its Python code "
            "and use load_parameters(file)."
        )

    @staticmethod
    def imports(*args: Any, **kwargs: Any) -> SymbolBlock:
        """Raises UsageError: see the class."""
        return SymbolBlock()
