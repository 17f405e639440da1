"""Numbers that a layer cannot be made with are refused when it is made, by name and value."""

import math

import pytest

from minigrad import gluon, np, npx
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon import nn, rnn

NAN, INF = math.nan, math.inf
COUNTS = [0, -1, 1.9, 2.0, True, "3", NAN]  # where a whole number from 1 up is meant
SIZES = [-1, 1.9, True, "3", NAN]  # from 0 up: 0 lets the first input decide
RATES = [-0.1, 1.0, 1.5, NAN, INF, "0.5", True]  # [0, 1)
SMALL = [-1e-5, NAN, INF, "1e-5", True]  # at least 0


def conv(**given):
    return nn.Conv2D(**{"channels": 4, "kernel_size": 3} | given)


def cell(kind, **given):
    return kind(**{"hidden_size": 4} | given)


TABLE = [
    (nn.Dense, "units", COUNTS), (lambda in_units: nn.Dense(2, in_units=in_units), "in_units", SIZES),
    (lambda input_dim: nn.Embedding(input_dim, 2), "input_dim", COUNTS),
    (lambda output_dim: nn.Embedding(2, output_dim), "output_dim", COUNTS),
    (conv, "channels", COUNTS), (conv, "kernel_size", COUNTS), (conv, "strides", COUNTS), (conv, "dilation", COUNTS),
    (conv, "padding", SIZES), (conv, "groups", COUNTS), (conv, "in_channels", SIZES),
    (nn.MaxPool2D, "pool_size", COUNTS), (nn.AvgPool1D, "strides", COUNTS), (nn.MaxPool1D, "padding", SIZES),
    (nn.Dropout, "rate", RATES),
    (lambda axes: nn.Dropout(0.5, axes), "axes", [1.5, (0, "1")]), (nn.BatchNorm, "momentum", [-0.1, 1.5, NAN, INF,
    "0.9"]),
    (nn.BatchNorm, "epsilon", SMALL), (nn.LayerNorm, "epsilon", SMALL), (nn.InstanceNorm, "epsilon", SMALL),
    (nn.GroupNorm, "epsilon", SMALL), (nn.GroupNorm, "num_groups", COUNTS), (nn.BatchNorm, "in_channels", SIZES),
    (nn.BatchNorm, "axis", [1.5, "1", True]), (nn.LayerNorm, "axis", [1.5, "1", True]),
    (nn.Concatenate, "axis", [1.5, "1", True]), (nn.LeakyReLU, "alpha", SMALL), (nn.ELU, "alpha", [NAN, INF, "1"]),
    (nn.Swish, "beta", [NAN, INF, "1"]), (nn.PReLU, "in_channels", COUNTS),
    *[(kind, "hidden_size", COUNTS) for kind in (rnn.RNN, rnn.LSTM, rnn.GRU, rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell)],
    *[
        (lambda kind=kind, **given: cell(kind, **given), name, values)
        for kind in (rnn.LSTM, rnn.GRU)
        for name, values in (("num_layers", COUNTS), ("dropout", RATES), ("input_size", SIZES))
    ],
    (gluon.loss.HuberLoss, "rho", [0, -1, NAN, INF, "1"]), (gluon.loss.HingeLoss, "margin", [NAN, INF, "1"]),
    (gluon.loss.TripletLoss, "margin", [NAN]), (gluon.loss.SDMLLoss, "smoothing_parameter", RATES),
    (gluon.loss.L2Loss, "weight", [NAN, INF]), (gluon.loss.L1Loss, "batch_axis", [0.5, "0", True]),
    (gluon.Parameter, "lr_mult", [-1, NAN, INF, "2"]), (gluon.Parameter, "wd_mult", [-1, NAN, INF, "2"]),
    (gluon.Parameter, "shape", [2.5, (2, 2.5), (2, -3), "4"]),
]  # fmt: skip
CALLS = [(make, name, value) for make, name, values in TABLE for value in values]


@pytest.mark.parametrize(("make", "name", "value"), CALLS, ids=lambda v: getattr(v, "__name__", repr(v)))
def test_a_number_that_no_layer_can_have_is_refused(make, name, value):
    shown = value[1] if isinstance(value, tuple) else value
    with pytest.raises(ArgumentError, match=rf"{name}(\[\d\])?={shown!r} cannot be used; expected"):
        make(**{name: value})


@pytest.mark.parametrize("kernel", [0, (3, 0), (3, 1.5), (3, -1), (3,), (3, 3, 3)], ids=str)
def test_a_kernel_is_one_number_or_one_for_each_axis(kernel):
    with pytest.raises(ArgumentError, match="kernel_size"):
        nn.Conv2D(2, kernel)
    with pytest.raises(ArgumentError, match="pool_size"):
        nn.AvgPool2D(kernel)


