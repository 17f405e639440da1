"""The first NaN or infinity is reported where it arises."""

import threading

import numpy
import pytest

from minigrad import autograd, gluon, np
from minigrad.autograd import detect_anomaly, record
from minigrad.errors import AnomalyError


def leaf(*values):
    x = np.array(list(values))
    x.attach_grad()
    return x


def line_of(function):
    return function.__code__.co_firstlineno


def test_the_forward_pass_names_operation_ranges_and_line():
    x = leaf(3.0, -1.0)

    def mistake():
        return np.log(x)  # one line below the def

    with detect_anomaly(), record(), pytest.raises(AnomalyError) as caught:
        mistake()
    said = str(caught.value)
    assert "forward pass of 'log' made 1 NaN value out of 2" in said
    assert "shape (2,) from -1 to 3" in said
    assert f'{__file__}", line {line_of(mistake) + 1}' in said


def test_the_backward_pass_names_the_forward_line():
    x = leaf(4.0, 0.0)

    def mistake():
        return np.sqrt(x).sum()

    with detect_anomaly(), record():
        y = mistake()
        with pytest.raises(AnomalyError) as caught:
            y.backward()
    assert "backward pass of 'sqrt' made 1 infinite value out of 2" in str(caught.value)
    assert f"line {line_of(mistake) + 1}" in caught.value.__notes__[0]


def test_it_looks_inside_a_network():
    net = gluon.nn.Dense(1, in_units=1, weight_initializer="ones")
    net.initialize()
    with detect_anomaly(), record(), pytest.raises(AnomalyError, match="'linear' made 1 infinite value out of 1"):
        net(np.array([[float("inf")]]))


def test_nothing_is_looked_at_outside_the_block_or_in_another_thread():
    with numpy.errstate(all="ignore"):
        np.log(np.array([-1.0]))
    seen = []
    with detect_anomaly():
        thread = threading.Thread(target=lambda: seen.append(autograd.state.observers))
        thread.start()
        thread.join()
    assert seen == [()]
    assert not autograd.state.observers


def test_finite_numbers_pass():
    x = leaf(1.0, 2.0)
    with detect_anomaly(), record():
        y = (np.log(x) * x).sum()
        y.backward()
    assert x.grad.shape == (2,)


def test_an_error_in_the_backward_pass_carries_the_forward_line():
    class Broken(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            raise KeyError("oops")

    x = leaf(1.0)

    def forward():
        return Broken()(x)

    with record():
        y = forward()
    with pytest.raises(KeyError) as caught:
        y.backward()
    assert any(f"line {line_of(forward) + 1}" in note for note in caught.value.__notes__)
