"""CUDA graphs of a network: on a real GPU, and on a stand-in whose graphs repeat calls at the same addresses."""

import ctypes
from contextlib import nullcontext
from types import SimpleNamespace

import numpy
import pytest

from minigrad import autograd, gluon, gpu
from minigrad.gluon.replay import capture
from tests.gluon.replay.networks import NETWORKS, Gated, batch, dense, made, plans, same, trained

CAPTURED = "# Captured as two CUDA graphs.\n# CuPy's calls\n"


class Stream:
    def __init__(self, non_blocking):
        self.ptr = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def synchronize(self):
        pass


def repeated(stream, function):
    """In place of a graph: the function is called again, and what it returns is written where it was at first."""
    value = function()

    def launch():
        again = function()
        if value is not None:
            value[...] = again

    return value, SimpleNamespace(launch=launch)


@pytest.fixture
def graphs(gpus, monkeypatch):
    gpus.cuda.Stream, gpus.cuda.MemoryPool = Stream, lambda: SimpleNamespace(malloc=None)
    gpus.cuda.using_allocator = lambda malloc: nullcontext()
    products = SimpleNamespace(begin=lambda xp, stream: None, dot=gpus.ndarray.dot)
    monkeypatch.setattr(capture, "products_of", lambda device_id: products)
    monkeypatch.setattr(capture, "captured", repeated)
    with gpu(0):
        yield


@pytest.mark.gpu
@pytest.mark.parametrize("name", NETWORKS)
def test_on_a_gpu_training_is_the_same_to_the_bit(name):
    with gpu(0):
        training_is_the_same(name)


@pytest.mark.parametrize("name", NETWORKS)
def test_training_is_the_same_to_the_bit(name, graphs):
    training_is_the_same(name)


def training_is_the_same(name):
    batches = [batch(4, 5, seed=k) for k in range(6)]
    net = made(NETWORKS[name], True)
    assert same(trained(net, batches), trained(made(NETWORKS[name], False), batches))
    (text,) = net.programs()
    assert text.startswith(CAPTURED) != ("slices" in name)  # gradients of slices are not captured


def test_a_prediction_has_a_forward_graph_only(graphs):
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    for k in range(5):
        assert same([net(batch(4, 5, seed=k)).asnumpy()], [plain(batch(4, 5, seed=k)).asnumpy()])
    assert net.programs()[0].startswith(CAPTURED)


def test_what_was_returned_stays_as_it_is(graphs):
    net, plain = made(NETWORKS["tanh"], True), made(NETWORKS["tanh"], False)
    kept, expected = [], []
    for seen, network in ((kept, net), (expected, plain)):
        weights = [p.data() for p in network.collect_params().values()]
        for k in range(6):
            with autograd.record():
                y = network(batch(4, 5, seed=k))
                loss = (y * y).sum()
            seen += [y, *autograd.grad(loss, weights)]
    assert same([a.asnumpy() for a in kept], [a.asnumpy() for a in expected])
    assert net.programs()[0].startswith(CAPTURED)


def test_calls_of_one_graph_have_arrays_of_their_own(graphs):
    found = []
    for hybrid in (True, False):
        net = made(lambda: dense(5, 8, 5), hybrid)
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        for k in range(4):
            with autograd.record():
                y = net(net(net(batch(4, 5, seed=k))))
                y.sum().backward(retain_graph=True)
                y.sum().backward()
            trainer.step(1)
        found.append([p.data().asnumpy() for p in net.collect_params().values()])
    assert same(*found)


def test_several_inputs_and_their_gradients(graphs):
    found = []
    for hybrid in (True, False):
        net, seen = made(Gated, hybrid), []
        for k in range(4):
            a, b = batch(4, 5, seed=k), batch(4, 5, seed=k + 9)
            for x in (a, b):
                x.attach_grad()
            with autograd.record():
                y = net(a, b)
            y.backward(batch(4, 5, seed=7)[:, ::-1])
            seen += [y.asnumpy(), a.grad.asnumpy(), b.grad.asnumpy()]
        found.append(seen)
        if hybrid:
            assert net.programs()[0].startswith(CAPTURED)
    assert same(*found)


def test_parameters_that_move_are_followed(graphs):
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    for k in range(12):
        for network in (net, plain):
            if k % 4 == 0:
                p = network[0].weight.data()
                p.data = (p * 1.5).data
        assert same([net(batch(4, 5, seed=k)).asnumpy()], [plain(batch(4, 5, seed=k)).asnumpy()])
    assert net.programs()[0].startswith(CAPTURED)


def test_graphs_that_would_differ_are_not_used(graphs, monkeypatch):
    def off(stream, function):
        value, graph = repeated(stream, function)

        def launch():
            graph.launch()
            if value is not None:
                value[...] *= 1 + 1e-6

        return value, SimpleNamespace(launch=launch)

    monkeypatch.setattr(capture, "captured", off)
    batches = [batch(4, 5, seed=k) for k in range(5)]
    net = made(NETWORKS["relu"], True)
    assert same(trained(net, batches), trained(made(NETWORKS["relu"], False), batches))
    assert net.programs()[0].startswith("# CuPy's calls\n")


