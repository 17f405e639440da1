"""NDArray: whose class a result has, what its methods mean, and that gradients, copies and networks keep it."""

import copy
import pickle

import numpy
import pytest

from minigrad import autograd, cpu, gluon, nd, np
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.nd.ndarray import METHODS, NDArray

MATRIX = [[1.0, 3.0, 2.0], [5.0, 4.0, 6.0]]


@pytest.fixture
def x():
    return nd.array(MATRIX)


# Whose class a result has


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: a + b,
        lambda a, b: b - a,
        lambda a, b: b @ a.T,
        lambda a, b: b == a,
        lambda a, b: 2 * a,
        lambda a, b: a[0],
        lambda a, b: a[a > 2],
        lambda a, b: a.std(axis=0),
        lambda a, b: np.concatenate([b, a]),
        lambda a, b: np.where(b > 2, a, b),
        lambda a, b: np.median(a),
        lambda a, b: np.vstack([b, a]),
        lambda a, b: nd.concat(b, a),
        lambda a, b: nd.topk(a, k=2, ret_typ="both")[0],
        lambda a, b: numpy.exp(a),
        lambda a, b: numpy.sort(a),
        lambda a, b: nd.zeros_like(a),
        lambda a, b: a.astype("int32"),
        lambda a, b: a.as_in_context(cpu(1)),
        lambda a, b: a.copyto(cpu(1)),
        lambda a, b: a.detach(),
        lambda a, b: copy.deepcopy(a),
        lambda a, b: pickle.loads(pickle.dumps(a)),
        lambda a, b: nd.random.uniform(shape=(2,)),
        lambda a, b: nd.random.shuffle(a),
        lambda a, b: nd.array(b),
        lambda a, b: b.as_nd_ndarray(),
        lambda a, b: gluon.nn.Flatten()(a),
        lambda a, b: gluon.utils.split_and_load(a, [cpu(0), cpu(1)])[1],
    ],
)
def test_a_result_is_an_ndarray_if_any_input_is_one(make, x):
    assert type(make(x, np.array(MATRIX))) is NDArray


@pytest.mark.parametrize(
    "make",
    [
        lambda b: b + 1,
        lambda b: nd.exp(b),
        lambda b: nd.sum(b),
        lambda b: nd.zeros_like(b),
        lambda b: nd.array(b).as_np_ndarray(),
        lambda b: np.random.normal(size=(2,)),
        lambda b: started().weight.data(),
        lambda b: started()(b),
    ],
)
def test_other_results_are_tensors(make):
    assert type(make(np.array(MATRIX))) is Tensor


def started():
    layer = gluon.nn.Dense(2, in_units=3)
    layer.initialize()
    return layer


def test_the_array_that_takes_a_result_is_the_same_object(x):
    out, plain = nd.zeros((2, 3)), np.zeros((2, 3))
    assert nd.exp(x, out=out) is out
    assert np.exp(x, out=plain) is plain
    assert nd.square(plain, out=out) is out
    before = x
    x += 1
    assert x is before and x.tolist() == [[2, 4, 3], [6, 5, 7]]


# What its methods mean: shapes and values that MXNet 1.9.1 has printed are in `tests/compat/test_gluon_code.py`


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_the_function_of_nd(name, x):
    arguments = {
        "broadcast_axes": ((), {"axis": 0, "size": 2}), "broadcast_like": ((nd.zeros((4, 2, 3)),), {}),
        "broadcast_to": (((2, 3),), {}), "clip": ((2, 5), {}), "dot": ((nd.ones((3, 1)),), {}),
        "expand_dims": ((0,), {}), "one_hot": ((4,), {}), "pick": ((nd.array([0, 1]),), {}),
        "pad": ((), {"mode": "constant", "pad_width": (1, 1, 0, 0)}), "repeat": ((2,), {}), "flip": ((1,), {}),
        "reshape_like": ((nd.zeros((3, 2)),), {}), "slice": ((), {"begin": (0, 1), "end": (2, 3)}),
        "slice_axis": ((), {"axis": 1, "begin": 0, "end": 2}), "slice_like": ((nd.zeros((1, 2)),), {}),
        "split": ((3,), {}), "swapaxes": ((0, 1), {}), "take": (([1],), {}), "tile": (((2, 1),), {}),
    }  # fmt: skip
    given, named = arguments.get(name, ((), {}))
    x = x[:1] if name == "broadcast_axes" else x / 10 if name.startswith("arc") and name != "arccosh" else x
    found, expected = getattr(x, name)(*given, **named), getattr(nd, name)(x, *given, **named)
    for f, e in zip(found, expected) if isinstance(expected, list) else [(found, expected)]:
        assert type(f) is NDArray
        numpy.testing.assert_array_equal(f.asnumpy(), e.asnumpy())


