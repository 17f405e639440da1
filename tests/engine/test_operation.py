"""An operation as a student defines one: what its VJP is given, by name."""

import inspect

import numpy
import pytest

from minigrad import autograd, np
from minigrad.engine.operation import Op
from minigrad.engine.registry import raw
from minigrad.errors import KeywordError


def product():
    def product(xp, a, b):
        return xp.multiply(a, b)

    return Op(product).vjp(a=lambda F, g, b: g * b, b=lambda F, g, a: g * a)


def test_a_vjp_is_given_what_it_asks_for_by_name():
    a, b = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        y = product()(a, b)
    assert {name: value.tolist() for name, value in y.node.saved.items()} == {"a": [2, 3], "b": [5, 7]}
    y.backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([5, 7], [2, 3])


def test_only_what_is_asked_for_is_saved():
    a = np.array([2.0, 3.0])
    a.attach_grad()
    with autograd.record():
        y = product()(a, np.array([5.0, 7.0]))
    assert list(y.node.saved) == ["b"]


def test_by_product_target_output_and_options():
    asked = {}

    def halves(xp, x, shift=0.0):
        y = x / 2 + shift
        return y, 10 * y

    def vjp(F, g, target, y, aux, shift):
        asked.update(target=target.shape, y=y.tolist(), aux=aux.tolist(), shift=shift)
        return g / 2

    op = Op(halves).vjp(x=vjp).by_product(lambda F, x, shift: 10 * (x / 2 + shift))
    x = np.array([2.0, 4.0])
    x.attach_grad()
    with autograd.record():
        y = op(x, shift=1.0)
    y.backward()
    assert asked == {"target": (2,), "y": [2.0, 3.0], "aux": [20.0, 30.0], "shift": 1.0}
    assert x.grad.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", ["y", "aux", "target"])
def test_an_argument_may_not_have_a_name_that_means_something_else_in_a_vjp(name):
    space = {}
    exec(f"def op(xp, x, {name}):\n    return x * {name}", space)
    with pytest.raises(KeywordError, match=f"cannot have an argument '{name}'"):
        Op(space["op"])


def test_its_signature_is_that_of_the_forward_without_the_array_module():
    assert str(inspect.signature(product())) == "(a, b)"
    assert "forward" in inspect.signature(Op).parameters


def test_among_the_functions_of_raw_arrays_an_operation_gives_its_result_alone():
    arrays = [numpy.ones(shape) for shape in ((3, 1, 1), (1, 1), (1,), (1, 1, 1))]
    y = raw(numpy).recur(*arrays, "rnn_relu")
    assert y.ravel().tolist() == [1, 3, 5, 7]  # h' = h + 1 + 1
