"""An update looks at its arrays before it reads them: what does not fit is refused, and nothing has changed."""

import numpy
import pytest

from minigrad import cpu, np, optimizer
from minigrad.errors import DeviceError, DTypeError, KeywordError, MinigradError, ShapeError, UsageError
from minigrad.optimizer.run import reading

READINGS = ["numpy", "numba"]


@pytest.fixture(params=READINGS)
def each_reading(request):
    if request.param == "numba":
        pytest.importorskip("numba")
    with reading(request.param):
        yield


def made(name="adam", shape=(4,), dtype="float32", **arguments):
    opt = optimizer.create(name, **arguments)
    w = np.ones(shape, dtype=dtype)
    return opt, w, opt.create_state(0, w)


def refused(error, message, opt, w, g, state):
    before = w.asnumpy().copy()
    with pytest.raises(error, match=message):
        opt.update(0, w, g, state)
    assert (w.asnumpy() == before).all()
    assert opt._index_update_count == {}


@pytest.mark.parametrize("shape", [(2,), (5,), (), (1, 4), (0,)])
def test_a_gradient_of_another_shape_is_refused(each_reading, shape):
    opt, w, state = made()
    refused(ShapeError, r"gradient has shape .* weight has shape \(4,\)", opt, w, np.ones(shape), state)


@pytest.mark.parametrize("shape", [(2,), (5,), (), (2, 2), (100_000,)])
def test_states_of_another_shape_are_refused(each_reading, shape):
    opt, w, (mean, _) = made()
    refused(ShapeError, r"Adam was given 'var' of shape .* weight of shape \(4,\)", opt, w, w, (mean, np.ones(shape)))


@pytest.mark.parametrize("name", ["adam", "sgd", "ftrl", "ftml", "nadam", "lamb", "lans", "lars", "dcasgd", "rmsprop"])
def test_the_state_of_another_parameter_is_refused_by_every_rule(each_reading, name):
    arguments = {"momentum": 0.9} if name in ("sgd", "lars") else {}
    opt, w, _ = made(name, **arguments)
    state = opt.create_state(1, np.ones(100_000))
    refused(ShapeError, "100000", opt, w, w, state)


@pytest.mark.parametrize("state", [(), ("mean",), ("mean", "mean"), ("mean", None), (1.0, 2.0), ("w", "mean")])
def test_what_is_not_a_state_of_the_rule_is_refused(state):
    opt, w, (mean, _) = made()
    named = {"mean": mean, "w": w}
    refused(MinigradError, "Adam|state", opt, w, w.copy(), tuple(named.get(s, s) for s in state))
    refused(MinigradError, "Adam has 2 states", opt, w, w.copy(), None)


def test_additional_states_of_a_rule_are_looked_at_too():
    opt, w, _ = made("lbsgd", batch_scale=4)
    with pytest.raises(ShapeError, match=r"'total' of shape \(2, 4\)"):
        opt.update(0, w, w, np.ones((2, 4)))
    with pytest.raises(UsageError, match="adds up gradients"):
        opt.update(0, w, w, None)
    opt, w, _ = made("groupadagrad", shape=(3, 2))
    with pytest.raises(ShapeError, match=r"one state of shape \(rows, 1\)"):
        opt.update(0, w, w, np.ones((3, 2)))


def test_what_a_rule_asks_for_by_name_has_the_shape_of_the_weight(each_reading):
    class Scaled(optimizer.Optimizer):
        def rule(self, w, g, *, lr, scale):
            return w - lr * scale * g

        def named(self, index, w, g, states, scalars):
            return {"scale": numpy.ones(2, "float32")}

    w = np.ones(4)
    with pytest.raises(ShapeError, match=r"Scaled was given 'scale' of shape \(2,\)"):
        Scaled().update(0, w, w, None)
    assert w.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32", "bool"])