def test_a_number_that_is_picked_or_reduced_has_one_axis(x):
    for one in (x[0, 1], x.sum(), x.mean(axis=(0, 1)), x.max(), x.norm(), x[0].dot(x[1]), x.argmin(), nd.array(3)):
        assert one.shape == (1,)
    row = x[0]
    for one in (row.pick(nd.array([2])), row[2:].squeeze(), nd.squeeze(row[2:], axis=0), nd.split(row, 3, 0, True)[2]):
        assert one.shape == (1,) and one[0].asscalar() == 2
    assert [v.shape for v in row] == [(1,)] * 3
    assert x.argmax(keepdims=True).shape == (1, 1)
    assert x[0, 1].asscalar() == 3 and float(x.sum()) == 21
    assert x.mean(axis=0, keepdims=True).shape == (1, 3)


def test_what_is_picked_by_numbers_of_the_first_axes_is_a_view(x):
    x[0][:] = 7
    x[1, 2] = nd.array([8])
    assert x.tolist() == [[7, 7, 7], [5, 4, 8]]


def test_a_comparison_has_the_dtype_of_the_array():
    for dtype in ("float16", "float32", "float64", "int32"):
        x = nd.array([1, 2, 3], dtype=dtype)
        assert ((x > 1).dtype, nd.equal(x, 2).dtype, nd.logical_not(x).dtype) == (dtype,) * 3
        assert ((x >= 2) * 2 - (x != 2)).tolist() == [-1, 2, 1]
    assert (x == "word") is False


def test_the_shape_is_given_in_every_way(x):
    for same in (x.reshape(3, 2), x.reshape((3, 2)), x.reshape([3, 2]), x.reshape(shape=(3, 2)), x.reshape((-1, 2))):
        assert same.shape == (3, 2)
    assert x.reshape(-1).shape == x.reshape((-3,)).shape == (6,)
    assert x.reshape((0, 1, -1)).shape == (2, 1, 3)
    assert x.reshape((-1, 0), reverse=True).shape == (2, 3)
    for same in (x.transpose(), x.transpose(1, 0), x.transpose((1, 0)), x.transpose(axes=(1, 0)), x.T):
        assert same.shape == (3, 2)
    with pytest.raises(ShapeError, match="reshape"):
        x.reshape((4, 2))


def test_it_shows_what_it_is(x):
    assert repr(x[0]) == f"\n[1. 3. 2.]\n<NDArray 3 @{x.ctx}>"
    assert str(x).endswith(f"<NDArray 2x3 @{x.ctx}>")
    assert f"{x.sum():.1f}" == "21.0"


def test_the_same_memory_is_seen_as_either(x):
    plain = x.as_np_ndarray()
    plain[0, 0] = 9
    assert x[0, 0].asscalar() == 9 and plain.flatten().shape == (6,)
    assert plain.as_nd_ndarray().flatten().shape == (2, 3)
    assert x.as_nd_ndarray() is x


# Gradients


def test_a_gradient_has_the_class_of_its_array(x):
    weight = np.array([[2.0, 2.0, 2.0]])
    x.attach_grad()
    weight.attach_grad()
    with autograd.record():
        y = (x * weight).sum()
    y.backward()
    assert type(x.grad) is NDArray and type(weight.grad) is Tensor
    assert x.grad.tolist() == [[2, 2, 2], [2, 2, 2]] and weight.grad.tolist() == [[6, 7, 8]]
    autograd.mark_variables(x, nd.zeros((2, 3)))
    assert type(copy.deepcopy(x).grad) is NDArray


def test_gradients_pass_both_ways_through_a_change_of_class():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = (x * x).as_nd_ndarray().reshape((-1, 0), reverse=True).as_np_ndarray() * x
    y.backward()
    assert x.grad.tolist() == [3, 12]


@pytest.mark.parametrize("make", [None, nd.ones, np.ones])
def test_second_derivatives(make):
    x, given = nd.array([1.0, -2.0]), None if make is None else make(2)
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(x * x * nd.abs(x), x, given, create_graph=True)
    slope.backward()
    assert type(slope) is type(x.grad) is NDArray
    assert slope.tolist() == [3, -12] and x.grad.tolist() == [6, 12]


def test_comparisons_and_picks_in_a_recorded_backward_pass():
    x = nd.array([[1.0, 3.0], [2.0, 2.0]])
    x.attach_grad()
    with autograd.record():
        y = x.max(axis=1) ** 2 + x[0, 1] ** 3 + nd.relu(x).norm() ** 2
        slope = autograd.grad(y, x, create_graph=True)
    slope.backward()
    assert slope.tolist() == [[4, 6 + 54 + 12], [2 + 8, 2 + 8]]  # each of the two outputs has x[0, 1] and the norm
    assert x.grad.sum().asscalar() == pytest.approx(2 * 1 + 2 * 2 * 4 + 36 + 2)


