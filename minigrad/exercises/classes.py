"""Solutions that are classes of minigrad (an operation, a layer, a loss and so on), as functions of NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad import np
from minigrad.autograd import Function, record
from minigrad.errors import UsageError
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.stepping import stepping
from minigrad.gluon import Block
from minigrad.initializer import Initializer
from minigrad.lr_scheduler import LRScheduler
from minigrad.metric import EvalMetric
from minigrad.optimizer import Optimizer, get_updater

Answer = Callable[..., Any]


def of_class(exercise: Exercise, solution: Any) -> Any:
    """A class of minigrad, or an optimizer, as a function with the exercise's signature; anything else unchanged.

    >>> from minigrad.exercises import check
    >>> from minigrad.gluon import nn
    >>> check("dense_forward", nn.Dense)
    dense_forward: right
    All of it is right.

    Raises UsageError if such a class cannot answer the exercise, and for an optimizer without a rule.
    """
    if isinstance(solution, Optimizer):
        return of_optimizer(exercise, solution)
    for base, makers in KINDS.items():
        if isinstance(solution, type) and issubclass(solution, base):
            if exercise.name in makers:
                return makers[exercise.name](solution)
            if base is not Optimizer:
                raise UsageError(f"{exercise.name} cannot be written as a class of {base.__name__}; write a function")
            return of_optimizer(exercise, solution())
    return solution


def of_optimizer(exercise: Exercise, made: Optimizer) -> Answer:
    """One step of an optimizer's rule, with the exercise's hyper-parameters instead of its own."""
    rule = getattr(type(made), "rule", None)
    if rule is None:
        raise UsageError(
            f"{type(made).__name__} defines update(), not a rule; for this exercise write rule(self, w, g, *states, lr)"
        )
    return stepping(exercise, rule, dict(vars(made)), type(made))


def of_function(cls: type[Any]) -> Answer:
    """The backward pass of an `autograd.Function`, after running its `forward` on the inputs."""

    def backward(g: Any, *inputs: Any) -> Any:
        tensors = [tensor(x) for x in inputs]
        for x in tensors:
            x.attach_grad()
        with record():
            y = cls()(*tensors)
        y.backward(tensor(g))
        found = tuple(x.grad.asnumpy() for x in tensors if x.grad is not None)
        return found if len(found) > 1 else found[0]

    return backward


def of_layer(cls: type[Any]) -> Answer:
    """The forward pass of a layer made like Dense: `cls(units, in_units=inputs)`, with a weight and a bias."""

    def forward(x: Any, W: Any, b: Any) -> Any:
        layer = cls(len(b), in_units=x.shape[1])
        layer.cast(str(x.dtype))
        layer.initialize()
        layer.weight.set_data(tensor(W))
        layer.bias.set_data(tensor(b))
        return layer(tensor(x)).asnumpy()

    return forward


def of_loss(cls: type[Any]) -> Answer:
    """The value of a loss `cls(rho=rho)` for predictions and labels."""
    return lambda pred, label, rho: cls(rho=rho)(tensor(pred), tensor(label)).asnumpy()


def of_initializer(cls: type[Any]) -> Answer:
    """The square kernel that an initializer `cls()` fills."""

    def kernel(size: int) -> Any:
        weight = np.zeros((size, size), dtype="float64")
        cls()("kernel_weight", weight)
        return weight.asnumpy()

    return kernel


def of_schedule(cls: type[Any]) -> Answer:
    """The rate of a schedule `cls(low=low, high=high, half=half)` at an update."""
    return lambda t, **settings: cls(**settings)(t)


def of_updater(cls: type[Any]) -> Answer:
    """An update of a store's weight by an optimizer `cls(learning_rate=lr, limit=limit)`."""

    def updater(key: Any, grad: Any, weights: Any, *, lr: float, limit: float) -> None:
        weight = tensor(weights[key])
        get_updater(cls(learning_rate=lr, limit=limit))(key, tensor(grad), weight)
        weights[key][...] = weight.asnumpy()

    return updater


def of_metric(cls: type[Any]) -> Answer:
    """The value of a metric `cls(k=k)` after two batches of different sizes."""

    def accuracy(scores: Any, labels: Any, k: int) -> Any:
        metric, first = cls(k=k), len(labels) // 3
        for batch in slice(first), slice(first, None):
            if len(labels[batch]):
                metric.update([tensor(labels[batch])], [tensor(scores[batch])])
        return metric.get()[1]

    return accuracy


def tensor(x: Any) -> Any:
    """A NumPy array as a Tensor of its dtype."""
    return np.array(x, dtype=x.dtype)


KINDS: dict[type[Any], dict[str, Callable[[type[Any]], Answer]]] = {
    Function: dict.fromkeys(
        ("relu_vjp", "multiply_vjp", "matmul_vjp"), of_function
    ),  # given the inputs, not y or a shape
    Block: {"dense_forward": of_layer, "huber_loss": of_loss},
    Initializer: {"bilinear_init": of_initializer},
    LRScheduler: {"cyclic_rate": of_schedule},
    EvalMetric: {"top_k_accuracy": of_metric},
    Optimizer: {"clipping_updater": of_updater},
}
"""Base class -> the exercises that a subclass can answer, each with what turns the subclass into a function."""
