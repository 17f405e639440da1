"""Arguments of trainers, stores, loaders, transforms, initializers, schedules,
rules and metrics that cannot be meant."""

import math

import numpy
import pytest

from minigrad import gluon, init, io, kvstore, lr_scheduler, metric, np, optimizer
from minigrad.errors import ArgumentError, BatchSizeError, KeywordError, KindError, UsageError
from minigrad.gluon import data, utils
from minigrad.gluon.data.vision import transforms

NAN, INF = math.nan, math.inf
COUNTS = [0, -1, 1.5, True, "2", NAN]
SIZES = [-1, 1.5, True, "2"]
AT_LEAST_0 = [-0.5, NAN, INF, "0.5", True]


def factor(**given):
    return lr_scheduler.FactorScheduler(**{"step": 2} | given)


def poly(**given):
    return lr_scheduler.PolyScheduler(**{"max_update": 4} | given)


def triangle(**given):
    return lr_scheduler.TriangularScheduler(**{"min_lr": 0.1, "max_lr": 0.2, "cycle_length": 4} | given)


def box(**given):
    return transforms.CropResize(**{"x": 0, "y": 0, "width": 2, "height": 2} | given)


TABLE = [
    (init.Uniform, "scale", AT_LEAST_0), (init.Normal, "sigma", AT_LEAST_0), (init.Xavier, "magnitude", AT_LEAST_0),
    (init.MSRAPrelu, "slope", [NAN, INF, "1"]), (init.Orthogonal, "scale", [NAN, INF, "1"]),
    (init.LSTMBias, "forget_bias", [NAN, INF, "1"]), (init.Constant, "value", [NAN, INF, "1", numpy.array([1.0, NAN])]),
    (factor, "step", COUNTS), (factor, "factor", [-0.1, 1.5, NAN, INF, "1"]), (factor, "base_lr", AT_LEAST_0),
    (factor, "stop_factor_lr", AT_LEAST_0), (factor, "warmup_steps", SIZES), (factor, "warmup_begin_lr", AT_LEAST_0),
    (poly, "max_update", COUNTS), (poly, "pwr", AT_LEAST_0), (poly, "final_lr", AT_LEAST_0),
    (triangle, "cycle_length", COUNTS), (triangle, "cycles", COUNTS), (triangle, "inc_fraction", [0, 1, NAN, "1"]),
    (triangle, "min_lr", AT_LEAST_0), (triangle, "max_lr", AT_LEAST_0),
    *[
        (kind, name, values)
        for kind in (optimizer.SGD, optimizer.Adam, optimizer.RMSProp, optimizer.Ftrl, optimizer.LBSGD, optimizer.SGLD)
        for name, values in (
            ("learning_rate", AT_LEAST_0), ("wd", AT_LEAST_0), ("rescale_grad", [NAN, INF, -INF, "1"]),
            ("clip_gradient", [NAN, INF, "1"]), ("begin_num_update", SIZES),
        )
    ],
    (optimizer.Adam, "epsilon", AT_LEAST_0), (optimizer.AdaDelta, "rho", [-0.1, 1.0, NAN]),
    (optimizer.SGD, "momentum", [-0.1, 1.0, NAN]), (optimizer.LBSGD, "batch_scale", COUNTS),
    (optimizer.LBSGD, "warmup_epochs", SIZES), (optimizer.LBSGD, "updates_per_epoch", COUNTS),
    (metric.TopKAccuracy, "top_k", [1.5, "2", True]), (metric.Accuracy, "axis", [1.5, "1"]),
    (metric.CrossEntropy, "eps", AT_LEAST_0), (metric.Perplexity, "ignore_label", [1.5, "1"]),
    (lambda axis: metric.Perplexity(None, axis), "axis", [1.5, "1"]),
    (data.RandomSampler, "length", SIZES), (data.SequentialSampler, "length", SIZES),
    (lambda start: data.SequentialSampler(3, start), "start", [1.5, "1"]),
    (lambda batch_size: data.DataLoader([1], batch_size), "batch_size", COUNTS),
    (lambda **kw: data.DataLoader([1], 1, **kw), "num_workers", SIZES),
    (lambda **kw: data.DataLoader([1], 1, **kw), "prefetch", SIZES),
    (lambda **kw: data.DataLoader([1], 1, **kw), "timeout", AT_LEAST_0),
    (data.SimpleDataset([1]).take, "count", SIZES),
    (lambda index: data.SimpleDataset([1]).shard(2, index), "index", [0.5]),
    (lambda batch_size: io.NDArrayIter(numpy.ones(4), batch_size=batch_size), "batch_size", COUNTS),
    (transforms.Resize, "size", COUNTS), (transforms.CenterCrop, "size", COUNTS), (transforms.RandomCrop, "size",
    COUNTS),
    (lambda **kw: transforms.RandomCrop(2, **kw), "pad", SIZES), (transforms.RandomResizedCrop, "size", COUNTS),
    (lambda **kw: transforms.RandomResizedCrop(2, **kw), "scale", [(0, 1), (0.5, 1.5), (NAN, 1)]),
    (lambda **kw: transforms.RandomResizedCrop(2, **kw), "ratio", [(0, 1), (-1, 1), (2, 1), (1, INF)]),
    (transforms.RandomFlipLeftRight, "p", [-0.1, 1.1, NAN, "1"]), (transforms.RandomFlipTopBottom, "p", [-0.1, 1.1]),
    (transforms.RandomBrightness, "brightness", AT_LEAST_0), (transforms.RandomHue, "hue", AT_LEAST_0),
    (transforms.RandomLighting, "alpha", AT_LEAST_0), (transforms.Normalize, "std", [0.0, -1.0, NAN, (1.0, 0.0)]),
    (transforms.Normalize, "mean", [NAN, (0.5, INF)]), (box, "x", SIZES), (box, "width", COUNTS), (box, "size", COUNTS),
    (lambda num_slice: utils.split_data(np.zeros(4), num_slice), "num_slice", COUNTS),
    (lambda max_norm: utils.clip_global_norm([np.ones(2)], max_norm), "max_norm", AT_LEAST_0),
]  # fmt: skip
CALLS = [(make, name, value) for make, name, values in TABLE for value in values]


