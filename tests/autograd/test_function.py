"""Operations of one's own: Gluon's contract, gradients, and what is refused."""

from typing import NamedTuple

import numpy
import pytest

from minigrad import autograd, np
from minigrad.autograd import record
from minigrad.errors import GraphError, UsageError
from minigrad.gradcheck import gradcheck


class Product(autograd.Function):
    def forward(self, a, b):
        assert not autograd.is_recording()
        self.save_for_backward(a, b)
        return a * b

    def backward(self, dy):
        a, b = self.saved_tensors
        return dy * b, dy * a


class SumAndProduct(autograd.Function):
    def forward(self, a, b):
        self.save_for_backward(a, b)
        return a + b, a * b

    def backward(self, ds, dp):
        a, b = self.saved_tensors
        return ds + dp * b, ds + dp * a


def leaf(values, dtype="float64"):
    x = np.array(numpy.array(values, dtype=dtype))
    x.attach_grad()
    return x


def test_the_gradient_is_what_backward_returns():
    a, b = leaf([2.0, 3.0]), leaf([5.0, 7.0])
    with record():
        y = Product()(a, b) * 10
    y.backward()
    assert a.grad.tolist() == [50, 70]
    assert b.grad.tolist() == [20, 30]


def test_several_outputs_meet_in_one_backward():
    a, b = leaf([2.0]), leaf([5.0])
    with record():
        s, p = SumAndProduct()(a, b)
        loss = 2 * s + 3 * p
    loss.backward()
    assert a.grad.item() == 2 + 3 * 5
    assert b.grad.item() == 2 + 3 * 2


def test_an_output_that_is_not_used_gets_a_zero_gradient():
    a, b = leaf([2.0]), leaf([5.0])
    with record():
        _, p = SumAndProduct()(a, b)
    p.backward()
    assert (a.grad.item(), b.grad.item()) == (5, 2)


def test_it_stands_up_to_gradcheck_twice():
    gradcheck(lambda a, b: Product()(a, b), np.array([1.5, -2.0]), np.array([0.5, 3.0]), order=2)


def test_one_object_is_called_once():
    product = Product()
    product(leaf([1.0]), leaf([2.0]))
    with pytest.raises(AssertionError, match="make a new one for each call"):
        product(leaf([1.0]), leaf([2.0]))


def test_the_wrong_number_of_gradients_is_named():
    class Wrong(Product):
        def backward(self, dy):
            return dy

    with record():
        y = Wrong()(leaf([1.0]), leaf([2.0]))
    with pytest.raises(UsageError, match=r"one gradient for each input \(2\), or None .* returned 1"):
        y.backward()


def test_a_gradient_of_the_wrong_shape_is_named():
    class Wrong(Product):
        def backward(self, dy):
            return dy.sum(), dy

    with record():
        y = Wrong()(leaf([1.0, 2.0]), leaf([2.0, 3.0]))
    with pytest.raises(UsageError, match=r"shape \(\) for input 0 of shape \(2,\)"):
        y.backward()


def test_none_stands_for_no_gradient():
    class Half(Product):
        def backward(self, dy):
            _, b = self.saved_tensors
            return dy * b, None

    a, b = leaf([2.0]), leaf([5.0])
    with record():
        y = Half()(a, b)
    y.backward()
    assert (a.grad.item(), b.grad.item()) == (5, 0)


def test_an_input_without_a_gradient_gets_zeros_also_where_it_is_infinite():
    class First(autograd.Function):
        def forward(self, a, b):
            return a

        def backward(self, dy):
            return dy, None

    a, b = np.array([1.0, 2.0]), np.array([numpy.inf, numpy.nan])
    for x in (a, b):
        x.attach_grad()
    with autograd.record():
        y = First()(a, b)
    y.backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([1, 1], [0, 0])


def test_a_saved_array_changed_in_place_is_refused():
    class Keeps(autograd.Function):
        def forward(self, x):
            self.kept = x * 2
            self.save_for_backward(self.kept)
            return x * x

        def backward(self, dy):
            return dy * self.saved_tensors[0]

    function, x = Keeps(), leaf([3.0])
    with record():
        y = function(x)
    function.kept[:] = 0
    with pytest.raises(GraphError, match="changed in place"):
        y.backward()


def test_a_second_derivative_through_a_saved_intermediate_is_refused_not_wrong():
    class Cube(autograd.Function):
        def forward(self, x):
            self.save_for_backward(3 * x * x)
            return x**3

        def backward(self, dy):
            return dy * self.saved_tensors[0]

    x = leaf([2.0])
    with record():
        y = Cube()(x)
        with pytest.raises(GraphError, match="saved an array that is neither an input nor an output"):
            autograd.grad(y, x, create_graph=True)


