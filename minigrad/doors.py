"""Doors: functions called by name from files that cannot import them, and entered here by the files that can."""

from collections.abc import Callable
from typing import Any

DOORS: dict[str, Callable[..., Any]] = {}
"""Name -> function."""
