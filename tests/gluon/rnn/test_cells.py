"""Recurrent cells: unrolled over a sequence they are the layer."""

import numpy
import pytest

from minigrad import np
from minigrad.errors import ShapeError
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
    with pytest.raises(ShapeError, match=r"1 state.*\(3, 4\).*\(1, 4\)"):
        cell(np.array(X[0]), cell.begin_state(1))
