"""Recurrent layers: values and gradients equal PyTorch's and hand-written recurrences; shapes and states as Gluon's."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, nd, np, ops
from minigrad.errors import ArgumentError, KeywordError, ShapeError
from minigrad.gluon import rnn

X = numpy.random.default_rng(0).normal(size=(5, 3, 2)).astype("float32")
WEIGHTS = ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")


def filled(layer):
    """The layer with weights and biases that are all different from 0."""
    layer.initialize()
    layer(np.array(X))
    draw = numpy.random.default_rng(1)
    for p in layer.collect_params().values():
        p.set_data(draw.normal(size=p.shape).astype("float32") / 2)
    return layer


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_values_states_and_gradients_equal_pytorchs(kind, bidirectional):
    torch = pytest.importorskip("torch")
    layer = filled(getattr(rnn, kind)(4, num_layers=2, bidirectional=bidirectional))
    options = {"nonlinearity": "relu"} if kind == "RNN" else {}
    theirs = getattr(torch.nn, kind)(2, 4, 2, bidirectional=bidirectional, **options)
    pairs = []
    for k in range(2):
        for side in "lr" if bidirectional else "l":
            for ours, name in zip(WEIGHTS, ("weight_ih", "weight_hh", "bias_ih", "bias_hh")):
                p = getattr(layer, f"{side}{k}_{ours}")
                q = getattr(theirs, f"{name}_l{k}{'_reverse' if side == 'r' else ''}")
                q.data[...] = torch.tensor(p.data().asnumpy())
                pairs.append((p, q))
    count = 4 if bidirectional else 2
    first = numpy.random.default_rng(2).normal(size=(1 + (kind == "LSTM"), count, 3, 4)).astype("float32")
    x, states = np.array(X), [np.array(s) for s in first]
    x.attach_grad()
    with autograd.record():
        y, last = layer(x, states)
        loss = (y * y).sum() + sum((s * s * s).sum() for s in last)
    loss.backward()
    u, begin = torch.tensor(X, requires_grad=True), tuple(torch.tensor(s) for s in first)
    v, end = theirs(u, begin if kind == "LSTM" else begin[0])
    end = end if kind == "LSTM" else (end,)
    ((v * v).sum() + sum((s * s * s).sum() for s in end)).backward()
    numpy.testing.assert_allclose(y.asnumpy(), v.detach().numpy(), rtol=1e-4, atol=1e-5)
    for a, b in zip(last, end, strict=True):
        numpy.testing.assert_allclose(a.asnumpy(), b.detach().numpy(), rtol=1e-4, atol=1e-5)
    numpy.testing.assert_allclose(x.grad.asnumpy(), u.grad.numpy(), rtol=1e-3, atol=1e-4)
    for p, q in pairs:
        numpy.testing.assert_allclose(p.grad().asnumpy(), q.grad.numpy(), rtol=1e-3, atol=1e-4)


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def by_hand(kind, wx, wh, bx, bh):
    """One layer in float64, written from the papers' equations, a product for each gate."""
    h, c, outputs = numpy.zeros((3, 4)), numpy.zeros((3, 4)), []
    for x in X.astype("float64"):
        gate = [
            (x @ wx[k : k + 4].T + bx[k : k + 4], h @ wh[k : k + 4].T + bh[k : k + 4]) for k in range(0, len(wx), 4)
        ]
        if kind == "RNN":
            h = numpy.maximum(sum(gate[0]), 0)
        elif kind == "LSTM":
            i, f, o = (sigmoid(sum(gate[k])) for k in (0, 1, 3))
            c = f * c + i * numpy.tanh(sum(gate[2]))
            h = o * numpy.tanh(c)
        else:
            r, z = (sigmoid(sum(gate[k])) for k in (0, 1))
            h = (1 - z) * numpy.tanh(gate[2][0] + r * gate[2][1]) + z * h
        outputs.append(h)
    return numpy.array(outputs)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_one_layer_equals_the_equations(kind):
    layer = filled(getattr(rnn, kind)(4))
    expected = by_hand(kind, *(getattr(layer, f"l0_{name}").data().asnumpy().astype("float64") for name in WEIGHTS))
    numpy.testing.assert_allclose(layer(np.array(X)).asnumpy(), expected, rtol=1e-5, atol=1e-6)


def test_tanh_can_be_chosen_for_the_plain_network_and_nothing_else():
    layer = filled(rnn.RNN(4, activation="tanh"))
    assert (abs(layer(np.array(X)).asnumpy()) < 1).all()
    with pytest.raises(ArgumentError, match="'relu' or 'tanh'"):
        rnn.RNN(4, activation="gelu")


def test_the_batch_may_come_first():
    layer = filled(rnn.LSTM(4, num_layers=2, layout="NTC"))
    other = rnn.LSTM(4, num_layers=2, params=layer.collect_params(), prefix=layer.prefix)
    y, states = layer(np.array(X.swapaxes(0, 1)), layer.begin_state(3))
    z, again = other(np.array(X), other.begin_state(3))
    numpy.testing.assert_allclose(y.asnumpy().swapaxes(0, 1), z.asnumpy(), rtol=1e-5, atol=1e-7)
    for a, b in zip(states, again, strict=True):
        numpy.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5, atol=1e-7)


def test_a_sequence_in_two_pieces_is_the_sequence():
    layer = filled(rnn.GRU(4, num_layers=2))
    whole = layer(np.array(X)).asnumpy()
    head, state = layer(np.array(X[:2]), layer.begin_state(3))
    tail, _ = layer(np.array(X[2:]), state)
    numpy.testing.assert_allclose(numpy.concatenate([head.asnumpy(), tail.asnumpy()]), whole, rtol=1e-6)


