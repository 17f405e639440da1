"""Subclasses of built-in blocks as programs for MXNet have them: margins, other weights, chunks, mixins."""

import numpy
import pytest

from minigrad import autograd, gluon, nd, np
from minigrad.gluon import loss, nn

DRAW = numpy.random.default_rng(3)


def test_a_margin_on_the_angle_is_not_plain_cross_entropy():
    class Arc(loss.SoftmaxCrossEntropyLoss):
        def __init__(self, classes, margin, scale, **kwargs):
            super().__init__(**kwargs)
            self._classes, self._m, self._s = classes, margin, scale

        def hybrid_forward(self, F, pred, label, sample_weight=None):
            cosine = F.pick(pred, label, axis=1)
            further = F.cos(F.arccos(cosine) + self._m) - cosine
            one_hot = F.one_hot(label, depth=self._classes, on_value=1.0, off_value=0.0)
            pred = pred + F.broadcast_mul(one_hot, F.expand_dims(further, 1))
            return super().hybrid_forward(F, pred=pred * self._s, label=label, sample_weight=sample_weight)

    cosines, labels = DRAW.uniform(-0.9, 0.9, (4, 3)), numpy.array([0, 2, 1, 1])
    scores = 8.0 * cosines
    for row, k in enumerate(labels):
        scores[row, k] = 8.0 * numpy.cos(numpy.arccos(cosines[row, k]) + 0.5)
    expected = numpy.log(numpy.exp(scores).sum(axis=1)) - scores[range(4), labels]
    found = Arc(3, 0.5, 8.0)(np.array(cosines), np.array(labels))
    numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-5)


@pytest.mark.parametrize("channels", [0, 3])
def test_a_convolution_with_other_weights_and_strides_reads_and_changes_kwargs(channels):
    torch = pytest.importorskip("torch")

    class Standardized(nn.Conv2D):
        def hybrid_forward(self, F, x, weight, bias=None):
            mean = weight.mean(axis=(1, 2, 3), keepdims=True)
            return F.Convolution(x, weight - mean, bias, name="fwd", **self._kwargs)

    layer = Standardized(4, 3, padding=1, in_channels=channels)
    layer._kwargs["stride"] = (2, 2)
    layer.initialize("xavier")
    x = DRAW.normal(size=(2, 3, 5, 5)).astype("float32")
    found = layer(np.array(x)).asnumpy()
    w = torch.tensor(layer.weight.data().asnumpy())
    expected = torch.nn.functional.conv2d(torch.tensor(x), w - w.mean((1, 2, 3), keepdim=True), stride=2, padding=1)
    numpy.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)


def test_the_width_that_reaches_the_weights_decides_their_shape():
    class Crossed(nn.Dense):
        def hybrid_forward(self, F, x, weight, bias=None):
            return super().hybrid_forward(F, F.concat(x, x * x, dim=1), weight, bias)

    class CrossedBefore(nn.Dense):
        def forward(self, x):
            return super().forward(nd.concat(x, x * x, dim=1))

    x = np.array([[1, 2, 3]])
    for cls in (Crossed, CrossedBefore):
        layer = cls(1, weight_initializer="ones")
        layer.initialize()
        assert layer(x).asnumpy().tolist() == [[20]] and layer.weight.shape == (1, 6)


def test_a_batch_norm_of_chunks_normalizes_each():
    class Chunked(nn.BatchNorm):
        def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
            others = gamma, beta, running_mean, running_var
            parts = [F.BatchNorm(part, *others, name="fwd", **self._kwargs) for part in F.split(x, 2, axis=0)]
            return F.concat(*parts, dim=0)

    layer = Chunked(epsilon=0, scale=False)
    layer.initialize()
    x = np.array([[1], [3], [10], [50]])
    with autograd.train_mode():
        assert layer(x).asnumpy().round(4).tolist() == [[-1], [1], [-1], [1]]


def test_a_mixin_in_front_of_a_layer_is_called():
    class Twice(gluon.Block):
        def hybrid_forward(self, F, x, weight, bias=None, **kwargs):
            return 2 * super().hybrid_forward(F, x, weight, bias)

    class Both(Twice, nn.Dense):
        pass

    layer = Both(1, in_units=2, weight_initializer="ones")
    layer.initialize()
    assert layer(np.array([[1, 2]])).asnumpy().tolist() == [[6]]