def test_a_gradient_of_another_dtype_is_cast_to_the_weights(each_reading, dtype):
    opt, w, _ = made("sgd", learning_rate=0.5)
    opt.update(0, w, np.array([1, 0, 1, 0], dtype=dtype), None)
    assert (w.dtype, w.tolist()) == (numpy.float32, [0.5, 1, 0.5, 1])


def test_plain_numpy_arrays_are_weights_gradients_and_states(each_reading):
    opt = optimizer.SGD(learning_rate=0.5, momentum=0.5)
    w, g = numpy.ones(3, "float32"), numpy.array([1, 2, 3])
    v = opt.create_state(0, w)
    for _ in range(2):
        opt.update(0, w, g, v)
    assert w.tolist() == [1 - 0.5 - 0.75, 1 - 1 - 1.5, 1 - 1.5 - 2.25]
    own = numpy.zeros(3, "float32")
    opt.update(0, w, g, own)
    assert own.tolist() == [-0.5, -1, -1.5]


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool", "complex64"])
def test_weights_that_are_not_floats_cannot_be_trained(dtype):
    w = np.array(numpy.ones(3, dtype))
    with pytest.raises(DTypeError, match=f"weight of dtype {dtype} cannot be trained"):
        optimizer.SGD().update(0, w, np.ones(3), None)


def test_a_weight_in_the_other_byte_order_is_refused():
    w = numpy.ones(3, numpy.dtype("float32").newbyteorder())
    with pytest.raises(DTypeError, match="cannot be trained"):
        optimizer.SGD().update(0, w, np.ones(3), None)


def test_states_of_another_dtype_are_refused_but_those_of_halves_are_float32():
    opt, w, _ = made("sgd", momentum=0.9)
    refused(DTypeError, "'v' of dtype float64 for a weight of dtype float32", opt, w, w, np.zeros(4, dtype="float64"))
    opt, w, v = made("sgd", momentum=0.9, dtype="float16", learning_rate=0.5)
    opt.update(0, w, np.ones(4, dtype="float16"), v)
    assert (v.dtype, w.tolist()) == (numpy.float32, [0.5] * 4)


@pytest.mark.parametrize("bad", [None, [1.0, 2.0], "w", 3.0])
def test_what_is_not_an_array_is_named(bad):
    opt = optimizer.SGD()
    with pytest.raises(KeywordError, match="The gradient is"):
        opt.update(0, np.ones(2), bad, None)
    with pytest.raises(KeywordError, match="The weight is"):
        opt.update(0, bad, np.ones(2), None)


def test_an_array_that_is_read_only_is_refused(each_reading):
    opt, w, v = made("sgd", momentum=0.9)
    fixed = numpy.ones(4, "float32")
    fixed.flags.writeable = False
    for weight, state in [(fixed, v), (w, fixed)]:
        with pytest.raises(UsageError, match="is read-only"):
            opt.update(0, weight, numpy.ones(4), state)
    assert (fixed == 1).all() and w.tolist() == [1, 1, 1, 1]


def test_a_master_copy_that_does_not_fit_is_refused():
    opt = optimizer.SGD(multi_precision=True)
    w = np.ones(3, dtype="float16")
    for state, message in [(None, "is a pair"), ((np.ones(2), None), r"shape \(2,\)"), ((w.copy(), None), "float16")]:
        with pytest.raises((UsageError, ShapeError), match=message):
            opt.update_multi_precision(0, w, w, state)
    assert w.tolist() == [1, 1, 1]


@pytest.mark.parametrize("weight", [None, 1.0, [1.0], "w", (), np.ones(4, dtype="int32")])
@pytest.mark.parametrize("multi_precision", [False, True])
def test_what_is_no_weight_is_refused_at_every_entrance(weight, multi_precision):
    opt = optimizer.Adam(multi_precision=multi_precision)
    with pytest.raises((KeywordError, DTypeError)):
        opt.update_multi_precision(0, weight, np.ones(4), None)
    with pytest.raises((KeywordError, DTypeError)):
        optimizer.get_updater(opt)(0, np.ones(4), weight)


