"""Tensor: an array, its operators and methods, and changes in place."""

import copy
import operator
import pickle

import numpy
import pytest

from minigrad import autograd, cpu, errors, nd, np, ops
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, DTypeError, GraphError, MinigradError, ShapeError

A = numpy.array([[1.0, -2.0, 3.5], [4.0, 0.5, -6.0]], dtype="float32")
B = numpy.array([0.5, 2.0, -1.0], dtype="float32")


def test_wrapping_a_raw_array_copies_nothing():
    raw = numpy.ones(3)
    assert Tensor(raw).data is raw
    assert np.array(raw).data is not raw
    assert Tensor(numpy.float64(3)).shape == ()


def test_attributes():
    x = np.array(A)
    assert (x.shape, x.dtype, x.ndim, x.size, x.itemsize, x.stype) == ((2, 3), "float32", 2, 6, 4, "default")
    assert x.ctx is x.context is x.device is cpu()
    assert x.T.shape == (3, 2)
    assert x.grad is None
    assert not x.fresh_grad
    assert len(x) == 2
    assert x.as_np_ndarray() is x and x.as_nd_ndarray().as_np_ndarray().data is x.data


BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.lt,
    operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip


@pytest.mark.parametrize("f", BINARY)
@pytest.mark.parametrize("other", [B, 2.0, 3, numpy.float64(1.5), True, [1.0, 2.0, 3.0]], ids=str)
def test_operators_with_anything_on_either_side(f, other):
    x = np.array(A)
    plain = numpy.asarray(other, "float32") if isinstance(other, list) else other
    for got, expected in ((f(x, other), f(A, plain)), (f(other, x), f(plain, A))):
        assert type(got) is Tensor
        assert got.dtype == (expected.dtype if expected.dtype.kind != "f" else "float32")
        numpy.testing.assert_allclose(got.asnumpy(), expected, rtol=1e-6)


def test_powers_products_and_signs():
    x = np.array(A)
    numpy.testing.assert_allclose((x**2).asnumpy(), A**2)
    numpy.testing.assert_allclose((2**x).asnumpy(), 2**A, rtol=1e-6)
    numpy.testing.assert_allclose((x @ B).asnumpy(), A @ B)
    numpy.testing.assert_allclose((A.T @ x).asnumpy(), A.T @ A)
    numpy.testing.assert_allclose((x @ [[1.0], [2.0], [3.0]]).asnumpy(), A @ [[1.0], [2.0], [3.0]])
    assert (-x).tolist() == (-A).tolist()
    assert (+x).tolist() == A.tolist()
    assert abs(x).tolist() == abs(A).tolist()


def test_logic():
    a, b = numpy.array([True, True, False]), numpy.array([True, False, False])
    x = Tensor(a)
    for f in (operator.and_, operator.or_, operator.xor):
        assert f(x, b).tolist() == f(b, x).tolist() == f(a, b).tolist()
        assert f(x, True).tolist() == f(True, x).tolist() == f(a, True).tolist()
    assert (~x).tolist() == (~a).tolist()


METHODS = {
    "sum": (0,), "mean": (1,), "max": (), "min": (0,), "prod": (1,), "var": (), "std": (1,), "cumsum": (1,),
    "argmax": (1,), "argmin": (), "argsort": (), "any": (), "all": (1,), "swapaxes": (0, 1), "squeeze": (),
    "repeat": (2, 1), "clip": (-1, 2), "round": (), "dot": (B,), "take": ([0, 2],), "ravel": (), "flatten": (),
    "transpose": (), "copy": (), "tolist": (),
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_numpys(name):
    got, expected = getattr(np.array(A), name)(*METHODS[name]), getattr(A, name)(*METHODS[name])
    if name == "tolist":
        assert got == expected
    else:
        numpy.testing.assert_allclose(got.asnumpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "square", "sin", "cos", "tanh", "sign", "abs", "norm"])
def test_methods_of_functions(name):
    x = abs(A) + 0.1
    home = numpy.linalg if name == "norm" else numpy
    numpy.testing.assert_allclose(getattr(np.array(x), name)().asnumpy(), getattr(home, name)(x), rtol=1e-6)


