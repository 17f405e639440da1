"""Optimizers that the first version of minigrad saved go on as they went on there (recorded with it in float64)."""

import copy
import json
from pathlib import Path

import numpy
import pytest

from minigrad import np
from minigrad.errors import MinigradError
from minigrad.lr_scheduler import LRScheduler
from minigrad.optimizer.config import from_config

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
    assert schedules >= {name for name, cls in LRScheduler._classes.items() if cls.__module__.startswith("minigrad.")}
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