def test_an_updater_takes_plain_arrays_as_an_update_does(each_reading):
    w = numpy.ones(4, dtype="float32")
    optimizer.get_updater(optimizer.SGD(learning_rate=0.5))(0, numpy.ones(4), w)
    assert w.tolist() == [0.5] * 4


@pytest.mark.parametrize("place", ["weight", "master"])
def test_a_read_only_array_of_a_pair_is_refused(each_reading, place):
    opt, w = optimizer.Adam(multi_precision=True), np.ones(4, dtype="float16")
    state = opt.create_state_multi_precision(0, w)
    locked = (w if place == "weight" else state[0]).data
    locked.flags.writeable = False
    with pytest.raises(UsageError, match="is read-only"):
        opt.update_multi_precision(0, w, np.ones(4), state)
    assert (w.asnumpy() == 1).all() and (state[1][0].asnumpy() == 0).all()


def test_a_master_copy_on_another_device_is_refused(each_reading):
    opt, w = optimizer.Adam(multi_precision=True), np.ones(4, dtype="float16")
    master, inner = opt.create_state_multi_precision(0, w)
    with pytest.raises(DeviceError, match="master copy is on cpu"):
        opt.update_multi_precision(0, w, np.ones(4), (master.copyto(cpu(1)), inner))


@pytest.mark.parametrize("name", ["sgd", "adam", "ftml", "rmsprop", "lars", "lbsgd", "nadam"])
def test_a_gradient_that_lies_in_the_memory_of_the_weight_is_read_as_it_was(each_reading, name):
    memory = numpy.linspace(-2, 2, 300)
    opt, expected = optimizer.create(name, learning_rate=0.25), numpy.array(memory[1:])
    opt.update(0, expected, numpy.array(memory[:-1]), opt.create_state(0, expected))
    opt = optimizer.create(name, learning_rate=0.25)
    opt.update(0, memory[1:], memory[:-1], opt.create_state(0, memory[1:]))
    numpy.testing.assert_array_equal(memory[1:], expected)


def test_a_gradient_that_is_a_state_is_read_as_it_was(each_reading):
    opt, w, (mean, var) = made(learning_rate=0.1, beta1=0.5, beta2=0.5)
    mean[...] = 2.0
    opt.update(0, w, mean, (mean, var))
    # by hand: mean = (2 + 2) / 2, var = 2² / 2, step = 0.1 √(1 - 0.5) / (1 - 0.5) mean / √var
    assert mean.tolist() == [2.0] * 4 and var.tolist() == [2.0] * 4
    numpy.testing.assert_allclose(w.asnumpy(), 1 - 0.1 * 2**0.5 * 2 / 2**0.5, rtol=1e-5)


def test_a_state_in_the_memory_of_another_array_is_refused_and_one_between_its_elements_is_not(each_reading):
    memory = numpy.zeros((4, 3), dtype="float32")
    w, mean, var = memory.T
    opt = optimizer.Adam(learning_rate=0.5)
    for state in ((memory.ravel()[3:7], var), (mean, memory[:, 1])):
        with pytest.raises(UsageError, match="the same memory in two places"):
            opt.update(0, w, numpy.ones(4), state)
    assert (memory == 0).all()
    opt.update(0, w, numpy.ones(4), (mean, var))
    numpy.testing.assert_allclose(memory, [[-0.5, 0.1, 0.001]] * 4, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["int32", "bool", "float64", "complex64"])
def test_the_state_of_rows_has_the_dtype_of_the_weight(each_reading, dtype):
    opt, w = optimizer.GroupAdaGrad(), np.ones((3, 2))
    with pytest.raises(DTypeError, match="GroupAdaGrad was given 'h' of dtype"):
        opt.update(0, w, np.ones((3, 2)), np.zeros((3, 1)).astype(dtype))
    assert (w.asnumpy() == 1).all()
