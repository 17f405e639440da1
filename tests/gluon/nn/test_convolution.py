"""Convolution and pooling layers: values equal PyTorch's, shapes are found from the first input."""

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon import nn

IMAGES = numpy.random.default_rng(0).normal(size=(2, 4, 9, 8)).astype("float32")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"strides": 2, "padding": 1},
        {"strides": (1, 2), "padding": (2, 0), "dilation": (2, 1)},
        {"groups": 2},
        {"use_bias": False, "activation": "relu"},
    ],
    ids=str,
)
def test_conv2d_and_its_gradients_equal_pytorchs(options):
    torch = pytest.importorskip("torch")
    layer = nn.Conv2D(6, kernel_size=(3, 2), **options)
    layer.initialize("normal")
    x = np.array(IMAGES)
    x.attach_grad()
    with autograd.record():
        y = layer(x)
    y.backward()
    u = torch.tensor(IMAGES, requires_grad=True)
    w = torch.tensor(layer.weight.data().asnumpy(), requires_grad=True)
    b = None if layer.bias is None else torch.tensor(layer.bias.data().asnumpy())
    v = torch.nn.functional.conv2d(
        u,
        w,
        b,
        options.get("strides", 1),
        options.get("padding", 0),
        options.get("dilation", 1),
        options.get("groups", 1),
    )
    v = torch.relu(v) if "activation" in options else v
    v.sum().backward()
    numpy.testing.assert_allclose(y.asnumpy(), v.detach().numpy(), rtol=1e-4, atol=1e-6)
    numpy.testing.assert_allclose(x.grad.asnumpy(), u.grad.numpy(), rtol=1e-4, atol=1e-6)
    numpy.testing.assert_allclose(layer.weight.grad().asnumpy(), w.grad.numpy(), rtol=1e-4, atol=1e-4)


def by_loops(x, weight, stride, padding, output_padding, dilation, groups):
    """A transposed convolution over images, one product at a time."""
    (n, outer, height, width), (_, inner, rows, columns) = x.shape, weight.shape
    size = [
        (m - 1) * s + d * (k - 1) + 1 + f
        for m, s, d, k, f in zip((height, width), stride, dilation, (rows, columns), output_padding)
    ]
    y = numpy.zeros((n, inner * groups, *size))
    for sample, o, i, j, c, k, m in numpy.ndindex(n, outer, height, width, inner, rows, columns):
        channel = o // (outer // groups) * inner + c
        place = (sample, channel, i * stride[0] + k * dilation[0], j * stride[1] + m * dilation[1])
        y[place] += x[sample, o, i, j] * weight[o, c, k, m]
    return y[:, :, padding[0] : size[0] - padding[0], padding[1] : size[1] - padding[1]]


