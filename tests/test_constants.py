"""Functions without a derivative: computed where no gradient is lost, refused where one would be."""

from operator import attrgetter

import numpy
import pytest

import minigrad
from minigrad import autograd, gpu, np
from minigrad.constants import NEAREST
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeviceError, GraphError

A = numpy.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


def leaf(values=A):
    x = np.array(values)
    x.attach_grad()
    return x


LOST = {
    "linalg.svd": lambda x: numpy.linalg.svd(x),
    "linalg.pinv": lambda x: numpy.linalg.pinv(x),
    "fft.fft": lambda x: numpy.fft.fft(x),
    "unique": lambda x: numpy.unique(x),
    "cumprod": lambda x: numpy.cumprod(x),
    "add.reduce": lambda x: numpy.add.reduce(x),
    "multiply.outer": lambda x: numpy.multiply.outer(x, A),
    "copysign": lambda x: numpy.copysign(x, A),
    "logaddexp2": lambda x: numpy.logaddexp2(x, A),
    "modf": lambda x: numpy.modf(x),
    "convolve": lambda x: numpy.convolve(x[0], A[0]),
}


@pytest.mark.parametrize("name", LOST)
def test_what_would_lose_a_gradient_says_so_by_name_with_the_nearest_that_has_one(name):
    f, x = LOST[name], leaf()
    outside, expected = f(x), f(A)
    for a, b in zip(outside, expected) if isinstance(expected, tuple) else [(outside, expected)]:
        assert type(a) is Tensor
        a, b = (abs(a), abs(b)) if name == "linalg.svd" else (a, b)  # whose vectors may point either way
        numpy.testing.assert_allclose(a.asnumpy(), b)
    with autograd.record():
        with pytest.raises(GraphError) as caught:
            f(x)
        f(x.detach())
    assert f"numpy.{name} has no derivative" in str(caught.value)
    assert NEAREST.get(name, "operations of minigrad.np") in str(caught.value)


def test_the_nearest_exist():
    for path, nearest in NEAREST.items():
        assert callable(attrgetter(path)(numpy))
        for word in nearest.replace("(", " ").replace(")", " ").replace(",", " ").split():
            if word.startswith(("np.", "npx.", "ops.")):
                assert callable(attrgetter(word)(minigrad)), word


def test_results_are_not_views_of_their_input():
    x = np.array(A)
    for y in (numpy.real(x), numpy.asarray_chkfinite(x), numpy.lib.stride_tricks.sliding_window_view(x, (1, 1))):
        assert type(y) is not Tensor or not numpy.shares_memory(y.data, x.data)


CHANGES = {
    "copyto": lambda x: numpy.copyto(x, 7.0),
    "put": lambda x: numpy.put(x, [0], 7.0),
    "putmask": lambda x: numpy.putmask(x, A > 0, 7.0),
    "place": lambda x: numpy.place(x, A > 0, [7.0]),
    "fill_diagonal": lambda x: numpy.fill_diagonal(x, 7.0),
    "add.at": lambda x: numpy.add.at(x, (0, 0), 7.0),
    "add": lambda x: numpy.add(x, 7.0, out=x),
}


@pytest.mark.parametrize("name", CHANGES)
def test_numpy_functions_that_change_in_place_are_counted_or_refused(name):
    x, y = np.array(A), A.copy()
    CHANGES[name](x)
    CHANGES[name](y)
    assert x.tolist() == y.tolist()
    x = leaf()
    with autograd.record():
        z = x * x
    CHANGES[name](x)
    with pytest.raises(GraphError, match="changed in place"):
        z.backward()
    x = leaf()
    with autograd.record(), pytest.raises(GraphError):
        CHANGES[name](x)
    assert x.tolist() == A.tolist()


def test_a_numpy_array_that_is_changed_by_a_recorded_one_would_lose_its_gradient():
    x, a = leaf(), A.copy()
    a += x
    numpy.testing.assert_allclose(a, 2 * A)
    with autograd.record(), pytest.raises(GraphError, match=r"numpy\.add has no derivative"):
        a += x
    numpy.testing.assert_allclose(a, 2 * A)


def test_what_cupy_lacks_is_sent_to_the_cpu(gpus):
    with pytest.raises(DeviceError, match=r"CuPy has no spacing.*as_in_ctx\(cpu"):
        numpy.spacing(np.ones(2, ctx=gpu(0)))
