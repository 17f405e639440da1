"""Rules are compared at their best rates from the same starts, and the sentences say what the numbers say."""

import numpy
import pytest

from minigrad import lr_scheduler, optimizer
from minigrad.errors import ArgumentError, KindError
from minigrad.plot import record
from minigrad.plot.runs import compared, finding, height, labels, note
from minigrad.plot.sheet import described
from minigrad.plot.surfaces import Surface


def test_names_are_tuned_and_optimizers_and_recordings_are_taken_as_they_are():
    given = record(optimizer.SGD(learning_rate=0.05), "valley", steps=20)
    runs = compared(["sgd", optimizer.Adam(learning_rate=0.3), given], "valley", steps=20)
    assert [run.history.optimizer.lr for run in runs] == [0.2, 0.3, 0.05]
    assert [run.tuned for run in runs] == [True, False, False]
    assert runs[2].history is given
    again = compared([runs[2], runs[0]])
    assert [run.label for run in again] == ["sgd, rate 0.05", "sgd, rate 0.2"]
    assert again[1].history is runs[0].history and again[1].tuned


def test_all_rules_start_from_the_same_places_near_the_one_shown():
    runs = compared(["sgd", "adam"], "valley", start=(-3, 1), steps=10, seed=4)
    starts = [[tuple(near.positions[0]) for near in run.near] for run in runs]
    assert starts[0] == starts[1] and len(set(starts[0])) == 4
    assert numpy.abs(numpy.subtract(starts[0], (-3, 1))).max() < 0.25 * 9
    assert len({near.seed for near in runs[0].near} | {runs[0].history.seed}) == 5


def test_labels_have_what_is_not_at_its_default_and_differ():
    schedule = lr_scheduler.FactorScheduler(10)
    rules = [
        optimizer.SGD(),
        optimizer.SGD(momentum=0.5, wd=0.1),
        optimizer.Adam(learning_rate=0.1),
        optimizer.Adam(learning_rate=0.2),
        optimizer.RMSProp(centered=True),
        optimizer.NAG(lr_scheduler=schedule),
    ]
    assert labels(rules) == [
        "sgd",
        "sgd, momentum 0.5, wd 0.1",
        "adam, rate 0.1",
        "adam, rate 0.2",
        "rmsprop, centered True",
        "nag",
    ]


def test_the_finding_counts_the_starts_from_which_a_rule_ends_lowest():
    slow, fast = (optimizer.SGD(learning_rate=rate) for rate in (0.01, 0.2))
    assert finding(compared([slow, fast], "valley")).startswith(
        "sgd, rate 0.2 ends lowest after 100 steps, from 5 of 5"
    )
    short, long = (optimizer.SGD(learning_rate=rate) for rate in (0.05, 0.3))
    runs = compared([short, long], "himmelblau", steps=10)
    wins = sum(numpy.array(runs[0].ends) < numpy.array(runs[1].ends))
    assert f"sgd, rate 0.05 ends lowest after 10 steps, from {wins} of 5" in finding(runs)


def test_heights_that_print_alike_are_equal():
    left, right = (optimizer.SGD(learning_rate=rate) for rate in (0.001, 0.00101))
    assert finding(compared([left, right], "himmelblau", steps=2)).startswith("All end equally low after 2 steps")


def test_the_finding_of_one_rule_says_how_far_it_gets_from_here_and_from_nearby():
    (run,) = compared(optimizer.SGD(learning_rate=0.2), "valley", start=(-5, 0), steps=1)
    ends = [0.1 * (0.96 * x) ** 2 + 2 * (0.2 * y) ** 2 for x, y in (near.positions[0] for near in run.near)]
    nearby = f"{min(ends):.2g} to {max(ends):.2g}"
    assert finding([run]) == f"sgd goes from 2.5 to 2.3 above the minimum in 1 step (nearby starts: {nearby})"