@pytest.mark.parametrize(
    ("stride", "padding", "output_padding", "dilation", "groups"),
    [
        ((1, 1), (0, 0), (0, 0), (1, 1), 1),
        ((2, 3), (1, 0), (1, 2), (1, 1), 1),
        ((2, 1), (0, 2), (1, 0), (2, 1), 2),
    ],
)
def test_transposed_convolutions_equal_loops_and_pytorchs(stride, padding, output_padding, dilation, groups):
    x = numpy.random.default_rng(1).normal(size=(2, 4, 3, 4))
    layer = nn.Conv2DTranspose(6, (3, 2), stride, padding, output_padding, dilation, groups)
    layer.initialize("normal")
    y = layer(np.array(x, dtype="float32"))
    weight = layer.weight.data().asnumpy()
    assert weight.shape == (4, 6 // groups, 3, 2) and layer.prefix.startswith("conv")
    expected = by_loops(x, weight, stride, padding, output_padding, dilation, groups)
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-3, atol=1e-6)
    torch = pytest.importorskip("torch")
    theirs = torch.nn.functional.conv_transpose2d(
        torch.tensor(x), torch.tensor(weight).double(), None, stride, padding, output_padding, groups, dilation
    )
    numpy.testing.assert_allclose(theirs.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize(("kind", "shape"), [(nn.Conv1DTranspose, (1, 2, 5)), (nn.Conv3DTranspose, (1, 2, 3, 4, 5))])
def test_a_transposed_convolution_goes_back_to_the_shape_of_the_input(kind, shape):
    back = kind(2, 3, strides=2, padding=1, output_padding=[(n + 1) % 2 for n in shape[2:]], activation="relu")
    forth = {1: nn.Conv1D, 3: nn.Conv3D}[len(shape) - 2](4, 3, strides=2, padding=1)
    for layer in (back, forth):
        layer.initialize()
    assert back(forth(np.zeros(shape))).shape == shape
    assert "in_channels=4" in repr(back) and ("output_padding=" in repr(back)) is (len(shape) == 5)


def test_too_much_padding_of_a_transposed_convolution_is_refused():
    with pytest.raises(ArgumentError, match="output_padding=2 for strides=2"):
        nn.Conv2DTranspose(2, 3, 2, output_padding=2)
    layer = nn.Conv2DTranspose(2, 3, padding=3)
    layer.initialize()
    with pytest.raises(ShapeError, match="use less padding"):
        layer(np.zeros((1, 1, 2, 2)))


@pytest.mark.parametrize("space", [1, 3])
def test_convolutions_over_signals_and_volumes_equal_pytorchs(space):
    torch = pytest.importorskip("torch")
    values = IMAGES.reshape(2, 4, *{1: (72,), 3: (3, 3, 8)}[space])
    layer = {1: nn.Conv1D, 3: nn.Conv3D}[space](5, 3, padding=1)
    layer.initialize("normal")
    y = layer(np.array(values))
    function = {1: torch.nn.functional.conv1d, 3: torch.nn.functional.conv3d}[space]
    v = function(torch.tensor(values), torch.tensor(layer.weight.data().asnumpy()), padding=1)
    numpy.testing.assert_allclose(y.asnumpy(), v.numpy(), rtol=1e-4, atol=1e-6)


POOLS = {
    "max": (lambda: nn.MaxPool2D(), lambda f, u: f.max_pool2d(u, 2)),
    "max-3-1-1": (lambda: nn.MaxPool2D(3, 1, 1), lambda f, u: f.max_pool2d(u, 3, 1, 1)),
    "max-ceil": (lambda: nn.MaxPool2D(2, ceil_mode=True), lambda f, u: f.max_pool2d(u, 2, ceil_mode=True)),
    "avg": (lambda: nn.AvgPool2D((3, 2), (2, 1)), lambda f, u: f.avg_pool2d(u, (3, 2), (2, 1))),
    "avg-pad": (lambda: nn.AvgPool2D(2, padding=1), lambda f, u: f.avg_pool2d(u, 2, padding=1)),
    "avg-inside": (
        lambda: nn.AvgPool2D(2, padding=1, count_include_pad=False),
        lambda f, u: f.avg_pool2d(u, 2, padding=1, count_include_pad=False),
    ),
    "global-avg": (lambda: nn.GlobalAvgPool2D(), lambda f, u: f.adaptive_avg_pool2d(u, 1)),
    "global-max": (lambda: nn.GlobalMaxPool2D(), lambda f, u: f.adaptive_max_pool2d(u, 1)),
}


@pytest.mark.parametrize("name", POOLS)
def test_pooling_and_its_gradient_equal_pytorchs(name):
    torch = pytest.importorskip("torch")
    x = np.array(IMAGES)
    x.attach_grad()
    with autograd.record():
        y = POOLS[name][0]()(x)
        z = y * y
    z.backward()
    u = torch.tensor(IMAGES, requires_grad=True)
    v = POOLS[name][1](torch.nn.functional, u)
    (v * v).sum().backward()
    numpy.testing.assert_allclose(y.asnumpy(), v.detach().numpy(), rtol=1e-5, atol=1e-7)
    numpy.testing.assert_allclose(x.grad.asnumpy(), u.grad.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (nn.MaxPool1D(3, 2), lambda f, u: f.max_pool1d(u, 3, 2)),
        (nn.AvgPool1D(2), lambda f, u: f.avg_pool1d(u, 2)),
        (nn.GlobalAvgPool1D(), lambda f, u: f.adaptive_avg_pool1d(u, 1)),
        (nn.GlobalMaxPool1D(), lambda f, u: f.adaptive_max_pool1d(u, 1)),
    ],
)
def test_pooling_of_signals_equals_pytorchs(layer, function):
    torch = pytest.importorskip("torch")
    signal = IMAGES.reshape(2, 4, 72)
    expected = function(torch.nn.functional, torch.tensor(signal)).numpy()
    numpy.testing.assert_allclose(layer(np.array(signal)).asnumpy(), expected, rtol=1e-5, atol=1e-7)


