"""What an answer to the exercises about codes and checks is tried on is what its words say."""

import pytest

from minigrad.exercises import EXERCISES

CHECK = EXERCISES["gradcheck_directional"]


@pytest.mark.parametrize("probe", CHECK.tried, ids=lambda probe: probe.words)
def test_a_gradient_that_is_called_right_has_no_error_and_any_other_has_one(probe):
    args, _ = probe.make()
    assert (CHECK.reference(*args) < 1e-6) == probe.words.endswith(("right", "a constant, gradient 0"))
