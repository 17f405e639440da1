"""Optimizers that the first version of minigrad saved go on as they went on there (recorded with it in float64)."""

import copy
import json
from pathlib import Path

import numpy
import pytest

from minigrad import lr_scheduler, np, optimizer
from minigrad.errors import FileError, MinigradError
from minigrad.lr_scheduler import LRScheduler
from minigrad.optimizer.config import from_config
from minigrad.optimizer.files import load_states, save_states
from minigrad.serialization import load_arrays, save_arrays

CASES = json.loads((Path(__file__).parents[1] / "data" / "first_states.json").read_text())
GRADIENT = [[0.5, -0.25], [2.0, 0.125]]


@pytest.mark.parametrize("name", CASES)
def test_every_rule_goes_on_from_a_file_of_the_first_version(name):
    case = CASES[name]
    opt = from_config(case["config"])
    w, g, *states = (np.array(a, dtype="float64") for a in (case["weight"], GRADIENT, *case["states"]))
    for _ in range(3):
        opt.update(0, w, g, tuple(states))
    numpy.testing.assert_allclose(w.asnumpy(), case["later"], rtol=1e-12)


def test_the_cases_have_every_schedule_and_every_attribute_that_is_no_argument():
    saved = [case["config"] for case in CASES.values()]
    schedules = {config["lr_scheduler"]["class"] for config in saved if config["lr_scheduler"]}
    ours = {name for name, cls in LRScheduler._classes.items() if getattr(lr_scheduler, cls.__name__, None) is cls}
    assert schedules >= ours - {"InversePowerScheduler"}  # which is younger
    assert [config["class"] for config in saved if "_rates" in config["attributes"]] == ["lars"]


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (("lr_scheduler", "attributes"), "warmup_steps", 1),  # a triangle has none
        (("lr_scheduler", "attributes"), "warmup_mode", "constant"),
        (("attributes",), "_rates", [3, -0.1, 0.1]),
        (("attributes",), "_rates", [3, 0.1]),
        (("attributes",), "_rates", "pwned"),
    ],
)
def test_what_is_no_argument_must_be_as_the_constructor_makes_it(place, name, value):
    config = CASES["lars"]["config"] | {"lr_scheduler": CASES["adabelief"]["config"]["lr_scheduler"]}
    assert config["lr_scheduler"]["class"] == "TriangularScheduler"
    from_config(config)
    config = at = copy.deepcopy(config)
    for key in place:
        at = at[key]
    at[name] = value
    with pytest.raises(MinigradError):
        from_config(config)


@pytest.mark.parametrize("multi_precision", [False, True])
@pytest.mark.parametrize("name", ["nadam", "adam"])
def test_a_file_with_the_product_of_nadam_goes_on_from_its_step_count(tmp_path, name, multi_precision):
    w = np.array([1.0, -2.0], dtype="float16" if multi_precision else "float32")
    update = optimizer.get_updater(optimizer.create(name, multi_precision=multi_precision))
    for _ in range(3):
        update("w", w * 0.5, w)
    save_states(tmp_path / "states", update)
    arrays, meta = load_arrays(tmp_path / "states")
    save_arrays(tmp_path / "states", arrays | {f"w/{len(arrays)}": numpy.float64(0.0912142874159059)}, meta)
    again, copy_of_w = optimizer.get_updater(optimizer.create(name, multi_precision=multi_precision)), w.copy()
    if name == "adam":  # which never had it
        with pytest.raises(FileError, match="which is not a state of Adam"):
            load_states(tmp_path / "states", again, {"w": copy_of_w})
        return
    load_states(tmp_path / "states", again, {"w": copy_of_w})
    for _ in range(3):
        update("w", w * 0.5, w)
        again("w", copy_of_w * 0.5, copy_of_w)
    assert w.asnumpy().tolist() == copy_of_w.asnumpy().tolist()


def test_the_product_of_nadam_follows_from_the_count_whichever_steps_came_before():
    opt, product, factor = optimizer.Nadam(beta1=0.5, begin_num_update=2), 1.0, optimizer.Nadam(beta1=0.5).mu
    for t in range(3, 100):
        fresh = optimizer.Nadam(beta1=0.5, begin_num_update=2)
        for one in (opt, fresh):
            assert 1 - one.named(0, None, None, (), {"t": t})["P_before"] == 1 - product
        product *= factor(t)
    assert product < 2**-60, "the list of products has ended"
    late = optimizer.Nadam(beta1=0.5, begin_num_update=50)
    assert late.named(0, None, None, (), {"t": 3})["P_before"] == factor(1) * factor(2), "whose file began at 0"


def test_the_product_of_a_subclass_of_nadam_is_that_of_its_own_mu():
    class Constant(optimizer.Nadam):
        def mu(self, t):
            return self.beta1

    for cls, factor in ((optimizer.Nadam, optimizer.Nadam().mu), (Constant, lambda t: 0.9)):
        opt, product = cls(), 1.0
        for t in range(1, 5):
            assert opt.named(0, None, None, (), {"t": t})["P_before"] == pytest.approx(product, rel=1e-12)
            product *= factor(t)
