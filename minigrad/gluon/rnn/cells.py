"""Recurrent cells: they take one time step, and return its output and the new states."""

from typing import TYPE_CHECKING, Any

from minigrad import ops
from minigrad.arguments import one_of, whole
from minigrad.composed import as_tensor
from minigrad.device import on_host, xp_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.rnn.recurrence import Recurrent, States
from minigrad.guarded import guarded
from minigrad.npx.activations import find
from minigrad.npx.arrays import whole_lengths
from minigrad.ops.recurrent import elman, gru, lstm


class _Cell(Recurrent):
    """One rule and its weights i2h_weight (gates * hidden, input), h2h_weight (gates * hidden, hidden), and biases."""

    rule: Any

    def _alias(self) -> str:
        return {1: "rnn", 3: "gru", 4: "lstm"}[self.gates]

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
        super().__init__(hidden_size, input_size, own, dtype, **kwargs)
        self._add_weights("", input_size)
        self.reset()

    def infer_shape(self, x: Tensor, *states: Any) -> None:
        """The input size is the length of the last axis."""
        self._own["i2h_weight"].shape = (self.gates * self._hidden_size, x.shape[-1])

    def reset(self) -> None:
        """Called before a sequence. A cell that keeps state of its own during a sequence clears it here."""
        self._counter = 0  # of steps, in cells written for MXNet

    if TYPE_CHECKING:

        def __call__(self, inputs: Tensor, states: Any) -> tuple[Tensor, list[Tensor]]: ...  # type: ignore[override]

    def hybrid_forward(
        self,
        F: Any,
        inputs: Tensor,
        states: Any,
        i2h_weight: Tensor,
        h2h_weight: Tensor,
        i2h_bias: Tensor,
        h2h_bias: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        """Inputs (N, C) and the states, each (N, hidden), to the output (N, hidden) and the new states."""
        if inputs.ndim != 2:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' takes one time step, (batch, inputs), but got shape "
                f"{inputs.shape}; unroll(length, inputs) runs it over a sequence."
            )
        states = self._checked(states, inputs.shape[0])
        own = F.linear(states[0], h2h_weight, h2h_bias)
        states = self.rule(F.linear(inputs, i2h_weight, i2h_bias), own, *states)
        return states[0], list(states)

    def _get_activation(self, F: Any, inputs: Tensor, activation: Any, **kwargs: Any) -> Tensor:
        """The activation (a name or a function) of the inputs."""
        y: Tensor = F.npx.activation(inputs, activation) if isinstance(activation, str) else activation(inputs)
        return y

    @guarded
    def unroll(
        self, length: int, inputs: Any, begin_state: Any = None, layout: str = "NTC", merge_outputs: bool | None = None,
        valid_length: Any = None,
    ) -> tuple[Any, list[Tensor]]:  # fmt: skip
        """Run the cell for all `length` steps of the inputs, an array by `layout` or a list of (N, C).

        The outputs are a list, or merged into an array. With `valid_length` (N,), sequences end early: after that their
        outputs are 0 and their states stay. Outputs are then merged unless `merge_outputs` is False.

        >>> from minigrad import np
        >>> cell = GRUCell(4)
        >>> cell.initialize()
        >>> outputs, states = cell.unroll(5, np.ones((3, 5, 2)), merge_outputs=True)
        >>> outputs.shape
        (3, 5, 4)
        """
        self.reset()
        axis = one_of("layout", layout, "NTC", "TNC").index("T")
        known = inputs.shape[axis] if isinstance(inputs, Tensor) else len(inputs)
        if whole("length", length, 1) != known:
            raise ArgumentError(f"unroll() got length={length}, but its inputs have {known} time steps.")
        if isinstance(inputs, Tensor):
            inputs = [inputs[t] if axis == 0 else inputs[:, t] for t in range(length)]
        first = inputs[0]
        if begin_state is None:
            begin_state = self.begin_state(first.shape[0], ctx=first.ctx, dtype=first.dtype)
        lengths = None if valid_length is None else _lengths(valid_length, first, length)
        states, outputs = begin_state, []
        for t, x in enumerate(inputs):
            y, new = self(x, states)
            if lengths is not None:
                y, new = _while_running(t, lengths, y, 0.0), [_while_running(t, lengths, *s) for s in zip(new, states)]
            states = new
            outputs.append(y)
        merged = merge_outputs or (merge_outputs is None and lengths is not None)
        return ops.stack(outputs, axis) if merged else outputs, states


def _lengths(valid_length: Any, first: Tensor, most: int) -> Tensor:
    """The lengths of the sequences, one for each; `first` is their first step. On a CPU, ArgumentError unless all are
    from 0 to `most`.
    """
    found = as_tensor(valid_length, first, "unroll()")
    if found.shape != first.shape[:1]:
        raise ShapeError(f"unroll() got valid_length of shape {found.shape} for {len(first)} sequences.")
    lengths = whole_lengths(found)
    if on_host(xp_of(lengths.data)):
        outside = lengths.data[(lengths.data < 0) | (lengths.data > most)]
        if outside.size:
            raise ArgumentError(
                f"unroll() got a valid_length of {outside[0]} for {most} time steps; expected 0 to {most}."
            )
    return lengths


def _while_running(t: int, lengths: Tensor, new: Tensor, old: Any) -> Tensor:
    """The new values for sequences longer than t, and the old ones for the others."""
    return ops.where(ops.reshape(ops.greater(lengths, t), (-1,) + (1,) * (new.ndim - 1)), new, old)


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
        self._activation = one_of("activation", activation, "relu", "tanh")

    def rule(self, given: Tensor, own: Tensor, h: Tensor) -> States:
        """`recurrent.elman`."""
        new: States = elman(ops, given, own, h, self._activation)[0]
        return new


class LSTMCell(_Cell):
    """Long short-term memory: gates i, f, g, o; states [h, c]. See `recurrent.lstm`."""

    gates, states = 4, 2
    _activation, _recurrent_activation = "tanh", "sigmoid"

    def rule(self, given: Tensor, own: Tensor, h: Tensor, c: Tensor) -> States:
        """`recurrent.lstm`."""
        new: States = lstm(ops, given, own, h, c, find(self._activation), find(self._recurrent_activation))[0]
        return new


class GRUCell(_Cell):
    """The gated recurrent unit: gates r, z, n; state [h]. See `recurrent.gru`."""

    gates = 3

    def rule(self, given: Tensor, own: Tensor, h: Tensor) -> States:
        """`recurrent.gru`."""
        new: States = gru(ops, given, own, h)[0]
        return new
