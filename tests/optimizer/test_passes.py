"""A rule run in two passes gives what its text gives, and computes nothing twice."""

import numpy
import pytest
from as_written import as_written, drawn, example

from minigrad import gpu, np, optimizer
from minigrad.errors import UsageError
from minigrad.optimizer import Optimizer
from minigrad.optimizer.graph import trace
from minigrad.optimizer.outside import norm
from minigrad.optimizer.passes import in_two, run_in_two
from minigrad.optimizer.run import reading


def test_rules_drawn_at_random_give_the_very_bits_of_their_text_in_two_passes():
    handed = []
    for seed in range(300):
        opt = drawn(seed, asks="trust", measured=("trust",), measure=lambda self, w, *made: {"trust": 0.7})
        arrays, scalars = example(opt)
        expected = as_written(opt, arrays, scalars | {"trust": 0.7})
        with reading("numpy"), numpy.errstate(all="ignore"):
            run_in_two(opt, arrays, scalars)
        for got, want in zip([arrays[0], *arrays[2:]], expected, strict=True):
            numpy.testing.assert_array_equal(got, want)
        first, _ = in_two(trace(opt), opt.measured)
        handed.append(len(first.states) - 3)
    assert {0, 1, 2, 3} <= set(handed)


@pytest.mark.parametrize("name", ["lamb", "lans"])
def test_nothing_is_computed_twice(name):
    opt = optimizer.create(name, wd=0.1)
    whole = trace(opt)
    first, second = in_two(whole, opt.measured)
    assert len(first.nodes) + len(second.nodes) == len(whole.nodes)
    assert list(second.written) == ["w"]


def test_the_number_is_measured_on_the_old_weight_and_the_array_of_this_step():
    class Normalized(Optimizer):
        states = ("m",)
        measured = ("length",)
        elementwise = False
        seen = None

        def rule(self, w, g, m, *, lr, length):
            m = m + g
            return w - lr / length * m, m

        def measure(self, w, m):
            Normalized.seen = w.copy(), m.copy()
            return {"length": norm(m)}

    opt = Normalized(learning_rate=0.5)
    w, g = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    opt.update(0, w, g, opt.create_state(0, w))
    assert [a.tolist() for a in Normalized.seen] == [[1.0, 2.0], [3.0, 4.0]]
    numpy.testing.assert_allclose(w.asnumpy(), [1 - 0.5 * 0.6, 2 - 0.5 * 0.8])


def test_a_rule_that_measures_nothing_although_it_says_so_is_told():
    class Silent(Optimizer):
        measured = ("trust",)

        def rule(self, w, g, *, lr, trust):
            return w - lr * trust * g

    w = np.array([1.0])
    with pytest.raises(UsageError, match=r"Silent says that it measures \('trust',\); define measure"):
        Silent().update(0, w, w, None)


def test_a_number_that_is_measured_on_a_gpu_may_be_a_python_number(gpus):
    class Normalized(Optimizer):
        measured = ("length",)

        def rule(self, w, g, *, lr, length):
            return w - 0.5 * g / length  # the array that is measured is 0.5 g, so the step has length 1

        def measure(self, w, half):
            return {"length": float((half * half).sum()) ** 0.5}

    with gpu(0):
        w = np.array([1.0, 2.0])
        with reading("numpy"):
            Normalized(learning_rate=0.5).update(0, w, np.array([3.0, 4.0]), None)
    numpy.testing.assert_allclose(w.asnumpy(), [1 - 0.6, 2 - 0.8], rtol=1e-6)


def test_a_state_may_have_the_name_of_what_one_pass_hands_to_the_other():
    class Own(Optimizer):
        states = ("made0",)
        measured = ("length",)

        def rule(self, w, g, made0, *, lr, length):
            r = 0.5 * made0 + g
            return w - lr * length * r, r + made0

        def measure(self, w, r):
            return {"length": norm(r)}

    w, state = np.array([1.0, 2.0]), np.array([6.0, 8.0])
    with reading("numpy"):
        Own(learning_rate=0.5).update(0, w, np.array([0.0, 0.0]), state)
    numpy.testing.assert_allclose([w.asnumpy(), state.asnumpy()], [[1 - 7.5, 2 - 10.0], [9.0, 12.0]])