def test_methods_of_networks():
    x = np.array(A)
    numpy.testing.assert_allclose(x.softmax().asnumpy().sum(1), 1, rtol=1e-6)
    numpy.testing.assert_allclose(x.log_softmax().asnumpy(), numpy.log(x.softmax().asnumpy()), rtol=1e-5)
    assert x.relu().tolist() == numpy.maximum(A, 0).tolist()
    assert (x.sigmoid() > 0).all()
    assert x.pick(np.array([2, 0])).tolist() == [3.5, 4.0]
    assert np.array([0, 2]).one_hot(3).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_shapes_in_gluons_way():
    x = np.arange(24).reshape(2, 3, 4)
    assert x.reshape(6, -1).shape == x.reshape((6, 4)).shape == (6, 4)
    assert x.reshape((0, -1)).shape == x.reshape(0, 12).shape == (2, 12)
    assert x.reshape(-1).shape == (24,)
    assert x.transpose(2, 0, 1).shape == x.transpose((2, 0, 1)).shape == (4, 2, 3)
    assert x.transpose().shape == x.transpose(None).shape == x.transpose(axes=None).shape == (4, 3, 2)
    assert x.reshape(shape=(0, -1)).shape == (2, 12) and x.reshape(shape=-1).shape == (24,)
    assert x.transpose(axes=(2, 0, 1)).tolist() == x.asnumpy().transpose(2, 0, 1).tolist()
    with pytest.raises(errors.ArgumentError):
        x.reshape(6, shape=(6, 4))
    with pytest.raises(errors.ArgumentError):
        x.transpose(0, axes=(2, 1))
    assert x.reshape_like(np.zeros((4, 6))).shape == (4, 6)
    assert np.ones((1, 3)).broadcast_like(np.zeros((2, 3))).shape == (2, 3)
    assert x.expand_dims(0).shape == (1, 2, 3, 4)
    assert x.flip(0)[0, 0, 0].item() == 12
    assert x.tile(2).shape == (2, 3, 8)
    assert np.ones(3).broadcast_to((2, 3)).shape == (2, 3)


# Reading


def test_indexing_is_numpys():
    x, a = np.arange(24).reshape(2, 3, 4), numpy.arange(24.0).reshape(2, 3, 4)
    index, mask = numpy.array([1, 0, 1]), a > 10
    basic = (0, -1, (1, 2, 3), slice(1), (..., 0), None, (0, None, slice(None, None, -2)), numpy.int64(1), True)
    arrays = (index, (0, index[:2]), mask, [0, 1], ([0, 1], [2, 2]), (slice(None), [2, 0]), numpy.array(1))
    for key in basic + arrays:
        numpy.testing.assert_array_equal(x[key].asnumpy(), a[key])
    assert x[Tensor(index)].tolist() == a[index].tolist()
    assert x[x > 10].tolist() == a[mask].tolist()
    assert x[np.array([1, 0])].tolist() == a[[1, 0]].tolist()  # float32, as in Gluon
    assert x[0, Tensor(index[:2])].tolist() == a[0, index[:2]].tolist()
    with pytest.raises(IndexError, match="out of bounds"):
        x[2]


def test_iterating_gives_rows_and_a_number_cannot_be_iterated():
    assert [row.tolist() for row in np.array(A)] == A.tolist()
    for f in (len, list):
        with pytest.raises(TypeError, match="one number; use item"):
            f(np.array(1.0))


def test_single_values_become_python_numbers():
    x = np.array([2.5])
    assert (float(x), int(x), x.item(), x.asscalar(), bool(x)) == (2.5, 2, 2.5, 2.5, True)
    assert np.array(A).item(1) == -2
    assert [10, 20, 30][np.array(1, dtype="int64")] == 20
    assert f"{x.sum():.2f} {x}" == "2.50 [2.5]"
    assert x.argmax().item() in range(1)
    y = np.array([1.0, 2.0])
    for f in (float, int):
        with pytest.raises(ShapeError, match=r"one value, but this array has shape \(2,\)"):
            f(y)
    with pytest.raises(ShapeError, match="one value"):
        y.asscalar()
    with pytest.raises(ValueError, match=r"\.any\(\) or \.all\(\)"):
        bool(y)
    with pytest.raises(DTypeError, match="dtype float32 and shape .* cannot be used as an index"):
        [1, 2][x.sum()]


def test_conversions_to_numpy():
    x = np.array(A)
    copied = x.asnumpy()
    copied[...] = 0
    assert x.tolist() == A.tolist()
    seen = numpy.asarray(x)
    assert numpy.shares_memory(seen, x.data)
    with pytest.raises(ValueError, match="read-only"):
        seen[...] = 0  # a change that the graph could not see
    assert numpy.array(x).flags.writeable
    assert numpy.asarray(x, dtype="float64").dtype == "float64"
    assert x.data.flags.writeable


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"])
def test_astype_and_repr(dtype):
    x = np.array([[0, 1], [2, 3]]).astype(dtype)
    assert x.dtype == dtype
    assert x.astype(dtype) is not x
    assert x.astype(dtype, copy=False) is x
    assert eval(repr(x), {"array": lambda v, dtype=None: v, dtype: dtype, "True": True, "False": False}) == x.tolist()
    assert (f"dtype={dtype}" in repr(x)) == (dtype not in ("float32", "int64", "bool"))


