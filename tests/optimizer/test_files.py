"""What a file of states holds besides the states: the rates of LARS, without which its velocity would be wrong."""

import numpy
import pytest

from minigrad import kv, lr_scheduler, np, optimizer
from minigrad.errors import FileError
from minigrad.serialization import load_arrays, save_arrays


def pulled(store):
    out = np.zeros(2)
    store.pull(0, out)
    return out.tolist()


@pytest.mark.parametrize("dump_optimizer", [False, True])
def test_the_velocity_of_lars_is_corrected_for_a_rate_that_falls_just_after_a_load(tmp_path, dump_optimizer):
    def made(weight):
        store = kv.create("local")
        store.init(0, np.array(weight))
        fall = lr_scheduler.MultiFactorScheduler([3], factor=0.125, base_lr=1.0)
        store.set_optimizer(optimizer.LARS(learning_rate=1.0, momentum=0.5, eta=0.0, lr_scheduler=fall))
        return store

    v = numpy.array([1.0, -2.0])
    first = made([4.0, 4.0])
    for _ in range(3):
        first.push(0, np.ones(2))
    first._updater.states[0][...] = v
    first.save_optimizer_states(tmp_path / "states", dump_optimizer)
    second = made(pulled(first))
    second.load_optimizer_states(tmp_path / "states")
    second.push(0, np.ones(2))  # with a trust of 0 the velocity alone moves the weight: v becomes 0.5 0.125 / 1 v
    assert pulled(second) == (4 + 0.5 * 0.125 * v).tolist()


def test_rates_in_a_file_are_checked_and_older_files_have_none(tmp_path):
    store = kv.create("local")
    store.init(0, np.zeros(2))
    store.set_optimizer(rule := optimizer.LARS(momentum=0.5))
    store.push(0, np.ones(2))
    store.save_optimizer_states(tmp_path / "s")
    arrays, meta = load_arrays(tmp_path / "s")
    before = list(rule._rates)
    for wrong in ({"_rates": [1, -1.0, 0.0]}, {"_rates": "x"}, {"_rates": [1, 2.0]}, {"lr": 3.0}, [1]):
        save_arrays(tmp_path / "s", arrays, meta | {"progress": wrong})
        with pytest.raises(FileError, match="Nothing was loaded"):
            store.load_optimizer_states(tmp_path / "s")
        assert (rule._rates, rule.lr) == (before, 0.01)
    del meta["progress"]
    save_arrays(tmp_path / "s", arrays, meta)
    store.load_optimizer_states(tmp_path / "s")