def test_rules_that_reach_the_minimum_to_rounding_are_equals():
    quick = [optimizer.SGD(learning_rate=rate) for rate in (0.4, 0.5)]  # y² shrinks by 0.36 or by 0 in each step
    runs = compared(quick, Surface("bowl", lambda x, y: x**2 + y**2, minima=((0.0, 0.0),)), steps=60)
    assert runs[0].ends[0] != runs[1].ends[0]
    assert finding(runs) == "All end equally low after 60 steps, from 5 of 5 starts"
    runs = compared([*runs, optimizer.SGD(learning_rate=0.1)], runs[0].history.surface, steps=60)
    assert finding(runs) == "sgd, rate 0.4 and sgd, rate 0.5 end lowest after 60 steps, each from 5 of 5 starts"


def test_heights_are_those_above_the_minimum_if_it_is_known():
    (run,) = compared(optimizer.SGD(learning_rate=0.5), "saddle", steps=40)
    assert run.ends[0] == pytest.approx(sorted(run.history.losses[-4:])[1] + 0.25, abs=1e-3)
    assert height(run, 0.5) == "0.5 above the minimum"
    (own,) = compared(optimizer.SGD(), lambda x, y: x + y, steps=2)
    assert height(own, 0.5) == "at 0.5"


def test_a_divergence_is_called_one():
    wild = optimizer.SGD(learning_rate=100)
    assert "to inf above the minimum in 100 steps" in finding(compared(wild, "rosenbrock"))
    assert finding(compared([wild, optimizer.SGD(learning_rate=200)], "rosenbrock")) == "All diverge in 100 steps"


def test_the_note_says_where_the_rates_come_from():
    assert note(compared(["sgd"], steps=5)).startswith("Rates: the best of 21 from 0.0001 to 500")
    assert note(compared(optimizer.SGD(), steps=5)).startswith("Rates as given. No noise")
    assert "as given: adam" in note(compared(["sgd", optimizer.Adam()], steps=5))
    assert "Noise of 1 on each gradient." in note(compared(optimizer.SGD(), "noisy", steps=5))
    assert "as given" not in note(compared(["sgd", "adadelta"], steps=5))
    assert note(compared("adadelta", steps=5)).startswith("No noise")


def test_what_cannot_be_compared_is_refused_with_what_to_do():
    with pytest.raises(ArgumentError, match="nothing to draw; name at least one optimizer"):
        compared([])
    for rules in (3, ["adam", 3], lambda x: x):
        with pytest.raises(KindError, match="is not a rule; expected its name, an optimizer, a recording, or a list"):
            compared(rules)
    several = [record("sgd", name, steps=2) for name in ("valley", "beale")]
    with pytest.raises(ArgumentError, match="walks on several surfaces .beale, valley.; draw one at a time"):
        compared(several)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"steps": 9}, r"several numbers of steps \(2, 9\)"),
        ({"noise": 1.0}, r"several noises \(0, 1\)"),
        ({"start": (1, 1)}, r"several starts \(\(-5, -2\), \(1, 1\)\)"),
    ],
)
def test_walks_are_compared_only_if_nothing_but_the_rule_differs(other, sentence):
    """A walk of 9 steps from elsewhere was said to end lowest after 2 steps, from 5 of 5 starts."""
    walks = [record("sgd", "valley", steps=2), record("adam", "valley", **{"steps": 2} | other)]
    with pytest.raises(ArgumentError, match=sentence):
        compared(walks)


def test_minima_that_are_none_are_refused():
    """A walk was said to end -2 above the minimum."""
    wrong = Surface("bowl", lambda x, y: x**2 + y**2, minima=((1.0, 1.0),))
    with pytest.raises(ArgumentError, match="bowl: a walk ends at -2, a height above the minimum"):
        compared(optimizer.SGD(learning_rate=0.5), wrong)


def test_rules_that_differ_only_in_their_schedules_are_numbered():
    """Both had one label, and so one colour, one marker and one kind of dashes."""
    fast, slow = (
        optimizer.SGD(lr_scheduler=lr_scheduler.FactorScheduler(10, factor, base_lr=0.1)) for factor in (0.5, 0.9)
    )
    runs = compared([fast, slow, optimizer.Adam()], steps=50)
    assert [run.label for run in runs] == [
        "sgd, number 1, FactorScheduler",
        "sgd, number 2, FactorScheduler",
        "adam",
    ]
    assert described(runs[1]).startswith("sgd, number 2: FactorScheduler, ends ")
