"""DCASGD: asynchronous SGD that corrects late gradients."""

import math
from typing import Any
from weakref import WeakKeyDictionary

from minigrad.device import context_of
from minigrad.dtypes import unhalved
from minigrad.engine.tensor import Tensor
from minigrad.optimizer.arguments import number
from minigrad.optimizer.optimizer import Index, Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class DCASGD(Optimizer):
    """DCASGD: correct a gradient that was computed for an older weight, with its own square as curvature.

    When workers do not wait for each other, a gradient arrives after the weight has moved on. A Taylor expansion says
    how it would have changed meanwhile; g² is a cheap stand-in for the second derivative.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, γ the momentum,
    v the velocity, E the running mean of g², λ the strength of the correction and `prev` the weight for which g was
    computed:

        d_t = g_t + λ g_t² (w_{t-1} - prev_{t-1})
        v_t = γ v_{t-1} - η d_t
        w_t = w_{t-1} + v_t                 (without momentum: w_t = w_{t-1} - η d_t)
        prev_t = w_{t-1}

    With `beta` the strength adapts to the size of the gradients (the paper's DC-ASGD-a), and d_t has λ_t instead of λ:

        E_t = β E_{t-1} + (1 - β) g_t²
        λ_t = λ / √(E_t + ε)

    State: `prev`, a copy of the weight at first, so that the first step is plain SGD; with momentum also `v` and with
    `beta` also `E`, zeros at first. All are shaped like the weight.

    Arguments:
        momentum: γ in [0, 1), default 0.
        lamda: λ >= 0, default 0.04. (The spelling is MXNet's.)
        beta: β in [0, 1), memory of the mean square. Default None: the strength is λ itself.
        epsilon: ε >= 0, keeps the root away from 0, default 1e-7. Used only with `beta`.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> dcasgd = optimizer.DCASGD(learning_rate=0.1, lamda=5.0)
    >>> state = dcasgd.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     dcasgd.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.95  -1.975]
    [ 1.075 -1.975]
    [ 1.075 -2.175]
    [ 1.05 -2.2 ]

    Only the server knows which copy a worker has. By default `prev` is the weight before this parameter's latest
    update, as in MXNet. A server of several workers, such as a store 'dist_async', says before an update which copy the
    gradient was computed with. Here that copy is two updates old:

    >>> w, copy = np.array([1.0]), np.array([1.0])
    >>> state = dcasgd.create_state(1, w)
    >>> for g in 0.5, -1.0:
    ...     dcasgd.update(1, w, np.array([g]), state)
    >>> dcasgd.pulled(1, copy)  # in a Trainer: dcasgd.pulled(net.weight, copy)
    >>> dcasgd.update(1, w, np.array([2.0]), state)
    >>> print(w.asnumpy().round(4))
    [0.725]

    MXNet 1.9.1 fails with momentum; here it works as in MXNet 2. Weight decay is part of g; MXNet 1.9.1 keeps it out of
    g². The paper has neither momentum nor decay.

    In float32 a single gradient of 1e30 turns the weight into NaN, because its square overflows: at once if it is
    the first gradient, else one step later, after infinity. `clip_gradient` prevents this.

    Reference: S. Zheng, Q. Meng, T. Wang, W. Chen, N. Yu, Z.-M. Ma, T.-Y. Liu, "Asynchronous stochastic gradient
    descent with delay compensation", ICML 2017, arXiv:1609.08326, Algorithms 1 (worker) and 2 (parameter server). The
    adaptive strength is from its experiments, which take m = 0.95 for our β and ε = 1e-7.
    """

    def __init__(
        self, momentum: float = 0.0, lamda: float = 0.04, beta: float | None = None, epsilon: float = 1e-7,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.momentum = number("momentum", momentum, 0, 1)
        self.lamda = number("lamda", lamda, 0)
        self.beta = None if beta is None else number("beta", beta, 0, 1)
        self.epsilon = number("epsilon", epsilon, 0)

    @property
    def states(self) -> tuple[str, ...]:
        return ("v",) * (self.momentum != 0) + ("E",) * (self.beta is not None) + ("prev",)

    def initial_state(self, name, w):
        return unhalved(w).copy() if name == "prev" else super().initial_state(name, w)

    def rule(self, w, g, *states, lr):
        lamda, after = self.lamda, [w]
        if self.beta is not None:
            E = self.beta * states[-2] + (1 - self.beta) * g**2
            lamda, after = self.lamda / sqrt(E + self.epsilon), [E, w]
        d = g + lamda * g**2 * (w - states[-1])
        if self.momentum == 0:
            return w - lr * d, *after
        v = self.momentum * states[0] - lr * d
        return w + v, v, *after

    def pulled(self, index: Any, weight: Tensor) -> None:
        """Say which weight the gradient of this parameter's next update was computed with: the worker's copy.

        `index` is the Parameter itself, if a Trainer has it, or what `update` gets: a Trainer and its store number
        parameters in the order of sorted names. A call is for one update; after that, `prev` is again the weight before
        the latest update. The copy is taken now; one that is still waiting for its update is not saved with the
        optimizer.
        """
        from minigrad.optimizer.copies import checked

        index, copy = checked(self, index, weight)
        PULLED.setdefault(self, {})[index] = copy

    def step(self, index, w, g, states):
        if index in PULLED.get(self, ()):
            from minigrad.optimizer.copies import fits

            copy = PULLED[self].pop(index)
            fits(index, copy, w.shape)
            states[-1][...] = context_of(w).put(copy.data)
        super().step(index, w, g, states)

    def step_group(self, indices, w, g, states):
        start = 0
        for index in indices if PULLED.get(self) else ():
            end = start + math.prod(self.param_dict[index].shape)
            if index in PULLED[self]:
                states[-1][start:end] = context_of(w).put(PULLED[self].pop(index).data).reshape(-1)
            start = end
        super().step_group(indices, w, g, states)


PULLED: WeakKeyDictionary[DCASGD, dict[Index, Tensor]] = WeakKeyDictionary()
"""The copies that wait for their update. (An attribute of the optimizer would count as a setting, to be saved.)"""
