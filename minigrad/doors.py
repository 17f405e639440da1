"""Doors: functions that are called from above by name, and entered here by the file that defines them."""

from collections.abc import Callable
from typing import Any

DOORS: dict[str, Callable[..., Any]] = {}
"""Name -> function."""
