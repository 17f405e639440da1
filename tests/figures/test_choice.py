"""What the choice rests on: the digits of other figures, a stream and sums with known answers, counted states."""

import json
import math

import numpy
import pytest

from figures import choice
from minigrad import compare, cpu, optimizer
from minigrad.commands import figures
from minigrad.optimizer.run import reading


@pytest.fixture(autouse=True)
def _as_measured():
    with cpu(), reading("numpy"):
        yield


@pytest.fixture(scope="module")
def data():
    return figures.script("choice").load()


def other(name):
    return json.loads((figures.FOLDER / f"{name}.json").read_text())


def test_the_digits_are_those_of_the_other_figures(data):
    ends, rates = other("compare"), other("rates")
    assert list(data["digits"]) == list(ends) and len(ends) == 21
    for rule, part in data["digits"].items():
        numpy.testing.assert_allclose(part["scores"], [1 - run[1][-1] for run in ends[rule]], atol=1e-4)
        if rule == "adadelta":
            assert part["rate"] is None and part["good"] == []
            continue
        assert part["rate"] == compare.best_arguments()[rule]["learning_rate"]
        for span, losses in zip(part["good"], numpy.array(rates[rule]["losses"], "float64"), strict=True):
            known = numpy.isfinite(losses)
            height = numpy.interp(
                numpy.log(span), *numpy.log([numpy.array(rates[rule]["rates"])[known], losses[known]])
            )
            at_a_cliff = numpy.isin(numpy.array(span).round(12), rates[rule]["rates"])
            assert (at_a_cliff | numpy.isclose(height, math.log(3 * losses[known].min()), atol=0.01)).all()


def test_the_stream_is_learned_as_one_would_by_hand():
    x, clicked, truth = choice.clicks(3)
    assert x.shape == (2000, 300) and (truth != 0).sum() == 30 and 9 < x.sum(1).mean() < 12
    w, excess = [0.0] * 300, []
    for features, click in zip(x.astype(int).tolist(), clicked.tolist()):
        there = [j for j, value in enumerate(features) if value]
        p, best = (1 / (1 + math.exp(-sum(weights[j] for j in there))) for weights in (w, truth.tolist()))
        excess.append(math.log(best / p if click else (1 - best) / (1 - p)))
        for j in there:
            w[j] -= 0.1 * (p - click)
    assert choice.stream(optimizer.SGD(learning_rate=0.1), 3) == pytest.approx(sum(excess) / 2000, rel=1e-9)


def test_the_sums_are_of_one_number_from_each_half():
    x, y = choice.sequences(3)
    numbers, marks = x[..., 0], x[..., 1]
    assert set(marks.ravel()) == {0, 1} and (marks[..., :2].sum(-1) == 1).all() and (marks[..., 2:].sum(-1) == 1).all()
    numpy.testing.assert_allclose(y[..., 0], numbers[marks == 1].reshape(*y.shape[:2], 2).sum(-1), rtol=1e-6)
    assert y.var() == pytest.approx(1 / 6, rel=0.05)


@pytest.mark.parametrize("rule", ["adagrad", "adamax"])
def test_measuring_again_agrees(data, rule):
    for name, run in (("stream", choice.stream), ("recurrent", choice.recurrent)):
        part = data[name][rule]
        assert run(compare.build(rule, learning_rate=part["rate"]), 1) == pytest.approx(part["scores"][1], rel=0.1)


def test_the_rate_is_better_than_its_neighbours_on_the_seeds_of_the_tuning(data):
    rate = data["stream"]["sgd"]["rate"]
    place = choice.RATES.index(rate)
    means = [
        numpy.mean([choice.stream(optimizer.SGD(learning_rate=r), seed) for seed in (100, 101, 102)])
        for r in choice.RATES[place - 1 : place + 2]
    ]
    assert means.index(min(means)) == 1


def test_a_rate_is_at_the_end_of_those_that_were_tried_only_if_its_rule_learns_nothing(data):
    for name in choice.OWN:
        rates = {rule: part["rate"] for rule, part in data[name].items() if part["rate"] is not None}
        assert len(rates) == 20 and set(rates.values()) <= set(choice.RATES)
        at_the_end = [rule for rule, rate in rates.items() if rate in (choice.RATES[0], choice.RATES[-1])]
        assert [rule for rule in at_the_end if data[name][rule]["good"]] == []


def test_states_are_counted_and_costs_are_in_units_of_sgds(data):
    states = {rule: part["states"] for rule, part in data["costs"].items()}
    none, one = {"sgd", "sgld"}, {"nag", "adagrad", "rmsprop", "signum", "lion", "lars", "dcasgd", "lbsgd"}
    expected = dict.fromkeys(states, 2.0) | dict.fromkeys(none, 0.0) | dict.fromkeys(one, 1.0)
    assert states == expected | {"ftml": 3.0, "groupadagrad": 0.001}  # one number for a row of 1,000
    assert data["costs"]["sgd"]["small"] == data["costs"]["sgd"]["large"] == 1
    assert min(part["large"] for part in data["costs"].values()) > 0.7


def test_what_is_filled_is_what_the_title_counts(data):
    figure = choice.draw(data)
    counts = []
    for axes in figure.axes[:3]:
        points = [line for line in axes.lines if len(line.get_xdata()) == 1]
        counts.append(sum(line.get_markerfacecolor() == line.get_color() for line in points))
    title = figure.get_suptitle().replace("\n", " ")
    assert "{} tie on the digits, {} on a sparse stream, {} in a recurrent network".format(*counts) in title


def test_another_score_range_or_cost_does_not_agree(data):
    def with_changed(*path, factor):
        copy = json.loads(json.dumps(data))
        *place, last = path
        part = copy
        for key in place:
            part = part[key]
        part[last] = numpy.multiply(part[last], factor).tolist()
        return list(choice.agree(data, copy))

    assert with_changed("stream", "adam", "scores", factor=1.2) == []
    (said,) = with_changed("stream", "adam", "scores", factor=2)
    assert said.startswith("stream, adam: the median score is ")
    assert len(with_changed("recurrent", "adam", "good", factor=[0.1, 10])) == 1
    (said,) = with_changed("recurrent", "adam", "good", factor=numpy.ones((0, 1, 1)))
    assert said == "recurrent, adam: it has 0 ranges of good rates, but had 3"
    assert len(with_changed("costs", "adam", "large", factor=2)) == 1
    assert len(with_changed("digits", "adam", "scores", factor=1.01)) == 1
