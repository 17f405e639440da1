"""The checker itself, on derivatives that are wrong on purpose, each in its own way."""

import numpy
import pytest

from minigrad import autograd, gluon, np, ops
from minigrad.engine.operation import Op
from minigrad.errors import ArgumentError, GradientError, UsageError
from minigrad.gradcheck import Report, gradcheck, kink, slope

rng = numpy.random.default_rng(3)
SQUARE = rng.uniform(0.5, 1.5, (3, 3))


def operation(forward, **vjps):
    """An operation that is not registered, with the VJPs to be caught."""
    return Op(forward).vjp(**vjps)


def squared(vjp):
    return operation(lambda xp, x: x * x, x=vjp)


def mixed(xp, x):
    """Every entry of the gradient is different, also those of one row or column."""
    return x * numpy.arange(1.0, 10).reshape(3, 3)


WEIGHT = numpy.arange(1.0, 10).reshape(3, 3)

WRONG = {
    "right": (squared(lambda F, g, x: 2 * g * x), None),
    "sign": (squared(lambda F, g, x: -2 * g * x), "sign: it should be the negative"),
    "factor": (squared(lambda F, g, x: g * x), "factor: it is 0.5 times"),
    "forgets to multiply by g": (squared(lambda F, g, x: 2 * x), "different: entry"),
    "transposed": (operation(mixed, x=lambda F, g: (g * WEIGHT).T), "transposed: axes 0 and 1"),
    "summed": (operation(mixed, x=lambda F, g: F.sum(g * WEIGHT, 1, None, True)), "summed over axis 1"),
    "averaged": (operation(mixed, x=lambda F, g: F.mean(g * WEIGHT, 0, None, True)), "averaged over axis 0"),
    "summed over both": (operation(mixed, x=lambda F, g: F.sum(g * WEIGHT)), "summed over axis 0, 1"),
    "0": (squared(lambda F, g, x: 0 * g), "missing path: backward gives 0"),
    "half of it": (squared(lambda F, g, x: 2 * g * x * (numpy.arange(3) > 0)), "missing path: 3 of 9 entries"),
    "not 0": (operation(lambda xp, x: 0 * x + 1, x=lambda F, g: g), "it should be 0"),
    "a wrong entry": (squared(lambda F, g, x: 2 * g * x + numpy.eye(3)[0] * numpy.eye(3)[2][:, None]), "entry [2, 0]"),
    "not a number": (squared(lambda F, g, x: 2 * g * x * numpy.nan), "not finite"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_the_kind_of_mistake_is_named(kind):
    f, verdict = WRONG[kind]
    if verdict is None:
        assert gradcheck(f, SQUARE)
    else:
        with pytest.raises(GradientError) as caught:
            gradcheck(f, SQUARE)
        assert verdict in str(caught.value)
        assert "input 0" in str(caught.value)
        assert "order 1" in str(caught.value)


def test_the_wrong_input_is_named_and_the_others_are_ok():
    f = operation(lambda xp, a, b: a * b, a=lambda F, g, b: g * b, b=lambda F, g, a: -g * a)
    report = gradcheck(f, SQUARE, SQUARE.T, check=False)
    assert not report
    assert [row.verdict.split(":")[0] for row in report.rows] == ["ok", "ok", "sign", "sign"]
    assert [row.name for row in report.rows] == ["input 0", "input 0", "input 1", "input 1"]


def test_a_second_derivative_that_is_cut_off_is_found_at_order_2_only():
    f = squared(lambda F, g, x: g * (2 * getattr(x, "data", x) if hasattr(x, "ctx") else 2 * x))
    assert gradcheck(f, SQUARE)
    with pytest.raises(GradientError, match=r"order 2 .*: missing path"):
        gradcheck(f, SQUARE, order=2)


def test_orders_beyond_2():
    assert len(gradcheck(ops.exp, SQUARE, order=4, directions=1).rows) == 4


@pytest.mark.parametrize(
    ("f", "x", "sides"),
    [
        (ops.absolute, [0.0, 1.0], ("-1", "1")),
        (ops.relu, [2.0, 0.0], ("0", "1")),
        (lambda x: ops.maximum(x, 1.0), [1.0], ("0", "1")),
        (ops.max, [1.0, 1.0], None),
    ],
)
def test_a_kink_is_found_even_where_the_gradient_is_the_mean_of_both_sides(f, x, sides):
    with pytest.raises(GradientError, match="kink: the slope is"):
        gradcheck(f, np.array(x))
    if sides:
        left, right = kink(lambda h: f(np.array(numpy.array(x) + h)).sum().item(), 1e-5)
        assert left != right


def test_a_kink_of_the_first_derivative_is_found_at_order_2():
    f = lambda x: ops.relu(x) * x  # noqa: E731
    x = np.array([0.0, 1.0])
    assert gradcheck(f, x)
    with pytest.raises(GradientError, match=r"order 2 .* kink"):
        gradcheck(f, x, order=2)


def test_a_jump_is_found():
    with pytest.raises(GradientError, match="kink"):
        gradcheck(ops.floor, np.array([1.0, 0.5]))


def test_no_kink_is_seen_in_a_steep_curve():
    assert gradcheck(lambda x: ops.exp(10 * x), SQUARE, order=2)
    assert kink(lambda h: 1000 * h * h, 1e-5) is None


def test_lost_digits_are_found():
    with pytest.raises(GradientError, match=r"Wrong dtype: f got float64 and returned float32"):
        gradcheck(lambda x: x.astype("float32") * 2, SQUARE)
    with pytest.raises(GradientError):
        gradcheck(lambda x: (x.astype("float32") * 2).astype("float64"), SQUARE)


def test_a_value_cut_from_the_graph_is_a_missing_path():
    with pytest.raises(GradientError, match="missing path"):
        gradcheck(lambda x: ops.exp(x.detach()), SQUARE)
    with pytest.raises(GradientError, match=r"factor: it is 0\.5 times"):
        gradcheck(lambda x: x * x.detach(), SQUARE)


def test_several_outputs_are_all_checked():
    wrong = squared(lambda F, g, x: g * x)
    assert gradcheck(lambda x: (ops.exp(x), ops.sin(x)), SQUARE)
    with pytest.raises(GradientError):
        gradcheck(lambda x: (ops.exp(x), wrong(x)), SQUARE)


def test_a_block_is_checked_by_its_input_and_by_every_parameter_in_float64():
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(3, activation="tanh"), gluon.nn.Dense(2))
    net.initialize()
    x = np.array(rng.standard_normal((4, 3)), dtype="float32")
    report = gradcheck(net, x, order=2, directions=1)
    names = {row.name for row in report.rows}
    assert names == {"input 0", *net.collect_params()}
    assert max(abs(row.promised - row.measured) for row in report.rows) < 1e-7
    for p in net.collect_params().values():
        assert p.data().dtype == p.grad().dtype == "float32"
        assert (p.grad() == 0).all()
    assert x.dtype == "float32"
    assert x.grad is None


@pytest.mark.parametrize("hybrid", [False, True])
def test_moving_statistics_are_as_before(hybrid):
    net = gluon.nn.BatchNorm(in_channels=3)
    net.initialize()
    net.hybridize(hybrid)
    x = np.array(rng.standard_normal((4, 3)) + 5)
    with autograd.record():
        net(x)
    before = {name: p.data().asnumpy() for name, p in net.collect_params().items()}
    assert gradcheck(net, x)
    for name, p in net.collect_params().items():
        numpy.testing.assert_array_equal(p.data().asnumpy(), before[name])


def test_a_number_of_numpy_is_an_input():
    for number in (2.0, numpy.float64(2), numpy.float32(2)):
        assert {row.name for row in gradcheck(lambda x, y: x * y, SQUARE, number).rows} == {"input 0", "input 1"}


class Cube(autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return x**3

    def backward(self, dy):
        (x,) = self.saved_tensors
        return self.factor * dy * x**2

    factor = 3


class Wrong(Cube):
    factor = -3


def test_a_function_class_is_checked():
    assert gradcheck(Cube, SQUARE, order=2)
    with pytest.raises(GradientError, match="sign"):
        gradcheck(Wrong, SQUARE)


def test_a_loss_is_checked_and_labels_are_constants():
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    report = gradcheck(loss, np.array(SQUARE), np.array([0, 2, 1], dtype="int64"))
    assert {row.name for row in report.rows} == {"input 0"}


def test_further_arrays_are_checked_as_parameters_and_keep_their_gradient():
    w = np.array([1.0, 2.0, 3.0])
    w.attach_grad()
    with autograd.record():
        y = (w * w).sum()
    y.backward()
    report = gradcheck(lambda x: x * w, SQUARE, parameters=[w])
    assert report.rows[-1].name == "parameter 0"
    assert w.grad.asnumpy().tolist() == [2, 4, 6]
    assert w.dtype == "float32"


def test_parameters_of_one_name_are_all_checked_and_each_once():
    a, b = np.array(SQUARE), np.array(SQUARE)
    a.attach_grad(name="w")
    b.attach_grad(name="w")
    report = gradcheck(lambda x: a * b * x, SQUARE, parameters=[a, b, a])
    assert [row.name for row in report.rows[::2]] == ["input 0", "w", "w (parameter 1)"]
    half = squared(lambda F, g, x: g * x)
    with pytest.raises(GradientError, match=r"with respect to w, .* factor: it is 0\.5 times what it should be"):
        gradcheck(lambda x: half(a) + b * x, SQUARE, parameters=[a, b])


def test_the_arrays_are_as_before_even_when_the_check_fails():
    w = np.array([1.0, 2.0, 3.0])
    w.attach_grad()
    with pytest.raises(GradientError):
        gradcheck(lambda x: x * w.detach(), SQUARE, parameters=[w])
    assert w.asnumpy().tolist() == [1, 2, 3]
    assert autograd.leaf(w) is not None


def test_a_function_of_chance_is_refused():
    with pytest.raises(ArgumentError, match="two results"):
        gradcheck(lambda x: ops.dropout(x, 0.5), rng.standard_normal(100))


def test_without_a_floating_input_there_is_nothing_to_check():
    with pytest.raises(ArgumentError, match="no floating-point input"):
        gradcheck(ops.exp, np.array([1, 2], dtype="int32"))
    with pytest.raises(ArgumentError, match="order=0"):
        gradcheck(ops.exp, SQUARE, order=0)


def test_the_same_directions_every_time():
    assert str(gradcheck(ops.exp, SQUARE)) == str(gradcheck(ops.exp, SQUARE))
    assert str(gradcheck(ops.exp, SQUARE)) != str(gradcheck(ops.exp, SQUARE, seed=1))


def test_the_report_is_a_short_table():
    text = str(gradcheck(ops.multiply, SQUARE, SQUARE, directions=1))
    lines = text.splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["order", "input", "shape", "backward", "measured", "verdict"]
    assert all(line.endswith("ok") for line in lines[1:])
    assert max(map(len, lines)) <= 90
    assert bool(Report())


def test_a_large_array_is_not_measured_entry_by_entry():
    f = squared(lambda F, g, x: g * x)
    with pytest.raises(GradientError, match="too large to say more"):
        gradcheck(f, numpy.ones(5000), directions=1)


def test_slope_of_known_functions():
    assert slope(numpy.sin) == pytest.approx(1, rel=1e-10)
    assert slope(lambda h: numpy.exp(3 * h)) == pytest.approx(3, rel=1e-9)
    assert slope(lambda h: float(numpy.sqrt(max(h + 1e-4, 0)))) == pytest.approx(50, rel=1e-6)
    assert numpy.isnan(slope(lambda h: numpy.nan))


@pytest.mark.parametrize(
    ("name", "value"), [("order", 0), ("directions", 0), ("directions", 1.5), ("rtol", -1), ("atol", float("nan"))]
)
def test_a_check_that_checks_nothing_is_refused(name, value):
    with pytest.raises(ArgumentError, match=f"{name}={value!r}"):
        gradcheck(np.sin, np.array([0.0]), **{name: value})


@pytest.mark.parametrize("f", [lambda x: float((x * x).sum()), lambda x: (x * x).asnumpy(), lambda x: None])
def test_what_is_no_array_of_minigrad_is_refused_in_a_sentence(f):
    with pytest.raises(UsageError, match=r"f returned .*; expected an array that is computed from its inputs"):
        gradcheck(f, np.array([1.0, 2.0]))


def test_a_constant_that_must_be_a_whole_number_is_to_be_given_as_one():
    loss, scores = gluon.loss.SoftmaxCELoss(), np.array([[1.0, 2.0, 3.0]])
    with pytest.raises(ArgumentError, match=r"f fails when input 1 is moved a little: A label is 1\.00.*astype"):
        gradcheck(loss, scores, np.array([1]))
    assert gradcheck(loss, scores, np.array([1]).astype("int32"))
