"""NDArray: the array of `nd`, whose methods and comparisons are MXNet's where these differ from NumPy's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy

from minigrad.composed import composed
from minigrad.engine.tensor import Tensor
from minigrad.nd import arrays
from minigrad.nd.older import with_options
from minigrad.operators import Operators, method
from minigrad.ops.elementwise import astype, copy
from minigrad.ops.shape import reshape

METHODS = (
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "argmax", "argmin", "argsort",
    "broadcast_axes", "broadcast_like", "broadcast_to", "cbrt", "ceil", "clip", "cos", "cosh", "degrees", "diag", "dot",
    "exp", "expand_dims", "expm1", "fix", "flatten", "flip", "floor", "log", "log10", "log1p", "log2", "log_softmax",
    "max", "mean", "min", "nansum", "norm", "one_hot", "ones_like", "pad", "pick", "prod", "radians", "reciprocal",
    "relu", "repeat", "reshape_like", "rint", "round", "rsqrt", "shape_array", "sigmoid", "sign", "sin", "sinh",
    "slice", "slice_axis", "slice_like", "softmax", "sort", "split", "sqrt", "square", "squeeze", "sum", "swapaxes",
    "take", "tan", "tanh", "tile", "topk", "trunc", "zeros_like",
)  # fmt: skip
"""The functions of `nd` that are methods too."""

_view: Callable[..., Tensor] = vars(arrays.reshape)["__wrapped__"]  # without the copy that `with_options` adds


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    """A comparison whose result is 1 and 0 in the dtype of the array."""
    compared = getattr(Operators, name)

    def compare(self: Tensor, other: Any) -> Any:
        y = compared(self, other)
        return y if y is NotImplemented else astype(y, self.dtype)

    return compare


class One(numpy.ndarray[Any, Any]):
    """One value in a NumPy array with axes that `float` and "%f" accept, as NumPy did before 2.4."""

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __repr__(self) -> str:
        return repr(self.view(numpy.ndarray))


class _EveryTensor(type):
    """The class of NDArray. Every Tensor counts as one, as in MXNet, where the class of `np` is a subclass."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, Tensor) if cls is NDArray else super().__instancecheck__(value)


class NDArray(Tensor, metaclass=_EveryTensor):
    """A Tensor with the methods of `mxnet.nd`. `nd.array` makes one, and so does every operation on one.

    Whatever its methods and the functions of `nd` pick or sum has at least one axis: a number has the shape (1,).
    Comparisons give 1 and 0, which can be added; as an index these are positions, not a mask: `x[x > 1]` takes rows 0
    and 1. `flatten` keeps the batch, `take` takes rows, `reshape` has codes, positions are float32; and what MXNet has
    as both a function and a method is both here. `as_np_ndarray()` is the same memory as a Tensor. `isinstance(x,
    nd.NDArray)` is true of every Tensor: a weight, which is one, passes the check that optimizers begin with.

    >>> from minigrad import nd
    >>> x = nd.array([[1, 2, 3], [4, 5, 6]])
    >>> ((x > 1) + (x > 2)).asnumpy()
    array([[0., 1., 2.],
           [2., 2., 2.]], dtype=float32)
    >>> x.sum().shape, x[0].slice_axis(axis=0, begin=1, end=3).shape
    ((1,), (2,))
    """

    __slots__ = ()

    def __getitem__(self, key: Any) -> Tensor:
        y = super().__getitem__(key)
        if y.data.ndim:
            return y if y.node is not None or y.data.flags.c_contiguous else copy(y)
        if y.node is None:  # with an ellipsis it is a view
            y = super().__getitem__((*key, ...) if isinstance(key, tuple) else (key, ...))
        return reshape(y, (1,))

    __lt__, __le__, __gt__ = _comparison("__lt__"), _comparison("__le__"), _comparison("__gt__")
    __ge__, __eq__, __ne__ = _comparison("__ge__"), _comparison("__eq__"), _comparison("__ne__")
    __hash__ = Tensor.__hash__
    __ipow__, __ifloordiv__ = Operators.__pow__, Operators.__floordiv__  # MXNet's **= makes a new array; it has no //

    def reshape(self, *shape: Any, **options: Any) -> Tensor:
        """A view in another shape: several numbers, a tuple, or `shape=`, in which `nd.reshape`'s codes work."""
        return _view(self, *(shape[:1] if len(shape) == 1 else (shape,) if shape else ()), **options)

    def transpose(self, *axes: Any, **options: Any) -> Tensor:
        """The axes in another order, given as several numbers, a tuple, or `axes=`; reversed if none is given."""
        return arrays.transpose(self, *(axes[:1] if len(axes) == 1 else (axes,) if axes else ()), **options)

    T = property(lambda self: self.transpose(), doc="The axes in the opposite order.")

    def asnumpy(self) -> Any:
        """A copy on the host as a NumPy array; one that holds a single value can be used as a number."""
        copied = super().asnumpy()
        return copied.view(One) if copied.size == 1 else copied

    @classmethod
    def calling(cls, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Call a function that is written for Tensors: NDArrays reach it as Tensors, and its results are NDArrays.

        A result that is an argument itself, such as `out`, is the same object.
        """
        given: dict[int, Any] = {}  # a Tensor's id -> it, and the array that it stands for

        def inside(value: Any) -> Any:
            if issubclass(type(value), cls):
                twin = value.seen_as(Tensor)
                given[id(twin)] = twin, value
                return twin
            return type(value)(map(inside, value)) if type(value) in (list, tuple) else value

        def outside(value: Any) -> Any:
            if isinstance(value, Tensor):
                return given[id(value)][1] if id(value) in given else value.seen_as(cls)
            return type(value)(map(outside, value)) if type(value) in (list, tuple) else value

        return outside(function(*map(inside, args), **{name: inside(value) for name, value in kwargs.items()}))

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self.seen_as(Tensor), ndigits)

    def __repr__(self) -> str:
        return f"\n{Tensor.__str__(self)}\n<NDArray {'x'.join(map(str, self.shape))} @{self.ctx}>"

    __str__ = __repr__


for _name in METHODS:
    _method = method(getattr(arrays, _name), _name)
    _method.__doc__ = f"`minigrad.nd.{_name}` of this array."
    setattr(NDArray, _name, _method)
del _name, _method


def as_ndarrays(value: Any) -> Any:
    """A Tensor, or those in a list or dictionary, as NDArrays: the same memory at the same place in the graph."""
    if isinstance(value, Tensor):
        return (value if value.ndim else reshape(value, (1,))).seen_as(NDArray)
    if isinstance(value, dict):
        return {name: as_ndarrays(v) for name, v in value.items()}
    return type(value)(map(as_ndarrays, value)) if isinstance(value, (list, tuple)) else value


def makes_ndarrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with its results as NDArrays."""

    @functools.wraps(function)
    def made(*args: Any, **kwargs: Any) -> Any:
        return as_ndarrays(function(*args, **kwargs))

    return made


def constructor(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of `nd` that makes a new array."""
    return with_options(makes_ndarrays(composed()(function)))
