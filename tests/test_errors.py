"""One mistake, one sentence: the traceback of an error shows no second error that it came of."""

import operator
import traceback

import numpy
import pytest

from minigrad import autograd, cpu, gluon, gpu, init, kv, lr_scheduler, metric, np, npx, num_gpus, optimizer
from minigrad.errors import MinigradError, ShapeError
from minigrad.gluon import nn


def called(net, *shape):
    net.initialize()
    return net(np.ones(shape))


class Sum(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.w = self.params.get("w", shape=(0, 3), allow_deferred_init=True)

    def hybrid_forward(self, F, x, w):
        return x + w


def twice():
    x = np.ones(3)
    x.attach_grad()
    with autograd.record():
        y = (x * 2).sum()
    y.backward()
    y.backward()


def two_layers_that_do_not_fit():
    net = nn.HybridSequential()
    net.add(nn.Dense(4), nn.Dense(2, in_units=5))
    called(net, 2, 3)


MISTAKES = {
    "a wrong width": lambda _: called(nn.Dense(1, in_units=3), 2, 4),
    "layers that do not fit": lambda _: two_layers_that_do_not_fit(),
    "a kernel too large": lambda _: called(nn.Conv2D(3, 5), 2, 3, 4, 4),
    "an axis that is missing": lambda _: called(nn.BatchNorm()),
    "a shape that cannot be found": lambda _: called(Sum(), 2, 3),
    "a list": lambda _: nn.LeakyReLU(0.1)([1, "a"]),
    "no parameters": lambda _: gluon.Trainer(nn.Dense(1).collect_params(), "sgd"),
    "an argument of no optimizer": lambda _: optimizer.create("adam", beta3=1),
    "a name of no optimizer": lambda _: optimizer.create("adm"),
    "a name of no metric": lambda _: metric.create("acurracy"),
    "a name of no store": lambda _: kv.create("locl"),
    "a name of no initializer": lambda _: init.create("xaver"),
    "a name of no function": lambda _: np.sofmax,
    "a schedule without steps": lambda _: lr_scheduler.FactorScheduler(0),
    "samples that differ": lambda _: list(gluon.data.DataLoader([numpy.ones(2), numpy.ones(3)], 2)),
    "labels that do not fit": lambda _: gluon.loss.SoftmaxCrossEntropyLoss()(np.ones((2, 3)), np.ones(5)),
    "text": lambda _: np.array("abc"),
    "shapes that do not fit": lambda _: np.ones((2, 3)) @ np.ones((2, 3)),
    "a position outside": lambda _: np.ones(3)[5],
    "another number of values": lambda _: np.ones(3).reshape(2, 2),
    "arrays of other shapes": lambda _: np.concatenate([np.ones(3), np.ones((2, 2))]),
    "an axis outside": lambda _: np.sum(np.ones((2, 3)), axis=5),
    "a singular matrix": lambda _: np.linalg.inv(np.zeros((2, 2))),
    "many values as one": lambda _: float(np.ones(3)),
    "a dtype of nothing": lambda _: np.ones(3, dtype="flot"),
    "nothing recorded": lambda _: np.ones(3).backward(),
    "backward twice": lambda _: twice(),
    "a file that is missing": lambda path: npx.load(path / "nothing"),
    "a file of something else": lambda path: nn.Dense(1).load_parameters(__file__),
    "a data set that is missing": lambda path: gluon.data.vision.ImageFolderDataset(path / "nothing"),
    "a format of one number": lambda _: f"{np.ones(3):.2f}",
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_one_error_has_one_traceback(mistake, tmp_path):
    with pytest.raises(MinigradError) as caught:
        mistake(tmp_path)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    assert "".join(traceback.format_exception(error)).count("Traceback") == 1


@pytest.mark.parametrize(
    ("theirs", "ours"), [("lr", "learning_rate"), ("weight_decay", "wd"), ("betas", "beta1"), ("eps", "epsilon")]
)
def test_an_argument_of_pytorch_is_refused_with_its_name_here(theirs, ours):
    with pytest.raises(TypeError, match=f"AdamW has no argument '{theirs}'; did you mean '{ours}'"):
        optimizer.AdamW(**{theirs: 0.1})


def test_a_missing_gpu_is_one_error():
    if num_gpus():
        pytest.skip("there is a GPU")
    with pytest.raises(MinigradError) as caught:
        np.ones(3, ctx=gpu())
    assert "".join(traceback.format_exception(caught.value)).count("Traceback") == 1


def test_a_change_of_what_was_broadcast_says_to_copy_it():
    x = np.broadcast_to(np.array([1.0], ctx=cpu()), (3,))  # CuPy lets one write there
    for change in (lambda: operator.iadd(x, 1), lambda: operator.setitem(x, 0, 2)):
        with pytest.raises(MinigradError, match=r"read-only, as it is after broadcasting; .* x\.copy\(\)"):
            change()
    assert x.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: np.array([1, 2], dtype="int32", ctx=cpu()) ** -1, "negative integer powers"),
        (lambda: np.histogram(np.array([1, float("nan")], ctx=cpu())), "not finite"),
        (lambda: np.digitize(np.ones(3, ctx=cpu()), np.array([1, 3, 2], ctx=cpu())), "increasing or decreasing"),
        (lambda: np.bincount(np.array([2, -1], dtype="int64", ctx=cpu())), "no negative elements"),
    ],
)
def test_an_error_about_values_does_not_blame_shapes(wrong, reason):
    with pytest.raises(MinigradError, match=reason) as caught:
        wrong()
    assert not isinstance(caught.value, ShapeError) and "reshape" not in str(caught.value)
