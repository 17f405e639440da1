"""What an operation accepts; and a sentence for whatever else it is given, never a bare error from below."""

import contextlib
import inspect
import io
import itertools
import random
import warnings
from fractions import Fraction

import numpy
import pytest

import minigrad
from minigrad import autograd, gluon, nd, np, npx
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, MinigradError, NotNumbersError
from minigrad.kvstore import create

V = numpy.array([1.0, 2.0, 3.0], "float32")


@pytest.mark.parametrize("value", [None, "a", b"a", {}, {1}, object(), [None], ["a"], (v for v in V), slice(2), int])
@pytest.mark.parametrize(
    "call",
    [
        lambda v: np.add(np.array(V), v), lambda v: np.sum(v), lambda v: np.array(v), lambda v: np.argmax(v),
        lambda v: np.concatenate([np.array(V), v]), lambda v: np.kron(v, np.array(V)), lambda v: np.median(v),
        lambda v: npx.softmax(v), lambda v: nd.broadcast_mul(nd.array(V), v), lambda v: np.linalg.norm(v),
        lambda v: np.array(V) * v,
    ],
)  # fmt: skip
def test_what_is_not_an_array_is_refused_in_a_sentence(call, value):
    with pytest.raises(MinigradError, match=r"expects numbers|cannot |takes "):
        call(value)


def test_the_sentence_says_who_got_what():
    with pytest.raises(NotNumbersError, match=r"add\(\) got None, but expects numbers: an array, a number or a list"):
        np.add(np.array(V), None)
    with pytest.raises(NotNumbersError, match=r"multiply\(\) got a value of type dict, but"):
        np.array(V) * {}
    with pytest.raises(DTypeError, match="'float99' is not a dtype of numbers"):
        np.zeros(2, dtype="float99")
    with pytest.raises(TypeError, match=r"A device is given as minigrad.cpu\(\) or .* got 'cpu'"):
        np.zeros(2, ctx="cpu")
    with pytest.raises(TypeError, match=r"vstack\(\) got an unexpected keyword argument 'dtype'. See its help"):
        np.vstack([V], dtype="int8")
    with pytest.raises(IndexError, match=r"getitem\(\) cannot work with what it got .*(?i:index) 7 is out of bounds"):
        np.array(V)[7]
    with pytest.raises(TypeError, match=r"out=a value of type dict"):
        np.exp(np.array(V), out={})
    with pytest.raises(numpy.linalg.LinAlgError, match=r"linalg\.cholesky\(\): .*(not positive definite|potrf)"):
        np.linalg.cholesky(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_lists_fractions_and_arrays_of_other_libraries_are_taken(on_gpu):
    x = np.array(V)
    assert (x + Fraction(1, 2)).tolist() == [1.5, 2.5, 3.5]
    assert np.argmax([1, 3, 2]).item() == 1
    assert np.median([3.0, 1.0, 2.0]).item() == 2
    if on_gpu:
        with pytest.raises(MinigradError, match=r"add\(\) cannot work with what it got .*too large to convert"):
            x + 10**20  # CuPy passes whole numbers on as those of C; 1e20 is one of float32
    else:
        assert (x + 10**20).dtype == "float32"
    torch = pytest.importorskip("torch")
    assert np.exp(torch.zeros(2)).tolist() == [1, 1]
    assert np.stack([torch.ones(3), x]).tolist() == [[1, 1, 1], [1, 2, 3]]
    with pytest.raises(DTypeError, match="requires? grad"):
        np.array(torch.ones(2, requires_grad=True))


def test_a_network_takes_numpys_arrays_and_says_what_to_do_with_a_list():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(3, activation="relu"), gluon.nn.Dropout(0.5))
    net.initialize()
    expected = net(np.array([V])).asnumpy()
    assert type(net(V[None])) is Tensor
    net.hybridize()
    for _ in range(3):
        numpy.testing.assert_array_equal(net(V[None]).asnumpy(), expected)
    lstm = gluon.rnn.LSTM(2)
    lstm.initialize()
    assert lstm(numpy.zeros((4, 1, 3), "float32"), [numpy.zeros((1, 1, 2), "float32")] * 2)[0].shape == (4, 1, 2)
    words = gluon.nn.Embedding(3, 2)
    words.initialize()
    numpy.testing.assert_array_equal(words([2, 0]).asnumpy(), words.weight.data().asnumpy()[[2, 0]])
    with pytest.raises(DTypeError, match=r"Dense '.*' was called with a list of float; make it an array first"):
        net([1.0, 2.0])


def test_numpys_arrays_are_inputs_labels_head_gradients_and_values_of_a_store():
    net, loss = gluon.nn.Dense(2, in_units=3), gluon.loss.SoftmaxCrossEntropyLoss()
    net.initialize()
    with autograd.record():
        value = loss(net(V[None]), numpy.array([1]))
    value.backward(numpy.array([2.0], "float32"))
    doubled = net.weight.grad().asnumpy().copy()
    with autograd.record():
        value = loss(net(np.array(V[None])), np.array([1]))
    value.backward()
    numpy.testing.assert_allclose(doubled, 2 * net.weight.grad().asnumpy(), rtol=1e-6)
    store, out = create("local"), np.zeros(3)
    store.init("a", 0 * V)
    store.push("a", [V, V])
    store.pull("a", out)
    assert out.tolist() == [2, 4, 6]
    assert autograd.hessian(lambda x: (x * x).sum(), V).tolist() == (2 * numpy.eye(3)).tolist()


def junk():
    """One of each kind, new each time: a generator is used up."""
    return [
        None, "a", 1.5, -1, 0, 2, [], [[1], [2, 3]], {}, object(), {1}, (x for x in [1]), 10**30, float("nan"), 1 + 2j,
        "float99", "cpu", np.array(V), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 2], dtype="int64"),
        np.array(2.5), np.array([1, 2], dtype="float16"), np.array([True, False]), np.zeros((0, 3)), V,
        numpy.array(["a", "b"]), numpy.array([None]), numpy.float64(2), [1.0, 2.0], (2, 3), [np.array(1.0)], True,
        slice(None), minigrad.cpu(), int, "int32", Ellipsis,
    ]  # fmt: skip


def functions():
    without = {"seed", "set_seed", "loadtxt", "genfromtxt", "savetxt", "save", "load", "savez"}
    helpers = {"minigrad.device", "minigrad.npx.switches"}
    for space in (np, npx, nd, np.linalg, np.random):
        for name in sorted(space.__all__):
            f = getattr(space, name)
            module = getattr(f, "__module__", None) or ""
            ours = module.startswith("minigrad") and module not in helpers
            if callable(f) and ours and not inspect.isclass(f) and name not in without and name[0] != "_":
                yield f"{space.__name__}.{name}", f


def test_nonsense_is_answered_by_sentences():
    draw, known = random.Random(0), list(functions())
    assert len(known) > 400
    for name, f in itertools.islice(itertools.cycle(known), 2500):
        args = [draw.choice(junk()) for _ in range(draw.randint(1, 3))]
        kwargs = {}
        if draw.random() < 0.25:
            kwargs[draw.choice(["axis", "dtype", "ctx", "keepdims", "foo"])] = draw.choice(junk())
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                found = f(*args, **kwargs)
            except (MinigradError, MemoryError):
                continue
            except Exception as error:
                raise AssertionError(f"{name}(*{args}, **{kwargs}) raised {type(error).__name__}: {error}") from error
        for x in found if isinstance(found, (list, tuple)) else [found]:
            assert not isinstance(x, Tensor) or x.dtype.kind in "biufc", (name, args)
