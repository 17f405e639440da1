"""A student's mistake in a rule is answered with the class, the line and what to write; it is never another rule."""

import inspect

import mistakes_in_form
import mistakes_in_formulas
import mistakes_in_methods
import numpy
import pytest
from mistakes import MISTAKES

from minigrad import np
from minigrad.device import to_host
from minigrad.errors import MinigradError
from minigrad.optimizer import SGD, Optimizer, returned
from minigrad.optimizer.mistakes import no_numbers
from minigrad.optimizer.run import reading

assert mistakes_in_form and mistakes_in_formulas and mistakes_in_methods, "which fill the table"
CASES = [
    pytest.param(cls, words, name, id=f"{name}-{cls.__name__}") for cls, words, names in MISTAKES for name in names
]


@pytest.mark.parametrize(("cls", "words", "name"), CASES)
def test_a_mistake_is_answered_with_what_to_do(cls, words, name):
    w, g = np.array([1.0, -2.0, 0.5]), np.array([0.5, 0.25, -1.5])
    states = []
    with pytest.raises(MinigradError) as error, reading(name):
        opt = cls(learning_rate=0.1)
        states = opt.create_state(0, w)
        opt.update(0, w, g, states)
    said = str(error.value)
    assert cls.__name__ in said
    for word in words:
        assert word in said
    assert w.asnumpy().tolist() == [1.0, -2.0, 0.5]
    assert g.asnumpy().tolist() == [0.5, 0.25, -1.5]


def test_the_line_is_that_of_the_mistake():
    cls = mistakes_in_form.ForgetsTheState
    line = cls.rule.__code__.co_firstlineno + 2
    with pytest.raises(MinigradError, match=rf'ForgetsTheState.rule \(".*mistakes_in_form.py", line {line}\) returns'):
        cls().update(0, np.array([1.0]), np.array([1.0]), np.array([0.0]))


def test_an_error_of_the_users_own_passes_with_a_note():
    class Own(Optimizer):
        def rule(self, w, g, *, lr):
            raise KeyError("what only I know")

    with pytest.raises(KeyError, match="what only I know") as error:
        Own().update(0, np.array([1.0]), np.array([1.0]), None)
    assert "Own.rule" in error.value.__notes__[0]


def test_a_branch_without_momentum_may_leave_its_state_out():
    class Momentum(Optimizer):
        states = ("v",)
        momentum = 0.0

        def rule(self, w, g, v, *, lr):
            if self.momentum:
                v = self.momentum * v - lr * g
                return w + v, v
            return w - lr * g

    for name in ("numpy", "plain"):
        w, v = np.array([1.0]), np.array([7.0])
        with reading(name):
            Momentum(learning_rate=0.5).update(0, w, np.array([1.0]), v)
        assert (w.item(), v.item()) == (0.5, 7.0)


def test_a_class_shows_the_arguments_of_its_constructor():
    assert list(inspect.signature(SGD).parameters)[:2] == ["momentum", "lazy_update"]


def test_a_state_that_something_else_sets_may_stay_as_it_is():
    class Anchored(Optimizer):
        states = ("anchor",)

        def rule(self, w, g, anchor, *, lr):
            return w - lr * (g + w - anchor), anchor

        def initial_state(self, name, w):
            return w + 1

    w = np.array([1.0])
    opt = Anchored(learning_rate=0.5)
    opt.update(0, w, np.array([1.0]), opt.create_state(0, w))
    assert w.item() == 1.0


def test_an_optimizer_may_declare_its_states_and_its_rate_by_itself():
    class Ball(Optimizer):
        def __init__(self, learning_rate=0.1):
            super().__init__()
            self.states = ("v",)
            self.lr = learning_rate

        def rule(self, w, g, v, *, lr):
            v = 0.5 * v - lr * g
            return w + v, v

    opt, w = Ball(learning_rate=0.25), np.array([1.0])
    state = opt.create_state(0, w)
    for _ in range(2):
        opt.update(0, w, np.array([1.0]), state)
    assert w.item() == 0.375


@pytest.mark.parametrize(("asks", "expected"), [(("lr",), [0.6 + 0.1, -0.4 - 0.2]), (("lr", "wd"), [0.6, -0.4])])
def test_named_can_have_the_gradient_that_the_rule_gets(asks, expected):
    seen = []

    class Named(Optimizer):
        def named(self, index, w, g, states, scalars):
            seen.append(to_host(self.prepared(w, g, scalars)))
            return {}

    def of_lr(self, w, g, *, lr):
        return w - lr * g

    def of_both(self, w, g, *, lr, wd):
        return w - lr * (g + wd * w)

    Named.rule = of_both if "wd" in asks else of_lr
    opt = Named(wd=0.1, rescale_grad=2.0, clip_gradient=0.6)
    opt.update(0, np.array([1.0, -2.0]), np.array([3.0, -0.2]), None)
    numpy.testing.assert_allclose(seen, [expected], rtol=1e-6)
    w, g = (np.array(x, dtype="float16") for x in (0.0, 1e-7))  # twice that is no float16, and the rule has no float16
    opt.update(1, w, g, None)
    assert (seen[1].shape, seen[1].dtype) == ((), "float32")
    assert seen[1] == 2 * numpy.float32(g.asnumpy())


def test_the_text_of_a_rule_is_read_from_its_file_once(monkeypatch):
    class Own(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g

    read, real = [], inspect.getsourcelines
    monkeypatch.setattr(inspect, "getsourcelines", lambda rule: read.append(rule) or real(rule))
    assert returned.assigned(Own) == set() and returned.uses(Own, "lr") == 1 and len(read) == 1


def test_a_class_that_no_file_could_name_says_so_when_it_is_saved():
    class Own(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g

    with pytest.raises(MinigradError, match="Own is not registered.*@optimizer.register above the class"):
        Own().get_config()


def test_only_attributes_that_are_no_numbers_are_named():
    class ReadsThree(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * self.text * self.nothing * self.number * g

    opt = ReadsThree()
    opt.text, opt.nothing, opt.number = "0.9", None, 0.5
    blamed = [f" Here self.{name}, not a number." for name in ("text is '0.9'", "nothing is None")]
    assert no_numbers(ReadsThree, opt) == "".join(blamed)