class Scaled(nn.Dense):
    """A layer with a parameter more, and a forward of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.scale = gluon.Parameter("scale", shape=(1,), init="ones")

    def forward(self, x):
        return 10 * super().forward(x) * self.scale.data()


def test_an_overriding_forward_is_called_with_a_parameter_that_the_layer_does_not_know():
    layer = Scaled(1, in_units=2, weight_initializer="ones")
    layer.initialize()
    for _ in range(3):
        assert layer(np.array([[1, 2]])).asnumpy().tolist() == [[30]]
        layer.hybridize()


def test_of_forward_and_hybrid_forward_the_nearest_runs_and_one_that_leads_to_the_other_leads_there():
    class OfScaled(Scaled):
        def hybrid_forward(self, F, x, weight, bias, scale):
            return F.FullyConnected(x, weight, bias, num_hidden=1) + scale

    class Own(gluon.HybridBlock):
        def forward(self, x):
            return x

    class Nearer(Own):
        def hybrid_forward(self, F, x):
            return F.negative(x)

    class Nearest(Nearer):
        def forward(self, x):
            return x + 1

    layer = OfScaled(1, in_units=2, weight_initializer="ones")
    layer.initialize()
    assert layer(np.array([[1, 2]])).asnumpy().tolist() == [[40]]  # Scaled.forward goes on to hybrid_forward
    assert [float(cls()(np.array(5))) for cls in (Own, Nearer, Nearest)] == [5, -5, 6]


def test_a_parameter_that_a_call_gives_takes_the_place_of_the_layers_own():
    layer = Scaled(1, in_units=2, weight_initializer="ones")
    layer.initialize()
    given = gluon.HybridBlock.forward(layer, np.array([[1, 2]]), weight=np.array([[1, 10]]))
    assert given.asnumpy().tolist() == [[21]]


def test_an_activation_that_takes_the_place_of_a_layers_own_is_applied():
    for layer in (nn.Dense(1, in_units=1, weight_initializer="ones"), nn.Conv1D(1, 1, weight_initializer="ones")):
        assert layer.act is None
        layer.act = nn.LeakyReLU(0.5)
        layer.initialize()
        assert layer(np.full((1, 1) if layer.__class__ is nn.Dense else (1, 1, 1), -4)).asnumpy().ravel() == [-2]


def test_names_in_files_and_dtypes_are_those_that_a_subclass_says():
    class Renamed(nn.Dense):
        def _collect_params_with_prefix(self, prefix=""):
            return {
                name.replace("weight", "kernel"): p for name, p in super()._collect_params_with_prefix(prefix).items()
            }

        def cast(self, dtype):
            super().cast("float64" if dtype == "float16" else dtype)

    net = nn.HybridSequential()
    net.add(nn.Dense(1, in_units=2), Renamed(1, in_units=1))
    net.initialize()
    net.cast("float16")
    assert list(dict(net.structure())) == ["0.weight", "0.bias", "1.kernel", "1.bias"]
    assert [p.dtype.name for p in net.collect_params().values()] == ["float16"] * 2 + ["float64"] * 2


@pytest.mark.parametrize("name", ["forward", "hybrid_forward", "__call__"])
def test_what_one_object_or_class_replaces_is_not_replayed(name):
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2), nn.Dense(2, in_units=2))
    net.initialize()
    net.hybridize()
    x = np.ones((1, 2))
    net(x), net(x)
    if name == "__call__":
        net._children["1"] = None
        net.register_child(type("Sub", (nn.Dense,), {name: lambda self, x: x * 0})(2, in_units=2), "1")
    else:
        setattr(net[1], name, lambda *args, **kwargs: x * 0)
    for _ in range(3):
        assert net(x).asnumpy().tolist() == [[0, 0]]


def test_an_unknown_argument_is_said_with_the_class_that_was_made():
    for make, name in ((lambda: nn.Dense(2, unit=3), "Dense"), (lambda: loss.L2Loss(factor=1), "L2Loss")):
        with pytest.raises(TypeError, match=rf"{name} has no argument '(unit|factor)'"):
            make()
