"""A module that has moved is found by its old path, and is the very same module."""

import importlib

import pytest

from minigrad.compat.paths import OLD_PATHS


@pytest.mark.parametrize(("old", "new"), OLD_PATHS.items())
def test_an_old_path_is_the_module_that_lives_elsewhere_now(old, new):
    assert importlib.import_module(old) is importlib.import_module(new)
