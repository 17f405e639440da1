"""Recurrence: the state at a time step from the input and the state before, with the same weights at every step.

Each rule is given the states and two products, W_i2h x + b_i2h of the input and W_h2h h + b_h2h of the last output,
whose columns are the gates side by side. It returns the new states; the first of them, h, is also the output.
"""

from typing import Any, ClassVar

from minigrad import create, ops
from minigrad.arguments import function, whole
from minigrad.device import place
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.gluon.hybrid import HybridBlock

States = tuple[Tensor, ...]


def elman(given: Tensor, own: Tensor, h: Tensor, activation: Any = ops.tanh) -> States:
    """h' = tanh(W x + b + U h + c), or relu. Elman, "Finding structure in time", 1990."""
    return (activation(given + own),)


def lstm(given: Tensor, own: Tensor, h: Tensor, c: Tensor, act: Any = ops.tanh, gate: Any = ops.sigmoid) -> States:
    """Gates i (in), f (forget), g (candidate), o (out): c' = f c + i g, h' = o tanh(c').

    Reference: Hochreiter and Schmidhuber, 1997, with the forget gate of Gers, Schmidhuber and Cummins, 2000.
    """
    i, f, g, o = gates(given + own, 4)
    c = gate(f) * c + gate(i) * act(g)
    return gate(o) * act(c), c


def gru(given: Tensor, own: Tensor, h: Tensor) -> States:
    """Gates r (reset), z (update), n (candidate): n = tanh(x_n + r h_n), h' = (1 - z) n + z h.

    The reset applies to the product with h, as in cuDNN, where Cho et al., 2014, apply it to h itself.
    """
    (r, z, n), (own_r, own_z, own_n) = gates(given, 3), gates(own, 3)
    z = ops.sigmoid(z + own_z)
    n = ops.tanh(n + ops.sigmoid(r + own_r) * own_n)
    return ((1 - z) * n + z * h,)


def gates(product: Tensor, count: int) -> list[Tensor]:
    """The columns of each gate: (N, count h) to `count` times (N, h)."""
    h = product.shape[-1] // count
    return [product[:, k * h : (k + 1) * h] for k in range(count)]


def time_steps(x: Tensor) -> list[Tensor]:
    """x[0], x[1] ... by halving: the gradient of a slice is as large as its source, so n slices would cost n^2."""
    n = x.shape[0]
    return [x[0]] if n == 1 else time_steps(x[: n // 2]) + time_steps(x[n // 2 :])


def run(F: Any, rule: Any, x: Tensor, states: States, weights: list[Tensor], backward: bool) -> tuple[Tensor, States]:
    """The rule over all of x (T, N, C): outputs (T, N, h) and the last states, each (N, h).

    The inputs of all time steps take one product; only that of the state must wait. `backward` starts at the end of x.
    """
    i2h_weight, h2h_weight, i2h_bias, h2h_bias = weights
    given = time_steps(F.linear(x, i2h_weight, i2h_bias))
    outputs = []
    for now in reversed(given) if backward else given:
        states = rule(now, ops.linear(states[0], h2h_weight, h2h_bias), *states)
        outputs.append(states[0])
    return ops.stack(outputs[::-1] if backward else outputs), states


class Recurrent(HybridBlock):
    """What cells and layers have in common: the weights by Gluon's names, the rule, and its first states."""

    weights: ClassVar[tuple[str, ...]] = ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")
    gates: ClassVar[int]
    states: ClassVar[int] = 1

    def __init__(
        self, hidden_size: int, input_size: int, initializers: dict[str, Any], dtype: Any, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._hidden_size = whole("hidden_size", hidden_size, 1)
        self._input_size = whole("input_size", input_size, 0)
        self._initializers = initializers
        self._dtype = dtype

    def _add_weights(self, lead: str, input_size: int) -> None:
        rows = self.gates * self._hidden_size
        for name, shape in zip(self.weights, ((rows, input_size), (rows, self._hidden_size), (rows,), (rows,))):
            init = self._initializers[f"{name}_initializer"]
            made = self.params.get(lead + name, shape=shape, init=init, dtype=self._dtype, allow_deferred_init=True)
            setattr(self, lead + name, made)

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """The description of each state: its 'shape', and the letters of its axes as '__layout__'."""
        return [{"shape": (batch_size, self._hidden_size), "__layout__": "NC"} for _ in range(self.states)]

    def begin_state(
        self, batch_size: int = 0, func: Any = create.zeros, ctx: Any = None, dtype: Any = None, device: Any = None
    ) -> list[Tensor]:
        """The first states, zeros unless another `func` makes them: [h], or [h, c] for long short-term memory."""
        where = place(ctx, device)
        whole("batch_size", batch_size, 0)
        function("func", func)
        dtype = self._dtype if dtype is None else dtype
        return [func(info["shape"], dtype=dtype, ctx=where) for info in self.state_info(batch_size)]

    def _checked(self, states: Any, batch_size: int) -> States:
        wanted = [info["shape"] for info in self.state_info(batch_size)]
        found = (states,) if isinstance(states, Tensor) else tuple(states)
        if [s.shape for s in found] != wanted:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' needs {len(wanted)} state(s) of shape {wanted[0]} but got "
                f"{', '.join(str(s.shape) for s in found) or 'none'}; begin_state(batch_size) makes the first ones."
            )
        return found

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self._hidden_size}"