def test_repr_lines_up_and_names_another_device():
    assert repr(np.array([[1, 2], [3, 40]])) == "array([[ 1.,  2.],\n       [ 3., 40.]])"
    assert repr(np.array([1.0], ctx=cpu(1))) == "array([1.], ctx=cpu(1))"
    assert str(np.array([1.0, 2.0])) == "[1. 2.]"


# Copies


def test_copies_are_independent_and_keep_the_gradient_where_a_network_is_copied():
    x = np.array([1.0, 2.0])
    x.attach_grad("add")
    x.grad[...] = 7
    autograd.leaf(x).name = "weight"
    for twin in (x.copy(), copy.copy(x)):
        assert twin.grad is None
    twin = copy.deepcopy(x)
    twin[...] = 0
    with autograd.record():
        y = twin * 2
    y.backward()
    assert twin.grad.tolist() == [9, 9]
    assert autograd.leaf(twin).name == "weight"
    assert (x.tolist(), x.grad.tolist()) == ([1, 2], [7, 7])
    assert pickle.loads(pickle.dumps(x)).tolist() == [1, 2]  # between processes, as a data loader does


def test_a_copied_network_trains_by_itself():
    from minigrad import gluon

    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    twin = copy.deepcopy(net)
    before = net.weight.data().tolist()
    with autograd.record():
        y = twin(np.ones((3, 2)))
    y.backward()
    gluon.Trainer(twin.collect_params(), "sgd").step(1)
    assert net.weight.data().tolist() == before
    assert twin.weight.data().tolist() != before


def test_copyto_and_moving():
    x = np.array([1.0, 2.0])
    target = np.zeros(2, dtype="float64")
    assert x.copyto(target) is target
    assert target.tolist() == [1, 2]
    assert target.dtype == "float64"
    assert x.copyto(np.zeros(2, dtype="int32")).tolist() == [1, 2]
    with pytest.raises(ShapeError, match=r"cannot put it into an array of float32 and shape \(2, 2\)"):
        x.copyto(np.zeros((2, 2)))  # as in MXNet; an assignment repeats values
    there = x.copyto(cpu(1))
    assert there.ctx is cpu(1)
    assert not numpy.shares_memory(there.data, x.data)
    assert x.as_in_ctx(cpu(0)) is x
    assert x.to_device(cpu(1)).ctx is x.as_in_context(cpu(1)).ctx is cpu(1)
    x.wait_to_read()


# Changes in place


def test_changes_in_place_stay_in_their_memory_and_dtype():
    x = np.array(A)
    data, a = x.data, A.copy()
    x += 1
    a += 1
    x -= numpy.array(B, "float64")
    a -= B
    x *= np.array(B)
    a *= B
    x /= 3
    a /= 3
    x[0] = [1, 2, 3]
    a[0] = [1, 2, 3]
    x[:, 1] += 5
    a[:, 1] += 5
    x[x > 2] = 0
    a[a > 2] = 0
    x[Tensor(numpy.array([1]))] = np.array(7)
    a[1] = 7
    assert x.data is data
    assert x.dtype == "float32"
    numpy.testing.assert_allclose(x.asnumpy(), a, rtol=1e-6)


@pytest.mark.parametrize(
    "name", ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor"]
)
def test_a_part_changed_in_place_changes_the_whole_as_numpys_does(name):
    a = numpy.array([3, 1, 4, 1, 5], dtype="int64" if name in ("iand", "ior", "ixor") else "float32")
    x = np.array(a)
    for whole in (x, a):
        getattr(operator, name)(whole[1::2], 3)
    assert x.tolist() == a.tolist()
    assert x.version[0] > 0


def test_a_power_in_place_makes_a_new_ndarray_and_a_remainder_does_not():
    x = nd.array([3, 4])
    y = z = x
    y **= 2
    y //= 3
    z %= 2
    assert (x.asnumpy().tolist(), y.asnumpy().tolist()) == ([1, 0], [3, 5])


def test_an_impossible_change_says_why_and_changes_nothing():
    x, n = np.ones(2), np.ones(2, dtype="int64")
    with pytest.raises(ShapeError, match=r"\+= cannot change an array of shape \(2,\) by one of \(3, 2\)"):
        x += np.ones((3, 2))
    with pytest.raises(DTypeError, match=r"/= cannot put the result of int64 and int into an array of int64"):
        n /= 2
    with pytest.raises(DTypeError, match=r"\*= cannot put"):
        n *= 0.5
    for change, value in ((operator.ipow, -1), (operator.iadd, 2**63), (operator.iand, 0.5)):
        with pytest.raises(DTypeError, match="= cannot put the result of int64"):
            change(n, value)
    assert (x.tolist(), n.tolist()) == ([1, 1], [1, 1])
    assert x.version == n.version == [0]


