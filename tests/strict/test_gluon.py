"""Every layer, loss, metric and initializer on a GPU other than CUDA's current one: a CPU's numbers, and no waiting."""

import inspect

import numpy
import pytest

from minigrad import autograd, cpu, gluon, gpu, init, metric, np, random
from minigrad.gluon import loss, nn
from tests.strict.record import recording

rng = numpy.random.default_rng(3)


def numbers(*shape):
    return rng.normal(size=shape).astype("float32")


IMAGE, LINE, VOLUME = numbers(2, 4, 6, 6), numbers(2, 4, 7), numbers(1, 2, 4, 4, 4)
ROWS, WORDS = numbers(3, 4), numpy.array([[0, 2], [4, 1]])
LAYERS = {
    "Activation": [(lambda: nn.Activation("relu"), ROWS), (lambda: nn.Activation("softrelu"), ROWS)],
    "AvgPool1D": [(lambda: nn.AvgPool1D(3, 2, 1), LINE)],
    "AvgPool2D": [(lambda: nn.AvgPool2D(2, ceil_mode=True), IMAGE),
                  (lambda: nn.AvgPool2D(3, 1, 1, count_include_pad=False), IMAGE)],
    "BatchNorm": [(nn.BatchNorm, IMAGE), (nn.BatchNorm, ROWS)],
    "Concatenate": [(lambda: _filled(nn.Concatenate(), nn.Dense(2), nn.Dense(3)), ROWS)],
    "Conv1D": [(lambda: nn.Conv1D(3, 3, padding=1), LINE)],
    "Conv2D": [(lambda: nn.Conv2D(4, 3, 2, 1, groups=2, activation="relu"), IMAGE)],
    "Conv3D": [(lambda: nn.Conv3D(3, 2), VOLUME)],
    "Conv1DTranspose": [(lambda: nn.Conv1DTranspose(3, 2, strides=2), LINE)],
    "Conv2DTranspose": [(lambda: nn.Conv2DTranspose(4, (2, 3), 2, 1, 1, groups=2), IMAGE)],
    "Conv3DTranspose": [(lambda: nn.Conv3DTranspose(3, 2), VOLUME)],
    "Dense": [(lambda: nn.Dense(3, "tanh"), IMAGE), (lambda: nn.Dense(3, flatten=False, use_bias=False), LINE)],
    "Dropout": [(lambda: nn.Dropout(0.0), ROWS)],
    "ELU": [(nn.ELU, ROWS)], "GELU": [(nn.GELU, ROWS)], "SELU": [(nn.SELU, ROWS)], "SiLU": [(nn.SiLU, ROWS)],
    "Swish": [(nn.Swish, ROWS)], "LeakyReLU": [(lambda: nn.LeakyReLU(0.1), ROWS)], "PReLU": [(nn.PReLU, ROWS)],
    "Embedding": [(lambda: nn.Embedding(5, 3), WORDS)],
    "Flatten": [(nn.Flatten, IMAGE)],
    "GlobalAvgPool1D": [(nn.GlobalAvgPool1D, LINE)], "GlobalAvgPool2D": [(nn.GlobalAvgPool2D, IMAGE)],
    "GlobalMaxPool1D": [(nn.GlobalMaxPool1D, LINE)], "GlobalMaxPool2D": [(nn.GlobalMaxPool2D, IMAGE)],
    "GroupNorm": [(lambda: nn.GroupNorm(2), IMAGE)], "InstanceNorm": [(nn.InstanceNorm, IMAGE)],
    "LayerNorm": [(nn.LayerNorm, ROWS)],
    "HybridConcatenate": [(lambda: _filled(nn.HybridConcatenate(), nn.Dense(2), nn.Dense(3)), ROWS)],
    "HybridLambda": [(lambda: nn.HybridLambda("tanh"), ROWS)], "Lambda": [(lambda: nn.Lambda(lambda x: x * 2), ROWS)],
    "HybridSequential": [(lambda: _filled(nn.HybridSequential(), nn.Dense(2), nn.Dense(3)), ROWS)],
    "Sequential": [(lambda: _filled(nn.Sequential(), nn.Dense(2), nn.Dense(3)), ROWS)],
    "Identity": [(nn.Identity, ROWS)],
    "MaxPool1D": [(lambda: nn.MaxPool1D(3, 1, 1), LINE)], "MaxPool2D": [(lambda: nn.MaxPool2D(3, 2, 1), IMAGE)],
}  # fmt: skip
ABSTRACT = {"Block", "HybridBlock", "SymbolBlock"}

