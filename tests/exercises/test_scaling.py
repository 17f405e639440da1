"""A mistake that has no name: what it scales with is said, and nothing that is not so."""

import numpy
import pytest

from minigrad.exercises import EXERCISES, check
from minigrad.exercises.sandbox import check_file
from minigrad.exercises.scaling import alike

RIGHT = EXERCISES["adam_step"].reference

LAWS = {
    "lr": "is proportional to lr and does not depend on g, beta1, beta2 or eps",
    "lr * lr / beta1": "is proportional to the square of lr, is proportional to 1 / beta1 and does not depend on",
    "lr**0.5 * numpy.sign(g)": "is proportional to the root of lr and does not depend on g, beta1, beta2 or eps",
    "numpy.tanh(g) * beta2": "is proportional to beta2 and does not depend on lr, beta1 or eps",
}


@pytest.mark.parametrize("extra", LAWS)
def test_what_an_unknown_mistake_scales_with_is_said(extra):
    def adam_step(w, g, m, v, t, *, lr, beta1, beta2, eps):
        given = {"numpy": numpy, "g": g, "lr": lr, "beta1": beta1, "beta2": beta2}
        w_new, m, v = RIGHT(w, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        return w_new + 0.01 * numpy.sin(w) ** 3 * eval(extra, given), m, v

    feedback = check("adam_step", adam_step)
    assert "not recognized" in feedback.message
    assert f"The difference in w {LAWS[extra]}" in feedback.message


def test_rounding_is_no_difference():
    def adam_step(w, g, m, v, t, *, lr, beta1, beta2, eps):
        w_new, m, v = RIGHT(w, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        return w_new * (1 + 1e-14), m + 0.01 * numpy.sin(w) ** 3 * lr, v

    assert "The difference in m is proportional to lr" in check("adam_step", adam_step).message


@pytest.mark.parametrize("size", [1.0, 1e-5])
def test_a_difference_without_a_law_is_not_given_one(size):
    def tanh_vjp(g, y):
        return g * (1 - y * y) + size * numpy.sin(g * y) ** 3

    feedback = check("tanh_vjp", tanh_vjp)
    assert "not recognized" in feedback.message and "The difference" not in feedback.message


def test_an_answer_that_returns_less_when_an_argument_is_halved_gets_a_sentence():
    def adam_step(w, g, m, v, t, *, lr, beta1, beta2, eps):
        w_new, m, v = RIGHT(w, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        return (w_new + numpy.sin(w), m, v) if lr > 0.2 else [] if lr > 0.1 else (m,)

    assert not check("adam_step", adam_step)


def test_an_answer_in_a_file_is_told_the_same(tmp_path):
    path = tmp_path / "tanh_vjp.py"
    path.write_text("import numpy as np\ndef tanh_vjp(g, y):\n    return g * (1 - y * y) + np.sin(y) ** 3\n")
    (feedback,) = check_file(path)
    assert "The difference in gx does not depend on g." in feedback.message


def test_results_are_alike_only_if_they_are_there():
    two = [numpy.ones(2), 2 * numpy.ones(2)]
    assert alike(two, numpy.full(2, 2 + 1e-4), 1) and not alike(two, numpy.full(2, 2.1), 1)
    assert not alike(two, numpy.ones(2), 2) and not alike([], numpy.ones(2), 0)