class Kept(autograd.Function):
    """x^3 where x > 0 and -x^3 elsewhere, with what `how` says kept on the object."""

    def __init__(self, how):
        self.how = how

    def forward(self, x):
        self.x, self.y = x, x**3 * np.sign(x)
        return self.y

    def backward(self, dy):
        return {
            "the output": lambda: 3 * dy * self.y / self.x,
            "a condition": lambda: 3 * dy * self.x * self.x * self.sign(),
            "NumPy": lambda: np.array(3 * dy.asnumpy() * self.x.asnumpy() ** 2 * self.sign()),
            "NumPy in part": lambda: 3 * dy * np.array(self.x.asnumpy() ** 2) * self.sign(),
            "Python": lambda: np.array([3 * dy.item() * self.x.item() ** 2 * self.sign()]),
        }[self.how]()

    def sign(self):
        return 1 if (self.x.detach() > 0).asnumpy().all() else -1


@pytest.mark.parametrize("how", ["the output", "a condition"])
def test_what_is_kept_on_the_object_is_differentiated_again(how):
    gradcheck(lambda x: Kept(how)(x), np.array([0.5, 2.0]), order=3)
    gradcheck(lambda x: Kept(how)(x), np.array([-0.5, -2.0]), order=3)


@pytest.mark.parametrize(
    ("how", "x", "sentence"),
    [
        ("NumPy", [2.0, 3.0], "turned an array into one of NumPy"),
        ("NumPy in part", [2.0, 3.0], "turned an array into one of NumPy"),
        ("NumPy", [2.0], "read numbers, and its gradient of input 0 does not follow from arrays"),
        ("Python", [2.0], "read numbers, and its gradient of input 0 does not follow from arrays"),
    ],
)
def test_a_second_derivative_that_would_be_incomplete_is_refused_not_wrong(how, x, sentence):
    """It was 0 without a word. The first derivative may be computed in any way."""
    gradcheck(lambda x: Kept(how)(x), np.array(x))
    x = leaf(x)
    with record():
        y = Kept(how)(x).sum()
        with pytest.raises(GraphError, match=sentence):
            autograd.grad(y, x, create_graph=True)


class Named(NamedTuple):
    y: np.ndarray


class Exponential(autograd.Function):
    """exp(x), which keeps what its backward needs in the way `keep` says."""

    def __init__(self, keep):
        self.keep = keep

    def forward(self, x):
        y = np.exp(x)
        if self.keep == "attribute":
            self.y = y
        elif self.keep == "dict":
            self.y = {"y": [y]}
        elif self.keep == "named tuple":
            self.y = Named(y)
        elif self.keep == "nested":
            self.save_for_backward((y, x), 3)
        elif self.keep == "intermediate":
            self.y, y = y, y + 0
        else:
            self.y = y.asnumpy()
        return y

    def backward(self, dy):
        kept = self.saved_tensors[0] if self.keep == "nested" else self.y
        y = kept["y"][0] if self.keep == "dict" else kept[0] if isinstance(kept, tuple) else kept
        return dy * np.array(y) if self.keep == "numpy" else dy * y


@pytest.mark.parametrize("keep", ["attribute", "dict", "named tuple", "nested"])
def test_an_output_kept_in_any_way_is_differentiated_again(keep):
    x = leaf([0.5])
    with record():
        y = Exponential(keep)(x)
        slope = autograd.grad(y, x, create_graph=True)
        curvature = autograd.grad(slope, x, create_graph=True)
    curvature.backward()
    for found in (slope, curvature, x.grad):
        numpy.testing.assert_allclose(found.asnumpy(), numpy.exp([0.5]), rtol=1e-6)


@pytest.mark.parametrize("keep", ["intermediate", "numpy"])
def test_a_second_derivative_through_an_attribute_that_is_no_output_is_refused_not_wrong(keep):
    x = leaf([0.5])
    with record():
        y = Exponential(keep)(x)
        with pytest.raises(GraphError, match="saved an array that is neither an input nor an output"):
            autograd.grad(y, x, create_graph=True)
    y.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), numpy.exp([0.5]), rtol=1e-6)


def test_a_second_derivative_of_a_plain_array_is_refused_not_wrong():
    class Square(autograd.Function):
        def forward(self, x):
            self.x = x
            return x * x

        def backward(self, dy):
            return 2 * self.x.asnumpy() * dy.asnumpy()

    x = leaf([3.0])
    with record():
        y = Square()(x)
        with pytest.raises(GraphError, match="plain array for input 0, which records nothing"):
            autograd.grad(y, x, create_graph=True)
    y.backward()
    assert x.grad.tolist() == [6]