class Turned(gluon.HybridBlock):
    """Products with the input or the output transposed."""

    pure = True

    def __init__(self, first):
        super().__init__()
        self.first, self.part = first, dense(5, 5, 5)

    def forward(self, x):
        return self.part(x.T) if self.first else self.part(x).T


@pytest.mark.parametrize("first", [True, False])
def test_what_is_not_in_order_is_not_captured_since_copies_would_be(first, graphs):
    found = []
    for hybrid in (True, False):
        net, seen, x = made(lambda: Turned(first), hybrid), [], batch(5, 5)
        x.attach_grad()
        for _ in range(4):
            with autograd.record():
                y = net(x)
            y.backward()
            seen += [y.asnumpy(), x.grad.asnumpy()]
            assert y.data.flags.c_contiguous == first
        found.append(seen)
        if hybrid:
            assert net.programs()[0].startswith("# CuPy's calls\n")
    assert same(*found)


def test_no_more_than_some_graphs_are_captured(graphs, monkeypatch):
    count = []
    monkeypatch.setattr(capture, "captured", lambda *args: count.append(0) or repeated(*args))
    net = made(NETWORKS["relu"], True)
    held = []
    for k in range(20):
        with autograd.record():
            held.append(net(batch(4, 5, seed=k)))
    assert len(count) == 2 * capture.MOST and len(plans(net)) == 1


@pytest.mark.parametrize(
    ("line", "can"),
    [
        ("add(x, x)", True), ("dot(x, x.T)", True), ("x.sum(axis=0).reshape((2, 1))", True), ("x[:, None, 1:]", True),
        ("take(x, k)", False), ("x[k]", False), ("x[:, (k, 0)]", False), ("x.take(0)", False), ("asarray(x)", False),
        ("array([1.0])", False), ("where(x, x, 0.0)", True), ("add(x, f(x)[0])", False),
    ],
)  # fmt: skip
def test_nothing_is_captured_that_could_copy_from_the_host(line, can):
    assert capture.can_be_captured(SimpleNamespace(source=f"def forward(x):\n    return {line}")) is can


def test_a_capture_that_fails_is_ended():
    ended = []

    def fails():
        raise ValueError("in the middle")

    stream = SimpleNamespace(begin_capture=lambda: None, end_capture=lambda: ended.append(0) or 1 / 0)
    with pytest.raises(ValueError, match="in the middle"):
        capture.captured(stream, fails)
    assert ended == [0]


def test_a_capture_is_the_value_and_the_graph():
    stream = SimpleNamespace(begin_capture=lambda: None, end_capture=lambda: "graph")
    assert capture.captured(stream, lambda: 3) == (3, "graph")


# Products


def gemm(
    handle, turn_a, turn_b, m, n, k, alpha, a, kind_a, lda, b, kind_b, ldb, beta, c, kind_c, ldc, compute, algorithm
):
    """C (m, n) = A B, of which A or B may be transposed, all stored column by column, as cuBLAS's manual says."""
    assert {kind_a, kind_b, kind_c} == {kind_a} and (kind_a, compute) in ((0, 68), (1, 70)) and algorithm == -1
    number = ctypes.c_double if kind_a else ctypes.c_float
    assert (alpha._obj.value, beta._obj.value) == (1, 0) and type(alpha._obj) is type(beta._obj) is number

    def columns(pointer, turned, rows, count, apart):
        rows, count = (count, rows) if turned else (rows, count)
        memory = (number * (apart * count)).from_address(pointer.value)
        found = numpy.ctypeslib.as_array(memory).reshape(count, apart)[:, :rows].T
        return found.T if turned else found

    columns(c, 0, m, n, ldc)[...] = columns(a, turn_a, m, k, lda) @ columns(b, turn_b, k, n, ldb)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cublas_is_told_what_numpy_computes(dtype, graphs):
    products = object.__new__(capture.Products)
    products.handle, products.call = None, lambda name, *args: gemm(*args)
    a, b = (batch(*shape, dtype=dtype).as_in_ctx(gpu(0)).data for shape in ((3, 4), (4, 5)))
    for left in (a, a.T.copy().T):
        for right in (b, b.T.copy().T):
            into = a.dot(b)
            into.fill(7.0)
            for found in (products.dot(left, right), products.dot(left, right, into)):
                numpy.testing.assert_allclose(found.get(), a.get() @ b.get(), rtol=1e-5)


def test_other_products_are_not_captured(graphs):
    products = object.__new__(capture.Products)
    a = batch(4, 4).as_in_ctx(gpu(0)).data
    for left, right in (
        (a[0], a),
        (a[:, ::2], a[:2]),
        (a, a.astype("float64")),
        (a[:0], a),
        (a.astype("float16"),) * 2,
    ):
        with pytest.raises(capture.Unreplayable):
            products.dot(left, right)


def test_a_failure_of_cublas_is_noticed():
    products = object.__new__(capture.Products)
    products.library = SimpleNamespace(cublasCreate_v2=lambda handle: 1)
    with pytest.raises(capture.Unreplayable):
        products.call("cublasCreate_v2", None)
