"""Every schedule against MXNet's recorded values and its own formula, the errors it raises, and its saved state."""

import json
import math
import random
from pathlib import Path

import numpy
import pytest

from minigrad import lr_scheduler
from minigrad.errors import ArgumentError, UsageError
from minigrad.lr_scheduler import (
    CosineScheduler,
    FactorScheduler,
    InversePowerScheduler,
    LRScheduler,
    MultiFactorScheduler,
    OneCycleScheduler,
    PolyScheduler,
    TriangularScheduler,
)

CASES = json.loads((Path(__file__).parents[1] / "data" / "lr_schedulers.json").read_text())["cases"]
RECORDED = [c for c in CASES if "lr" in c]
RAISING = [c for c in CASES if "raises" in c and c["id"] != "err-not-list"]  # that one was a tuple, which JSON lacks


def build(case):
    return getattr(lr_scheduler, case["class"])(**case["kwargs"])


def every_kind():
    warm = {"base_lr": 0.4, "warmup_steps": 4, "warmup_begin_lr": 0.1}
    return [
        FactorScheduler(step=3, factor=0.5, **warm),
        MultiFactorScheduler(step=[5, 9], factor=0.1, **warm),
        PolyScheduler(max_update=12, final_lr=0.01, **warm),
        CosineScheduler(max_update=12, final_lr=0.01, **warm),
        InversePowerScheduler(offset=5, pwr=0.75, **warm),
        TriangularScheduler(min_lr=0.1, max_lr=0.4, cycle_length=10, inc_fraction=0.3, cycles=2),
        OneCycleScheduler(start_lr=0.1, max_lr=0.4, cycle_length=8, cooldown_length=3, finish_lr=0.01),
    ]


@pytest.mark.parametrize("case", RECORDED, ids=lambda c: c["id"])
def test_rate_equals_mxnet_at_every_update(case):
    schedule = build(case)
    assert [schedule(k) for k in case["num_update"]] == pytest.approx(case["lr"], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("case", [c for c in RECORDED if "fresh_calls" in c], ids=lambda c: c["id"])
def test_a_new_schedule_asked_once_agrees_up_to_the_end_of_its_decay(case):
    end = case["kwargs"].get("max_update", math.inf)
    for k, rate in case["fresh_calls"]:
        expected = rate if k <= end else case["kwargs"].get("final_lr", 0)  # MXNet forgets to fall; we do not
        assert build(case)(k) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("case", RAISING, ids=lambda c: c["id"])
def test_senseless_arguments_raise_as_in_mxnet(case):
    with pytest.raises({"ValueError": ValueError, "AssertionError": AssertionError}[case["raises"]]):
        build(case)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: MultiFactorScheduler(step=(1, 2)), r"step is \(1, 2\); it must be a list"),
        (lambda: MultiFactorScheduler(step=[]), "at least one update"),
        (lambda: MultiFactorScheduler(step=[0, 2]), r"step\[0\]=0 cannot be used"),
        (lambda: FactorScheduler(step=2.5), "step=2.5 cannot be used; expected a positive whole number"),
        (lambda: CosineScheduler(max_update=4, warmup_steps=1.5), "warmup_steps=1.5 cannot be used"),
        (lambda: CosineScheduler(max_update=4, warmup_steps=4), "max_update is 4 and warmup_steps 4"),
        (lambda: PolyScheduler(max_update=4, base_lr=-1), "base_lr=-1 cannot be used; expected a number of at least 0"),
        (lambda: PolyScheduler(max_update=4, base_lr=math.nan), "base_lr=nan"),
        (lambda: PolyScheduler(max_update=4, pwr=-2), "pwr=-2"),
        (lambda: InversePowerScheduler(offset=0), "offset=0 cannot be used; expected a positive number"),
        (lambda: InversePowerScheduler(offset=5, pwr=-1), "pwr=-1 cannot be used"),
        (lambda: TriangularScheduler(1.0, 0.5, 10), "lowest rate, 1.0, is above the highest, 0.5"),
        (
            lambda: TriangularScheduler(0.1, 0.5, 10, inc_fraction=1),
            r"inc_fraction=1 cannot be used; expected a number in \(0, 1\)",
        ),
        (lambda: OneCycleScheduler(0.1, 0.5, 10, cooldown_length=5), "cooldown_length is 5 and finish_lr None"),
        (lambda: OneCycleScheduler(0.1, 0.5, 10, finish_lr=0.1), "cooldown_length is 0 and finish_lr 0.1"),
        (lambda: LRScheduler.from_config({"class": "Nowhere", "attributes": {}}), "No schedule class .* 'Nowhere'"),
    ],
)
def test_error_repeats_the_value(make, sentence):
    with pytest.raises((ArgumentError, UsageError), match=sentence):
        make()


def test_factor_never_goes_back_up():
    schedule = FactorScheduler(step=2, factor=0.5, base_lr=0.8)
    assert schedule(5) == 0.2
    assert schedule(0) == 0.2


@pytest.mark.parametrize(("base", "later"), [(0.0, 0.0), (1e-9, 1e-3), (1e-3, 1e-3)])
def test_factor_raises_a_rate_below_the_one_it_stops_at_as_mxnet_does_but_not_0(base, later):
    """With a rate of 0, what was frozen would begin to move."""
    schedule = FactorScheduler(step=1, factor=0.5, base_lr=base, stop_factor_lr=1e-3)
    assert [schedule(k) for k in (0, 1, 2, 9)] == [base, base, later, later]


