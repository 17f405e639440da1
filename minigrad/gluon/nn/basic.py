"""Dense layers, and blocks in sequence."""

import math
from collections.abc import Iterator
from typing import Any

from minigrad.arguments import flag, shown, whole
from minigrad.engine.registry import recorded
from minigrad.engine.tensor import Tensor
from minigrad.errors import PositionError, ShapeError
from minigrad.gluon.block import Block
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn.activation import Activation, at_the_end
from minigrad.ops.linear import EPILOGUES
from minigrad.ops.shape import reshape


class Dense(HybridBlock):
    """A fully connected layer: y = activation(x W^T + b), with W of shape (units, in_units) and b of shape (units,).

    Arguments:
        units: the width of the output.
        activation: 'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign' ... or None.
        use_bias: whether to add b.
        flatten: whether to flatten all axes after the first into one; if not, the layer acts on the last axis.
        in_units: the width of the input; 0 takes it from the first input.

    >>> from minigrad import np
    >>> layer = Dense(2, in_units=3, weight_initializer="ones")
    >>> layer.initialize()
    >>> layer(np.array([[1, 2, 3]]))
    array([[6., 6.]])
    """

    pure = True
    act: Block | None

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        flatten: bool = True,
        dtype: Any = "float32",
        weight_initializer: Any = None,
        bias_initializer: Any = "zeros",
        in_units: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._units = whole("units", units, 1)
        self._in_units = whole("in_units", in_units, 0)
        self._flatten = flatten
        at_the_end(self, activation)
        self.weight = self.params.get(
            "weight", shape=(units, in_units), init=weight_initializer, dtype=dtype, allow_deferred_init=True
        )
        self.bias = None
        if flag("use_bias", use_bias):
            self.bias = self.params.get("bias", shape=(units,), init=bias_initializer, dtype=dtype)

    def infer_shape(self, x: Tensor) -> None:
        """The input width is the product of the axes after the first, or the last axis."""
        self._in_units = math.prod(x.shape[1:] if self._flatten else x.shape[-1:])
        self.weight.shape = (self._units, self._in_units)

    def forward(self, x: Tensor) -> Tensor:
        """Like `HybridBlock.forward`, but without looking up parameters, which halves the time."""
        if type(self) is not Dense:
            return super().forward(x)  # type: ignore[no-any-return]
        bias = self.bias
        return self.hybrid_forward(recorded(), x, self.weight.data(x.ctx), None if bias is None else bias.data(x.ctx))

    def hybrid_forward(self, F: Any, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """x (batch, ...) to (batch, units), or with flatten=False x (..., in_units) to (..., units)."""
        if self._flatten and x.data.ndim != 2:
            x = reshape(x, (x.shape[0] if x.ndim else 1, math.prod(x.shape[1:])))
        act = self.act
        changed = act is not None and (any(act._hooks) or {"forward", "hybrid_forward"} & vars(act).keys())
        own = act.act_type if type(act) is Activation and act.act_type in EPILOGUES and not changed else None
        try:
            y: Tensor = F.linear(x, weight, bias, own)
        except ShapeError:
            raise ShapeError(
                f"Dense '{self.name}' expects inputs of width {weight.shape[1]} but got {x.shape[-1]} "
                f"(input shape {x.shape}). Did you transpose the batch?"
            ) from None
        return y if act is None or own else act(y)

    def extra_repr(self) -> str:
        """Units, activation and whatever differs from the default."""
        text = f"{self._units}" if not self._in_units else f"{self._units}, in_units={self._in_units}"
        text += "" if self.act is None else f", activation={self.act.extra_repr()}"
        text += "" if self.bias is not None else ", use_bias=False"
        return text + ("" if self._flatten else ", flatten=False")


class Sequential(HybridBlock):
    """Blocks in sequence: each gets the output of the one before.

    >>> from minigrad import np
    >>> net = Sequential()
    >>> net.add(Dense(4, activation="relu"), Dense(1))
    >>> net
    Sequential(
      (0): Dense(4, activation='relu')
      (1): Dense(1)
    )
    """

    pure = True

    def __init__(self, *blocks: Any, prefix: str | None = None, params: Any = None) -> None:
        if blocks and isinstance(blocks[0], str):  # Gluon's first argument
            prefix, blocks = blocks[0], blocks[1:]
        super().__init__(prefix=prefix, params=params)
        self.add(*blocks)

    def add(self, *blocks: Any) -> None:
        """Append blocks."""
        for block in blocks:
            self.register_child(block)

    def hybrid_forward(self, F: Any, x: Any, *args: Any) -> Any:
        """The input passed through all blocks."""
        for block in self._children.values():
            x = block(x, *args) if args else block(x)
            args = ()
            if not isinstance(x, Tensor) and isinstance(x, (tuple, list)):
                x, *rest = x
                args = tuple(rest)
        return (x, *args) if args else x

    def __getitem__(self, key: Any) -> Any:
        try:
            blocks = list(self._children.values())[key]
        except (IndexError, TypeError):
            raise PositionError(f"There is no block {shown(key)} in a {type(self).__name__} of {len(self)}.") from None
        if not isinstance(blocks, list):
            return blocks
        made = type(self) if type(self).__init__ is Sequential.__init__ else Sequential  # others may not take blocks
        return made(*blocks, prefix=self.prefix)

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._children.values())


class HybridSequential(Sequential):
    """`Sequential` under Gluon's name for a hybridizable one."""

    pure = True
