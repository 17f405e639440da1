"""Hypothesis, or, where it is not installed (as on many a machine with a GPU), skips in the place of its tests."""

from unittest.mock import MagicMock

import pytest

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp
except ImportError:
    HealthCheck = st = hnp = MagicMock()
    given = settings = lambda *_, **__: pytest.mark.skip(reason="hypothesis is not installed")

__all__ = ["HealthCheck", "given", "hnp", "settings", "st"]