SCORES, CLASSES, SIGNS = numbers(4, 5), numpy.array([1, 0, 4, 2]), numpy.array([[1, -1]] * 4, "float32")
PAIR, LIKE = numbers(4, 2), numbers(4, 2)
SHARES = numpy.full((4, 5), 0.2, "float32")
LOSSES = {
    "CosineEmbeddingLoss": [(PAIR, LIKE, SIGNS[:, 0])],
    "CTCLoss": [(numbers(2, 6, 4), numpy.array([[1, 2, -1], [0, 0, -1]]))],
    "HingeLoss": [(PAIR, SIGNS)], "SquaredHingeLoss": [(PAIR, SIGNS)], "LogisticLoss": [(PAIR, SIGNS)],
    "HuberLoss": [(PAIR, LIKE)], "L1Loss": [(PAIR, LIKE)], "L2Loss": [(PAIR, LIKE)],
    "KLDivLoss": [(numpy.log(SHARES), SHARES)], "PoissonNLLLoss": [(PAIR, abs(LIKE))],
    "SDMLLoss": [(PAIR, LIKE)],
    "SigmoidBCELoss": [(PAIR, SIGNS > 0)], "SigmoidBinaryCrossEntropyLoss": [(PAIR, (SIGNS > 0).astype("float32"))],
    "SoftmaxCELoss": [(SCORES, CLASSES)],
    "SoftmaxCrossEntropyLoss": [(SCORES, CLASSES), (SCORES, CLASSES.astype("float32"))],
    "TripletLoss": [(PAIR, LIKE, numbers(4, 2))],
}  # fmt: skip


def _filled(container, *layers):
    container.add(*layers)
    return container


def classes(module, base, without=()):
    return {n for n, c in vars(module).items() if inspect.isclass(c) and issubclass(c, base)} - set(without)


def cases(table):
    return [
        pytest.param(*(c if isinstance(c, tuple) else (c,)), id=f"{n}-{i}")
        for n in table
        for i, c in enumerate(table[n])
    ]


def test_no_layer_or_loss_is_left_out():
    assert classes(nn, gluon.Block, ABSTRACT) == set(LAYERS)
    assert classes(loss, gluon.Block, {"Loss"}) == set(LOSSES)


def through(net, x, ctx):
    """Output, gradient of the input and of the parameters."""
    x = np.array(x, ctx=ctx)
    if x.dtype.kind == "f":
        x.attach_grad()
    with autograd.record():
        y = net(x)
    y.backward()
    gradients = [x.grad] if x.dtype.kind == "f" else []
    return [y, *gradients, *(p.grad() for p in net.collect_params().values() if p.grad_req != "null")]


def agree(found, expected, ctx):
    for f, e in zip(found, expected, strict=True):
        assert f.ctx is ctx
        numpy.testing.assert_allclose(f.asnumpy(), e.asnumpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("make", "x"), cases(LAYERS))
def test_a_layer_does_on_a_gpu_what_it_does_on_a_cpu(gpus, make, x):
    net = make()
    net.initialize("normal", ctx=cpu())
    expected = through(net, x, cpu())
    net.reset_ctx(gpu(1))
    for p in net.collect_params().values():
        p.zero_grad()
    with recording() as seen:
        found = through(net, x, gpu(1))
    assert not seen.waits
    agree(found, expected, gpu(1))


