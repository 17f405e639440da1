"""A metric accumulates a total and a count, batch by batch; its value is their quotient.

Metrics are computed on the host, in float64; inputs on a GPU are copied to the host.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy

from minigrad.arguments import arguments_of, function, registered_name, shown
from minigrad.config import as_call
from minigrad.device import Array, to_host
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KeywordError, KindError, ShapeError, UsageError, suggestion
from minigrad.explain import not_numbers
from minigrad.guarded import guarded


class EvalMetric:
    """Base of all metrics.

    A subclass defines `measure(label, pred) -> (total, count)` for one pair of NumPy arrays; or, as in Gluon, its own
    `update(labels, preds)`, which adds to `self.sum_metric` and `self.num_inst`.

    >>> from minigrad.metric import Accuracy
    >>> metric = Accuracy()
    >>> metric.get()
    ('accuracy', nan)
    >>> metric.update(labels=[0, 1, 1], preds=[[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    >>> metric.get()
    ('accuracy', 0.6666666666666666)
    """

    sum_metric: Any
    num_inst: int
    global_sum_metric: Any
    global_num_inst: int

    def __init__(self, name: str, output_names: Any = None, label_names: Any = None, **kwargs: Any) -> None:
        """The name, which arrays `update_dict` takes (None: all), and what subclasses of users pass on."""
        self.name = name
        self.output_names, self.label_names, self._kwargs = output_names, label_names, kwargs
        kwargs.pop("has_global_stats", None)  # every metric has them
        self.reset()

    def measure(self, label: Array, pred: Array) -> tuple[Any, int]:
        """What one batch adds to the total and to the count."""
        raise NotImplementedError(f"{type(self).__name__} must define measure(label, pred) or update(labels, preds).")

    def value(self, total: Any, count: int) -> float:
        """The metric for everything seen so far."""
        return float(total / count)

    @guarded
    def update(self, labels: Any, preds: Any) -> None:
        """Add a batch: an array of labels and one of predictions, or two lists of such arrays of equal length.

        An array without samples adds nothing.
        """
        for found in [self.measure(label, pred) for label, pred in pairs(labels, preds)]:  # all of them, or an error
            self._add(*found)

    @guarded
    def update_dict(self, label: Mapping[str, Any], pred: Mapping[str, Any]) -> None:
        """`update` with arrays by name: those of `label_names` and `output_names`, or all of them.

        >>> from minigrad.metric import Accuracy
        >>> metric = Accuracy(output_names=["class"])
        >>> metric.update_dict({"y": [0, 1]}, {"class": [0, 0], "loss": [0.3, 0.5]})
        >>> metric.get()
        ('accuracy', 0.5)
        """
        self.update(_chosen("label", self.label_names, label), _chosen("pred", self.output_names, pred))

    def _add(self, total: Any, count: int) -> None:
        self.sum_metric = self.combine(self.sum_metric, total)
        self.num_inst += count
        self.global_sum_metric = self.combine(self.global_sum_metric, total)
        self.global_num_inst += count

    def combine(self, so_far: Any, new: Any) -> Any:
        """The total of two groups of batches; `so_far` is 0.0 at first."""
        return so_far + new

    def reset(self) -> None:
        """Start over."""
        self.reset_local()
        self.global_sum_metric = 0.0
        self.global_num_inst = 0

    def reset_local(self) -> None:
        """Reset what `get` returns, but not what `get_global` returns."""
        self.sum_metric = 0.0
        self.num_inst = 0

    def get(self) -> tuple[Any, Any]:
        """The name and the value since the last `reset` or `reset_local`; NaN before the first update."""
        return self.name, self.value(self.sum_metric, self.num_inst) if self.num_inst else math.nan

    def get_global(self) -> tuple[Any, Any]:
        """The name and the value since the last `reset`; what `get` returns, if an `update` of your own counts once."""
        if not self.global_num_inst:
            return self.get()
        return self.name, self.value(self.global_sum_metric, self.global_num_inst)

    def get_name_value(self) -> list[tuple[str, float]]:
        """`get` as a list of pairs, even if there is only one."""
        return _listed(*self.get())

    def get_global_name_value(self) -> list[tuple[str, float]]:
        """`get_global` as a list of pairs, even if there is only one."""
        return _listed(*self.get_global())

    def get_config(self) -> dict[str, Any]:
        """The name of the class, and its arguments: `create(**metric.get_config())` makes the metric again.

        >>> from minigrad import metric
        >>> metric.create(**metric.Accuracy(axis=0).get_config())
        Accuracy(axis=0)
        """
        own, words = vars(self), ("name", "output_names", "label_names", *arguments_of(type(self)))
        return {**self._kwargs, "metric": type(self).__name__, **{word: own[word] for word in words if word in own}}

    def __repr__(self) -> str:
        return as_call(self)

    def __str__(self) -> str:
        return f"{type(self).__name__}: {dict(self.get_name_value())}"


Class = TypeVar("Class", bound="type[EvalMetric]")

registry: dict[str, type[EvalMetric]] = {}
"""Every metric class by its lower-cased name and its aliases."""


def register(cls: Class) -> Class:
    """Let a metric class be created by its lower-cased name; used as a decorator."""
    registry[registered_name(cls)] = cls
    return cls


def alias(*names: str) -> Callable[[Class], Class]:
    """Further names for a metric class; used as a decorator."""

    def add(cls: Class) -> Class:
        registry.update(dict.fromkeys(names, cls))
        return cls

    return add


def create(metric: Any, *args: Any, **kwargs: Any) -> EvalMetric:
    """A metric from its name, a function `feval(label, pred)`, or a list of these; a metric is returned as it is.

    >>> create("acc").name, create(["acc", "mse"]).get()[0]
    ('accuracy', ['accuracy', 'mse'])
    """
    if isinstance(metric, EvalMetric):
        if args or kwargs:
            raise UsageError(f"{metric.name!r} is a metric already and takes no arguments, but got {args or kwargs}.")
        return metric
    if isinstance(metric, list):
        return CompositeEvalMetric([create(child, *args, **kwargs) for child in metric])
    if isinstance(metric, str):
        cls = registry.get(metric.lower())
        if cls is None:
            raise ArgumentError(f"No metric is called {metric!r}{suggestion(metric.lower(), sorted(registry))}")
        return cls(*args, **kwargs)
    if isinstance(metric, type) and issubclass(metric, EvalMetric):
        return metric(*args, **kwargs)
    if callable(metric):
        return CustomMetric(metric, *args, **kwargs)
    raise ArgumentError(f"A metric is a name like 'acc', a function, a list of these or an EvalMetric, not {metric!r}.")


@register
@alias("composite")
class CompositeEvalMetric(EvalMetric):
    """Several metrics of the same batches; `get` returns a list of names and a list of values."""

    @guarded
    def __init__(
        self,
        metrics: list[Any] | None = None,
        name: str = "composite",
        output_names: Any = None,
        label_names: Any = None,
    ) -> None:
        self.metrics = [create(metric) for metric in metrics or []]
        super().__init__(name, output_names, label_names)

    def add(self, metric: Any) -> None:
        self.metrics.append(create(metric))

    @guarded
    def get_metric(self, index: int) -> EvalMetric:
        return self.metrics[index]

    def update(self, labels: Any, preds: Any) -> None:
        for metric in self.metrics:
            metric.update(labels, preds)

    @guarded
    def update_dict(self, label: Mapping[str, Any], pred: Mapping[str, Any]) -> None:
        """`update_dict` of every metric, which sees only the arrays of this one's `label_names` and `output_names`."""
        given = (_by_name("label", label), self.label_names), (_by_name("pred", pred), self.output_names)
        labels, preds = ({n: a for n, a in found.items() if names is None or n in names} for found, names in given)
        for metric in self.metrics:
            metric.update_dict(labels, preds)

    def reset(self) -> None:
        for metric in self.metrics:
            metric.reset()

    def reset_local(self) -> None:
        for metric in self.metrics:
            metric.reset_local()

    def get(self) -> tuple[list[str], list[float]]:
        return flat([metric.get() for metric in self.metrics])

    def get_global(self) -> tuple[list[str], list[float]]:
        return flat([metric.get_global() for metric in self.metrics])


class CustomMetric(EvalMetric):
    """A metric from a function of two NumPy arrays that returns the value of a batch, or a pair (sum, count).

    >>> metric = CustomMetric(lambda label, pred: abs(label - pred).max(), name="worst")
    >>> metric.update([1.0, 2.0], [1.5, 2.0])
    >>> metric.get()
    ('worst', 0.5)
    """

    def __init__(
        self,
        feval: Callable[[Array, Array], Any],
        name: str | None = None,
        allow_extra_outputs: bool = False,
        output_names: Any = None,
        label_names: Any = None,
    ) -> None:
        if name is None:
            name = getattr(feval, "__name__", type(feval).__name__)
            name = f"custom({name})" if "<" in name else name
        super().__init__(name, output_names, label_names)
        self.feval = function("feval", feval)
        self.allow_extra_outputs = allow_extra_outputs

    @guarded
    def update(self, labels: Any, preds: Any) -> None:
        given = pairs(labels, preds, allow_extra=self.allow_extra_outputs)
        results = [self.feval(label, pred) for label, pred in given]
        for found in [result if isinstance(result, tuple) else (float(result), 1) for result in results]:
            self._add(*found)


np = CustomMetric
"""A metric from a function of NumPy arrays, under Gluon's name."""


def _listed(name: Any, value: Any) -> list[tuple[str, float]]:
    return list(zip(name, value)) if isinstance(name, list) else [(name, value)]


def _chosen(argument: str, names: Any, arrays: Mapping[str, Any]) -> list[Any]:
    """The arrays of these names, or all."""
    for name in names or ():
        if name not in _by_name(argument, arrays):
            raise KeywordError(f"{argument} has no array called {name!r}{suggestion(name, sorted(arrays))}")
    return list(_by_name(argument, arrays).values()) if names is None else [arrays[name] for name in names]


def _by_name(argument: str, arrays: Any) -> Mapping[str, Any]:
    if not isinstance(arrays, Mapping):
        raise KindError(f"{argument} must be a dict of arrays by name, but is {shown(arrays)}.")
    return arrays


def flat(results: list[tuple[Any, Any]]) -> tuple[list[str], list[float]]:
    """Names and values of several metrics, some of which may themselves hold several."""
    names: list[str] = []
    values: list[float] = []
    for name, value in results:
        names += name if isinstance(name, list) else [name]
        values += value if isinstance(value, list) else [value]
    return names, values


def pairs(labels: Any, preds: Any, allow_extra: bool = False) -> Iterator[tuple[Array, Array]]:
    """The batches in `labels` and `preds` as pairs of NumPy arrays, without empty ones."""
    if _is_numbers(labels) and isinstance(preds, (list, tuple)) and preds and not hasattr(preds[0], "shape"):
        preds = [preds]  # labels [0, 1] and predictions [[.9, .1], [.2, .8]] are one batch in plain lists
    label_arrays, pred_arrays = arrays(labels), arrays(preds)
    if len(label_arrays) != len(pred_arrays) and not allow_extra:
        raise ArgumentError(
            f"There are {len(label_arrays)} arrays of labels and {len(pred_arrays)} of predictions; give one for each."
        )
    return ((label, pred) for label, pred in zip(label_arrays, pred_arrays) if label.size or pred.size)


def arrays(values: Any) -> list[Array]:
    """An array, a list of numbers or a list of arrays, as a list of NumPy arrays."""
    if isinstance(values, (list, tuple)) and not _is_numbers(values):
        return [_fetch(value) for value in values]
    return [_fetch(values)]


def _is_numbers(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and len(values) > 0 and isinstance(values[0], (int, float, numpy.generic))


def _fetch(value: Any) -> Array:
    """An array on the host, in the widest dtype of its kind, so that a difference of bytes does not wrap around."""
    found = value.data if isinstance(value, Tensor) else value
    array = numpy.asarray(found) if isinstance(found, Mapping) else to_host(found)  # to_host() would call its get()
    if array.dtype.kind == "O":
        raise not_numbers("A metric", value)
    return array.astype("float64" if array.dtype.kind == "f" else "int64") if array.dtype.kind in "iuf" else array


def must_fit(name: str, label: Array, pred: Array, fits: bool) -> None:
    """ShapeError unless labels and predictions fit together."""
    if not fits:
        raise ShapeError(f"{name}: labels of shape {label.shape} do not go with predictions of shape {pred.shape}.")


def classes(name: str, what: str, values: Array) -> Array:
    """Class numbers as whole numbers, flat. A fraction is none, such as a probability."""
    with numpy.errstate(invalid="ignore"):  # NaN, which is none either
        found: Array = values.astype("int64")
    if (wrong := values[found != values]).size:
        raise ArgumentError(
            f"{name}: a {what} is {wrong[0]}, which is no class number. (p > 0.5 makes one of a probability p.)"
        )
    return found.ravel()
