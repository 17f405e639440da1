"""Shared by the tests of the rules."""

import pytest

from minigrad.optimizer.run import reading


@pytest.fixture
def numpy_reading():
    """Run rules with NumPy: the claim is about the rule, and compiling it for a few numbers would only cost time."""
    with reading("numpy"):
        yield
