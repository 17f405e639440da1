"""An optimizer as plain data, and back. (That training goes on bit for bit is tested in test_edge_cases.py.)"""

import json

import numpy
import pytest

from minigrad import np, optimizer
from minigrad.errors import ArgumentError
from minigrad.lr_scheduler import FactorScheduler
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


def test_parameters_are_not_saved():
    opt = optimizer.SGD(param_dict={0: object()})
    assert through_json(opt).param_dict == {}


def test_a_schedule_of_ones_own_is_given_again():
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
