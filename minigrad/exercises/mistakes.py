"""The mistakes that an exercise can name; `mistakes.toml` lists them by family, with a sentence for each."""

from __future__ import annotations

import tomllib
from pathlib import Path

FAMILIES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""Family -> id -> its meaning."""

MISTAKES: dict[str, str] = {name: text for family in FAMILIES.values() for name, text in family.items()}
"""Id -> its meaning."""

VAGUE = ("scale-missing", "missing-term", "wrong-factor", "extra-term", "operands-swapped", "wrong-operation")
"""Ids that are named only if no other is true, the vaguest last."""


def rank(mistake: str) -> int:
    """The rank of an id: of several true ids, the one of the lowest rank, the most specific, is named.

    >>> rank("epsilon-missing") < rank("missing-term") < rank("wrong-operation")
    True
    """
    return VAGUE.index(mistake) + 1 if mistake in VAGUE else 0
