"""A name that other libraries have is answered with what to use here, and stays absent."""

import copy
import importlib
import pickle
import re
import subprocess
import sys
import time

import numpy
import pytest

import minigrad
from minigrad import autograd, gluon, init, lr_scheduler, np, npx, optimizer, random
from minigrad.absent import advice
from minigrad.compat.paths import OLD_PATHS
from minigrad.errors import AbsentError, AbsentImportError
from minigrad.gluon import nn

X, NET = np.ones((2, 3)), nn.Dense(1, in_units=3)
NET.initialize()
THINGS = {
    "Tensor": X,
    "Block": NET,
    "Parameter": NET.weight,
    "Trainer": gluon.Trainer(NET.collect_params(), "sgd"),
    "Optimizer": optimizer.Adam(),
    "Updater": optimizer.Updater(optimizer.Adam()),
    "Dropout": nn.Dropout(0.5),
    "BatchNorm": nn.BatchNorm(),
    "Loss": gluon.loss.L2Loss(),
    "DataLoader": gluon.data.DataLoader([1, 2], 1),
}
NAMES = {
    "np": np, "npx": npx, "gluon": gluon, "autograd": autograd, "optimizer": optimizer, "init": init, "nn": nn,
    "lr_scheduler": lr_scheduler, "random": random, "minigrad": minigrad, "gradcheck": minigrad.gradcheck,
    "nd": minigrad.nd, "ops": minigrad.ops, "rnn": gluon.rnn, "metric": minigrad.metric, "io": minigrad.io,
    "x": X, "net": NET, "p": NET.weight, "trainer": THINGS["Trainer"], "loss": X,
    "dataset": gluon.data.SimpleDataset([1]),
}  # fmt: skip


def found_in(home):
    return THINGS[home] if home in THINGS else importlib.import_module(home)


@pytest.mark.parametrize(("home", "name"), [x for x in advice() if "=" not in x[0]])
def test_a_name_of_the_table_is_absent_and_what_is_advised_is_there(home, name):
    thing, use = found_in(home), advice()[home, name]
    if f"{home}.{name}" in OLD_PATHS:  # another test may have imported it by its old path
        vars(thing).pop(name, None)
    assert not hasattr(thing, name)
    with pytest.raises(AbsentError, match=re.escape(f"has no {name!r}; use {use}.") + "$"):
        getattr(thing, name)
    is_there(use)


@pytest.mark.parametrize(("home", "name"), [x for x in advice() if "=" in x[0]])
def test_setting_what_other_libraries_have_is_refused_where_it_would_change_nothing(home, name):
    """keras-team/keras#8826, pytorch/pytorch#5884, udacity/deep-learning-v2-pytorch#12: they were ignored."""
    thing, use = THINGS[home.removesuffix("=")], advice()[home, name]
    had = hasattr(thing, name)
    with pytest.raises(AbsentError, match=re.escape(f"{type(thing).__name__}.{name} cannot be set; use {use}.") + "$"):
        setattr(thing, name, 0.1)
    assert hasattr(thing, name) == had and name not in vars(thing) and (name in dir(thing)) == had
    is_there(use)


def test_a_class_of_your_own_may_have_what_ours_lacks():
    class Mine(nn.Dropout):
        def __init__(self):
            super().__init__(0.5)
            self.p, self.training = 0.5, True

    mine = copy.deepcopy(Mine())
    mine.p = 0.25
    assert (mine.p, mine.training, hasattr(mine, "rate")) == (0.25, True, False)
    del mine.p
    assert not hasattr(mine, "p")
    assert nn.BatchNorm(momentum=0.5, params=nn.BatchNorm(in_channels=2).params).gamma.shape == (2,)  # as advised


