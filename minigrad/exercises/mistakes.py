"""The mistakes that an exercise can name; `mistakes.toml` has them by family, with a sentence for each."""

from __future__ import annotations

import tomllib
from pathlib import Path

FAMILIES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""Family -> id -> what is meant."""

MISTAKES: dict[str, str] = {name: text for family in FAMILIES.values() for name, text in family.items()}
"""Id -> what is meant."""

VAGUE = ("scale-missing", "missing-term", "wrong-factor", "extra-term", "operands-swapped", "wrong-operation")
"""Ids that are named only where no other is true, the vaguest last."""


def rank(mistake: str) -> int:
    """Which of several true ids is named: that of the lowest rank, the most specific.

    >>> rank("epsilon-missing") < rank("missing-term") < rank("wrong-operation")
    True
    """
    return VAGUE.index(mistake) + 1 if mistake in VAGUE else 0