@pytest.mark.parametrize(
    ("values", "dtype", "why"),
    [
        ([300], "uint8", "300 out of bounds for uint8"),
        ([[1, 2], [3, -1]], "uint8", "-1 out of bounds for uint8"),
        (2**31, "int32", "2147483648 out of bounds for int32"),
        ([1.0, float("nan")], "int64", "cannot convert float NaN to integer"),
    ],
)
def test_numbers_that_a_dtype_does_not_hold_are_refused(values, dtype, why):
    """As in NumPy. They wrapped around: 300 was 44."""
    for make in (np.array, np.asarray, nd.array):
        with pytest.raises(ArgumentError, match=why):
            make(values, dtype=dtype)
    assert np.array([255, 0], dtype="uint8").tolist() == [255, 0]
    assert np.array([1.7], dtype="int32").tolist() == [1]
    assert np.array([np.zeros((0, 3))], dtype="int32").shape == (1, 0, 3)


def test_out_takes_the_result():
    x, target = np.array([1.0, 2.0]), np.zeros(2)
    assert ops.exp(x, out=target) is target
    numpy.testing.assert_allclose(target.asnumpy(), numpy.exp([1, 2]), rtol=1e-6)
    assert np.sum(np.ones((3, 2)), axis=0, out=target) is target
    assert target.tolist() == [3, 3]
    assert np.concatenate([x[:1], x[1:]], out=target).tolist() == [1, 2]
    assert numpy.add(x, 1, out=target) is target
    assert target.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("shape", "dtype", "write"),
    [
        ((3,), "float32", lambda x, out: np.sum(x, out=out)),  # NumPy refuses these too, but for the second
        ((2, 3), "float32", lambda x, out: np.add(x, x, out=out)),
        ((3,), "int32", lambda x, out: np.exp(x, out=out)),
        ((), "int32", lambda x, out: np.mean(x, out=out)),
        ((2, 3), "float32", lambda x, out: nd.exp(nd.array(x), out=out)),
        ((2, 3), "float32", lambda x, out: np.random.normal(size=3, out=out)),
    ],
)
def test_out_takes_only_what_it_can_hold(shape, dtype, write):
    """A sum filled the whole array, and whole numbers lost what comes after the point."""
    out = np.zeros(shape, dtype=dtype)
    with pytest.raises(ShapeError, match=r"and cannot put it into an array of"):
        write(np.array([0.5, 1.5, 2.5]), out)
    assert not out.any()


@pytest.mark.parametrize("place", ["position", "name"])
@pytest.mark.parametrize("write", [ops.matmul, ops.sum], ids=lambda operation: operation.name)
def test_writing_into_out_is_a_change_that_the_graph_notices(write, place):
    args = (np.ones((2, 2)), np.ones((2, 2))) if write is ops.matmul else (np.ones((3, 2, 2)), 0, None, False)
    x, target = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    x.attach_grad()
    with autograd.record():
        y = (x * target).sum()
    assert (write(*args, target) if place == "position" else write(*args, out=target)) is target
    assert target.tolist() == [[2, 2], [2, 2]] if write is ops.matmul else [[3, 3], [3, 3]]
    with pytest.raises(GraphError, match="changed"):
        y.backward()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "grad",
            None,
            r"x\.grad cannot be replaced by None; x\.zero_grad\(\) sets it to 0, and x\.grad\[\.\.\.\] = values",
        ),
        ("shape", (1, 2), r"x\.shape cannot be replaced by a tuple of int; x\.reshape\(shape\) has"),
        ("dtype", "float64", r"x\.dtype cannot be replaced by 'float64'; x\.astype\(dtype\) has"),
    ],
)
def test_what_cannot_be_set_says_what_to_do_instead(name, value, sentence):
    for x in np.array([1.0, 2.0]), nd.array([1.0, 2.0]):
        x.attach_grad()
        with autograd.record():
            (x * x).sum().backward()
        with pytest.raises(AttributeError, match=sentence) as caught:
            setattr(x, name, value)
        assert isinstance(caught.value, MinigradError)
        assert (x.grad.tolist(), x.shape, x.dtype) == ([2, 4], (2,), "float32")
        assert type(x).grad.__doc__.startswith("The gradient")
