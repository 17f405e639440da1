"""Recurrent cells: one moment in, its output and the new states out."""

from __future__ import annotations

from typing import Any

from minigrad import ops
from minigrad.arguments import one_of, whole
from minigrad.errors import ArgumentError
from minigrad.gluon.rnn.recurrence import Recurrent, elman_rule, gru, lstm
from minigrad.tensor import Tensor


class _Cell(Recurrent):
    """One rule with the weights i2h_weight (gates * hidden, input), h2h_weight (gates * hidden, hidden), and biases."""

    def __init__(
        self,
        hidden_size: int,
        i2h_weight_initializer: Any = None,
        h2h_weight_initializer: Any = None,
        i2h_bias_initializer: Any = "zeros",
        h2h_bias_initializer: Any = "zeros",
        input_size: int = 0,
        dtype: Any = "float32",
        **kwargs: Any,
    ) -> None:
        own = {key: value for key, value in locals().items() if key.endswith("_initializer")}
        super().__init__(hidden_size, own, dtype, **kwargs)
        self._add_weights("", input_size)

    def infer_shape(self, x: Tensor, *states: Any) -> None:
        """The last axis of the input decides."""
        self._own["i2h_weight"].shape = (self.gates * self._hidden_size, x.shape[-1])

    def forward(self, x: Tensor, states: Any) -> tuple[Tensor, list[Tensor]]:
        """x (N, C) and the states, each (N, hidden), to the output (N, hidden) and the new states."""
        i2h_weight, h2h_weight, i2h_bias, h2h_bias = self._weights("", x.ctx)
        states = self._checked(states, x.shape[0])
        own = ops.linear(states[0], h2h_weight, h2h_bias)
        states = self.rule(ops.linear(x, i2h_weight, i2h_bias), own, *states)
        return states[0], list(states)

    def unroll(
        self, length: int, inputs: Any, begin_state: Any = None, layout: str = "NTC", merge_outputs: bool | None = None
    ) -> tuple[Any, list[Tensor]]:
        """The cell at `length` moments: inputs by `layout`, or a list of (N, C); outputs as a list, or merged as one.

        >>> from minigrad import np
        >>> cell = GRUCell(4)
        >>> cell.initialize()
        >>> outputs, states = cell.unroll(5, np.ones((3, 5, 2)), merge_outputs=True)
        >>> outputs.shape
        (3, 5, 4)
        """
        axis = one_of("layout", layout, "NTC", "TNC").index("T")
        known = inputs.shape[axis] if isinstance(inputs, Tensor) else len(inputs)
        if whole("length", length, 1) > known:
            raise ArgumentError(f"unroll() got length={length}, but its inputs have {known} moments.")
        if isinstance(inputs, Tensor):
            inputs = [inputs[t] if axis == 0 else inputs[:, t] for t in range(length)]
        first = inputs[0]
        states = (
            self.begin_state(first.shape[0], ctx=first.ctx, dtype=first.dtype) if begin_state is None else begin_state
        )
        outputs = []
        for x in inputs[:length]:
            y, states = self(x, states)
            outputs.append(y)
        return ops.stack(outputs, axis) if merge_outputs else outputs, states


class RNNCell(_Cell):
    """The plain cell h' = activation(W x + b + U h + c), by default with tanh.

    >>> from minigrad import np
    >>> cell = RNNCell(1, input_size=1, i2h_weight_initializer="ones", h2h_weight_initializer="ones")
    >>> cell.initialize()
    >>> cell(np.array([[1]]), [np.array([[-1]])])
    (array([[0.]]), [array([[0.]])])
    """

    gates = 1

    def __init__(self, hidden_size: int, activation: str = "tanh", *args: Any, **kwargs: Any) -> None:
        super().__init__(hidden_size, *args, **kwargs)
        self.rule = elman_rule(activation)


class LSTMCell(_Cell):
    """Long short-term memory: gates i, f, g, o; states [h, c]. See `recurrence.lstm`."""

    gates, states = 4, 2
    rule = staticmethod(lstm)


class GRUCell(_Cell):
    """The gated recurrent unit: gates r, z, n; state [h]. See `recurrence.gru`."""

    gates = 3
    rule = staticmethod(gru)
