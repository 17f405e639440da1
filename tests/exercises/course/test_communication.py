"""What an answer to the exercises about codes and checks is tried on is what its words say."""

import numpy
import pytest

from minigrad.exercises import EXERCISES, check

CHECK = EXERCISES["gradcheck_directional"]


@pytest.mark.parametrize("probe", CHECK.tried, ids=lambda probe: probe.words)
def test_a_gradient_that_is_called_right_has_no_error_and_any_other_has_one(probe):
    args, _ = probe.make()
    assert (CHECK.reference(*args) < 1e-6) == probe.words.endswith(("right", "a constant, gradient 0"))


def checked(direction="rng.normal(size=x.shape)", slope="(f(x + h * d) - f(x - h * d)) / (2 * h)", h=1e-5):
    """The feedback on the reference with another direction, another slope or another step."""

    def gradcheck_directional(f, x, grad, rng):
        d = eval(direction, {"np": numpy, "rng": rng, "x": x})
        n = eval(slope, {"f": f, "x": x, "d": d, "h": h})
        p = numpy.sum(grad * d)
        scale = max(abs(n), abs(p))
        return abs(n - p) / scale if scale > 0 else 0.0

    return check("gradcheck_directional", gradcheck_directional)


@pytest.mark.parametrize("h", [1e-4, 1e-5, 1e-6, 1e-7, 1e-8])
def test_a_difference_to_one_side_is_not_accurate_enough_whatever_its_step_is(h):
    for slope in "(f(x + h * d) - f(x)) / h", "(f(x) - f(x - h * d)) / h":
        found = checked(slope=slope, h=h)
        assert (
            not found and "missing-term" in (found.mistake, *found.also) and "difference to one side" in found.message
        )
    assert checked(h=h)


@pytest.mark.parametrize(
    "direction",
    ["np.random.default_rng(0).normal(size=x.shape)", "np.cos(np.arange(x.size)).reshape(x.shape)", "0 * x + 1"],
)
def test_a_direction_that_is_not_drawn_from_the_generator_is_refused(direction):
    found = checked(direction)
    assert not found and found.mistake == "wrong-operation"
    assert "Draw the direction from rng" in found.message or "the direction is not random" in found.message


@pytest.mark.parametrize(
    "direction", ["rng.uniform(-1, 1, size=x.shape)", "rng.permutation(x.size).reshape(x.shape) + 1"]
)
def test_a_direction_may_be_drawn_in_another_way(direction):
    assert checked(direction)
