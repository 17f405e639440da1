"""A user's program with annotations: a network, a loss, an optimizer, a schedule, a metric. See `test_typing.py`."""

from minigrad import autograd, gluon, lr_scheduler, metric, np, npx, optimizer
from minigrad.gluon import nn, rnn
from minigrad.gluon.data import ArrayDataset, DataLoader
from minigrad.np import ndarray
from minigrad.optimizer import Optimizer


class Net(gluon.Block):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.body = nn.HybridSequential()
        self.body.add(nn.Dense(hidden, activation="relu"), nn.Dropout(0.1))
        self.head = nn.Dense(3)

    def forward(self, x: ndarray) -> ndarray:
        return npx.log_softmax(self.head(self.body(x)))


class Likelihood(gluon.loss.Loss):
    def forward(self, pred: ndarray, label: ndarray, sample_weight: ndarray | None = None) -> ndarray:
        return self.weighted(-npx.pick(pred, label), sample_weight)


class Plain(Optimizer):
    def create_state(self, index: int | str, weight: ndarray) -> ndarray:
        return np.zeros_like(weight)

    def update(self, index: int | str, weight: ndarray, grad: ndarray, state: ndarray) -> None:
        state += 1
        weight -= self.learning_rate * self.rescale_grad * grad


class Halving(lr_scheduler.LRScheduler):
    def rate(self, num_update: int) -> float:
        return self.base_lr * 0.5 ** (num_update // 10)


def train(epochs: int) -> list[float]:
    """The mean loss of each epoch."""
    features = np.random.normal(size=(60, 4))
    labels = np.argmax(features[:, :3], axis=1)
    loader = DataLoader(ArrayDataset(features, labels), batch_size=20, shuffle=True)
    net, loss_fn, accuracy = Net(8), Likelihood(), metric.Accuracy()
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), Plain(lr_scheduler=Halving(base_lr=0.5)))
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x, y in loader:
            with autograd.record():
                pred = net(x)
                loss = loss_fn(pred, y)
            loss.backward()
            trainer.step(x.shape[0])
            accuracy.update(y, pred)
            total += float(loss.sum())
        losses.append(total / len(features))
    name, value = accuracy.get()
    print(f"{name} {value:.2f}, rate {trainer.learning_rate}")
    return losses


def equation(name: str) -> str:
    return optimizer.create(name, learning_rate=0.01).equation()


def last_state(x: ndarray) -> ndarray:
    layer = rnn.GRU(4)
    layer.initialize()
    _, (h,) = layer(x, layer.begin_state(batch_size=x.shape[1]))
    return h + layer(x)[-1]
