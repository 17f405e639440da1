"""What commands write: a progress bar, and files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from minigrad.disk import check_writable, replacing
from minigrad.errors import AccessError, ArgumentError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from tqdm import tqdm

WIDTH = 80
PICTURES = (".png", ".pdf", ".svg")
DPI = 150
DIGITS = "1,797 handwritten digits of 8x8 pixels (UCI), four fifths to train on and one to test"


def progress(total: int, unit: str = "epoch") -> tqdm[None]:
    """A bar that counts and vanishes when all is done."""
    from tqdm import tqdm

    return tqdm(total=total, unit=unit, leave=False, dynamic_ncols=True)


def writable(path: Path, *suffixes: str) -> None:
    """Refuse a file that cannot be written before the work is done, not after."""
    if suffixes and path.suffix not in suffixes:
        raise ArgumentError(f"{str(path)!r} does not end in {' or '.join(suffixes)}, the formats that can be drawn.")
    check_writable(path)


def save(figure: Figure, path: Path) -> None:
    """Write a picture."""
    with replacing(path) as file:
        figure.savefig(file, format=path.suffix[1:], dpi=DPI)


def write_new(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files (name -> text) to a folder; none of them if one is there already."""
    for name in texts:
        if os.path.lexists(folder / name):
            raise AccessError(f"'{folder / name}' is there already, and stays as it is; remove it to begin again.")
    for name, text in texts.items():
        with replacing(folder / name) as file:
            file.write(text.encode())
