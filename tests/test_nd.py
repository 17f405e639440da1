"""What the recorded calls of `test_array_names.py` leave open in `nd`: devices, `out`, chance, files."""

import math
from fractions import Fraction

import numpy
import pytest

from minigrad import autograd, cpu, nd, np
from minigrad.errors import ShapeError


def test_new_arrays_are_float32_and_the_device_comes_before_the_dtype():
    assert nd.array(numpy.ones(2)).dtype == "float32"
    assert nd.array([1, 2], cpu(1), "int32").dtype == "int32"
    assert nd.array(nd.ones(2, dtype="float64")).dtype == "float64"
    for x in (
        nd.zeros((2,), cpu(1)),
        nd.ones(2, cpu(1)),
        nd.full(2, 7, cpu(1)),
        nd.arange(2, ctx=cpu(1)),
        nd.eye(2, ctx=cpu(1)),
    ):
        assert x.context is cpu(1)
        assert x.dtype == "float32"


def test_out_takes_the_result_and_older_names_of_arguments_are_known():
    x, y, z = nd.array([1, 2]), nd.array([3, 4]), nd.zeros(2)
    memory = z.data
    assert nd.elemwise_add(x, y, out=z) is z
    assert z.data is memory
    assert z.asnumpy().tolist() == [4, 6]
    assert nd.broadcast_mul(lhs=x, rhs=y).tolist() == [3, 8]
    assert nd.exp(data=nd.zeros(1)).asscalar() == 1
    with pytest.raises(TypeError, match="value"):
        nd.exp(value=x)


def test_a_slice_without_steps_may_say_so():
    x = nd.array([[1, 2, 3], [4, 5, 6]])
    for step in ((), [], None, (1, None)):
        assert nd.slice(x, begin=(0, 1), end=(None, 3), step=step).tolist() == [[2, 3], [5, 6]]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_halves_and_their_neighbours_are_rounded_as_exact_fractions_are(dtype):
    halves = numpy.arange(-4, 5, dtype=dtype) / 2
    a = numpy.concatenate([halves, numpy.nextafter(halves, halves + 9), numpy.nextafter(halves, halves - 9)])
    exact = [Fraction(float(v)) for v in a]
    away = [math.copysign(math.floor(abs(v) + Fraction(1, 2)), v) for v in exact]
    assert nd.round(nd.array(a, dtype=dtype)).tolist() == away
    assert nd.rint(nd.array(a, dtype=dtype)).tolist() == [math.ceil(v - Fraction(1, 2)) for v in exact]


@pytest.mark.parametrize("axes", [None, (), []])
def test_all_axes_are_meant_if_none_is_named(axes):
    x = nd.array([[3, 4], [12, 0]])
    assert nd.norm(x, axis=axes).tolist() == [13]
    assert [getattr(nd, name)(x, axis=axes).tolist() for name in ("sum", "max", "min")] == [[19], [12], [0]]
    assert nd.slice_like(nd.ones((2, 3, 4)), nd.ones((1, 2, 2)), axes=axes).shape == (1, 2, 2)


def test_the_older_operations_are_recorded():
    x = nd.array([[1.0, -2.0], [3.0, 0.5]])
    x.attach_grad()
    with autograd.record():
        y = nd.sum(nd.square(nd.broadcast_sub(x, nd.mean(x, axis=0, keepdims=True))))
    y.backward()
    a = x.asnumpy()
    numpy.testing.assert_allclose(x.grad.asnumpy(), 2 * (a - a.mean(0)), rtol=1e-6)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod"])
def test_exclude_reduces_over_all_axes_but_those_named(name):
    a = numpy.arange(24.0).reshape(2, 3, 4) + 1
    expected = getattr(a, name)(axis=(0, 2))
    for found in (
        getattr(nd, name)(np.array(a), axis=1, exclude=True),
        getattr(np.array(a), name)(axis=-2, exclude=True),
    ):
        numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-12)


def test_stop_gradient_stops_and_copyto_copies():
    x = nd.array([2.0])
    x.attach_grad()
    with autograd.record():
        y = x * nd.stop_gradient(x)
    y.backward()
    assert x.grad.asscalar() == 2
    target = nd.zeros(1)
    assert x.copyto(target) is target
    assert target.asscalar() == 2
    assert x.copyto(cpu(1)).context is cpu(1)


