"""Recurrence: the states at a time step from the input and the states before, with the same weights at every step.

A rule takes one time step. It gets two products, W x + b of the input and U h + c of the last output, whose columns are
the gates side by side, and the states (N, h), of which h, the first, is also the output. It returns the new states, and
what its partner needs in the backward pass: given the gradients of the new states, the partner returns those of the two
products and of the states before (0 where they play no part).

`recur` runs a rule over a sequence as one operation, and the gradient of U is one product for all time steps. That way,
a training step of an LSTM with 128 units, 32 samples and 50 time steps takes 30 instead of 60 ms.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from minigrad.arguments import one_of
from minigrad.engine.operation import op
from minigrad.engine.registry import raw
from minigrad.errors import ShapeError
from minigrad.ops.linear import EPILOGUES


def elman(F: Any, given: Any, own: Any, h: Any, activation: str = "tanh") -> tuple[Any, Any]:
    """h' = tanh(W x + b + U h + c), or relu. Elman, "Finding structure in time", 1990."""
    h = getattr(F, activation)(given + own)
    return (h,), h


def elman_back(F, kept, before, dh, activation="tanh"):
    """Through the activation."""
    d = EPILOGUES[activation][1](F, dh, kept)
    return d, d, 0


def lstm(F: Any, given: Any, own: Any, h: Any, c: Any, act: Any = None, gate: Any = None) -> tuple[Any, Any]:
    """Gates i (in), f (forget), g (candidate), o (out): c' = f c + i g, h' = o tanh(c').

    Reference: Hochreiter and Schmidhuber, 1997, with the forget gate of Gers, Schmidhuber and Cummins, 2000.
    """
    act, gate = act or F.tanh, gate or F.sigmoid
    i, f, g, o = gates(given + own, 4)
    i, f, g, o = gate(i), gate(f), act(g), gate(o)
    c = f * c + i * g
    seen = act(c)
    return (o * seen, c), (i, f, g, o, seen)


def lstm_back(F, kept, before, dh, dc):
    """Through the product of each gate, with s' = s (1 - s) for a sigmoid and 1 - t^2 for tanh."""
    (i, f, g, o, seen), (_, c) = kept, before
    dc = dc + dh * o * (1 - seen * seen)
    di, df, dg, do = dc * g, dc * c, dc * i, dh * seen
    d = F.concatenate((di * i * (1 - i), df * f * (1 - f), dg * (1 - g * g), do * o * (1 - o)), -1)
    return d, d, 0, dc * f


def gru(F: Any, given: Any, own: Any, h: Any) -> tuple[Any, Any]:
    """Gates r (reset), z (update), n (candidate): n = tanh(x_n + r h_n), h' = (1 - z) n + z h.

    The reset applies to the product with h, as in cuDNN, where Cho et al., 2014, apply it to h itself.
    """
    (r, z, n), (own_r, own_z, own_n) = gates(given, 3), gates(own, 3)
    r, z = F.sigmoid(r + own_r), F.sigmoid(z + own_z)
    n = F.tanh(n + r * own_n)
    return ((1 - z) * n + z * h,), (r, z, n, own_n)


def gru_back(F, kept, before, dh):
    """Through the product of each gate; h itself gets a part too."""
    (r, z, n, own_n), (h,) = kept, before
    dn = dh * (1 - z) * (1 - n * n)
    dr, dz = dn * own_n * r * (1 - r), dh * (h - n) * z * (1 - z)
    return F.concatenate((dr, dz, dn), -1), F.concatenate((dr, dz, dn * r), -1), dh * z


def gates(product: Any, count: int) -> list[Any]:
    """The columns of each gate: (N, count h) to `count` times (N, h)."""
    h = product.shape[-1] // count
    return [product[:, k * h : (k + 1) * h] for k in range(count)]


class Rule(NamedTuple):
    """A time step, forward and backward, with a number of gates."""

    step: Callable[..., Any]
    back: Callable[..., Any]
    gates: int


RULES = {
    "rnn_relu": Rule(partial(elman, activation="relu"), partial(elman_back, activation="relu"), 1),
    "rnn_tanh": Rule(elman, elman_back, 1),
    "lstm": Rule(lstm, lstm_back, 4),
    "gru": Rule(gru, gru_back, 3),
}
"""The rule of each mode."""


@op
def recur(xp, given, weight, bias, first, mode):
    """The states before and after every time step, (states, T + 1, N, h).

    given (T, N, gates h) holds W x + b of the inputs, weight (gates h, h) and bias (gates h,) are U and c, first
    (states, N, h) the states before the first step; `mode` names the rule: rnn_relu, rnn_tanh, lstm or gru. ShapeError
    if there is no time step, or if these lengths do not agree.

    Gradient: that of the rule, from the last step to the first; for U the product of those of all steps and all h.

    >>> from minigrad import np, ops
    >>> ops.recur(np.ones((3, 1, 1)), np.array([[2]]), np.zeros(1), np.zeros((1, 1, 1)), "rnn_relu").flatten()
    array([0., 1., 3., 7.])
    """
    one_of("mode", mode, *RULES)
    if not len(given):
        raise ShapeError(f"recur() got products of shape {given.shape}, but a recurrence needs at least one time step.")
    rows, h = RULES[mode].gates * first.shape[-1], first.shape[-1]
    if (given.shape[-1], *weight.shape, *bias.shape) != (rows, rows, h, rows):
        raise ShapeError(
            f"recur() got products of shape {given.shape}, a weight of shape {weight.shape} and a bias of shape "
            f"{bias.shape} for {h} states: '{mode}' needs {(*given.shape[:2], rows)}, {(rows, h)}, {(rows,)}."
        )
    if len(given) > 3:  # with U stored by columns, h Uᵀ takes 50 to 80 % of the time; the copy costs two products
        weight = xp.asfortranarray(weight)
    return _steps(raw(xp), given, weight, bias, first, mode)


def _steps(F, given, weight, bias, first, mode):
    """The states before and after every time step, and what the backward pass needs from each step."""
    states = [tuple(first[k] for k in range(len(first)))]
    kept = []
    for product in given:
        new, keep = RULES[mode].step(F, product, F.linear(states[-1][0], weight, bias), *states[-1])
        states.append(new)
        kept.append(keep)
    every = [s for one in zip(*states) for s in one]
    return F.reshape(F.stack(every), (len(first), len(states), *first.shape[1:])), kept


def _back(F, g, y, aux, weight, mode):
    """The gradients of the products W x + b and U h + c of all steps, and of the first states."""
    every, wanted = list(y), list(g)
    d, given, own = [w[-1] for w in wanted], [], []
    for t in reversed(range(len(aux))):
        d_given, d_own, *d = RULES[mode].back(F, aux[t], [s[t] for s in every], *d)
        d[0] = d[0] + F.matmul(d_own, weight)
        d = [a + w[t] for a, w in zip(d, wanted)]
        given.append(d_given)
        own.append(d_own)
    both = F.stack(given[::-1])
    return both, both if own[0] is given[0] else F.stack(own[::-1]), F.stack(d)


def _rows(F, x):
    return F.reshape(x, (-1, x.shape[-1]))


recur.by_product(lambda F, *inputs: _steps(F, *inputs)[1]).common(_back)
recur.vjp(
    given=lambda F, g: g[0],
    weight=lambda F, g, y: F.matmul(_rows(F, g[1]).T, _rows(F, y[0, :-1])),
    bias=lambda F, g: F.column_sums(_rows(F, g[1])),
    first=lambda F, g: g[2],
)
