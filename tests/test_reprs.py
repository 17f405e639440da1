"""A repr is one line that says how a thing was made; where it can be run, it makes the same thing again."""

import numpy
import pytest

from minigrad import gluon, init, kvstore, lr_scheduler, metric, np, optimizer
from minigrad.gluon.data import ArrayDataset, DataLoader
from minigrad.gradcheck import gradcheck
from minigrad.initializer import Zero
from minigrad.lr_scheduler import FactorScheduler

ROOMS = (gluon.data, init, lr_scheduler, metric, optimizer)
NAMES = {"kvstore": kvstore} | {name: getattr(room, name) for room in ROOMS for name in room.__all__}
AS_WRITTEN = [
    "FactorScheduler(step=1000, factor=0.9, base_lr=0.01)",
    "MultiFactorScheduler(step=[10, 20], factor=0.5, base_lr=0.3)",
    "PolyScheduler(max_update=100, base_lr=0.01, pwr=3.0, warmup_steps=5)",
    "CosineScheduler(max_update=10, base_lr=0.5, final_lr=0.1)",
    "TriangularScheduler(min_lr=0.1, max_lr=0.2, cycle_length=10)",
    "OneCycleScheduler(start_lr=0.1, max_lr=0.2, cycle_length=10, cooldown_length=5, finish_lr=0.01)",
    "Accuracy()",
    "Accuracy(axis=0, name='train')",
    "TopKAccuracy(top_k=3)",
    "F1(average='micro')",
    "Perplexity(ignore_label=None)",
    "CompositeEvalMetric(metrics=[Accuracy(), MSE()])",
    "Xavier(magnitude=2.0)",
    "Normal(sigma=0.1)",
    "Constant(value=2)",
    "MSRAPrelu(slope=0.1)",
    "Orthogonal(rand_type='normal')",
    "Mixed(patterns=['.*'], initializers=[Zero()])",
    "LSTMBias(forget_bias=2.0)",
    "Bilinear()",
    "SGD(learning_rate=0.1, momentum=0.9, wd=0.01)",
    "Adam(beta1=0.8, beta2=0.999, epsilon=1e-08, lr_scheduler=FactorScheduler(step=10, base_lr=0.2))",
    "SequentialSampler(length=4, start=2)",
    "BatchSampler(sampler=RandomSampler(length=4), batch_size=2, last_batch='discard')",
    "SplitSampler(length=10, num_parts=4, part_index=1, remainder='keep')",
    "kvstore.create('device')",
    "kvstore.create('sim', num_workers=3)",
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_a_repr_makes_the_same_again(text):
    assert repr(eval(text, NAMES)) == text


def test_the_repr_of_a_schedule_is_how_it_was_made_and_not_where_it_stands():
    falling = FactorScheduler(step=1, factor=0.5, base_lr=0.8)
    assert falling(3) == 0.2
    assert eval(repr(falling), NAMES)(1) == 0.8


def test_a_class_of_the_users_own_shows_its_arguments():
    class Inverse(lr_scheduler.LRScheduler):
        def __init__(self, half, **kwargs):
            super().__init__(**kwargs)
            self.half = half

    class Worst(metric.EvalMetric):
        def __init__(self, power=2, name="worst"):
            super().__init__(name)
            self.power = power

    assert repr(Inverse(3, base_lr=0.5)) == "Inverse(half=3, base_lr=0.5)"
    assert repr(Worst(3)) == "Worst(power=3)"


def test_what_holds_data_says_how_much():
    data = ArrayDataset(np.ones((4, 2)), np.ones(4))
    assert repr(data) == "<ArrayDataset of 4 samples>"
    assert repr(data.take(3)) == "<Sampled of 3 samples>"
    loader = "batch_sampler=BatchSampler(sampler=SequentialSampler(length=4), batch_size=2)"
    assert repr(DataLoader(data, 2)) == f"DataLoader(dataset=<ArrayDataset of 4 samples>, {loader})"
    assert repr(gluon.data.FilterSampler(lambda x: x > 1, [1, 2, 3])) == "<FilterSampler of 2 indices>"
    assert repr(init.Load({"a": numpy.ones(3)}, "zeros")) == "<Load of 1 arrays; for others Zero()>"


def test_a_trainer_says_what_it_trains_and_how():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    assert repr(trainer) == f"<Trainer of 2 parameters by {optimizer.SGD(learning_rate=0.5)!r}>"


def test_a_check_of_gradients_says_what_is_wrong():
    assert repr(gradcheck(np.exp, np.ones(2))) == "<gradcheck, 2 comparisons: all ok>"
    report = gradcheck(lambda x: x * x.detach(), np.array([1.0, 2.0]), check=False)
    assert repr(report).startswith("<gradcheck, 2 comparisons: input 0, order 1: ")


def test_a_repr_is_one_line():
    for thing in (kvstore.create(), Zero(), metric.create(["acc", "mse"]), DataLoader(ArrayDataset([1, 2]), 1)):
        assert "\n" not in repr(thing)
