"""Recurrent layers (whole sequences) and cells (one time step)."""

from minigrad.absent import explain_absent
from minigrad.gluon.rnn.cells import GRUCell, LSTMCell, RNNCell
from minigrad.gluon.rnn.layers import GRU, LSTM, RNN

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNCell"]

explain_absent(__name__)
