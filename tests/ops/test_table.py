"""Every operation: values against NumPy's, gradients against differences, dtypes, views. The rows are in `table.py`."""

import inspect
import zlib

import numpy
import pytest

from minigrad import autograd, np, ops
from minigrad.engine.tensor import Tensor
from minigrad.gradcheck import gradcheck
from tests.drawn import given, hnp, settings, st
from tests.ops.table import ELEMENTWISE, TABLE, Row

TOLERANCE = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-11}
ELSEWHERE = {"batch_norm", "dropout_mask"}  # with state or chance: in files of their own
FLOATS = pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])


def every(rows):
    return pytest.mark.parametrize("row", rows, ids=[f"{i}-{row}" for i, row in enumerate(rows)])


SMOOTH = every([row for row in TABLE if row.smooth])


def generator(row: Row):
    return numpy.random.default_rng(zlib.crc32(str(row).encode()))


def some_shapes(row):
    """Without hypothesis: the row's shapes, or for an elementwise one shapes that broadcast both ways."""
    return row.shapes or ((2, 1, 3), (4, 1), (1,))[: len(row.domains)]


def broadcastable(count):
    return hnp.mutually_broadcastable_shapes(num_shapes=count, min_side=0, max_side=3, max_dims=3)


def cast(a, dtype):
    return a.astype(dtype) if a.dtype.kind == "f" else a


def tensors(arrays, dtype="float64"):
    return [np.array(cast(numpy.asarray(a), dtype)) for a in arrays]


def agree(row, arrays, dtype="float64"):
    expected = numpy.asarray(row.reference(*[cast(numpy.asarray(a), "float64") for a in arrays]))
    with numpy.errstate(all="ignore"):
        found = row.f(*tensors(arrays, dtype))
    assert found.shape == expected.shape
    tol = TOLERANCE[dtype]
    numpy.testing.assert_allclose(
        found.asnumpy().astype(expected.dtype), expected, rtol=tol, atol=tol * (dtype != "float64")
    )
    return found


def test_every_operation_has_a_row():
    covered = {name for row in TABLE for name in row.covers.split()}
    functions = {name for name in ops.__all__ if inspect.isfunction(getattr(ops, name))} - {"raw_key"}
    assert not (set(ops.OPS) | functions) - covered - ELSEWHERE


@every(TABLE)
@FLOATS
def test_values_are_numpys_and_the_dtype_is_kept(row, dtype):
    arrays = row.draw(generator(row), some_shapes(row))
    found = agree(row, arrays, dtype)
    if row.smooth:
        assert found.dtype == dtype


@every([row for row in ELEMENTWISE if len(row.domains) > 1])
@settings(deadline=None, derandomize=True, max_examples=12)
@given(st.data())
def test_elementwise_values_broadcast_as_numpys_do(row, data):
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(num_shapes=len(row.domains), min_side=0, max_side=3, max_dims=3)
    )
    agree(row, row.draw(generator(row), shapes.input_shapes))


@every([row for row in ELEMENTWISE if len(row.domains) == 1])
@settings(deadline=None, derandomize=True, max_examples=6)
@given(hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
def test_elementwise_values_of_any_shape(row, shape):
    agree(row, row.draw(generator(row), [shape]))


@SMOOTH
def test_gradients_of_order_1_and_2_equal_differences(row):
    gradcheck(row.f, *row.draw(generator(row), some_shapes(row)), order=2, directions=1, rtol=1e-7)


@every([row for row in ELEMENTWISE if row.smooth])
@settings(deadline=None, derandomize=True, max_examples=4)
@given(st.data())
def test_gradients_of_drawn_shapes_equal_differences(row, data):
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(num_shapes=len(row.domains), min_side=0, max_side=3, max_dims=3)
    )
    gradcheck(row.f, *row.draw(generator(row), shapes.input_shapes), directions=1, rtol=1e-7)


