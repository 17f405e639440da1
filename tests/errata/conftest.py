"""Shared by the tests of the errata."""

import pytest

from minigrad.optimizer.run import reading


@pytest.fixture(autouse=True)
def _numpy_reading():
    """Run rules with NumPy: compiling them for a few numbers would only cost time."""
    with reading("numpy"):
        yield
