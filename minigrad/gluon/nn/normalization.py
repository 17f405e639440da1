"""Layers that give values mean 0 and variance 1 over some axes, then a learned scale (gamma) and shift (beta)."""

from typing import Any

from minigrad.arguments import flag, number, whole
from minigrad.dtypes import as_dtype, single
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn.axes import check_groups


class _Normalization(HybridBlock):
    """gamma (ones) and beta (zeros), a value for each place along `axis`; learned with `scale` and `center`."""

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        in_channels: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._axis = whole("axis", axis)
        self._epsilon = number("epsilon", epsilon, 0)
        self._center = center = flag("center", center)
        self._scale = scale = flag("scale", scale)
        self._kwargs: dict[str, Any] = {"eps": epsilon, "axis": axis, "center": center, "scale": scale}
        self.gamma = self._per_channel("gamma", gamma_initializer, in_channels, scale)
        self.beta = self._per_channel("beta", beta_initializer, in_channels, center)

    def _per_channel(self, name: str, init: Any, in_channels: int, learned: bool) -> Any:
        shape, req = (whole("in_channels", in_channels, 0),), "write" if learned else "null"
        return self.params.get(
            name, shape=shape, init=init, grad_req=req, allow_deferred_init=True, differentiable=learned
        )

    def infer_shape(self, x: Tensor) -> None:
        """One value for each position along the axis."""
        if not -x.ndim <= self._axis < x.ndim:
            raise ShapeError(f"{type(self).__name__} normalizes axis {self._axis}, but its input has shape {x.shape}.")
        for p in self._own.values():
            p.shape = (x.shape[self._axis],)

    def extra_repr(self) -> str:
        """The axis, and whatever differs from the default."""
        shape = self.gamma.shape
        text = f"axis={self._axis}" + (f", in_channels={shape[0]}" if shape and shape[0] else "")
        return text + ("" if self._center else ", center=False") + ("" if self._scale else ", scale=False")


class BatchNorm(_Normalization):
    """Gives each channel mean 0 and variance 1 over the batch (and space); in prediction, over all of training.

    Training uses the mean and variance of the batch, and moves the running ones, which prediction uses, towards them:
    r <- momentum r + (1 - momentum) batch. With `use_global_stats` the running ones are always used.

    >>> from minigrad import autograd, np
    >>> layer = BatchNorm()
    >>> layer.initialize()
    >>> with autograd.train_mode():
    ...     layer(np.array([[1], [3]])).asnumpy().round(3).tolist()
    [[-1.0], [1.0]]
    >>> layer.running_mean.data()
    array([0.2])

    Reference: Ioffe and Szegedy, "Batch normalization", 2015, algorithm 1.
    """

    def __init__(
        self,
        axis: int = 1,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        use_global_stats: bool = False,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        running_mean_initializer: Any = "zeros",
        running_variance_initializer: Any = "ones",
        in_channels: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(axis, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels, **kwargs)
        momentum = number("momentum", momentum, 0, 1, "[]")
        self._kwargs = {"axis": axis, "eps": epsilon, "momentum": momentum}
        self._kwargs |= {"fix_gamma": not scale, "use_global_stats": use_global_stats}
        self.running_mean = self._per_channel("running_mean", running_mean_initializer, in_channels, False)
        self.running_var = self._per_channel("running_var", running_variance_initializer, in_channels, False)

    def cast(self, dtype: Any) -> None:
        """Convert all parameters. For float16 they stay in float32, as in Gluon: running variances need its range."""
        super().cast(single(as_dtype("None" if dtype is None else dtype)))

    def hybrid_forward(
        self, F: Any, x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor
    ) -> Tensor:
        """x with at least the axes (batch, channels), to the same shape."""
        y: Tensor = F.npx.batch_norm(x, gamma, beta, running_mean, running_var, **self._kwargs)
        return y


class LayerNorm(_Normalization):
    """Gives each sample mean 0 and variance 1 along the axis (its features).

    >>> from minigrad import np
    >>> layer = LayerNorm()
    >>> layer.initialize()
    >>> layer(np.array([[1, 3], [10, 30]])).asnumpy().round(3).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]

    Reference: Ba, Kiros and Hinton, "Layer normalization", 2016.
    """

    pure = True

    def hybrid_forward(self, F: Any, data: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """x (..., features), to the same shape."""
        y: Tensor = F.npx.layer_norm(data, gamma, beta, axis=self._axis, eps=self._epsilon)
        return y


class InstanceNorm(_Normalization):
    """Gives each channel of each sample mean 0 and variance 1 over space. Ulyanov, Vedaldi and Lempitsky, 2016."""

    pure = True

    def __init__(
        self,
        axis: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = False,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        in_channels: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(axis, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels, **kwargs)

    def hybrid_forward(self, F: Any, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """x with the axes (batch, ..., channels at the axis, ...), to the same shape."""
        y: Tensor = F.npx.instance_norm(x, gamma, beta, eps=self._epsilon, axis=self._axis)
        return y


class GroupNorm(_Normalization):
    """Gives each group of channels (axis 1) of each sample mean 0 and variance 1. Wu and He, 2018."""

    pure = True

    def __init__(
        self,
        num_groups: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        in_channels: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(1, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels, **kwargs)
        self._num_groups = whole("num_groups", num_groups, 1)
        self._kwargs = {"eps": epsilon, "num_groups": num_groups, "center": center, "scale": scale}

    def infer_shape(self, x: Tensor) -> None:
        """One value for each channel; ShapeError if the channels cannot be split into equal groups."""
        if x.ndim > 1:
            check_groups(self, x, self._num_groups)
        super().infer_shape(x)

    def hybrid_forward(self, F: Any, data: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """x (batch, channels, ...), to the same shape."""
        y: Tensor = F.npx.group_norm(data, gamma, beta, num_groups=self._num_groups, eps=self._epsilon)
        return y
