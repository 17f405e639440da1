"""A training script as it is written for MXNet runs with its import line changed, stops, and goes on where it was."""

import numpy

import minigrad as mx
from minigrad import autograd, gluon, nd
from minigrad.gluon import nn


class SmoothL1(gluon.loss.Loss):
    def __init__(self, weight=None, batch_axis=0, **kwargs):
        super(SmoothL1, self).__init__(weight, batch_axis, **kwargs)  # noqa: UP008  as the guides write it

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        label = gluon.loss._reshape_like(F, label, pred)
        loss = F.smooth_l1(pred - label, scalar=1.0)
        loss = gluon.loss._apply_weighting(F, loss, self._weight, sample_weight)
        return F.mean(loss, axis=self._batch_axis, exclude=True)


def build(ctx):
    net = nn.HybridSequential(prefix="model_")
    with net.name_scope():
        net.add(
            nn.Dense(16, activation="relu"),
            nn.BatchNorm(),
            nn.Dropout(0.2),
            nn.Dense(1),
        )
    net.initialize(mx.init.Xavier(), ctx=ctx)
    net.hybridize()
    schedule = mx.lr_scheduler.MultiFactorScheduler(step=[20, 40], factor=0.5, base_lr=0.05)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"lr_scheduler": schedule, "wd": 1e-4})
    return net, trainer


def train(net, trainer, loader, epochs):
    loss_fn = SmoothL1()
    history = []
    for _ in range(epochs):
        total = 0.0
        for data, label in loader:
            with autograd.record():
                output = net(data)
                loss = loss_fn(output, label)
            loss.backward()
            trainer.step(data.shape[0])
            total += loss.mean().asscalar()
        history.append(total)
    return history


def test_a_script_for_mxnet_trains_saves_and_resumes_bit_for_bit(tmp_path):
    mx.random.seed(42)
    x = nd.random.normal(shape=(64, 5))
    y = nd.dot(x, nd.array([[1], [-2], [3], [0], [0.5]])) + 0.7
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), batch_size=16, shuffle=True, last_batch="keep")
    params, states = str(tmp_path / "model.params"), str(tmp_path / "model.states")

    net, trainer = build(mx.cpu())
    first = train(net, trainer, loader, 8)
    net.save_parameters(params)
    trainer.save_states(states)
    second = train(net, trainer, loader, 5)
    assert second[-1] < first[0] / 2

    mx.random.seed(0)
    again, other = build(mx.cpu())
    again.load_parameters(params, ctx=mx.cpu())
    other.load_states(states)
    assert train(again, other, loader, 5) == second
    for p, q in zip(net.collect_params().values(), again.collect_params().values()):
        numpy.testing.assert_array_equal(p.data().asnumpy(), q.data().asnumpy())
    assert other.learning_rate == trainer.learning_rate == 0.0125

    accuracy = mx.metric.MAE()
    accuracy.update(y, again(x))
    assert accuracy.get()[1] < 1
