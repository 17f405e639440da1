"""A figure that a notebook shows when it is the last expression of a cell."""

import io
from typing import Any

from minigrad.autograd.figure import Figure


class Picture(Figure):
    """A Matplotlib figure that belongs to no window, and that Jupyter shows without `%matplotlib`.

    >>> Picture(figsize=(1, 1))._repr_png_()[1:4]
    b'PNG'
    """

    def savefig(self, *where: Any, **how: Any) -> None:
        """As Matplotlib's, but on the figure's own white, even where a dark style has another page for files."""
        super().savefig(*where, **{"facecolor": "auto"} | how)

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", metadata={"Software": None})  # equal pictures are equal bytes
        return file.getvalue()
