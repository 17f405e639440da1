"""An optimizer as plain data, and back. (That training goes on bit for bit is tested in test_edge_cases.py.)"""

import copy
import json
import re

import numpy
import pytest

from minigrad import np, optimizer
from minigrad.errors import ArgumentError, FileError, MinigradError
from minigrad.lr_scheduler import (
    CosineScheduler,
    FactorScheduler,
    LRScheduler,
    MultiFactorScheduler,
    OneCycleScheduler,
    PolyScheduler,
    TriangularScheduler,
)
from minigrad.optimizer.config import from_config


def through_json(opt, **kwargs):
    return from_config(json.loads(json.dumps(opt.get_config())), **kwargs)


def test_counts_multipliers_and_the_schedule_in_mid_flight_come_back():
    names = {0: "a_weight", 1: "b_bias"}
    opt = optimizer.SGD(wd=0.1, lr_scheduler=FactorScheduler(step=2, factor=0.5, base_lr=0.8), param_idx2name=names)
    opt.set_lr_mult({0: 0.5})
    for _ in range(5):
        opt._update_count(0)
        opt._get_lr(0)
    again = through_json(opt)
    assert again._index_update_count == {0: 5}
    assert (again.num_update, again._get_lrs([0, 1]), again._get_wds([0, 1])) == (5, [0.1, 0.2], [0.1, 0])


def test_numbers_of_numpy_that_were_assigned_are_saved_as_numbers():
    opt = optimizer.SGD(lr_scheduler=FactorScheduler(step=2, factor=0.5))
    opt.wd, opt.lr_scheduler.base_lr = numpy.float32(0.25), numpy.float32(0.75)
    again = through_json(opt)
    assert (type(again.wd), again.wd, again.learning_rate) == (float, 0.25, 0.75)


def test_whole_numbers_that_were_assigned_are_saved_as_the_constructor_would_take_them():
    opt = optimizer.SGD(learning_rate=0.5, lr_scheduler=FactorScheduler(step=2, factor=0.5))
    opt.clip_gradient, opt.wd, opt.lr_scheduler.factor = 3, 0, 1
    again = through_json(opt)
    assert (again.clip_gradient, again.wd, again.lr_scheduler.factor) == (3.0, 0.0, 1.0)
    opt.wd = True  # is no number
    with pytest.raises(ArgumentError, match="wd=True"):
        through_json(opt)


@pytest.mark.parametrize("name", ["lr_mult", "wd_mult"])
def test_a_file_with_a_negative_multiplier_is_refused(name):
    config = optimizer.SGD().get_config()
    config["attributes"][name] = {"pairs": [[0, -0.5]]}
    with pytest.raises(MinigradError, match=f"{name} of 0"):
        from_config(config)


def test_parameters_are_not_saved():
    opt = optimizer.SGD(param_dict={0: object()})
    assert through_json(opt).param_dict == {}


def test_a_custom_schedule_is_given_again():
    def schedule(k):
        return 0.5

    opt = optimizer.SGD(lr_scheduler=schedule)
    with pytest.raises(ArgumentError, match="'sgd' had a callable of your own as its schedule"):
        through_json(opt)
    assert through_json(opt, lr_scheduler=schedule).lr_scheduler is schedule
    assert through_json(optimizer.SGD(), lr_scheduler=schedule).lr_scheduler is None


def test_an_attribute_that_is_no_plain_data_is_named():
    opt = optimizer.SGD()
    opt.history = numpy.ones(3)
    with pytest.raises(ArgumentError, match=r"SGD.history = array.* cannot be saved"):
        opt.get_config()


def test_an_unregistered_optimizer_is_named():
    config = optimizer.SGD().get_config() | {"class": "adem"}
    with pytest.raises(ArgumentError, match="'adem', which is not registered"):
        from_config(config)


def test_an_updater_makes_a_state_for_each_index_when_it_is_first_updated():
    update = optimizer.get_updater(optimizer.SGD(learning_rate=1.0, momentum=0.5))
    a, b = np.array([1.0]), np.array([1.0])
    update("a", np.array([1.0]), a)
    update("a", np.array([0.0]), a)
    update("b", np.array([1.0]), b)
    assert (a.item(), b.item(), list(update.states)) == (-0.5, 0.0, ["a", "b"])


@pytest.fixture
def counting():
    @optimizer.register
    class Counting(optimizer.SGD):
        def __init__(self, start=0, **kwargs):
            super().__init__(**kwargs)
            self.start = self.seen = start

        def get_config(self):
            return super().get_config() | {"seen": self.seen}

        def set_config(self, config):
            self.seen = int(config["seen"])

    return Counting


def test_what_a_custom_optimizer_has_learnt_is_added_by_its_get_config(counting):
    opt = counting(start=3, momentum=0.5)
    opt.seen = 7
    again = through_json(opt)
    assert (again.start, again.seen, again.momentum) == (3, 7, 0.5)


