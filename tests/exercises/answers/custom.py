"""What the guide leads on to: answers that are right, and wrong ones with ids that are true."""

RIGHT = {
    "huber_loss": [
        """rows = []
for p, t in zip(pred.reshape(len(pred), -1), label.reshape(len(label), -1)):
    d = [abs(float(a) - float(b)) for a, b in zip(p, t)]
    rows.append(sum(x * x / 2 / rho if x <= rho else x - rho / 2 for x in d) / len(d))
return np.array(rows, pred.dtype)""",
        """d = np.abs(pred - label)
near = np.minimum(d, rho)
return ((near * near / rho / 2) + (d - near)).reshape(len(d), -1).mean(1)""",
        """d = np.abs(label - pred)
loss = d - 0.5 * rho
small = d < rho
loss[small] = 0.5 / rho * np.square(d[small])
return loss.mean(axis=tuple(range(1, loss.ndim)))""",
        """d = np.abs(pred.astype(float) - label)
loss = np.select([d > rho], [d - rho / 2], d**2 / rho / 2)
while loss.ndim > 1:
    loss = loss.mean(axis=-1)
return loss.astype(pred.dtype)""",
        """d = (pred - label).reshape(pred.shape[0], -1)
inside = np.abs(d) <= rho
quadratic = d * d / (2 * rho) * inside
linear = (np.abs(d) - rho / 2) * ~inside
return np.sum(quadratic + linear, axis=1) / d.shape[1]""",
        """out = np.empty(len(pred), pred.dtype)
for i in range(len(pred)):
    d = np.abs(pred[i] - label[i])
    out[i] = np.where(d <= rho, np.square(d) / (2 * rho), d - rho / 2).mean()
return out""",
        """class Huber(gluon.loss.Loss):
    def __init__(self, rho):
        super().__init__()
        self.rho = rho
    def forward(self, pred, label):
        d = mx.np.abs(pred - label)
        return self.per_sample(mx.np.where(d <= self.rho, d * d / (2 * self.rho), d - self.rho / 2))""",
        """class Huber(gluon.HybridBlock):
    def __init__(self, rho):
        super().__init__()
        self.rho = rho
    def hybrid_forward(self, F, pred, label):
        d = F.abs(pred - label)
        each = F.where(d > self.rho, d - 0.5 * self.rho, F.square(d) * (0.5 / self.rho))
        return each.mean(axis=tuple(range(1, each.ndim)))""",
    ],
    "bilinear_init": [
        """f = (size + 1) // 2
c = (2 * f - 1 - f % 2) / (2.0 * f)
return np.array([[(1 - abs(i / f - c)) * (1 - abs(j / f - c)) for i in range(size)] for j in range(size)])""",
        """f = -(-size // 2)
c = (2 * f - 1 - f % 2) / (2 * f)
i, j = np.ogrid[:size, :size]
return (1 - np.abs(i / f - c)) * (1 - np.abs(j / f - c))""",
        """import math
f = math.ceil(size / 2)
a = 1 - np.abs(np.arange(size) - (f - 0.5 - (f % 2) / 2)) / f
return a[:, None] * a[None, :]""",
        """f = np.ceil(size / 2.0)
c = (2 * f - 1 - f % 2) / (2.0 * f)
weight = np.zeros(size * size)
for i in range(size * size):
    x, y = i % size, i // size
    weight[i] = (1 - abs(x / f - c)) * (1 - abs(y / f - c))
return weight.reshape(size, size)""",
        """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = np.array([1 - abs(k / f - c) for k in range(size)])
return np.einsum('i,j->ij', a, a)""",
        """half = (size + 1) // 2
centre = (2 * half - 1 - half % 2) / (2 * half)
k = np.tile(np.arange(size) / half, (size, 1)) - centre
return (1 - np.abs(k)) * (1 - np.abs(k.T))""",
        """class Tent(Initializer):
    def _init_weight(self, name, data):
        size = data.shape[-1]
        f = np.ceil(size / 2)
        a = 1 - np.abs(np.arange(size) / f - (2 * f - 1 - f % 2) / (2 * f))
        data[...] = mx.np.array(np.outer(a, a), dtype='float64')""",
        """class Tent(mx.init.Bilinear):
    pass""",
    ],
    "cyclic_rate": [
        """way, p = divmod(t, half)
share = p / half if way % 2 == 0 else (half - p) / half
return low * (1 - share) + high * share""",
        """p = t % (2 * half)
if p <= half:
    return low + (high - low) * p / half
return high - (high - low) * (p - half) / half""",
        """cycle = np.floor(1 + t / (2 * half))
x = np.abs(t / half - 2 * cycle + 1)
return low + (high - low) * max(0, 1 - x)""",
        """p = t % (2 * half)
return low + (high - low) * min(p, 2 * half - p) / half""",
        """rate, up = low, True
for k in range(1, t % (2 * half) + 1):
    rate += (high - low) / half if up else -(high - low) / half
    up = up and k < half
return rate""",
        """return np.interp(t % (2 * half), [0, half, 2 * half], [low, high, low])""",
        """class Cyclic(LRScheduler):
    def __init__(self, low, high, half):
        super().__init__(high)
        self.low, self.high, self.half = low, high, half
    def rate(self, num_update):
        p = num_update % (2 * self.half)
        return self.low + (self.high - self.low) * (1 - abs(p / self.half - 1))""",
        """class Cyclic(LRScheduler):
    def __init__(self, half, low=0.1, high=1.0):
        super().__init__(base_lr=low)
        self.half, self.low, self.high = half, low, high
    def __call__(self, num_update):
        way, p = divmod(num_update, self.half)
        return self.low + (self.high - self.low) * (p if way % 2 == 0 else self.half - p) / self.half""",
    ],
    "clipping_updater": [
        """w = weights[key]
w[...] = w - lr * np.maximum(np.minimum(grad, limit), -limit)""",
        """w = weights[key]
w -= lr * np.clip(grad, -limit, limit)""",
        """weights[key][:] = weights[key] - lr * grad.clip(-limit, limit)""",
        """g = grad.copy()
g[g > limit] = limit
g[g < -limit] = -limit
weights[key] -= lr * g""",
        """np.subtract(weights[key], lr * np.sign(grad) * np.minimum(np.abs(grad), limit), out=weights[key])""",
        """w, g = weights[key], grad.ravel()
for i in range(g.size):
    w.flat[i] -= lr * max(-limit, min(limit, float(g[i])))""",
        """class Clipping(Optimizer):
    def __init__(self, learning_rate, limit):
        super().__init__(learning_rate=learning_rate)
        self.limit = limit
    def rule(self, w, g, *, lr):
        return w - lr * mx.np.clip(g, -self.limit, self.limit)""",
        """class Clipping(mx.optimizer.SGD):
    def __init__(self, limit, **kwargs):
        super().__init__(clip_gradient=limit, **kwargs)""",
    ],
    "top_k_accuracy": [
        """right = [sum(x > row[y] for x in row) < k for row, y in zip(scores.tolist(), labels)]
return sum(right) / len(right)""",
        """own = np.take_along_axis(scores, labels[:, None], axis=1)
return float(((scores > own).sum(axis=1) < k).mean())""",
        """kth = np.sort(scores, axis=1)[:, -k]
return np.mean(scores[np.arange(len(labels)), labels] >= kth)""",
        """right = 0
for i in range(len(labels)):
    better = 0
    for j in range(scores.shape[1]):
        if scores[i, j] > scores[i, labels[i]]:
            better += 1
    right += better < k
return right / len(labels)""",
        """n = len(labels)
above = np.count_nonzero(scores > scores[range(n), labels].reshape(n, 1), axis=1)
return np.count_nonzero(above <= k - 1) / n""",
        """kth = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k]
own = (scores * np.eye(scores.shape[1], dtype=scores.dtype)[labels]).sum(axis=1)
return np.sum(own >= kth) / float(labels.size)""",
        """class TopK(EvalMetric):
    def __init__(self, k):
        super().__init__('top_k')
        self.k = k
    def measure(self, label, pred):
        own = pred[np.arange(len(label)), label]
        return int(np.sum((pred > own[:, None]).sum(1) < self.k)), len(label)""",
        """class TopK(EvalMetric):
    def __init__(self, k=5):
        super().__init__('top_k')
        self.k = k
    def update(self, labels, preds):
        for label, pred in zip(labels, preds):
            label, pred = label.asnumpy().astype(int), pred.asnumpy()
            for y, row in zip(label, pred):
                self.sum_metric += float((row > row[y]).sum() < self.k)
                self.num_inst += 1""",
    ],
}

