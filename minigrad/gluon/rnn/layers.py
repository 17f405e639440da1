"""Recurrent layers: a whole sequence in, the outputs of all moments (and the last states) out."""

from __future__ import annotations

from typing import Any

from minigrad import autograd, ops
from minigrad.arguments import number, one_of, whole
from minigrad.errors import ShapeError
from minigrad.gluon.rnn.recurrence import Recurrent, States, elman_rule, gru, lstm, run
from minigrad.tensor import Tensor


class _Layer(Recurrent):
    """Layers of a rule on top of each other, each perhaps in both directions.

    Weights are called l0_i2h_weight (gates * hidden, input), l0_h2h_weight (gates * hidden, hidden), l0_i2h_bias,
    l0_h2h_bias, then l1_...; those of the other direction begin with r.
    """

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        layout: str = "TNC",
        dropout: float = 0,
        bidirectional: bool = False,
        input_size: int = 0,
        i2h_weight_initializer: Any = None,
        h2h_weight_initializer: Any = None,
        i2h_bias_initializer: Any = "zeros",
        h2h_bias_initializer: Any = "zeros",
        dtype: Any = "float32",
        **kwargs: Any,
    ) -> None:
        own = {key: value for key, value in locals().items() if key.endswith("_initializer")}
        super().__init__(hidden_size, own, dtype, **kwargs)
        self._time_first = one_of("layout", layout, "TNC", "NTC") == "TNC"
        self._num_layers = whole("num_layers", num_layers, 1)
        self._dropout = number("dropout", dropout, 0, 1)
        self._sides = "lr" if bidirectional else "l"
        for k in range(num_layers):
            for side in self._sides:
                self._add_weights(f"{side}{k}_", hidden_size * len(self._sides) if k else input_size)

    def infer_shape(self, x: Tensor, *states: Any) -> None:
        """The last axis of the input decides."""
        for side in self._sides:
            self._own[f"{side}0_i2h_weight"].shape = (self.gates * self._hidden_size, x.shape[-1])

    def state_shape(self, batch_size: int) -> tuple[int, ...]:
        """(layers * directions, batch_size, hidden_size)."""
        return (self._num_layers * len(self._sides), batch_size, self._hidden_size)

    def forward(self, x: Tensor, states: Any = None) -> Any:
        """x (T, N, C) to outputs (T, N, directions * hidden); given states, to (outputs, the last states) instead."""
        if x.ndim != 3 or 0 in x.shape:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' expects a sequence of three axes, none empty, laid out "
                f"{'TNC' if self._time_first else 'NTC'}, but got shape {x.shape}."
            )
        x = x if self._time_first else ops.swapaxes(x, 0, 1)
        begin = self.begin_state(x.shape[1], ctx=x.ctx, dtype=x.dtype) if states is None else states
        stacked = self._checked(begin, x.shape[1])
        last: list[States] = []
        for k in range(self._num_layers):
            if k and self._dropout and autograd.is_training():
                x = ops.dropout(x, self._dropout)
            outputs = []
            for side in self._sides:
                first = tuple(s[len(last)] for s in stacked)
                y, end = run(self.rule, x, first, self._weights(f"{side}{k}_", x.ctx), backward=side == "r")
                outputs.append(y)
                last.append(end)
            x = outputs[0] if len(outputs) == 1 else ops.concatenate(outputs, -1)
        x = x if self._time_first else ops.swapaxes(x, 0, 1)
        return x if states is None else (x, [ops.stack(each) for each in zip(*last)])

    def extra_repr(self) -> str:
        """The arguments that differ from the default."""
        text = f"{self._hidden_size}" + (f", num_layers={self._num_layers}" if self._num_layers > 1 else "")
        text += "" if self._time_first else ", layout='NTC'"
        text += f", dropout={self._dropout}" if self._dropout else ""
        return text + (", bidirectional=True" if len(self._sides) > 1 else "")


class RNN(_Layer):
    """The plain recurrent network h' = activation(W x + b + U h + c), by default with relu as in Gluon.

    >>> from minigrad import np
    >>> layer = RNN(4, num_layers=2)
    >>> layer.initialize()
    >>> outputs, (h,) = layer(np.ones((5, 3, 2)), layer.begin_state(batch_size=3))
    >>> outputs.shape, h.shape
    ((5, 3, 4), (2, 3, 4))
    """

    gates = 1

    def __init__(self, hidden_size: int, num_layers: int = 1, activation: str = "relu", *args: Any, **kw: Any) -> None:
        super().__init__(hidden_size, num_layers, *args, **kw)
        self.rule = elman_rule(activation)


class LSTM(_Layer):
    """Long short-term memory: gates i, f, g, o; states [h, c]. See `recurrence.lstm`.

    >>> from minigrad import np
    >>> layer = LSTM(4, layout="NTC", bidirectional=True)
    >>> layer.initialize()
    >>> layer(np.ones((3, 5, 2))).shape
    (3, 5, 8)
    """

    gates, states = 4, 2
    rule = staticmethod(lstm)


class GRU(_Layer):
    """The gated recurrent unit: gates r, z, n; state [h]. See `recurrence.gru`."""

    gates = 3
    rule = staticmethod(gru)