def is_there(use):
    """Whatever an advice names is there."""
    for path in re.findall(rf"\b(?:{'|'.join(NAMES)})(?:\.\w+)+", use):
        first, *rest = path.split(".")
        thing = NAMES[first]
        for word in rest:
            thing = getattr(thing, word)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("np.relu", "minigrad.np has no 'relu'; use npx.relu(...)."),
        ("np.qwerty", "minigrad.np has no 'qwerty'."),
        ("np.fft", "minigrad.np has no 'fft'."),
        ("np.expand_dim", "minigrad.np has no 'expand_dim'; did you mean 'expand_dims'?"),
        ("nn.Linear", "minigrad.gluon.nn has no 'Linear'; use nn.Dense(units)."),
        ("np.ones(3).numpy()", "Tensor has no 'numpy'; use x.asnumpy()."),
        ("gluon.nn.Dense(1).parameters()", "Dense has no 'parameters'; use net.collect_params()."),
        ("minigrad.as_tensor([1])", "minigrad has no 'as_tensor'; use np.array(values)."),
        (
            "gluon.rnn.BidirectionalCell",
            "minigrad.gluon.rnn has no 'BidirectionalCell'; use gluon.rnn.LSTM(hidden_size, bidirectional=True).",
        ),
        ("np.ones(3).slice_axis", "Tensor has no 'slice_axis'; use nd.slice_axis, or x.as_nd_ndarray(), which has it."),
        ("optimizer.Adagrad", "minigrad.optimizer has no 'Adagrad'; did you mean 'AdaGrad'?"),
    ],
)
def test_what_a_user_reads_is_one_sentence(expression, sentence):
    program = f"import minigrad\nfrom minigrad import gluon, np, optimizer\nfrom minigrad.gluon import nn\n{expression}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == f"minigrad.errors.AbsentError: {sentence}"


@pytest.mark.parametrize("x", [X, minigrad.nd.ones((2, 3))], ids=["Tensor", "NDArray"])
def test_a_name_that_is_absent_cannot_be_set_on_an_array(x):
    with pytest.raises(AbsentError, match=r"has no 'requires_grad'; use x\.attach_grad\(\)"):
        x.requires_grad = True


@pytest.mark.parametrize(
    ("home", "name", "given", "expected"),
    [
        ("minigrad.np", "ediff1d", {"x": [[1, 4], [9, 2]]}, numpy.ediff1d([[1, 4], [9, 2]])),
        ("Tensor", "gather", {"x": [[5, 6], [7, 8]], "index": [[1, 1], [0, 1]], "axis": 1}, [[6, 6], [7, 8]]),
        ("Tensor", "topk", {"x": [3, 1, 2], "k": 2}, [[3, 2], [0, 2]]),
        (
            "minigrad.npx",
            "linear",
            {"x": numpy.ones((2, 3, 4)), "weight": numpy.ones((5, 4)), "bias": numpy.ones(5), "num_hidden": 5},
            numpy.full((2, 3, 5), 5.0),
        ),
        ("minigrad.nd", "unravel_index", {"i": [3, 5], "shape": (3, 4)}, [[0, 1], [3, 1]]),  # as MXNet 1.9.1 prints it
    ],
)
def test_what_is_advised_gives_what_the_absent_name_gave(home, name, given, expected):
    given = {key: np.array(value) if isinstance(value, list | numpy.ndarray) else value for key, value in given.items()}
    found = eval(advice()[home, name], {**NAMES, **given})
    assert numpy.array_equal(numpy.asarray(found), expected)


def test_windows_hold_what_im2col_gave():
    """The numbers are MXNet 1.9.1's: im2col(arange(18) of shape (1, 2, 3, 3), kernel=(2, 2))."""
    x = np.arange(18).reshape(1, 2, 3, 3)
    use = advice()["minigrad.nd", "im2col"].removesuffix(", with the samples last")
    found = eval(use, {**NAMES, "x": x, "kernel": (2, 2), "stride": (1, 1), "dilate": (1, 1)})
    assert np.moveaxis(found, -1, 0).reshape(1, 8, 4)[0, ::3].tolist() == [[0, 1, 3, 4], [4, 5, 7, 8], [12, 13, 15, 16]]


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("xavier_uniform_", 2 / (300 + 200)),
        ("xavier_normal_", 2 / (300 + 200)),
        ("kaiming_normal_", 2 / 200),
        ("orthogonal_", 1 / 300),
    ],
)
def test_the_first_weights_that_are_advised_are_as_wide_as_pytorchs(name, variance):
    """Glorot and Bengio (2010), equation 16; He et al. (2015), equation 10; orthonormal columns of 300 numbers."""
    random.seed(0)
    w = np.zeros((300, 200))
    eval(advice()["minigrad.init", name], NAMES)(init.InitDesc("w_weight"), w)
    assert w.asnumpy().var() == pytest.approx(variance, rel=0.03)


def test_counts_that_are_advised_have_the_mean_and_variance_of_mxnets():
    """MXNet 1.9.1: generalized_negative_binomial(mu, alpha) has the mean mu and the variance mu + alpha mu²."""
    random.seed(0)
    for name, given, mean, variance in [
        ("negative_binomial", {"k": 5, "p": 0.3}, 35 / 3, 350 / 9),
        ("generalized_negative_binomial", {"mu": 3.0, "alpha": 0.5}, 3, 7.5),
    ]:
        use = advice()["minigrad.nd.random", name].removesuffix(", which has the same distribution")
        drawn = eval(use, {**NAMES, **given, "shape": (100_000,)}).asnumpy()
        assert drawn.mean() == pytest.approx(mean, rel=0.03) and drawn.var() == pytest.approx(variance, rel=0.06)