@pytest.mark.parametrize(("make", "x"), cases(LAYERS))
def test_a_layer_finds_its_shapes_on_the_gpu_of_its_first_input(gpus, make, x):
    net = make()
    net.initialize("normal", ctx=gpu(1))
    net(np.array(x, ctx=gpu(1)))
    assert all(p.data().ctx is gpu(1) for p in net.collect_params().values())


@pytest.mark.parametrize("arguments", [pytest.param(a, id=f"{n}-{i}") for n in LOSSES for i, a in enumerate(LOSSES[n])])
def test_a_loss_does_on_a_gpu_what_it_does_on_a_cpu(gpus, request, arguments):
    criterion = getattr(loss, request.node.callspec.id.split("-")[0])()

    def both(ctx):
        given = [np.array(a, ctx=ctx) for a in arguments]
        given[0].attach_grad()
        with autograd.record():
            y = criterion(*given)
        y.backward()
        return [y, given[0].grad]

    expected = both(cpu())
    with recording() as seen:
        found = both(gpu(1))
    assert not seen.waits
    agree(found, expected, gpu(1))


def test_dropout_draws_on_the_gpu_and_keeps_the_mean(gpus):
    x = np.ones((100, 100), ctx=gpu(1))
    with recording() as seen, autograd.train_mode():
        y = nn.Dropout(0.25)(x)
    assert not seen.waits
    assert set(numpy.unique(y.asnumpy()).round(4)) == {0, numpy.float32(1.3333)}
    assert abs(y.asnumpy().mean() - 1) < 0.05


METRICS = {
    "binary": (numpy.array([1, 0, 1, 1]), numpy.array([[0.2, 0.8], [0.7, 0.3], [0.6, 0.4], [0.1, 0.9]], "float32")),
    "classes": (CLASSES, numpy.exp(SCORES) / numpy.exp(SCORES).sum(1, keepdims=True)),
    "values": (PAIR[:, 0], LIKE[:, 0]),
}
KIND = {
    **dict.fromkeys(("f1", "mcc"), "binary"),
    **dict.fromkeys(("mae", "mse", "rmse", "pearsoncorrelation", "loss"), "values"),
}
ARGUMENTS = {"topkaccuracy": {"top_k": 2}, "perplexity": {"ignore_label": None}}


METRIC_CLASSES = classes(metric, metric.EvalMetric, {"EvalMetric", "CompositeEvalMetric", "CustomMetric", "np"})


@pytest.mark.parametrize("name", sorted(map(str.lower, METRIC_CLASSES)))
def test_a_metric_of_a_gpu_is_that_of_a_cpu(gpus, name):
    values = []
    for ctx in (cpu(), gpu(1)):
        found = metric.create(name, **ARGUMENTS.get(name, {}))
        found.update(*(np.array(a, ctx=ctx) for a in METRICS[KIND.get(name, "classes")]))
        values.append(found.get()[1])
    assert values[0] == pytest.approx(values[1], rel=1e-6)


@pytest.mark.parametrize("name", sorted(classes(init, init.Initializer, {"Initializer", "Load", "Mixed"})))
def test_an_initializer_fills_a_parameter_on_its_gpu(gpus, name):
    random.seed(1)
    p = gluon.Parameter("weight", shape=(8, 2, 3, 3), init=getattr(init, name)())
    p.initialize(ctx=[gpu(1), gpu(0)])
    assert [t.ctx for t in p.list_data()] == [gpu(1), gpu(0)]
    assert (p.data(gpu(0)).asnumpy() == p.data(gpu(1)).asnumpy()).all()
    on_cpu = gluon.Parameter("weight", shape=(8, 2, 3, 3), init=getattr(init, name)())
    on_cpu.initialize()
    drawn = name in ("Uniform", "Normal", "Xavier", "MSRAPrelu", "Orthogonal")
    tolerance = {"rtol": 0, "atol": 3 * on_cpu.data().asnumpy().std()} if drawn else {"rtol": 1e-6}
    numpy.testing.assert_allclose(
        numpy.sort(p.data(gpu(1)).asnumpy(), None), numpy.sort(on_cpu.data().asnumpy(), None), **tolerance
    )