WRONG = {
    "huber_loss": [
        (
            "sum-for-mean",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / (2 * rho), d - rho / 2).reshape(len(d), -1).sum(1)""",
        ),
        (
            "axis-wrong shape-wrong",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / (2 * rho), d - rho / 2).mean()""",
        ),
        (
            "axis-wrong shape-wrong",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / (2 * rho), d - rho / 2).mean(axis=0)""",
        ),
        (
            "absolute-missing",
            """d = pred - label
return np.where(d <= rho, d**2 / (2 * rho), d - rho / 2).reshape(len(d), -1).mean(1)""",
        ),
        (
            "wrong-factor",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / rho, d - rho / 2).reshape(len(d), -1).mean(1)""",
        ),
        (
            "scale-missing",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / 2, d - rho / 2).reshape(len(d), -1).mean(1)""",
        ),
        (
            "missing-term",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / (2 * rho), d).reshape(len(d), -1).mean(1)""",
        ),
        (
            "operands-swapped mask-wrong",
            """d = np.abs(pred - label)
return np.where(d <= rho, d - rho / 2, d**2 / (2 * rho)).reshape(len(d), -1).mean(1)""",
        ),
        (
            "scale-missing wrong-factor",
            """d = np.abs(pred - label)
return np.where(d <= rho, 0.5 * d**2, rho * (d - rho / 2)).reshape(len(d), -1).mean(1)""",
        ),
        (
            "condition-missing missing-term",
            """d = pred - label
return (d**2 / (2 * rho)).reshape(len(d), -1).mean(1)""",
        ),
        (
            "max-not-elementwise",
            """d = np.abs(pred - label)
if d.max() <= rho:
    e = d**2 / (2 * rho)
else:
    e = d - rho / 2
return e.reshape(len(d), -1).mean(1)""",
        ),
        (
            "shape-wrong axis-wrong missing-term",
            """d = np.abs(pred - label)
return np.where(d <= rho, d**2 / (2 * rho), d - rho / 2)""",
        ),
        (
            "wrong-factor",
            """class Huber(gluon.loss.Loss):
    def __init__(self, rho):
        super().__init__()
        self.rho = rho
    def forward(self, pred, label):
        d = mx.np.abs(pred - label)
        return self.per_sample(mx.np.where(d <= self.rho, d * d / (2 * self.rho), d - self.rho))""",
        ),
        (
            "sum-for-mean",
            """class Huber(gluon.loss.Loss):
    def __init__(self, rho):
        super().__init__()
        self.rho = rho
    def forward(self, pred, label):
        d = mx.np.abs(pred - label)
        return self.total(mx.np.where(d <= self.rho, d * d / (2 * self.rho), d - self.rho / 2))""",
        ),
    ],
    "bilinear_init": [
        (
            "wrong-operation",
            """f = size // 2 or 1
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "wrong-operation",
            """f = size / 2
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "absolute-missing",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - (np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "missing-term",
            """f = np.ceil(size / 2)
c = (2 * f - 1) / (2 * f)
a = 1 - np.abs(np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "missing-term wrong-factor",
            """f = np.ceil(size / 2)
c = (2 * f - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "shape-wrong missing-term",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
return 1 - np.abs(np.arange(size) / f - c)""",
        ),
        (
            "off-by-one-boundary",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(1, size + 1) / f - c)
return np.outer(a, a)""",
        ),
        (
            "wrong-operation",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(size) / f - c)
return a[:, None] + a""",
        ),
        (
            "scale-missing",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(size) - c)
return np.outer(a, a)""",
        ),
        (
            "missing-term",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = np.abs(np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "wrong-factor scale-missing",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / f
a = 1 - np.abs(np.arange(size) / f - c)
return np.outer(a, a)""",
        ),
        (
            "wrong-sign",
            """f = np.ceil(size / 2)
c = (2 * f - 1 - f % 2) / (2 * f)
a = 1 - np.abs(np.arange(size) / f + c)
return np.outer(a, a)""",
        ),
        (
            "absolute-missing",
            """class Tent(Initializer):
    def _init_weight(self, name, data):
        size = data.shape[-1]
        f = np.ceil(size / 2)
        a = 1 - (np.arange(size) / f - (2 * f - 1 - f % 2) / (2 * f))
        data[...] = mx.np.array(np.outer(a, a), dtype='float64')""",
        ),
    ],
    "cyclic_rate": [
        (
            "wrong-factor",
            """p = t % half
return low + (high - low) * (1 - abs(p / half - 1))""",
        ),
        ("condition-missing missing-term", "return low + (high - low) * (1 - abs(t / half - 1))"),
        (
            "absolute-missing",
            """p = t % (2 * half)
return low + (high - low) * (1 - (p / half - 1))""",
        ),
        (
            "missing-term",
            """p = t % (2 * half)
return low + high * (1 - abs(p / half - 1))""",
        ),
        (
            "missing-term",
            """p = t % (2 * half)
return (high - low) * (1 - abs(p / half - 1))""",
        ),
        (
            "hyperparameters-swapped",
            """p = t % (2 * half)
return high + (low - high) * (1 - abs(p / half - 1))""",
        ),
        (
            "count-off-by-one",
            """p = (t + 1) % (2 * half)
return low + (high - low) * (1 - abs(p / half - 1))""",
        ),
        (
            "count-off-by-one",
            """p = (t - 1) % (2 * half)
return low + (high - low) * (1 - abs(p / half - 1))""",
        ),
        (
            "wrong-operation",
            """p = t % (2 * half)
return low + (high - low) * (1 - abs(p // half - 1))""",
        ),
        (
            "missing-term hyperparameters-swapped",
            """p = t % (2 * half)
return low + (high - low) * abs(p / half - 1)""",
        ),
        (
            "wrong-sign",
            """p = t % (2 * half)
return low - (high - low) * (1 - abs(p / half - 1))""",
        ),
        (
            "missing-term condition-missing",
            """p = t % (2 * half)
return low + (high - low) * min(1, p / half)""",
        ),
        (
            "count-off-by-one",
            """class Cyclic(LRScheduler):
    def __init__(self, low, high, half):
        super().__init__(high)
        self.low, self.high, self.half = low, high, half
    def rate(self, num_update):
        p = (num_update + 1) % (2 * self.half)
        return self.low + (self.high - self.low) * (1 - abs(p / self.half - 1))""",
        ),
    ],
    "clipping_updater": [
        ("clip-missing", "weights[key] -= lr * grad"),
        ("wrong-sign", "weights[key] += lr * np.clip(grad, -limit, limit)"),
        ("scale-missing", "weights[key] -= np.clip(grad, -limit, limit)"),
        ("order-wrong wrong-operation", "weights[key] -= np.clip(lr * grad, -limit, limit)"),
        ("clip-missing missing-term", "weights[key] -= lr * np.minimum(grad, limit)"),
        (
            "order-wrong wrong-operation wrong-state-stored",
            """weights[key] = weights[key] - lr * np.clip(grad, -limit, limit)""",
        ),
        ("weight-not-updated", "w = weights[key] - lr * np.clip(grad, -limit, limit)"),
        ("weight-not-updated", "return weights[key] - lr * np.clip(grad, -limit, limit)"),
        (
            "wrong-operation",
            """norm = np.sqrt((grad**2).sum())
weights[key] -= lr * grad * min(1.0, limit / norm)""",
        ),
        (
            "extra-term",
            """for w in weights.values():
    w -= lr * np.clip(grad, -limit, limit)""",
        ),
        (
            "input-modified",
            """np.clip(grad, -limit, limit, out=grad)
weights[key] -= lr * grad""",
        ),
        (
            "clip-missing",
            """class Clipping(Optimizer):
    def __init__(self, learning_rate, limit):
        super().__init__(learning_rate=learning_rate)
        self.limit = limit
    def rule(self, w, g, *, lr):
        return w - lr * g""",
        ),
        (
            "wrong-sign",
            """class Clipping(Optimizer):
    def __init__(self, learning_rate, limit):
        super().__init__(learning_rate=learning_rate)
        self.limit = limit
    def rule(self, w, g, *, lr):
        return w + lr * mx.np.clip(g, -self.limit, self.limit)""",
        ),
    ],
    "top_k_accuracy": [
        (
            "off-by-one-boundary",
            """own = scores[np.arange(len(labels)), labels]
return np.mean((scores > own[:, None]).sum(1) <= k)""",
        ),
        (
            "ties-wrong",
            """own = scores[np.arange(len(labels)), labels]
return np.mean((scores >= own[:, None]).sum(1) <= k)""",
        ),
        (
            "sum-for-mean",
            """own = scores[np.arange(len(labels)), labels]
return np.sum((scores > own[:, None]).sum(1) < k)""",
        ),
        (
            "axis-wrong",
            """own = scores[np.arange(len(labels)), labels]
return np.mean((scores > own[:, None]).sum() < k)""",
        ),
        (
            "wrong-sign operands-swapped wrong-operation",
            """own = scores[np.arange(len(labels)), labels]
return np.mean((scores < own[:, None]).sum(1) < k)""",
        ),
        ("condition-missing missing-term", "return np.mean(scores.argmax(axis=1) == labels)"),
        (
            "ties-wrong",
            """top = np.argsort(scores, axis=1)[:, -k:]
return np.mean([y in row for y, row in zip(labels, top)])""",
        ),
        ("ties-wrong", "return np.mean([len({*row[row > row[y]]}) < k for y, row in zip(labels, scores)])"),
        (
            "wrong-operation operands-swapped",
            """top = np.argsort(scores, axis=1)[:, :k]
return np.mean([y in row for y, row in zip(labels, top)])""",
        ),
        (
            "wrong-sign wrong-operation",
            """own = scores[np.arange(len(labels)), labels]
return 1 - np.mean((scores > own[:, None]).sum(1) < k)""",
        ),
        (
            "off-by-one-boundary",
            """own = scores[np.arange(len(labels)), labels]
return np.mean((scores > own[:, None]).sum(1) < k - 1)""",
        ),
        (
            "axis-wrong",
            """own = scores[np.arange(len(labels)), labels]
return np.mean((scores > own[:, None]).sum(0) < k)""",
        ),
        (
            "off-by-one-boundary",
            """class TopK(EvalMetric):
    def __init__(self, k):
        super().__init__('top_k')
        self.k = k
    def measure(self, label, pred):
        own = pred[np.arange(len(label)), label]
        return int(np.sum((pred > own[:, None]).sum(1) <= self.k)), len(label)""",
        ),
    ],
}