def test_what_is_advised_for_retain_grad_keeps_the_graph():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        h = 3 * x
        loss = (h * h).sum()
    with pytest.raises(AbsentError, match=r"no 'retain_grad'; use autograd\.grad\(loss, x\)"):
        h.retain_grad()
    assert autograd.grad(loss, h, retain_graph=True).tolist() == [6, 12]  # 2 h
    loss.backward()
    assert x.grad.tolist() == [18, 36]  # 18 x


def test_a_block_may_have_an_attribute_of_that_name():
    net = nn.Sequential()
    net.modules = 3
    assert net.modules == 3


@pytest.mark.parametrize("thing", [np, minigrad, X, NET, gluon.data], ids=["np", "minigrad", "Tensor", "Block", "data"])
def test_a_protocol_is_answered_quickly_and_without_advice(thing):
    with pytest.raises(AttributeError) as caught:
        thing._repr_png_  # noqa: B018
    assert type(caught.value) is AttributeError
    assert getattr(thing, "cuda", "default") == "default"
    start = time.process_time()
    for _ in range(1000):
        hasattr(thing, "__array_interface_of_another__")
    assert time.process_time() - start < 0.2


def test_an_import_of_the_name_says_the_same():
    with pytest.raises(AbsentImportError, match=r"minigrad.gluon.nn has no 'Linear'; use nn\.Dense\(units\)"):
        from minigrad.gluon.nn import Linear  # noqa: F401
    with pytest.raises(ImportError, match="minigrad has no 'no_grad'; use `with autograd.pause"):
        from minigrad import no_grad  # noqa: F401


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ("minigrad.operator", r"minigrad has no 'operator'; use autograd\.Function"),
        ("minigrad.ndarray.sparse", r"minigrad\.nd has no 'sparse'; use nd\.array\(values\)"),
        ("minigrad.contrib.io", r"minigrad\.contrib has no 'io'; use gluon\.nn for layers"),
        ("minigrad.gluon.model_zoo.vision.resnet", r"vision has no 'resnet'; use the layers of gluon\.nn"),
        ("minigrad.gluon.contrib.estimator.event_handler", r"contrib has no 'estimator'; use gluon\.nn"),
        ("minigrad.qwerty", r"No module named 'minigrad\.qwerty'"),
    ],
)
def test_an_import_of_a_module_says_what_to_use(module, sentence):
    with pytest.raises(ImportError, match=sentence):
        importlib.import_module(module)


def test_what_scripts_import_beside_what_they_need_is_empty_and_is_missed_when_it_is_used():
    from minigrad.contrib import text
    from minigrad.gluon.model_zoo import vision

    from minigrad import contrib, gluon
    from minigrad.gluon import model_zoo

    assert model_zoo.vision is gluon.model_zoo.vision is vision and contrib.text is text
    with pytest.raises(AbsentError, match=r"model_zoo\.vision has no 'resnet18_v2'; use the layers of gluon\.nn"):
        vision.resnet18_v2(pretrained=True)
    with pytest.raises(AbsentError, match=r"contrib\.text has no 'vocab'; use .* a dict of your own"):
        text.vocab.Vocabulary({})
    with pytest.raises(AbsentImportError, match=r"contrib\.nn has no 'HybridConcurrent'; use gluon\.nn\.HybridConc"):
        from minigrad.gluon.contrib.nn import HybridConcurrent  # noqa: F401


def test_copies_and_pickles_ask_for_no_name_in_vain():
    for twin in (copy.copy(X), copy.deepcopy(X), pickle.loads(pickle.dumps(X))):
        assert twin.tolist() == X.tolist()
    net = nn.Dense(2, in_units=3)
    net.initialize()
    x = np.ones((2, 3))
    assert copy.deepcopy(net)(x).tolist() == net(x).tolist()


def test_an_error_inside_a_property_is_told_as_it_is():
    class Wide(gluon.Block):
        @property
        def width(self):
            return [].length

    with pytest.raises(AttributeError, match="'list' object has no attribute 'length'"):
        Wide().width  # noqa: B018


def test_absent_names_do_not_show_and_cost_nothing():
    assert "numpy" not in dir(X)
    assert "asnumpy" in dir(X)
    assert not hasattr(type(X), "__getattr__")  # which would slow down every attribute that is there