@pytest.mark.parametrize(("make", "name", "value"), CALLS, ids=lambda v: getattr(v, "__name__", repr(v)))
def test_a_number_that_cannot_be_meant_is_refused_by_name(make, name, value):
    with pytest.raises(ArgumentError, match=rf"^{name}(\[\d\])?=.* cannot be used; expected"):
        make(**{name: value})


@pytest.mark.parametrize(
    "kind", [init.Zero, init.One, init.Bilinear, init.Uniform, init.Xavier, init.Constant, init.LSTMBias]
)
def test_an_initializer_has_no_unknown_arguments(kind):
    with pytest.raises(TypeError, match="valu"):
        kind(valu=3)
    with pytest.raises(KeywordError, match="Zero has no argument 'scale'"):
        init.create("zeros", scale=3)


def test_a_custom_initializer_may_keep_what_its_constructor_hands_on():
    class Mine(init.Initializer):
        def __init__(self, value):
            super().__init__(value=value)

        def _init_weight(self, name, arr):
            arr[...] = self.value

    w = np.zeros(2)
    Mine(3)("a_weight", w)
    assert w.tolist() == [3, 3] and repr(Mine(3)) == "Mine(value=3)"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: init.Xavier("normal"), "rnd_type is 'normal'; it must be 'uniform' or 'gaussian'"),
        (lambda: init.Xavier(factor_type="junk"), "factor_type is 'junk'"),
        (lambda: init.Orthogonal(rand_type="junk"), "rand_type is 'junk'"),
        (lambda: factor(warmup_mode="junk"), "warmup_mode is 'junk'; it must be 'linear' or 'constant'"),
        (lambda: metric.F1(average="junk"), "average is 'junk'"),
        (lambda: data.DataLoader([1], 1, last_batch=""), "last_batch is ''"),
        (lambda: io.NDArrayIter(numpy.ones(2), last_batch_handle="keep"), "last_batch_handle is 'keep'"),
        (lambda: transforms.Resize(2, interpolation=3), "interpolation"),
        (lambda: kvstore.create("junk"), "no store 'junk'"),
    ],
)  # fmt: skip
def test_a_word_that_is_not_known_is_refused(make, said):
    with pytest.raises(ArgumentError, match=said):
        make()


def trainer(**given):
    net = gluon.nn.Dense(1, in_units=1)
    net.initialize()
    return gluon.Trainer(net.collect_params(), "sgd", **given)


