"""Symbols: importing them works, using one says what to do."""

import pytest

import minigrad
from minigrad import sym
from minigrad.errors import AbsentError


def test_a_symbol_is_refused_with_what_to_do_instead():
    with pytest.raises(AbsentError, match=r"no sym\.var: a network is called on arrays"):
        sym.var("data")
    assert minigrad.symbol is sym
    assert not hasattr(sym, "__wrapped__")  # what Python itself asks of a module has the usual answer
