"""The data that figures are drawn from: plain, rounded to what matters, written as readable JSON, and compared."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy

Data = Any
"""Dicts with names as keys, lists, text, numbers, and None for a number that is not finite."""


def rounded(values: Any, digits: int = 4) -> Data:
    """Numbers, NumPy arrays, and lists and dicts of them, as plain data rounded to `digits` significant digits.

    >>> rounded({"loss": [0.123456, float("inf")], "step": 1438}, digits=2)
    {'loss': [0.12, None], 'step': 1438}
    """
    if isinstance(values, dict):
        return {str(key): rounded(value, digits) for key, value in values.items()}
    if isinstance(values, (numpy.ndarray, numpy.generic)):
        values = values.tolist()
    if isinstance(values, (list, tuple)):
        return [rounded(value, digits) for value in values]
    if not isinstance(values, float):
        return values
    return float(f"{values:.{digits}g}") if math.isfinite(values) else None


def written(data: Data, margin: str = "") -> str:
    """The data as JSON, on one line where it fits; every list of plain values is on one line.

    >>> print(written({"rates": [0.1, 0.2], "losses": {"adam": [[0.5, None]]}}))
    {"rates": [0.1, 0.2], "losses": {"adam": [[0.5, null]]}}
    """
    line = json.dumps(data, allow_nan=False, ensure_ascii=False)
    if len(margin + line) <= 120 or not data or not isinstance(data, (dict, list)):
        return line
    within = margin + "  "
    if isinstance(data, dict):
        parts = [f"{json.dumps(name)}: {written(value, within)}" for name, value in data.items()]
    elif any(isinstance(value, (dict, list)) for value in data):
        parts = [written(value, within) for value in data]
    else:
        return line
    first, last = "{}" if isinstance(data, dict) else "[]"
    return f"{first}\n" + ",\n".join(within + part for part in parts) + f"\n{margin}{last}"


def differences(old: Data, new: Data, share: float = 0.0, least: float = 0.0, where: str = "") -> Iterator[str]:
    """How new data differ from old: a sentence for each value or list of values.

    Numbers may differ by `share` of the old one, or by `least` if that is more. Everything else must be equal.

    >>> list(differences({"ends": [1.0, 2.0, 4.0]}, {"ends": [1.0, 2.1, 4.8]}, share=0.1))
    ['ends: number 2 of 0 to 2 is 4.8, but was 4.0']
    """
    if isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
        for name in old:
            yield from differences(old[name], new[name], share, least, f"{where} {name}".strip())
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and not _plain(old + new):
        for k, pair in enumerate(zip(old, new)):
            yield from differences(*pair, share, least, f"{where} {k}".strip())
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        far = {k: found for k, pair in enumerate(zip(old, new)) if (found := _apart(*pair, share, least)) > 0}
        if far:
            worst = max(far, key=lambda k: far[k])
            yield f"{where}: number {worst} of 0 to {len(old) - 1} is {new[worst]}, but was {old[worst]}"
    elif isinstance(old, (dict, list)) or isinstance(new, (dict, list)) or _apart(old, new, share, least) > 0:
        yield f"{where or 'all'}: is {new!r:.60}, but was {old!r:.60}"


def _plain(values: list[Any]) -> bool:
    return not any(isinstance(value, (dict, list)) for value in values)


def _apart(old: Any, new: Any, share: float, least: float) -> float:
    """How far the distance between two values exceeds the tolerance; 0 if it does not."""
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return max(abs(new - old) - max(share * abs(old), least), 0.0)
    return 0.0 if old == new else math.inf
