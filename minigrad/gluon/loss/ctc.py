"""CTC (connectionist temporal classification): the loss of a sequence whose labels have an order but no times."""

from typing import Any

import numpy

from minigrad import np, ops
from minigrad.arguments import one_of
from minigrad.device import Array, on_host, xp_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.loss.loss import Factor, Loss, floats, rounded

NEVER = -1e30  # the log of probability 0, finite to keep gradients finite


class CTCLoss(Loss):
    """-log of the probability that the scores, read over time without blanks and repetitions, spell the labels.

    At each time step the network scores every label and, as the last class, the blank. The labels a, b are stretched
    to the states blank, a, blank, b, blank; a path starts in one of the first two, stays, moves on by one state, or
    skips a blank between different labels, and ends in one of the last two. `alpha` holds, for each state, the log of
    the summed probability of all paths that lead there.

    Arguments:
        layout: the axes of the scores, 'NTC' or 'TNC' (samples, time, classes).
        label_layout: the axes of the labels, 'NT' or 'TN'.

    A label sequence too long for its time has probability 0: its loss is infinite and its gradient 0. Labels that are
    the blank or not a class, and lengths beyond the array, are refused (except on a GPU, where the check would wait for
    it).

    >>> from minigrad import np
    >>> CTCLoss()(np.zeros((1, 2, 3)), np.array([[0, 1]]))          # one path of 9: a, b
    array([2.1972246])

    Reference: Graves, Fernandez, Gomez and Schmidhuber, "Connectionist temporal classification", 2006, section 4.1.
    """

    def __init__(self, layout: str = "NTC", label_layout: str = "NT", weight: Factor = None, **kwargs: Any) -> None:
        super().__init__(weight, one_of("label_layout", label_layout, "NT", "TN").index("N"), **kwargs)
        self._layout = one_of("layout", layout, "NTC", "TNC")

    def hybrid_forward(
        self,
        F: Any,
        pred: Tensor,
        label: Any,
        pred_lengths: Any = None,
        label_lengths: Any = None,
        sample_weight: Any = None,
    ) -> Tensor:
        """pred: raw scores in the layout; label (batch, longest), padded with -1; lengths (batch,); result (batch,)."""
        x = floats(pred)
        with x.ctx:
            surprise = self._surprise(x, label, pred_lengths, label_lengths)
            return rounded(self.weighted(surprise, sample_weight), pred)

    def _surprise(self, pred: Tensor, label: Any, pred_lengths: Any, label_lengths: Any) -> Tensor:
        """-log of the probability of each label sequence."""
        pred = ops.swapaxes(pred, 0, 1) if self._layout == "NTC" else pred
        xp, (time, batch, classes) = xp_of(pred.data), pred.shape
        label = _whole(label, pred)
        if label.ndim != 2:
            raise ShapeError(f"CTCLoss got labels of shape {label.shape}; expected two axes: samples, and time.")
        label = label.T if self._batch_axis == 1 else label
        if len(label) != batch:
            raise ShapeError(
                f"CTCLoss got scores of {batch} samples and labels of {len(label)}; check the two layouts."
            )
        lengths = xp.cumprod(label >= 0, axis=1).sum(axis=1)
        lengths = lengths if label_lengths is None else _lengths("label_lengths", label_lengths, pred)
        running = None if pred_lengths is None else _lengths("pred_lengths", pred_lengths, pred)[:, None]
        if on_host(xp):
            _check_lengths("label_lengths", lengths, 0, label.shape[1])
            if running is not None:
                _check_lengths("pred_lengths", running, 1, time)
            _check_labels(label[xp.arange(label.shape[1]) < lengths[:, None]], classes)
        logp = ops.log_softmax(pred, -1)
        states = xp.full((batch, 2 * label.shape[1] + 1), classes - 1)
        states[:, 1::2] = xp.clip(label, 0, classes - 1)
        emitted = ops.take_along_axis(logp, Tensor(xp.broadcast_to(states, (time, *states.shape)), pred.ctx), 2)
        emitted = ops.maximum(emitted, NEVER)  # a score may be -inf

        start = xp.full(states.shape, NEVER, pred.dtype)
        start[:, :2] = 0
        may_skip = xp.full(states.shape, NEVER, pred.dtype)
        may_skip[:, 2:] = xp.where(states[:, 2:] != states[:, :-2], 0.0, NEVER)  # a mask would wait for the device
        skip, never = Tensor(may_skip, pred.ctx), Tensor(xp.full((batch, 2), NEVER, pred.dtype), pred.ctx)

        alpha = emitted[0] + Tensor(start, pred.ctx)
        for t in range(1, time):
            padded = ops.concatenate((never, alpha), 1)
            came = ops.logsumexp(ops.stack((alpha, padded[:, 1:-1], padded[:, :-2] + skip)), axis=0)
            later = came + emitted[t]
            alpha = later if running is None else ops.where(Tensor(t < running, pred.ctx), later, alpha)

        last = xp.stack((2 * lengths, 2 * lengths - 1), axis=1)
        ends = ops.take_along_axis(alpha, Tensor(xp.maximum(last, 0), pred.ctx), 1)
        ends = ends + Tensor(xp.where(last < 0, NEVER, 0.0).astype(pred.dtype), pred.ctx)
        loss = -ops.logsumexp(ends, axis=1)
        return ops.where(loss > -NEVER / 10, float("inf"), loss)


def _whole(values: Any, pred: Tensor) -> Array:
    found = np.asarray(values, ctx=pred.ctx).data
    with numpy.errstate(invalid="ignore"):
        whole = found.astype("int64")
    if on_host(xp_of(found)) and (wrong := found[whole != found]).size:
        raise ArgumentError(f"CTCLoss got {wrong[0]} as a label or a length; they must be whole numbers.")
    return whole


def _lengths(name: str, values: Any, pred: Tensor) -> Array:
    found = _whole(values, pred)
    if found.shape != (batch := pred.shape[1],):
        raise ShapeError(f"CTCLoss got {name} of shape {found.shape} for {batch} samples; give one length for each.")
    return found


def _check_lengths(name: str, lengths: Array, low: int, high: int) -> None:
    outside = lengths[(lengths < low) | (lengths > high)]
    if outside.size:
        raise ArgumentError(f"CTCLoss got {name} with {outside[0]}; they must be from {low} to {high}.")


def _check_labels(used: Array, classes: int) -> None:
    outside = used[(used < 0) | (used >= classes - 1)]
    if outside.size:
        raise ArgumentError(
            f"CTCLoss got the label {outside[0]} for scores of {classes} classes, the last of which is the blank; "
            f"labels must be from 0 to {classes - 2}. Shorter sequences end with -1, or at label_lengths."
        )
