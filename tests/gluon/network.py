"""A small network, its data and a backward pass, shared by the tests of the Trainer."""

import numpy

from minigrad import autograd, cpu, gluon, np
from minigrad.gluon import nn

loss_fn = gluon.loss.L2Loss()


def make_net(ctx=None, seed=0):
    """Two Dense layers, 3 to 4 to 1, with weights that depend only on `seed`."""
    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(4, activation="tanh", in_units=3), nn.Dense(1, in_units=4))
    net.initialize(ctx=ctx)
    draw = numpy.random.default_rng(seed)
    for p in net.collect_params().values():
        p.set_data(np.array(draw.normal(size=p.shape).astype("float32")))
    return net


DRAW = numpy.random.default_rng(1)
X = DRAW.normal(size=(8, 3)).astype("float32")
Y = DRAW.normal(size=(8, 1)).astype("float32")


def backward(net, x=X, y=Y):
    with autograd.record():
        loss = loss_fn(net(np.array(x)), np.array(y))
    loss.backward()


def values(net):
    return {name: p.list_data()[0].asnumpy() for name, p in net.collect_params().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        numpy.testing.assert_array_equal(a[name], b[name], err_msg=name)


TWO = [cpu(0), cpu(1)]


def backward_on(net, devices):
    xs, ys = (gluon.utils.split_and_load(np.array(a), devices) for a in (X, Y))
    with autograd.record():
        losses = [loss_fn(net(x), y) for x, y in zip(xs, ys)]
    for loss in losses:
        loss.backward()