@pytest.mark.parametrize(("channels", "in_channels"), [(3, 4), (4, 3)])
def test_groups_divide_the_channels(channels, in_channels):
    with pytest.raises(ArgumentError, match=f"channels={channels} and in_channels={in_channels} into groups=2"):
        nn.Conv2D(channels, 3, groups=2, in_channels=in_channels)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: nn.Dense(2, activation="rleu"), "'rleu'; did you mean 'relu'"),
        (lambda: nn.Dense(2, activation=5), "No activation is called 5"),
        (lambda: nn.GELU("junk"), "approximation is 'junk'; it must be 'erf' or 'tanh'"),
        (lambda: rnn.RNN(2, activation="gelu"), "activation is 'gelu'"),
        (lambda: rnn.LSTM(2, layout="NCT"), "layout is 'NCT'"),
        (lambda: gluon.loss.LogisticLoss(label_format="junk"), "label_format is 'junk'"),
        (lambda: gluon.Parameter("w", stype="csr"), "stype is 'csr'"),
        (lambda: gluon.Parameter("w", grad_stype="junk"), "grad_stype is 'junk'"),
    ],
)
def test_a_word_that_is_not_known_is_refused_at_once(make, said):
    with pytest.raises(ArgumentError, match=said):
        make()


def test_a_factor_is_checked_whenever_it_is_set():
    p = gluon.Parameter("w", lr_mult=2)
    p.wd_mult = 0
    for name in ("lr_mult", "wd_mult"):
        with pytest.raises(ArgumentError, match=f"{name}=nan"):
            setattr(p, name, NAN)
    assert (p.lr_mult, p.wd_mult) == (2.0, 0.0)


def test_a_cell_unrolls_over_the_time_steps_that_there_are():
    layer = rnn.GRUCell(2, input_size=3)
    layer.initialize()
    x = np.ones((2, 4, 3))
    for length in (5, 3, 0, 1.5):  # 3 of 4 steps look like all of them, and Gluon refuses them too
        with pytest.raises(ArgumentError, match=f"length={length}"):
            layer.unroll(length, x)
    for length in (1, 3):
        with pytest.raises(ArgumentError, match=f"length={length}, but its inputs have 2 time steps"):
            layer.unroll(length, [x[:, 0], x[:, 1]])
    with pytest.raises(ArgumentError, match="layout is 'NCT'"):
        layer.unroll(4, x, layout="NCT")


X, W = np.ones((1, 2, 5)), np.ones((3, 2, 2))


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda: npx.convolution(X, W, dilate=0), "dilate=0"), (lambda: npx.convolution(X, W, dilate=-1), "dilate=-1"),
        (lambda: npx.convolution(X, W, stride=0), "stride=0"),
        (lambda: npx.convolution(X, W, stride=1.5), "stride=1.5"),
        (lambda: npx.convolution(X, W, pad=-1), "padding=-1"), (lambda: npx.convolution(X, W, num_group=0), "groups=0"),
        (lambda: npx.convolution(X, W, kernel=3), "kernel=3 does not agree"),
        (lambda: npx.convolution(X, W, num_filter=7), "num_filter=7 does not agree"),
        (lambda: npx.fully_connected(X, np.ones((4, 10)), num_hidden=3), "num_hidden=3 does not agree"),
        (lambda: npx.embedding(np.zeros(2), np.ones((4, 5)), 4, 6), "output_dim=6 does not agree"),
        (lambda: npx.pooling(X, 0), "kernel=0"), (lambda: npx.pooling(X, 2, stride=0), "stride=0"),
        (lambda: npx.pooling(X, 2, pad=-1), "padding=-1"), (lambda: npx.pooling(X, 2, "junk"), "kind is 'junk'"),
        (lambda: npx.dropout(X, 1.5), "p=1.5"), (lambda: npx.dropout(X, mode="junk"), "mode is 'junk'"),
        (lambda: npx.softmax(X, temperature=0), "temperature=0"),
        (lambda: npx.log_softmax(X, temperature=-1), "temperature=-1"),
        (lambda: npx.softmax(X, use_length=True), "no length"), (lambda: npx.smooth_l1(X, 0), "scalar=0"),
        (lambda: npx.leaky_relu(X, slope=NAN), "slope=nan"),
        (lambda: npx.layer_norm(X, np.ones(5), np.zeros(5), eps=-1), "eps=-1"),
        (lambda: npx.batch_norm(X, *[np.ones(2)] * 4, momentum=2), "momentum=2"),
        (lambda: npx.topk(X, k=0), "k=0"), (lambda: npx.topk(X, k=-1), "k=-1"), (lambda: npx.topk(X, k=6), "k=6"),
        (lambda: npx.one_hot(np.zeros(2), -1), "depth=-1"), (lambda: npx.one_hot(np.zeros(2), 1.5), "depth=1.5"),
        (lambda: npx.pick(X, np.zeros(1), mode="junk"), "mode is 'junk'"),
        (lambda: npx.sequence_mask(X, use_sequence_length=True), "no sequence_length"),
        (lambda: npx.slice(X, (0, 0), (1,)), r"end=\(1,\)"), (lambda: npx.slice(X, (0,), (1,), (0,)), "no step of 0"),
        (lambda: npx.arange_like(X, step=NAN), "step=nan"), (lambda: npx.set_np(dtype=True), "dtype is True"),
    ],
)  # fmt: skip
def test_a_layer_as_a_function_refuses_the_same(f, said):
    with pytest.raises((ArgumentError, ShapeError), match=said):
        f()


def test_lengths_that_agree_with_the_weight_are_taken():
    x, w = np.ones((1, 2, 5)), np.ones((3, 2, 2))
    assert npx.convolution(x, w, kernel=(2,), num_filter=3).shape == (1, 3, 4)
    assert npx.fully_connected(x, np.ones((4, 10)), num_hidden=4, no_bias=True).shape == (1, 4)
    assert npx.embedding(np.zeros(2), np.ones((4, 5)), 4, 5).shape == (2, 5)