@SMOOTH
@FLOATS
def test_gradients_keep_shape_and_dtype(row, dtype):
    inputs = tensors(row.draw(generator(row), some_shapes(row)), dtype)
    floating = [x for x in inputs if x.dtype.kind == "f"]
    for x in floating:
        x.attach_grad()
    with autograd.record():
        y = row.f(*inputs)
        slopes = autograd.grad(y, floating, create_graph=True)
    y.backward()
    for x, slope in zip(floating, slopes, strict=True):
        assert x.grad.shape == slope.shape == x.shape
        assert x.grad.dtype == slope.dtype == x.dtype == dtype
        tol = TOLERANCE[dtype]
        numpy.testing.assert_allclose(x.grad.asnumpy(), slope.asnumpy(), rtol=10 * tol, atol=10 * tol)


@SMOOTH
def test_non_contiguous_inputs_give_the_same_values_and_gradients(row):
    def strided(a):
        """The same values, every axis with a gap and the last one backwards."""
        wide = numpy.zeros([2 * n for n in a.shape])[(..., *(slice(None, None, 2) for _ in a.shape))]
        wide = wide[..., ::-1] if a.ndim else wide
        wide[...] = a
        return wide

    arrays = row.draw(generator(row), some_shapes(row))
    results = []
    for layout in (numpy.array, strided):
        inputs = [Tensor(layout(a)) if a.dtype.kind == "f" else Tensor(a) for a in map(numpy.asarray, arrays)]
        floating = [x for x in inputs if x.dtype.kind == "f"]
        for x in floating:
            x.attach_grad()
        with autograd.record():
            y = row.f(*inputs)
        y.backward()
        results.append([y.asnumpy(), *(x.grad.asnumpy() for x in floating)])
    for a, b in zip(*results, strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-14)


@every([row for row in TABLE if not row.smooth])
def test_what_has_no_gradient_is_not_recorded(row):
    inputs = tensors(row.draw(generator(row), some_shapes(row)))
    for x in inputs:
        if x.dtype.kind == "f":
            x.attach_grad()
    with numpy.errstate(all="ignore"), autograd.record():
        y = row.f(*inputs)
    assert y.node is None


@every(TABLE)
def test_an_output_that_shares_memory_shares_the_count_of_changes(row):
    inputs = tensors(row.draw(generator(row), some_shapes(row)))
    with numpy.errstate(all="ignore"):
        y = row.f(*inputs)
    for x in inputs:
        if y is not x and numpy.shares_memory(x.data, y.data):
            assert y.version is x.version


@every([row for row in ELEMENTWISE if len(row.domains) == 2])
@pytest.mark.parametrize("raw", [0, 1])
def test_a_numpy_array_a_list_or_a_number_may_stand_on_either_side(row, raw):
    arrays = row.draw(generator(row), [(3,), (3,)])
    expected = row.f(*tensors(arrays)).asnumpy()
    for stand_in in (numpy.asarray(arrays[raw]), arrays[raw].tolist()):
        inputs = tensors(arrays)
        inputs[raw] = stand_in
        numpy.testing.assert_allclose(row.f(*inputs).asnumpy(), expected, rtol=1e-13)
        for other in (1 - raw,) if row.smooth else ():
            inputs[other].attach_grad()
            with autograd.record():
                y = row.f(*inputs)
                slope = autograd.grad(y, inputs[other], create_graph=True)
            y.backward()
            numpy.testing.assert_allclose(slope.asnumpy(), inputs[other].grad.asnumpy(), rtol=1e-13)
    number = arrays[raw][0].item()
    inputs = tensors(arrays, "float32")
    inputs[raw] = number
    y = row.f(*inputs)
    inputs[raw] = np.array(
        numpy.asarray(arrays[raw][:1], dtype=arrays[raw].dtype if arrays[raw].dtype.kind != "f" else "f4")
    )
    numpy.testing.assert_allclose(y.asnumpy(), row.f(*inputs).asnumpy(), rtol=1e-5)
    if row.smooth:
        assert y.dtype == "float32"
        pair = [None, None]
        pair[1 - raw], pair[raw] = arrays[1 - raw], number
        gradcheck(lambda x: row.f(*[number if k == raw else x for k in range(2)]), pair[1 - raw], order=2, rtol=1e-7)