@pytest.mark.parametrize(
    "attributes", [{"start": 3}, {"start": 3, "states": ["v"]}, {"update": "x"}, {"__class__": "x"}]
)
def test_a_file_sets_no_attribute_but_those_of_arguments(counting, attributes):
    config = counting().get_config()
    config["attributes"].update(attributes)
    if set(attributes) == {"start"}:
        assert from_config(config).start == 3
    else:
        with pytest.raises(TypeError, match="a file cannot set Counting"):
            from_config(config)


def test_an_argument_that_is_kept_under_another_name_is_refused_when_it_would_be_lost():
    @optimizer.register
    class Renaming(optimizer.SGD):
        def __init__(self, decay=0.5, **kwargs):
            super().__init__(**kwargs)
            self._d = decay

    assert through_json(Renaming())._d == 0.5
    with pytest.raises(ArgumentError, match=r"Renaming._d = 0.25 cannot be saved.*self._d.*get_config"):
        Renaming(decay=0.25).get_config()


def test_a_set_config_that_meets_what_it_does_not_expect_refuses_the_file(counting):
    config = counting().get_config() | {"seen": None}
    counting.set_config = lambda self, config: setattr(self, "seen", config["seen"] + 1)
    with pytest.raises(FileError, match=r"Counting cannot be made from what was saved of it \(TypeError"):
        from_config(config)

    class Steep(LRScheduler):
        def set_config(self, config):
            self.slope = config["slope"]

    with pytest.raises(FileError, match="Steep cannot be made"):
        LRScheduler.from_config(Steep().get_config())


@pytest.mark.parametrize(
    ("name", "value"),
    [("momentum", 1.5), ("momentum", "0.9"), ("lr", -1), ("lr", float("nan")), ("wd", None), ("begin_num_update", [])],
)
def test_a_value_that_a_user_could_not_give_is_refused(name, value):
    config = optimizer.SGD().get_config()
    config["attributes"][name] = value
    with pytest.raises(
        MinigradError, match=rf"^{'learning_rate' if name == 'lr' else name}={re.escape(repr(value))} cannot be used"
    ):
        from_config(config)


SCHEDULES = [
    FactorScheduler(step=2, factor=0.5, base_lr=0.8, warmup_steps=2),
    MultiFactorScheduler(step=[2, 5], factor=0.5, base_lr=0.8),
    PolyScheduler(max_update=9, base_lr=0.8, pwr=3, final_lr=0.1),
    CosineScheduler(max_update=9, base_lr=0.8, warmup_steps=3, warmup_begin_lr=0.1, warmup_mode="constant"),
    TriangularScheduler(min_lr=0.1, max_lr=0.8, cycle_length=4, inc_fraction=0.25, cycles=2),
    OneCycleScheduler(start_lr=0.1, max_lr=0.8, cycle_length=4),
    OneCycleScheduler(start_lr=0.1, max_lr=0.8, cycle_length=4, cooldown_length=3, finish_lr=0.01),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("rate", [None, 0.9])
def test_every_schedule_goes_on_where_it_stood(schedule, rate):
    opt = optimizer.SGD(lr_scheduler=copy.deepcopy(schedule), learning_rate=rate)
    for k in range(4):
        opt.lr_scheduler(k)
    again = through_json(opt).lr_scheduler
    assert [again(k) for k in range(4, 12)] == [opt.lr_scheduler(k) for k in range(4, 12)]


def test_a_custom_schedule_comes_back_unless_something_would_be_lost():
    class Stepping(LRScheduler):
        def __init__(self, every=2):
            super().__init__(0.5)
            self.every = every

        def rate(self, num_update):
            return self.base_lr / (1 + num_update // self.every)

    again = through_json(optimizer.SGD(lr_scheduler=Stepping(3), learning_rate=0.25)).lr_scheduler
    assert (type(again), again(2), again(3)) == (Stepping, 0.25, 0.125)
    lossy = Stepping()
    lossy.shift = 1
    with pytest.raises(ArgumentError, match="Stepping.shift = 1 cannot be saved"):
        optimizer.SGD(lr_scheduler=lossy).get_config()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("count", -1, "count=-1 cannot be used"),
        ("count", "x", "The field 'count' is 'x', but must be of type int"),
        ("rate", 1, r"a file cannot set FactorScheduler\.rate"),
        ("base_lr", -1, "base_lr=-1 cannot be used"),
        ("step", 0, "step=0 cannot be used"),
        ("warmup_final_lr", [], r"base_lr=\[\] cannot be used"),  # of which it is another name
    ],
)
def test_a_schedule_out_of_a_file_is_checked_by_its_constructor(name, value, said):
    config = FactorScheduler(step=2).get_config()
    config["attributes"][name] = value
    with pytest.raises(MinigradError, match=f"^{said}"):
        LRScheduler.from_config(config)