class Scaled(autograd.Function):
    """2 x and the sum of x."""

    def forward(self, x):
        self.save_for_backward(x)
        return 2 * x, x.sum()

    def backward(self, dy, ds):
        assert type(dy) is type(ds) is type(self.saved_tensors[0])
        assert ds.shape == ((1,) if type(ds) is NDArray else ())
        return 2 * dy + ds


@pytest.mark.parametrize("make", [nd.array, np.array])
def test_a_function_of_ones_own_is_given_the_class_of_its_outputs(make):
    x = make([1.0, 2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        y, total = Scaled()(x)
        z = (y * y).sum() + total
        slope = autograd.grad(z, x, create_graph=True)
        (slope * slope).sum().backward()
    assert type(y) is type(total) is type(slope) is type(x)
    assert slope.tolist() == [9, 17, 25]  # 8 x + 1
    assert x.grad.tolist() == [144, 272, 400]  # 2 (8 x + 1) 8


def test_a_mean_of_losses_is_noted_by_the_trainer():
    layer = started()
    trainer = gluon.Trainer(layer.collect_params(), "sgd")
    with autograd.record():
        loss = gluon.loss.L2Loss()(layer(nd.array(MATRIX)), nd.zeros((2, 2))).mean()
    loss.backward()
    with pytest.warns(UserWarning, match="was averaged"):
        trainer.step(2)


# Networks and data


class Net(gluon.HybridBlock):
    """Convolution, flatten, Dense, as d2l writes it."""

    def __init__(self):
        super().__init__()
        self.conv, self.dense = gluon.nn.Conv2D(2, 3), gluon.nn.Dense(3)

    def hybrid_forward(self, F, x):
        return self.dense(F.relu(self.conv(x)).flatten())


@pytest.mark.parametrize("hybridized", [False, True])
def test_a_network_that_flattens_keeps_the_batch(hybridized):
    net = Net()
    net.initialize()
    if hybridized:
        net.hybridize()
    for _ in range(3):
        y = net(nd.ones((2, 1, 4, 4)))
    assert type(y) is NDArray and y.shape == (2, 3) and net.dense.weight.shape == (3, 8)


def test_a_replayed_network_answers_each_class_in_kind():
    def made():
        net = gluon.nn.HybridSequential()
        net.add(gluon.nn.Dense(4, activation="relu"), gluon.nn.LayerNorm(), gluon.nn.Dense(2))
        net.initialize("one")
        return net

    plain, replayed = made(), made()
    replayed.hybridize()
    for make in (nd.array, np.array):
        for net in (plain, replayed):
            for _ in range(3):
                x = make(MATRIX)
                x.attach_grad()
                with autograd.record():
                    y = net(x)
                y.backward()
                assert type(y) is type(x.grad) is type(x)
    assert len(replayed.programs()) == 2
    numpy.testing.assert_array_equal(plain(nd.array(MATRIX)).asnumpy(), replayed(nd.array(MATRIX)).asnumpy())
    x = nd.array(MATRIX)
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(replayed(x), x, create_graph=True)
    assert type(slope) is NDArray


def test_batches_have_the_class_of_the_data():
    labels = numpy.arange(4)
    data = gluon.data.ArrayDataset(nd.ones((4, 3)), labels)
    for source in (data, data.transform(lambda x, y: (x * 2, y))):
        for batch in gluon.data.DataLoader(source, batch_size=2):
            assert [type(part) for part in batch] == [NDArray, NDArray]
    for batch in gluon.data.DataLoader(gluon.data.ArrayDataset(numpy.ones((4, 3)), labels), batch_size=2):
        assert [type(part) for part in batch] == [Tensor, Tensor]


def test_files_give_ndarrays_back(tmp_path):
    nd.save(fname=str(tmp_path / "a"), data={"x": nd.ones(2)})
    assert type(nd.load(fname=str(tmp_path / "a"))["x"]) is NDArray


def test_every_tensor_is_an_ndarray_as_in_mxnet_and_nothing_else_is(x):
    weight = gluon.Parameter("w", shape=(2,))
    weight.initialize()
    assert all(isinstance(a, nd.NDArray) for a in (x, np.ones(2), weight.data(), np.ones(2, dtype="bool")))
    assert not any(isinstance(a, nd.NDArray) for a in (numpy.ones(2), 1.0, weight, None, Tensor))

    class Mine(NDArray):
        pass

    assert issubclass(Mine, NDArray) and not isinstance(x, Mine) and isinstance(x.seen_as(Mine), Mine)
