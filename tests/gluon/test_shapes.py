"""Unknown lengths of custom layers: found from hybrid_forward, or said by infer_shape."""

import numpy
import pytest

from minigrad import autograd, gluon, init, nd, np, npx
from minigrad.errors import DeferredInitializationError
from minigrad.gluon import nn


def test_a_layer_of_the_older_style_finds_its_unknown_lengths():
    class Layer(gluon.HybridBlock):
        def __init__(self, units, scales, **kwargs):
            super().__init__(**kwargs)
            with self.name_scope():
                self.weights = self.params.get("weights", shape=(units, 0), allow_deferred_init=True)
                self.scales = self.params.get(
                    "scales", shape=scales.shape, init=init.Constant(scales.asnumpy()), differentiable=False
                )

        def hybrid_forward(self, F, x, weights, scales):
            x = F.broadcast_div(F.broadcast_sub(x, F.min(x)), F.broadcast_sub(F.max(x), F.min(x)))
            return F.broadcast_mul(scales, F.FullyConnected(x, weights, num_hidden=self.weights.shape[0], no_bias=True))

    net = nn.HybridSequential()
    with net.name_scope():
        net.add(nn.Dense(4), Layer(5, np.array([2])), nn.Dense(1))
    net.initialize(init.Xavier(magnitude=2.24))
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(np.array(numpy.random.default_rng(0).normal(size=(5, 2)))), np.ones((5, 1)))
    loss.backward()
    before = net[1].weights.data().copy()
    trainer.step(5)
    assert net[1].weights.shape == (5, 4)
    assert (net[1].weights.data() != before).any()
    assert net[1].scales.data().tolist() == [2]


def test_unknown_lengths_are_found_through_convolutions_and_normalizations_too():
    class Layer(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.weight = self.params.get("weight", shape=(3, 0, 2, 2), allow_deferred_init=True)
            self.bias = self.params.get("bias", shape=(0,), allow_deferred_init=True, init="zeros")
            self.gamma = self.params.get("gamma", shape=(0,), allow_deferred_init=True)
            self.beta = self.params.get("beta", shape=(0,), allow_deferred_init=True)

        def hybrid_forward(self, F, x, weight, bias, gamma, beta):
            y = F.Convolution(x, weight, bias, kernel=(2, 2), num_filter=3)
            return F.LayerNorm(y, gamma, beta)

    layer = Layer()
    layer.initialize()
    assert layer(np.ones((2, 4, 5, 6))).shape == (2, 3, 4, 5)
    assert [p.shape for p in layer.collect_params().values()] == [(3, 4, 2, 2), (3,), (5,), (5,)]


def test_a_use_that_says_nothing_about_the_shape_is_explained():
    class Layer(gluon.HybridBlock):
        def __init__(self):
            super().__init__(prefix="odd_")
            self.weight = self.params.get("weight", shape=(0,), allow_deferred_init=True)

        def hybrid_forward(self, F, x, weight):
            return x * weight

    layer = Layer()
    layer.initialize()
    with pytest.raises(DeferredInitializationError, match=r"'odd_weight' cannot be found.*infer_shape\(self, x\)"):
        layer(np.ones((2, 3)))


def test_a_layer_of_the_newer_style_says_its_shapes_in_infer_shape():
    class Layer(gluon.HybridBlock):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.weight = gluon.Parameter("weight", shape=(units, -1), allow_deferred_init=True)

        def infer_shape(self, x, *args):
            self.weight.shape = (self.units, x.shape[-1])

        def forward(self, x):
            return npx.fully_connected(x, self.weight.data(), num_hidden=self.units, no_bias=True)

    layer = Layer(3)
    layer.initialize()
    assert layer(np.ones((2, 5))).shape == (2, 3)

    class Silent(Layer):
        def infer_shape(self, x, *args):
            pass

    silent = Silent(3)
    silent.initialize()
    with pytest.raises(DeferredInitializationError, match=r"weight' has the unknown shape \(3, 0\) and Silent"):
        silent(np.ones((2, 5)))


@pytest.mark.parametrize(
    ("product", "shape", "expected"),
    [
        (lambda F, x, w: x.dot(w), (0, 4), (5, 4)),
        (lambda F, x, w: x @ w, (0, 4), (5, 4)),
        (lambda F, x, w: F.dot(x, w), (0, 4), (5, 4)),
        (lambda F, x, w: F.dot(x, w, transpose_b=True), (4, 0), (4, 5)),
        (lambda F, x, w: F.np.dot(x, w), (0, 4), (5, 4)),
    ],
)
@pytest.mark.parametrize("namespace", [np, nd])
def test_a_product_tells_the_length_of_its_weight(namespace, product, shape, expected):
    class Product(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.w = self.params.get("w", shape=shape, allow_deferred_init=True)

        def hybrid_forward(self, F, x, w):
            return product(F, x, w)

    layer = Product()
    layer.initialize("one")
    y = layer(namespace.ones((2, 5)))
    assert layer.w.shape == expected and y.tolist() == [[5] * 4] * 2