def test_a_lenet_finds_all_its_shapes_from_the_first_batch():
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(6, kernel_size=5, padding=2, activation="sigmoid"),
        nn.AvgPool2D(pool_size=2, strides=2),
        nn.Conv2D(16, kernel_size=5, activation="sigmoid"),
        nn.AvgPool2D(pool_size=2, strides=2),
        nn.Dense(120, activation="sigmoid"),
        nn.Dense(10),
    )
    net.initialize()
    assert net(np.zeros((3, 1, 28, 28))).shape == (3, 10)
    assert [p.shape for p in net.collect_params(".*weight").values()] == [
        (6, 1, 5, 5),
        (16, 6, 5, 5),
        (120, 400),
        (10, 120),
    ]


def test_a_missing_axis_of_channels_and_another_layout_are_said():
    layer = nn.Conv2D(1, 3)
    layer.initialize()
    with pytest.raises(ValueError, match=r"batch, channels, 2 spatial axes.*\(2, 9, 8\)"):
        layer(np.zeros((2, 9, 8)))
    for make in (lambda: nn.Conv2D(1, 3, layout="NHWC"), lambda: nn.MaxPool2D(layout="NHWC")):
        with pytest.raises(ValueError, match=r"'NHWC'.*'NCHW'"):
            make()


def test_convolutions_and_pools_print_like_their_code():
    assert repr(nn.Conv2D(6, 5, padding=2, activation="relu")) == (
        "Conv2D(6, kernel_size=(5, 5), padding=(2, 2), activation='relu')"
    )
    assert repr(nn.Conv1D(2, 3, in_channels=4, use_bias=False)) == (
        "Conv1D(2, kernel_size=(3,), use_bias=False, in_channels=4)"
    )
    assert repr(nn.MaxPool2D(3, 2, 1)) == "MaxPool2D(pool_size=(3, 3), strides=(2, 2), padding=(1, 1))"


@pytest.mark.parametrize("layer", [nn.MaxPool2D(), nn.GlobalAvgPool2D(), nn.AvgPool1D(), nn.GlobalMaxPool1D()])
def test_pooling_needs_the_axes_of_batch_and_channels(layer):
    axes = layer.space + 1
    with pytest.raises(ShapeError, match=rf"expects inputs \(batch, channels, {axes - 1} spatial axes\)"):
        layer(np.zeros((4,) * axes))


@pytest.mark.parametrize(
    ("make", "space"),
    [(lambda: nn.Conv2D(4, 2, groups=2), (3, 3)), (lambda: nn.Conv1DTranspose(4, 2, groups=2), (3,)),
     (lambda: nn.GroupNorm(2), (3,))],
)  # fmt: skip
def test_channels_that_cannot_be_split_into_groups_fix_no_shape(make, space):
    layer = make()
    layer.initialize()
    with pytest.raises(ShapeError, match=rf"{layer.name}' cannot split 3 channels into 2 equal groups"):
        layer(np.ones((1, 3, *space)))
    assert layer(np.ones((1, 4, *space))).shape[:2] == (1, 4)
