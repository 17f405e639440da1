"""Losses for embeddings: samples that belong together are drawn together, and others pushed apart."""

from typing import Any

from minigrad import ops
from minigrad.arguments import number
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.gluon.loss.loss import Factor, Loss, cast, difference, floats, reshape_like, rounded
from minigrad.ops.linalg import moderate


class TripletLoss(Loss):
    """The anchor p should be nearer to the positive than to the negative: max(0, margin + |a+ - p|^2 - |a- - p|^2).

    >>> from minigrad import np
    >>> anchor, near, far = np.array([[0, 0]]), np.array([[1, 0]]), np.array([[0, 1.2]])
    >>> TripletLoss()(anchor, near, far)
    array([0.55999994])

    Reference: Schroff, Kalenichenko and Philbin, "FaceNet", 2015, equation 3.
    """

    def __init__(self, margin: float = 1, weight: Factor = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = number("margin", margin)

    def hybrid_forward(self, F: Any, pred: Tensor, positive: Any, negative: Any, sample_weight: Any = None) -> Tensor:
        """pred, positive and negative of the same shape; result (batch,), distances summed over the other axes."""
        to_positive = ops.square(difference(pred, positive, "TripletLoss"))
        to_negative = ops.square(difference(pred, negative, "TripletLoss"))
        loss = ops.relu(self.total(to_positive - to_negative) + self._margin)
        return rounded(self.weighted(loss, sample_weight), pred)


class CosineEmbeddingLoss(Loss):
    """With c the cosine of the angle between two vectors: 1 - c for pairs labelled 1, max(0, c - margin) for -1.

    A pair with another label has loss 0.

    >>> from minigrad import np
    >>> x = np.array([[1, 0], [1, 0]])
    >>> CosineEmbeddingLoss()(x, np.array([[0, 2], [2, 0]]), np.array([1, -1]))
    array([[1.],
           [1.]])
    """

    def __init__(self, weight: Factor = None, batch_axis: int = 0, margin: float = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = number("margin", margin)

    def hybrid_forward(self, F: Any, input1: Tensor, input2: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """input1 and input2 (batch, d), label (batch,); result (batch, 1). Norms multiply to at least 1e-12."""
        a = floats(input1)
        b = cast(floats(input2), a.dtype)
        a = reshape_like(a, b, "CosineEmbeddingLoss")
        (a, of_a), (b, of_b) = moderate(a, -1), moderate(b, -1)
        lengths = ops.norm(a, axis=-1, keepdims=True) * ops.norm(b, axis=-1, keepdims=True)
        least = ops.maximum(1e-12 / of_a / of_b, 1e-37)  # the second, in case the first is rounded to 0
        cosine = ops.sum(a * b, axis=-1, keepdims=True) / ops.maximum(lengths, least)
        cosine = ops.reshape(cosine, (-1, 1))
        y = reshape_like(label, cosine, "CosineEmbeddingLoss")
        apart = ops.where(y == -1, ops.relu(cosine - self._margin), 0.0)
        return rounded(self.weighted(ops.where(y == 1, 1 - cosine, apart), sample_weight), input1)


class SDMLLoss(Loss):
    """Smoothed deep metric learning: row i of x1 belongs to row i of x2, and all other rows are its negatives.

    The softmax of the closeness -|x1_i - x2_j|^2 over j is compared, by Kullback-Leibler divergence, with 1 - s for the
    partner and s / (N - 1) for each of the others, where s is `smoothing_parameter`.

    >>> from minigrad import np
    >>> SDMLLoss()(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])).asnumpy().round(4)
    array([0.0024, 0.0024], dtype=float32)

    Reference: Bonadiman, Kumar and Mittal, "Large scale question paraphrase retrieval with smoothed deep metric
    learning", 2019.
    """

    def __init__(
        self, smoothing_parameter: float = 0.3, weight: Factor = 1.0, batch_axis: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self.smoothing_parameter = number("smoothing_parameter", smoothing_parameter, 0, 1)

    def hybrid_forward(self, F: Any, x1: Tensor, x2: Tensor) -> Tensor:
        """x1 and x2 (batch, d) with at least two rows; result (batch,)."""
        if x1.shape != x2.shape or len(x1) < 2:
            raise ShapeError(
                f"SDMLLoss needs two equal shapes (batch, d) with 2 rows or more, not {x1.shape}, {x2.shape}."
            )
        n, s, a = len(x1), self.smoothing_parameter, floats(x1)
        b = cast(floats(x2), a.dtype)
        distances = ops.sum(ops.square(ops.expand_dims(a, 1) - ops.expand_dims(b, 0)), axis=2)
        with a.ctx:
            same = a.ctx.xp.eye(n, dtype=a.dtype)
            target = Tensor(same * (1 - s) + (1 - same) * (s / (n - 1)), a.ctx)
        divergence = target * (ops.log(target + 1e-12) - ops.log_softmax(-distances, 1))
        return rounded(self.weighted(ops.sum(divergence, axis=1)), x1)