def test_parameters_have_gluons_names():
    layer = filled(rnn.GRU(4, num_layers=2, bidirectional=True, prefix="gru_"))
    names = [f"gru_{side}{k}_{name}" for k in range(2) for side in "lr" for name in WEIGHTS]
    assert list(layer.collect_params()) == names
    assert layer.l0_i2h_weight.shape == (12, 2)
    assert layer.l1_i2h_weight.shape == (12, 8)


def test_dropout_falls_between_layers_and_only_in_training():
    one, two = filled(rnn.GRU(4, dropout=0.5)), filled(rnn.GRU(4, num_layers=2, dropout=0.5))
    x = np.array(X)
    with autograd.train_mode():
        assert (one(x).asnumpy() == one(x).asnumpy()).all()
        assert (two(x).asnumpy() != two(x).asnumpy()).any()
    assert (two(x).asnumpy() == two(x).asnumpy()).all()


def test_it_learns_to_say_what_came_first():
    signs = numpy.sign(numpy.random.default_rng(3).normal(size=(4, 32, 1))).astype("float32")
    layer = rnn.GRU(8)
    layer.initialize("xavier")
    trainer = gluon.Trainer(layer.collect_params(), "adam", {"learning_rate": 0.03})
    x, target = np.array(signs), np.array(signs[0, :, 0])
    for _ in range(150):
        with autograd.record():
            loss = ((layer(x)[-1, :, 0] - target) ** 2).mean()
        loss.backward()
        trainer.step(1)
    assert loss.item() < 0.05


def test_wrong_shapes_say_so():
    layer = filled(rnn.LSTM(4))
    with pytest.raises(ShapeError, match="three axes.*TNC.*\\(3, 2\\)"):
        layer(np.array(X[0]))
    with pytest.raises(ShapeError, match="2 state.*\\(1, 3, 4\\)"):
        layer(np.array(X), layer.begin_state(1))
    with pytest.raises(ShapeError, match="2 state"):
        layer(np.array(X), layer.begin_state(3)[0])
    with pytest.raises(ArgumentError, match="'TNC'"):
        rnn.LSTM(4, layout="CNT")
    with pytest.raises(KeywordError, match="LSTM has no argument 'use_sequence_length'; use a cell, whose unroll"):
        rnn.LSTM(4, use_sequence_length=True)


@pytest.mark.parametrize("kind", [rnn.RNN, rnn.LSTM, rnn.GRU])
def test_a_batch_without_sequences_has_no_outputs_and_no_gradients(kind):
    layer = kind(4, num_layers=2, bidirectional=True, input_size=2)
    layer.initialize()
    with autograd.record():
        y, states = layer(np.zeros((5, 0, 2)), layer.begin_state(0))
    y.backward()
    assert y.shape == (5, 0, 8) and [s.shape for s in states] == [(4, 0, 4)] * len(states)
    assert all((p.grad() == 0).all() for p in layer.collect_params().values())
    for shape in ((0, 3, 2), (5, 3, 0)):
        with pytest.raises(ShapeError, match="at least one step and one value"):
            layer(np.zeros(shape))


def test_a_recurrence_without_a_step_or_with_an_unknown_rule_is_refused():
    arrays = np.ones((2, 1)), np.ones(2), np.zeros((1, 1, 2))
    with pytest.raises(ShapeError, match=r"\(0, 1, 2\).*at least one time step"):
        ops.recur(np.ones((0, 1, 2)), *arrays, "rnn_tanh")
    with pytest.raises(ArgumentError, match="it must be 'rnn_relu'"):
        ops.recur(np.ones((3, 1, 2)), *arrays, "elman")


def test_the_repr_reads_like_the_call():
    assert (
        repr(rnn.GRU(8, num_layers=2, layout="NTC", dropout=0.1)) == "GRU(8, num_layers=2, layout='NTC', dropout=0.1)"
    )


def test_the_first_states_are_zeros_or_what_a_function_makes():
    layer = rnn.LSTM(4, num_layers=2, bidirectional=True)
    h, c = layer.begin_state(3, device=cpu(1), dtype="float64")
    assert (h.shape, h.ctx, h.dtype, h.sum().item(), c.shape) == ((4, 3, 4), cpu(1), "float64", 0, (4, 3, 4))
    (ones,) = rnn.GRUCell(2).begin_state(3, func=np.ones)
    assert ones.tolist() == [[1, 1]] * 3


def test_a_random_first_state_has_the_shape_of_a_state():
    for func in (nd.random.normal, nd.random.uniform, np.random.normal):
        assert [s.shape for s in rnn.LSTM(4).begin_state(3, func=func)] == [(1, 3, 4)] * 2


@pytest.mark.parametrize(
    "shapes",
    [
        [(3, 2, 5), (5, 1), (5,), (2, 2, 1)],  # five columns for four gates
        [(3, 2, 4), (4, 1), (1,), (2, 2, 1)],  # one bias for all
        [(3, 2, 4), (4, 2), (4,), (2, 2, 1)],
        [(3, 2, 8), (8, 1), (8,), (2, 2, 1)],
    ],
)
def test_a_recurrence_refuses_lengths_that_do_not_agree(shapes):
    with pytest.raises(ShapeError, match=r"'lstm' needs \(3, 2, 4\), \(4, 1\), \(4,\)"):
        ops.recur(*map(np.ones, shapes), "lstm")
