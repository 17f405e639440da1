"""What recurrent cells and layers share: their weights, and how a rule runs over a sequence."""

from typing import Any, ClassVar

from minigrad import create, ops
from minigrad.arguments import function, whole
from minigrad.device import place
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.gluon.hybrid import HybridBlock

States = tuple[Tensor, ...]


def run(F: Any, mode: str, x: Tensor, states: States, weights: list[Tensor], backward: bool) -> tuple[Tensor, States]:
    """Run a rule over all of x (T, N, C): outputs (T, N, h) and the last states, each (N, h).

    One product serves the inputs of all time steps; only the state's goes step by step. `backward` starts at the end.
    """
    i2h_weight, h2h_weight, i2h_bias, h2h_bias = weights
    given = F.linear(x, i2h_weight, i2h_bias)
    given = ops.flip(given, 0) if backward else given
    every = ops.recur(given, h2h_weight, h2h_bias, ops.stack(states), mode)
    outputs, last = every[0, 1:], every[:, -1]
    return ops.flip(outputs, 0) if backward else outputs, tuple(last[k] for k in range(len(states)))


class Recurrent(HybridBlock):
    """The base of cells and layers: the weights under Gluon's names, the rule, and its first states."""

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
        """The first states, made by `func(shape=, dtype=, ctx=)`, zeros by default: [h], or [h, c] for an LSTM."""
        where = place(ctx, device)
        whole("batch_size", batch_size, 0)
        function("func", func)
        dtype = next(iter(self._own.values())).dtype if dtype is None else dtype  # weights may be cast
        return [func(shape=info["shape"], dtype=dtype, ctx=where) for info in self.state_info(batch_size)]

    def _checked(self, states: Any, batch_size: int) -> States:
        wanted = [info["shape"] for info in self.state_info(batch_size)]
        found = (states,) if isinstance(states, Tensor) else tuple(states)
        if [s.shape for s in found] != wanted:
            needed = f"{len(wanted)} states, each" if len(wanted) > 1 else "one state"
            got = f"{len(found)}: {', '.join(str(s.shape) for s in found)}" if found else "none"
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' needs {needed} of shape {wanted[0]}, but got "
                f"{got}; begin_state(batch_size) makes the first ones."
            )
        return found

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self._hidden_size}"