def test_assigned_base_moves_the_stateful_schedules_at_once_and_the_others_not_at_all():
    for schedule in (FactorScheduler(step=5, factor=0.5), MultiFactorScheduler(step=[5], factor=0.5)):
        schedule.base_lr = 1.0
        assert (schedule(5), schedule(6)) == (1.0, 0.5)
    for cls in (PolyScheduler, CosineScheduler):
        schedule = cls(max_update=10, base_lr=0.4)
        schedule.base_lr = 1.0
        assert schedule(0) == 0.4


@pytest.mark.parametrize("pwr", [0, 1e-9, 1, 2.5])
def test_a_polynomial_of_any_power_ends_at_its_last_rate(pwr):
    schedule = PolyScheduler(max_update=4, base_lr=0.5, pwr=pwr, final_lr=0.125)
    assert [schedule(k) for k in (0, 4, 5, 99)] == [0.5, 0.125, 0.125, 0.125]


def test_assigned_base_leaves_the_target_of_the_warm_up():
    schedule = FactorScheduler(step=100, base_lr=0.4, warmup_steps=4)
    schedule.base_lr = 1.0
    assert (schedule(2), schedule(4)) == (0.2, 1.0)


@pytest.mark.parametrize("index", range(len(every_kind())))
def test_set_base_gives_the_schedule_built_with_that_base(index):
    changed = every_kind()[index]
    changed.set_base(0.8)
    arguments = {"max_lr": 0.8} if isinstance(changed, TriangularScheduler) else {"base_lr": 0.8}
    config = every_kind()[index].get_config()["attributes"]
    config.update(arguments, base_lr=0.8, warmup_final_lr=0.8)
    built = LRScheduler.from_config({"class": type(changed).__name__, "attributes": config})
    assert [changed(k) for k in range(20)] == [built(k) for k in range(20)]
    assert max(changed(k) for k in range(5)) > 0.4 or isinstance(changed, FactorScheduler)


def test_set_base_moves_the_target_of_the_warm_up():
    schedule = FactorScheduler(step=100, base_lr=0.4, warmup_steps=4)
    schedule.set_base(1.0)
    assert (schedule(2), schedule(4)) == (0.5, 1.0)


def test_set_base_below_the_start_of_the_warm_up_is_refused():
    with pytest.raises(ValueError, match=r"warmup_begin_lr is 0\.1 and the base rate 0\.05"):
        FactorScheduler(step=2, base_lr=0.4, warmup_steps=4, warmup_begin_lr=0.1).set_base(0.05)


@pytest.mark.parametrize("index", range(len(every_kind())))
def test_state_survives_json_at_any_update(index):
    straight = every_kind()[index]
    expected = [straight(k) for k in range(25)]
    stop = random.Random(index).randrange(1, 24)
    first = every_kind()[index]
    for k in range(stop):
        first(k)
    resumed = LRScheduler.from_config(json.loads(json.dumps(first.get_config())))
    assert type(resumed) is type(straight)
    assert [resumed(k) for k in range(stop, 25)] == expected[stop:]


def test_numpy_numbers_become_plain_ones_and_can_be_saved():
    schedule = MultiFactorScheduler(list(numpy.array([3, 5])), factor=numpy.float64(0.5), base_lr=numpy.float32(0.5))
    assert json.loads(json.dumps(schedule.get_config()))["attributes"]["step"] == [3, 5]


def test_triangle_by_hand():
    schedule = TriangularScheduler(min_lr=1, max_lr=2, cycle_length=1000, inc_fraction=0.2)
    at = {0: 1.0, 100: 1.5, 200: 2.0, 600: 1.5, 1000: 1.0, 1400: 1.0}
    assert {k: schedule(k) for k in at} == pytest.approx(at)


def test_triangle_repeats_as_often_as_asked():
    schedule = TriangularScheduler(min_lr=0, max_lr=1, cycle_length=4, cycles=2)
    assert [schedule(k) for k in range(11)] == [0, 0.5, 1, 0.5, 0, 0.5, 1, 0.5, 0, 0, 0]


def test_one_cycle_by_hand():
    schedule = OneCycleScheduler(start_lr=0.1, max_lr=0.5, cycle_length=500, cooldown_length=750, finish_lr=0.001)
    at = {0: 0.1, 125: 0.3, 250: 0.5, 375: 0.3, 500: 0.1, 875: 0.0505, 1250: 0.001, 2000: 0.001}
    assert {k: schedule(k) for k in at} == pytest.approx(at)


def test_one_cycle_without_cool_down_stays_at_its_start():
    schedule = OneCycleScheduler(start_lr=0.1, max_lr=0.5, cycle_length=10)
    assert [schedule(k) for k in (10, 11, 50)] == [0.1, 0.1, 0.1]


@pytest.mark.parametrize("update", [-1, math.nan])
def test_an_update_that_cannot_be_is_refused(update):
    with pytest.raises(ArgumentError, match="count from 0"):
        FactorScheduler(3)(update)


def test_a_schedule_without_a_rate_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="Mine must define rate"):
        type("Mine", (LRScheduler,), {})()(1)


def test_inverse_power_is_welling_and_tehs_schedule():
    offset, power, base = 231.0, 0.55, 0.01
    schedule = InversePowerScheduler(offset, base, power)
    a = base * offset**power
    assert [schedule(t) for t in range(50)] == pytest.approx([a * (offset + t) ** -power for t in range(50)], rel=1e-12)
    assert schedule(10_000) == pytest.approx(a * 10_231**-power, rel=1e-12)
    late = InversePowerScheduler(offset, base, power, warmup_steps=7)
    assert [late(7 + k) for k in range(5)] == [schedule(k) for k in range(5)]
