"""Recurrent cells: unrolled over a sequence they are the layer."""

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon import rnn

X = numpy.random.default_rng(0).normal(size=(5, 3, 2)).astype("float32")


@pytest.mark.parametrize("layout", ["TNC", "NTC"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_an_unrolled_cell_is_the_layer(kind, layout):
    cell, layer = getattr(rnn, f"{kind}Cell")(4), getattr(rnn, kind)(4, layout=layout)
    if kind == "RNN":
        cell = rnn.RNNCell(4, "relu")
    x = np.array(X if layout == "TNC" else X.swapaxes(0, 1))
    layer.initialize("normal")
    y, last = layer(x, layer.begin_state(3))
    cell.initialize()
    cell.infer_shape(x)
    for name, p in cell._own.items():
        p.set_data(getattr(layer, f"l0_{name}").data())
    outputs, states = cell.unroll(5, x, layout=layout, merge_outputs=True)
    numpy.testing.assert_allclose(outputs.asnumpy(), y.asnumpy(), rtol=1e-5, atol=1e-7)
    for a, b in zip(states, last, strict=True):
        numpy.testing.assert_allclose(a.asnumpy(), b.asnumpy()[0], rtol=1e-5, atol=1e-7)
    pieces, _ = cell.unroll(5, list(np.array(X)), begin_state=cell.begin_state(3))
    numpy.testing.assert_allclose(pieces[4].asnumpy(), states[0].asnumpy(), rtol=1e-5, atol=1e-7)


def test_a_state_of_another_batch_is_refused():
    cell = rnn.GRUCell(4, input_size=2)
    cell.initialize()
    with pytest.raises(ShapeError, match=r"one state.*\(3, 4\).*\(1, 4\)"):
        cell(np.array(X[0]), cell.begin_state(1))


@pytest.mark.parametrize("layout", ["NTC", "TNC"])
@pytest.mark.parametrize("kind", [rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell])
def test_sequences_that_end_sooner_are_as_if_they_were_alone(kind, layout):
    cell, lengths = kind(3, input_size=2), [2, 4, 1]
    cell.initialize("normal")
    x = numpy.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
    inputs = np.array(x if layout == "NTC" else x.swapaxes(0, 1))
    inputs.attach_grad()
    with autograd.record():
        outputs, states = cell.unroll(4, inputs, layout=layout, valid_length=np.array(lengths))
    outputs.backward()
    found = outputs.asnumpy() if layout == "NTC" else outputs.asnumpy().swapaxes(0, 1)
    slopes = inputs.grad.asnumpy() if layout == "NTC" else inputs.grad.asnumpy().swapaxes(0, 1)
    for i, n in enumerate(lengths):
        alone, last = cell.unroll(n, np.array(x[i : i + 1, :n]), merge_outputs=True)
        numpy.testing.assert_allclose(found[i, :n], alone.asnumpy()[0], rtol=1e-5, atol=1e-7)
        assert not found[i, n:].any() and not slopes[i, n:].any() and slopes[i, :n].all()
        for ours, theirs in zip(states, last):
            numpy.testing.assert_allclose(ours.asnumpy()[i], theirs.asnumpy()[0], rtol=1e-5, atol=1e-7)
    listed, _ = cell.unroll(4, inputs, layout=layout, valid_length=np.array(lengths), merge_outputs=False)
    assert len(listed) == 4 and not listed[3].asnumpy()[[0, 2]].any()


@pytest.mark.parametrize("kind", [rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell, rnn.RNN, rnn.LSTM, rnn.GRU])
def test_the_first_states_have_the_dtype_that_the_weights_were_cast_to(kind):
    layer = kind(2, input_size=3)
    layer.initialize()
    for dtype in ("float16", "float64"):
        layer.cast(dtype)
        x = np.ones((1, 3) if "Cell" in kind.__name__ else (4, 1, 3), dtype=dtype)
        y, states = layer(x, layer.begin_state(1))
        assert [array.dtype for array in (y, *layer.begin_state(1), *states)] == [dtype] * (1 + 2 * len(states))


@pytest.mark.parametrize("kind", [rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell])
@pytest.mark.parametrize("shape", [(), (3,), (1, 4, 3)])
def test_a_cell_takes_one_time_step(kind, shape):
    cell = kind(2, input_size=3)
    cell.initialize()
    with pytest.raises(ShapeError, match=r"takes one time step, \(batch, inputs\).*unroll\(length, inputs\)"):
        cell(np.ones(shape), cell.begin_state(1))


@pytest.mark.parametrize("lengths", [[2], [2, 1, 3], 2, [[1, 2]]])
def test_there_is_one_length_for_each_sequence(lengths):
    cell = rnn.GRUCell(2)
    cell.initialize()
    with pytest.raises(ValueError, match=r"valid_length of shape .* for 2 sequences"):
        cell.unroll(3, np.ones((2, 3, 1)), valid_length=np.array(lengths))


@pytest.mark.parametrize("length", [-1, 4])
def test_no_sequence_is_longer_than_the_inputs(length):
    """MXNet then reads memory that is not the array's."""
    cell = rnn.GRUCell(2)
    cell.initialize()
    with pytest.raises(ArgumentError, match=rf"valid_length of {length} for 3 time steps"):
        cell.unroll(3, np.ones((2, 3, 1)), valid_length=np.array([2, length]))
    _, states = cell.unroll(3, np.ones((2, 3, 1)), valid_length=np.array([0, 3]))
    assert states[0][0].tolist() == [0, 0]