def test_an_input_that_is_an_attribute_and_was_changed_in_place_is_refused():
    class Square(autograd.Function):
        def forward(self, x):
            self.x = x
            return x * x

        def backward(self, dy):
            return 2 * self.x * dy

    x = leaf([3.0])
    with record():
        z = x * 1
        y = Square()(z)
    z[...] = 5
    with pytest.raises(GraphError, match="changed in place before backward"):
        y.backward()


def test_a_pair_of_outputs_with_a_vjp_is_differentiated_again():
    @autograd.with_vjp(lambda g, h, y, x: g * y[0] + 2 * h)
    def pair(x):
        return np.exp(x), 2 * x

    x = leaf([0.5])
    with record():
        slope = autograd.grad(pair(x)[0], x, create_graph=True)
    slope.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), numpy.exp([0.5]), rtol=1e-6)


def test_without_recording_it_is_only_its_forward():
    assert Product()(leaf([2.0]), leaf([3.0])).tolist() == [6]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_with_vjp_is_differentiable_as_often_as_its_vjp(order):
    @autograd.with_vjp(lambda g, y, x: g * y)
    def exp(x):
        return np.exp(x)

    x = leaf([0.5, -1.0])
    with record():
        y = exp(x)
        for _ in range(order):
            y = autograd.grad(y, x, create_graph=True)
    numpy.testing.assert_allclose(y.asnumpy(), numpy.exp([0.5, -1.0]), rtol=1e-14)


def test_with_vjp_of_two_inputs():
    @autograd.with_vjp(lambda g, y, a, b: (g / b, -g * y / b))
    def ratio(a, b):
        return a / b

    gradcheck(ratio, np.array([1.0, 2.0]), np.array([3.0, -4.0]), order=2)


class Sigmoid(autograd.Function):
    """What Gluon's own text shows: it saves its output."""

    def forward(self, x):
        y = 1 / (1 + np.exp(-x))
        self.save_for_backward(y)
        return y

    def backward(self, dy):
        (y,) = self.saved_tensors
        return dy * y * (1 - y)


def test_a_saved_output_is_differentiated_again():
    gradcheck(lambda x: Sigmoid()(x), np.array([0.5, -1.0]), order=3)
    gradcheck(lambda x: Sigmoid()(Sigmoid()(x) * x), np.array([[0.5, -1.0]]), order=2)


class Largest(autograd.Function):
    """Outputs of three dtypes, one of them whole numbers; NumPy inside."""

    def forward(self, x):
        values = x.asnumpy()
        self.place = values.argmax()
        return values.max(), x.astype("float64") * 2, self.place

    def backward(self, dmax, ddouble):
        d = numpy.zeros(self._inputs[0].shape, "float32")
        d[self.place] = dmax.item()
        return d + 2 * ddouble.asnumpy()


def test_outputs_keep_their_dtypes_and_whole_numbers_are_constants():
    x = leaf([1.0, 5.0, 2.0], "float32")
    with record():
        top, double, place = Largest()(x)
        loss = 3 * top + double.sum()
    assert (top.dtype, double.dtype, place.dtype) == ("float32", "float64", "int64")
    assert place.item() == 1
    assert place.node is None
    loss.backward()
    assert x.grad.tolist() == [2, 5, 2]
    assert x.grad.dtype == "float32"


def test_the_same_input_twice_gets_both_gradients():
    a = leaf([3.0])
    with record():
        y = Product()(a, a)
    y.backward()
    assert a.grad.item() == 6


def test_inputs_that_are_no_arrays_need_no_gradient():
    class Power(autograd.Function):
        def forward(self, x, n):
            self.n = n
            self.save_for_backward(x)
            return x**n

        def backward(self, dy):
            (x,) = self.saved_tensors
            return dy * self.n * x ** (self.n - 1), None

    gradcheck(lambda x: Power()(x, 3), np.array([1.5, -2.0]), order=2)


def test_a_function_is_one_of_a_graph_that_is_used_twice_or_freed():
    a, b = leaf([2.0]), leaf([3.0])
    with record():
        y = Product()(a, b)
    y.backward(retain_graph=True)
    y.backward()
    assert a.grad.item() == 3
    with pytest.raises(GraphError, match="used and freed"):
        y.backward()


def test_a_function_leaves_no_cycle_behind():
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        for run in (True, False):
            function, x = Sigmoid(), leaf(numpy.ones(10))
            with record():
                y = function(x)
            if run:
                y.backward()
            seen = weakref.ref(function)
            del function, y
            assert seen() is None
    finally:
        gc.enable()
