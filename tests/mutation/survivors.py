"""The mistakes that may live, as `survivors.md` lists them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).with_suffix(".md")


def known():
    """(path, the lines that differ) of each. A path stands above its lines. ValueError if such a line is gone."""
    found = set()
    for path, rows in re.findall(r"^(minigrad/\S+\.py)\n((?:[-+] .*\n)+)", PAGE.read_text(encoding="utf-8"), re.M):
        text = (ROOT / path).read_text(encoding="utf-8")
        diff = tuple(rows.splitlines())
        gone = [row for row in diff if row[0] == "-" and row[2:] not in text]
        if gone:
            raise ValueError(f"{PAGE.name} has a line of {path} that is no longer there; take it out:\n{gone[0]}")
        found.add((path, diff))
    return found