def test_random_parameters_that_do_not_fit_each_other_are_refused():
    with pytest.raises(ShapeError, match=r"uniform\(\) cannot combine shapes \(2,\) and \(3,\)"):
        nd.random.uniform(nd.zeros(2), nd.ones(3), shape=2)


def test_random_takes_a_shape_and_shuffle_returns_a_copy():
    nd.random.seed(4)
    assert nd.random.uniform(-1, 1, shape=(2, 3)).shape == (2, 3)
    assert nd.random_normal(0, 1, shape=4).shape == (4,)
    assert nd.random.randint(0, 5, shape=(3,)).dtype == "int32"
    x = nd.arange(50)
    y = nd.random.shuffle(x)
    assert (x == nd.arange(50)).all()
    assert (y != x).any()
    assert (nd.sort(y) == x).all()
    out = nd.zeros((3, 3))
    assert nd.random.uniform(2, 3, out=out) is out
    assert (out >= 2).all()
    assert len({*out.asnumpy().ravel()}) == 9  # not one number nine times


def test_multinomial_draws_outcomes_and_their_log_probabilities():
    nd.random.seed(5)
    p = nd.array([[0.1, 0.9], [0.5, 0.5]])
    drawn, logs = nd.random.multinomial(p, shape=2000, get_prob=True)
    assert drawn.shape == logs.shape == (2, 2000)
    assert drawn.dtype == "int32"
    numpy.testing.assert_allclose(drawn.asnumpy().mean(1), [0.9, 0.5], atol=0.04)
    expected = numpy.log(numpy.take_along_axis(p.asnumpy(), drawn.asnumpy(), 1))
    numpy.testing.assert_allclose(logs.asnumpy(), expected, rtol=1e-6)
    assert nd.random.multinomial(p).shape == (2,)


def test_arrays_go_to_a_file_and_come_back(tmp_path):
    path = str(tmp_path / "arrays")
    nd.save(path, [nd.ones((2, 3)), nd.zeros(1)])
    assert [x.shape for x in nd.load(path)] == [(2, 3), (1,)]
    nd.waitall()


def test_a_reshape_that_does_not_fit_says_so():
    with pytest.raises(ShapeError, match="more axes"):
        nd.reshape(nd.zeros((2, 3)), (0, 0, 0))
    with pytest.raises(ShapeError, match="reshape"):
        nd.reshape(nd.zeros((2, 3)), (-4, 4, -1, 0))


@pytest.mark.parametrize("size", [1e15, 1e20, 1e38])
def test_a_normalized_array_has_length_one_however_large_its_values_are(size):
    x = numpy.float32(numpy.array([[[3.0], [-1.5]], [[0.0], [1e-3]]]) * size)
    for mode, axis in (("instance", (1, 2)), ("channel", 1), ("spatial", 2)):
        length = numpy.sqrt((numpy.float64(x) ** 2).sum(axis, keepdims=True) + 1e-10)
        found = nd.L2Normalization(nd.array(x), mode=mode).asnumpy()
        numpy.testing.assert_allclose(found, x / length, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x, y: nd.elemwise_add(x, y), r"elemwise_add\(\) needs .* the same shape, but got \(2, 3\), \(3,\)"),
        (lambda x, y: nd.elemwise_mul(x, y.reshape((1, 3))), r"elemwise_mul\(\) needs .* \(2, 3\), \(1, 3\)"),
        (lambda x, y: nd.add_n(x, x, y), r"add_n\(\) needs .* \(2, 3\), \(2, 3\), \(3,\)"),
        (lambda x, y: nd.where(y, x, x), r"3 conditions for 2 rows"),
        (lambda x, y: nd.softmax(x, length=nd.array([1]), use_length=True), r"lengths of shape \(1,\); .* need \(2,\)"),
    ],
)
def test_what_mxnet_does_not_repeat_is_refused(call, sentence):
    with pytest.raises(ShapeError, match=sentence):
        call(nd.ones((2, 3)), nd.ones((3,)))
