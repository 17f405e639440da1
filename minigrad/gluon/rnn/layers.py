"""Recurrent layers: they take a whole sequence, and return the outputs of all time steps (and the last states)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from minigrad import autograd, ops
from minigrad.arguments import flag, number, one_of, whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KeywordError, ShapeError
from minigrad.gluon.rnn.recurrence import Recurrent, States, run

LAYERS = 1000
"""The most layers allowed, each with four parameters: more than anybody stacks."""

ABSENT = {
    "use_sequence_length": "a cell, whose unroll(length, x, valid_length=lengths) knows where each sequence ends",
    "projection_size": "a Dense layer after it, with flatten=False",
}
"""Arguments of Gluon's layers that do not exist here, and what to use instead."""


class _Layer(Recurrent):
    """Layers of a rule on top of each other, in one or both directions.

    Weights are called l0_i2h_weight (gates * hidden, input), l0_h2h_weight (gates * hidden, hidden), l0_i2h_bias,
    l0_h2h_bias, then l1_...; those of the other direction begin with r.
    """

    _mode: str

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
        for name in kwargs.keys() & ABSENT.keys():
            raise KeywordError(f"{type(self).__name__} has no argument {name!r}; use {ABSENT[name]}.")
        super().__init__(hidden_size, input_size, own, dtype, **kwargs)
        self._layout = one_of("layout", layout, "TNC", "NTC")
        self._num_layers = whole("num_layers", num_layers, 1, LAYERS)
        self._dropout = number("dropout", dropout, 0, 1)
        self._dir = 2 if flag("bidirectional", bidirectional) else 1
        self.skip_states = True
        for k in range(num_layers):
            for side in "lr"[: self._dir]:
                self._add_weights(f"{side}{k}_", hidden_size * self._dir if k else input_size)

    def infer_shape(self, x: Tensor, *states: Any) -> None:
        """The input size is the length of the last axis."""
        for side in "lr"[: self._dir]:
            self._own[f"{side}0_i2h_weight"].shape = (self.gates * self._hidden_size, x.shape[-1])

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """The description of each state: its 'shape' is (layers * directions, batch_size, hidden_size)."""
        shape = (self._num_layers * self._dir, batch_size, self._hidden_size)
        return [{"shape": shape, "__layout__": "LNC"} for _ in range(self.states)]

    if TYPE_CHECKING:  # a call with states returns states

        @overload
        def __call__(self, inputs: Tensor, states: None = None) -> Tensor: ...
        @overload
        def __call__(self, inputs: Tensor, states: Tensor | Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]: ...
        def __call__(self, inputs: Any, states: Any = None) -> Any: ...

    def forward(self, inputs: Tensor, states: Any = None, *more: Any) -> Any:
        """inputs (T, N, C) to outputs (T, N, directions * hidden); given states, to (outputs, the last states)."""
        if inputs.ndim != 3 or not inputs.shape[self._layout.index("T")] * inputs.shape[2]:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' expects a sequence of three axes, laid out {self._layout}, of at "
                f"least one step and one value, but got shape {inputs.shape}."
            )
        self.skip_states = states is None
        if states is None:
            states = self.begin_state(inputs.shape[self._layout.index("N")], ctx=inputs.ctx, dtype=inputs.dtype)
        return super().forward(inputs, [states] if isinstance(states, Tensor) else states, *more)

    def hybrid_forward(
        self, F: Any, inputs: Tensor, states: Any, sequence_length: None = None, **weights: Tensor
    ) -> Any:
        """The outputs and the last states; only the outputs with `skip_states`, that is, if no states were given."""
        if sequence_length is not None:
            raise ArgumentError(f"{type(self).__name__} runs over whole sequences; sequence_length is not supported.")
        x = inputs if self._layout == "TNC" else ops.swapaxes(inputs, 0, 1)
        stacked = self._checked(states, x.shape[1])
        last: list[States] = []
        for k in range(self._num_layers):
            if k and self._dropout and autograd.is_training():
                x = ops.dropout(x, self._dropout)
            outputs = []
            for side in "lr"[: self._dir]:
                first = tuple(s[len(last)] for s in stacked)
                own = [weights[f"{side}{k}_{name}"] for name in self.weights]
                y, end = run(F, self._mode, x, first, own, backward=side == "r")
                outputs.append(y)
                last.append(end)
            x = outputs[0] if len(outputs) == 1 else ops.concatenate(outputs, -1)
        x = x if self._layout == "TNC" else ops.swapaxes(x, 0, 1)
        return x if self.skip_states else (x, [ops.stack(each) for each in zip(*last)])

    def extra_repr(self) -> str:
        """The arguments that differ from the default."""
        text = f"{self._hidden_size}" + (f", num_layers={self._num_layers}" if self._num_layers > 1 else "")
        text += "" if self._layout == "TNC" else ", layout='NTC'"
        text += f", dropout={self._dropout}" if self._dropout else ""
        return text + (", bidirectional=True" if self._dir == 2 else "")


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
        self._mode = "rnn_" + one_of("activation", activation, "relu", "tanh")


class LSTM(_Layer):
    """Long short-term memory: gates i, f, g, o; states [h, c]. See `recurrent.lstm`.

    >>> from minigrad import np
    >>> layer = LSTM(4, layout="NTC", bidirectional=True)
    >>> layer.initialize()
    >>> layer(np.ones((3, 5, 2))).shape
    (3, 5, 8)
    """

    gates, states = 4, 2
    _mode = "lstm"


class GRU(_Layer):
    """The gated recurrent unit: gates r, z, n; state [h]. See `recurrent.gru`."""

    gates = 3
    _mode = "gru"
