"""Convolution against loops over every pixel, its gradients against differences, and the memory that it keeps."""

import itertools
import tracemalloc

import numpy
import pytest

from minigrad import autograd, np, ops
from minigrad.errors import ShapeError
from minigrad.gradcheck import gradcheck
from minigrad.ops import conv, convolution, pooling
from tests.ops.differences import differences

rng = numpy.random.default_rng(5)


def windows_by_loops(x, kernel, stride, dilate):
    """Every (place, what the kernel sees there, per sample and channel), one by one."""
    places = [(m - d * (k - 1) - 1) // s + 1 for m, k, s, d in zip(x.shape[2:], kernel, stride, dilate)]
    for place in itertools.product(*map(range, places)):
        at = [range(p * s, p * s + d * k, d) for p, s, d, k in zip(place, stride, dilate, kernel)]
        yield place, places, x[:, :, *numpy.ix_(*at)]


def convolution_by_loops(x, weight, bias, stride, padding, dilate, groups):
    x = numpy.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    y = None
    for place, places, seen in windows_by_loops(x, weight.shape[2:], stride, dilate):
        y = numpy.zeros((len(x), len(weight), *places)) if y is None else y
        for n, o in itertools.product(range(len(x)), range(len(weight))):
            width = weight.shape[1]
            first = o // (len(weight) // groups) * width
            y[n, o, *place] = (seen[n, first : first + width] * weight[o]).sum() + bias[o]
    return y


CONVOLUTIONS = {
    "1-d": ((2, 3, 9), (4, 3, 4), (3,), (2,), (1,), 1),
    "2-d": ((2, 3, 5, 6), (4, 3, 3, 2), (1, 1), (0, 0), (1, 1), 1),
    "strided and padded unevenly": ((2, 2, 7, 6), (3, 2, 3, 2), (2, 3), (1, 0), (1, 1), 1),
    "dilated": ((1, 2, 7, 7), (2, 2, 3, 2), (1, 2), (1, 1), (2, 3), 1),
    "grouped": ((2, 4, 5, 5), (6, 2, 2, 2), (2, 2), (1, 1), (1, 1), 2),
    "depthwise": ((2, 3, 4, 4), (3, 1, 2, 2), (1, 1), (0, 0), (1, 1), 3),
    "3-d": ((1, 2, 3, 4, 3), (2, 2, 2, 2, 2), (1, 2, 1), (0, 1, 0), (1, 1, 1), 1),
    "1 x 1": ((3, 4, 2, 2), (5, 4, 1, 1), (1, 1), (0, 0), (1, 1), 1),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution_equals_a_loop_over_pixels_and_its_gradients_equal_differences(name):
    x_shape, w_shape, *options = CONVOLUTIONS[name]
    raw = [rng.standard_normal(s) for s in (x_shape, w_shape, w_shape[:1])]
    x, w, b = tensors = [np.array(v) for v in raw]
    for t in tensors:
        t.attach_grad()
    with autograd.record():
        y = convolution(x, w, b, *options)
    expected = convolution_by_loops(*raw, *options)
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12, atol=1e-12)
    g = rng.standard_normal(y.shape)
    y.backward(np.array(g))
    for t, v in zip(tensors, raw):
        slope = differences(lambda: convolution_by_loops(*raw, *options), v, g)
        numpy.testing.assert_allclose(t.grad.asnumpy(), slope, rtol=1e-6, atol=1e-7)


def test_the_second_derivative_of_a_convolution_equals_differences_of_the_first():
    x, w = np.array(rng.standard_normal((2, 2, 4, 4))), np.array(rng.standard_normal((3, 2, 2, 2)))
    assert gradcheck(lambda x, w: convolution(x, w, None, 2, 1) ** 3, x, w, order=2)


def test_convolution_keeps_float32_and_float16_and_works_without_bias_or_samples():
    for dtype in ("float32", "float16"):
        x, w = np.ones((2, 1, 3, 3), dtype=dtype), np.ones((1, 1, 2, 2), dtype=dtype)
        y = convolution(x, w)
        assert y.dtype == dtype
        assert (y == 4).all()
    assert convolution(np.zeros((0, 1, 3, 3)), np.ones((5, 1, 2, 2))).shape == (0, 5, 2, 2)


def test_convolution_of_a_view_with_the_samples_last_is_the_same():
    x, w = rng.standard_normal((3, 2, 5, 5)), np.array(rng.standard_normal((4, 2, 3, 3)))
    last = np.array(numpy.ascontiguousarray(numpy.moveaxis(x, 0, -1)))
    numpy.testing.assert_allclose(
        convolution(np.moveaxis(last, -1, 0), w).asnumpy(), convolution(np.array(x), w).asnumpy(), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("x", "w", "options", "said"),
    [
        ((1, 3, 5, 5), (2, 4, 3, 3), {}, "4 channels"),
        ((1, 3, 5), (2, 3, 3, 3), {}, r"\(1, 3, 5\)"),
        ((1, 4, 5, 5), (3, 2, 3, 3), {"groups": 2}, "multiple of the groups"),
        ((1, 3, 2, 5), (2, 3, 3, 3), {}, "smaller kernel"),
    ],
)
def test_a_convolution_that_does_not_fit_says_so_with_the_shapes(x, w, options, said):
    with pytest.raises(ShapeError, match=said):
        convolution(np.zeros(x), np.zeros(w), **options)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_slabs_of_one_row_give_the_same_as_one_slab(name, monkeypatch):
    x_shape, w_shape, *options = CONVOLUTIONS[name]
    x, w = (np.array(rng.standard_normal(s)) for s in (x_shape, w_shape))
    found = []
    for size in (1, 1 << 30):
        monkeypatch.setattr(conv, "SLAB", size)
        monkeypatch.setattr(conv, "SLAB_ON_GPU", size)
        for t in (x, w):
            t.attach_grad()
        with autograd.record():
            y = convolution(x, w, None, *options)
        y.backward(np.array(numpy.ones(y.shape)))
        found.append([a.asnumpy() for a in (y, x.grad, w.grad)])
    for a, b in zip(*found):
        numpy.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def test_a_kernel_of_one_place_copies_nothing_so_that_one_slab_is_enough(monkeypatch):
    monkeypatch.setattr(conv, "SLAB", 1)
    slabs = {k: len(list(conv._slabs(numpy, (3, k, k, 5, 6, 2), numpy.dtype("float32")))) for k in (1, 2)}
    assert slabs == {1: 1, 2: 5}


def test_a_recorded_convolution_keeps_its_input_and_not_the_columns(monkeypatch):
    monkeypatch.setattr(conv, "SLAB", 1 << 18)
    monkeypatch.setattr(conv, "SLAB_ON_GPU", 1 << 18)
    x = np.array(rng.standard_normal((8, 16, 48, 48)), dtype="float32")
    weights = [np.array(rng.standard_normal((16, 16, 3, 3)) / 12, dtype="float32") for _ in range(4)]
    for w in weights:
        w.attach_grad()
    tracemalloc.start()
    try:
        with autograd.record():
            y = x
            for w in weights:
                y = convolution(y, w, None, 1, 1)
        kept, peak = tracemalloc.get_traced_memory()
        y.backward()
        peak = max(peak, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    one = x.data.nbytes
    assert kept < 4.5 * one  # the four results
    assert peak < 9 * one + 4 * conv.SLAB  # the columns of one layer alone have nine times the size of its input


def test_convolution_and_pooling_agree_with_torch_on_a_lenet():
    torch = pytest.importorskip("torch")
    raw = [rng.standard_normal(s) for s in ((4, 1, 28, 28), (6, 1, 5, 5), (6,), (8, 6, 5, 5), (8,))]
    ours, theirs = [np.array(v) for v in raw], [torch.tensor(v, requires_grad=True) for v in raw]
    for t in ours:
        t.attach_grad()

    def lenet(conv, pool, relu, x, w1, b1, w2, b2):
        return pool(relu(conv(pool(relu(conv(x, w1, b1)), 2), w2, b2)), 2).reshape(4, -1).sum()

    with autograd.record():
        y = lenet(convolution, pooling, ops.relu, *ours)
    y.backward()
    F = torch.nn.functional
    lenet(F.conv2d, F.max_pool2d, F.relu, *theirs).backward()
    for a, b in zip(ours, theirs):
        numpy.testing.assert_allclose(a.grad.asnumpy(), b.grad.numpy(), rtol=1e-9, atol=1e-9)


def test_a_gradient_of_other_places_than_the_windows_is_refused():
    for shape in ((1, 1, 4), (2, 1, 2), (1, 1, 1)):
        with pytest.raises(ShapeError, match=r"weigh\(\) got g of shape"):
            ops.weigh(np.ones((1, 1, 3)), np.ones(shape), (2,), (1,), (0,), (1,), 1)
