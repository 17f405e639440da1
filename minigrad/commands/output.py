"""What commands write: a progress bar, and files, completely or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minigrad.disk import check_writable, replacing
from minigrad.errors import AccessError, ArgumentError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from tqdm import tqdm

WIDTH = 80
UNSAID: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    ".svg": {"Creator": None, "Date": None},
}
"""Format -> metadata to leave out (what drew a picture, and when), so that equal pictures have equal bytes."""
PICTURES = tuple(UNSAID)
DPI = 150
DIGITS = "1,797 handwritten digits of 8x8 pixels (UCI), four fifths to train on and one to test"


def progress(total: int, unit: str = "epoch", hidden: bool = False) -> tqdm[None]:
    """A progress bar that vanishes when everything is done."""
    from threading import RLock

    from tqdm import tqdm

    tqdm.set_lock(RLock())  # its own is for several processes, and in Python 3.14 a stopped command leaves it behind
    return tqdm(total=total, unit=unit, leave=False, dynamic_ncols=True, disable=hidden)


def writable(path: Path, *suffixes: str) -> None:
    """Refuse a file that cannot be written before the work is done, not after."""
    if suffixes and path.suffix not in suffixes:
        raise ArgumentError(f"{str(path)!r} does not end in {' or '.join(suffixes)}, the formats that can be written.")
    check_writable(path)


def encoded(figure: Figure, suffix: str) -> bytes:
    """A picture as the bytes of a file."""
    from matplotlib import rc_context

    file = io.BytesIO()
    with rc_context({"svg.hashsalt": "minigrad"}):  # otherwise an SVG would have new names each time
        figure.savefig(file, format=suffix[1:], dpi=DPI, metadata=UNSAID[suffix])
    return file.getvalue()


def save(figure: Figure, path: Path) -> None:
    """Write a picture."""
    write(path, encoded(figure, path.suffix))


def write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def write_new(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files (name -> text) to a folder, or none of them if one exists already."""
    for name in texts:
        if os.path.lexists(folder / name):
            raise AccessError(f"'{folder / name}' exists already and was left as it is; remove it to start again.")
    for name, text in texts.items():
        write(folder / name, text.encode())
