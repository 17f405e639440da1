"""Arrays in the place of a parameter's own: gradients go on through them, and what does not fit is refused by name."""

import numpy
import pytest

from minigrad import autograd, gluon, nd
from minigrad.errors import ArgumentError, StaleGradientError


@pytest.mark.parametrize("hybrid", [False, True])
def test_the_gradient_of_a_computed_weight_reaches_what_it_was_computed_from(hybrid):
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(2, in_units=3, use_bias=False), gluon.nn.Dense(1, in_units=2, use_bias=False))
    net.initialize()
    x, scale = nd.array([[1, -2, 0.5]]), nd.array([1])
    for _ in range(4):
        net(x)
    if hybrid:
        net.hybridize()
    own = [p.data().asnumpy().astype("float64") for p in net.collect_params().values()]
    scale.attach_grad()
    for t in range(1, 5):
        with autograd.record():
            net[0].weight._data[0] = nd.array(own[0]) * scale * t
            y = net(x)
        y.backward()
        expected = (x.asnumpy() @ own[0].T @ own[1].T).item() * t  # y is linear in the scale
        assert y.asscalar() == pytest.approx(expected, rel=1e-5) == pytest.approx(scale.grad.asscalar(), rel=1e-5)


def test_a_trainer_calls_a_computed_weight_stale_and_then_updates_the_others():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    with autograd.record():
        net.weight._data[0] = nd.ones((1, 2)) * 3
        y = net(nd.ones((1, 2)))
    y.backward()
    with pytest.raises(StaleGradientError, match="weight"):
        trainer.step(1)
    trainer.step(1, ignore_stale_grad=True)
    assert net.weight.data().tolist() == [[3, 3]] and net.bias.data().tolist() == [-0.5]


@pytest.mark.parametrize("array", [3, numpy.ones((1, 2)), nd.ones((2, 1)), None])
def test_what_is_no_array_of_the_same_shape_is_refused_and_nothing_changes(array):
    p = gluon.Parameter("w", shape=(1, 2))
    assert p._data is None and p._grad is None
    p.initialize()
    before = p.data()
    with pytest.raises(ArgumentError, match=r"'w' has shape \(1, 2\)"):
        p._data[0] = array
    with pytest.raises(ArgumentError, match="position"):
        p._data[1] = nd.ones((1, 2))
    assert p.data() is before


def test_values_given_to_the_list_of_gradients_are_written_into_the_gradient():
    p = gluon.Parameter("w", shape=(2,))
    p.initialize()
    p._grad[0] = nd.array([1, 2])
    assert p.grad().tolist() == [1, 2]
    p.grad_req = "null"
    assert p._grad is None
