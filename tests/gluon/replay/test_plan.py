"""The plan: names for its text."""

import pytest

from minigrad.gluon.replay.plan import as_variables


def test_parameters_keep_their_names():
    names = ["dense0_weight", "net_dense0_bias", "a.b_gamma"]
    assert as_variables(names) == ["dense0_weight", "net_dense0_bias", "a_b_gamma"]


@pytest.mark.parametrize("names", [["r0", "a_b"], ["less_equal"], ["a.b", "a_b"], ["dy"], ["2_weight"], ["out"]])
def test_names_that_could_mean_something_else_are_replaced_by_numbers(names):
    assert as_variables(names) == [f"w{i}" for i in range(len(names))]
