"""An updater: an optimizer together with its states, for a KVStore."""

from typing import Any

import numpy

from minigrad.arguments import shown
from minigrad.engine.tensor import Tensor
from minigrad.errors import KindError
from minigrad.optimizer.accepts import weight_of
from minigrad.optimizer.optimizer import Index, Optimizer, State


class Updater:
    """Call it with `(index, gradient, weight)`, or lists of these. An index gets its state at its first update.

    >>> from minigrad import np, optimizer
    >>> update = optimizer.get_updater(optimizer.SGD(learning_rate=0.1))
    >>> w = np.array([1.0])
    >>> update(0, np.array([2.0]), w)
    >>> print(w.asnumpy())
    [0.8]
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.states: dict[Index, State] = {}
        self.dtypes: dict[Index, Any] = {}
        """The dtype of the weight that each state was made for."""

    def __call__(self, index: Any, grad: Any, weight: Any) -> None:
        if isinstance(index, (list, tuple)):
            from minigrad.optimizer.several import one_by_one

            return one_by_one(self, index, grad, weight)
        weight = weight_of(weight)
        with weight.ctx:
            self.optimizer.update_multi_precision(index, weight, grad, self._state_for(index, weight))
        return None

    def _state_for(self, index: Any, weight: Tensor) -> State:
        """The state of a weight: new at its first update, and converted if the weight has been cast since."""
        if _index(index) not in self.states:
            self.states[index] = self.optimizer.create_state_multi_precision(index, weight)
        elif (before := self.dtypes.get(index, weight.dtype)) != weight.dtype:
            from minigrad.optimizer.casts import converted

            state = self.states[index]
            self.states[index] = converted(self.optimizer, weight, before, state, leaves(state))
        self.dtypes[index] = weight.dtype
        return self.states[index]

    def states_of(self, index: Index, weight: Tensor) -> dict[Any, Tensor]:
        """Copies of the states of a weight, by their names in the equations; none before the first update.

        If the optimizer does not name its states, they are numbered. In a Trainer: `trainer.states(net.weight)`.

        >>> from minigrad import np, optimizer
        >>> update, w = optimizer.get_updater(optimizer.SGD(learning_rate=0.1, momentum=0.9)), np.array([1.0])
        >>> update(0, np.array([2.0]), w)
        >>> update.states_of(0, w)
        {'v': array([-0.2])}
        """
        weight = weight_of(weight)
        state = self._state_for(index, weight) if _index(index) in self.states else None
        arrays = leaves(state[1] if state is not None and self.optimizer._has_master(weight) else state)
        return {name: x.copy() for name, x in zip(self.optimizer.states or range(len(arrays)), arrays)}


def get_updater(optimizer: Optimizer) -> Updater:
    """The updater of an optimizer (Gluon's name)."""
    return Updater(optimizer)


def _index(index: Any) -> Any:
    """The index, if it is valid."""
    if not isinstance(index, (int, str, numpy.integer)):
        raise KindError(f"index={shown(index)} cannot be used; expected a number or a name")
    return index


def leaves(state: Any) -> list[Tensor]:
    """The Tensors of a state: a Tensor, or a tuple or list of states. Anything else has none.

    >>> from minigrad import np
    >>> leaves((np.array([1]), (None, np.array([2]))))
    [array([1.]), array([2.])]
    """
    if isinstance(state, Tensor):
        return [state]
    return [leaf for part in state for leaf in leaves(part)] if isinstance(state, (tuple, list)) else []