@pytest.mark.parametrize("batch_size", [0, -1, 0.0, 1e-320, 10**31, NAN, INF, "3", None, True, [2]], ids=repr)
def test_a_step_is_for_a_positive_number_of_samples(batch_size):
    made = trainer()
    with pytest.raises(BatchSizeError, match=r"batch_size=.*must be positive") as caught:
        made.step(batch_size)
    assert repr(batch_size) in str(caught.value)
    with pytest.raises(BatchSizeError):
        made.update(batch_size)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"compression_params": "junk"}, ArgumentError, "not by 'junk'"),
        ({"compression_params": {"type": "1bit"}}, ArgumentError, "'1bit'"),
        ({"compression_params": {"type": "2bit", "treshold": 1}}, ArgumentError, "treshold"),
        ({"compression_params": {"type": "2bit", "threshold": 0}}, ArgumentError, "threshold=0 .* a positive number"),
        ({"compression_params": {"type": "2bit", "threshold": NAN}}, ArgumentError, "threshold=nan"),
        ({"compression_params": {"type": "2bit", "threshold": "1"}}, ArgumentError, "threshold='1'"),
        ({"update_on_kvstore": "maybe"}, ArgumentError, "update_on_kvstore is 'maybe'; it must be None, True or False"),
        ({"update_on_kvstore": 1}, ArgumentError, "update_on_kvstore is 1"),
        ({"kvstore": "junk"}, ArgumentError, "no store 'junk'"), ({"kvstore": 5}, KindError, "kvstore is 5"),
        ({"optimizer_params": "junk"}, KindError, "optimizer_params is 'junk'"),
        ({"optimizer_params": {"learning_rate": NAN}}, ArgumentError, "learning_rate=nan"),
        ({"optimizer_params": {"rescale_grad": INF}}, ArgumentError, "rescale_grad=inf"),
        ({"optimizer_params": {"momentun": 0.9}}, KeywordError, "'momentun'; did you mean 'momentum'"),
    ],
    ids=str,
)  # fmt: skip
def test_a_trainer_refuses_what_it_would_have_to_ignore(given, error, said):
    with pytest.raises(error, match=said):
        trainer(**given)


def test_hybridize_knows_the_flags_of_gluon_and_no_others():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(1))
    net.hybridize(True, static_alloc=True, static_shape=True)
    with pytest.raises(KeywordError, match="'static_aloc'; did you mean 'static_alloc'"):
        net.hybridize(static_aloc=True)


def test_compression_that_is_described_rightly_is_taken_also_on_one_device():
    assert trainer(compression_params={"type": "2bit", "threshold": 0.5}).learning_rate == 0.01


def test_multipliers_are_finite():
    opt = optimizer.SGD(param_idx2name={0: "a_weight"})
    for value in (NAN, INF, -1, "2"):
        with pytest.raises(ArgumentError, match="lr_mult of 0="):
            opt.set_lr_mult({0: value})
    with pytest.raises(UsageError, match="0 shards"):
        data.SimpleDataset([1]).shard(0, 0)


def test_the_arrays_of_an_iterator_have_names():
    one = io.NDArrayIter(numpy.ones((4, 3)), numpy.ones(4), batch_size=2, data_name="x", label_name="y")
    assert (one.provide_data, one.provide_label) == ([("x", (2, 3))], [("y", (2,))])
    two = io.NDArrayIter([numpy.ones((4, 3)), numpy.ones(4)], batch_size=2)
    assert [name for name, _ in two.provide_data] == ["_0_data", "_1_data"] and two.provide_label == []
    assert io.NDArrayIter({"a": numpy.ones(4)}, batch_size=4).provide_data == [("a", (4,))]


def ready():
    p = gluon.Parameter("w", shape=1)
    p.initialize()
    return p


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: gluon.ParameterDict().update({"w": 1}), "'w' is 1; expected a parameter"),
        (lambda: optimizer.get_updater(optimizer.SGD()).states_of([0], np.ones(1)), r"index=\[0\] cannot be used"),
        (lambda: gluon.Trainer([ready()], "sgd", kvstore=numpy.array(["a", "b"])), "kvstore is"),
    ],
)
def test_what_is_no_parameter_index_or_store_is_named(call, sentence):
    with pytest.raises(KindError, match=sentence):
        call()
