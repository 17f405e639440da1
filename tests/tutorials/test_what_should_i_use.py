"""The page keeps to its data: its tables are rendered from them, and every number of its answers follows from them."""

import json
import math
import re

import numpy

from figures.choice import GOOD, places, width
from minigrad import compare, optimizer
from minigrad.commands import figures
from tutorials.what_should_i_use import DATA, PAGE, everywhere, rendered, short

TEXT = PAGE.read_text(encoding="utf-8")
ANSWERS = " ".join(TEXT.partition("![")[0].split())
FOUND = json.loads(DATA.read_text(encoding="utf-8"))


def said(sentence):
    """Whether the answers say this."""
    return " ".join(sentence.split()) in ANSWERS


def score(problem, rule):
    """As in the table."""
    return short(math.exp(numpy.mean(numpy.log(FOUND[problem][rule]["scores"]))))


def spans(rule):
    """The factors of the good rates, as in the table."""
    return [short(width(FOUND[name][rule])) for name in GOOD]


def rates(rule):
    """From where to where they are good everywhere."""
    return everywhere([FOUND[name][rule] for name in GOOD])


def first(problem):
    return places(FOUND, problem).first


def test_the_tables_are_made_of_the_data():
    assert rendered(TEXT, FOUND) == TEXT
    assert len(re.findall(r"^\| \w+ \|", TEXT, re.M)) == 2 * (1 + len(FOUND["costs"]))
    without = re.sub(r"\d", "?", TEXT)
    assert without != TEXT and rendered(without, FOUND).count("\n| adam |") == 2


def test_adam_is_first_on_all_problems_and_needs_another_rate_on_each():
    always = [rule for rule in FOUND["costs"] if all(rule in first(name) for name in GOOD)]
    assert sorted(always) == ["adam", "adamax", "adamw"] and said("So do AdamW,") and said("and Adamax.")
    found = places(FOUND, "recurrent")
    best = max((rule for rule in FOUND["costs"] if rule not in found.first), key=found.means.get)
    assert best == "adabelief" and found.means["adam"] - found.means[best] > found.apart
    assert said(f"Adam's error is {score('recurrent', 'adam')}.")
    assert said(f"AdaBelief, has {score('recurrent', best)}, and SGD has {score('recurrent', 'sgd')}.")
    assert said("The best rates were {}, {} and {}".format(*(FOUND[name]["adam"]["rate"] for name in GOOD)))
    low, high = rates("adam")
    assert low > high and said("no rate was good on all three problems")
    factors = sorted(float(factor) for factor in spans("adam"))
    assert said(f"span a factor of {factors[0]:g} to {factors[-1]:g}") and factors[0] > 3


def test_adamax_and_rmsprop_have_rates_that_are_good_everywhere():
    assert said("at a rate from {} to {}.".format(*(f"{rate:.2f}" for rate in rates("adamax"))))
    assert optimizer.Adamax().lr == 0.002 and said("Its default, 0.002, is not among them.")
    assert said("span factors of {}, {} and {}".format(*spans("rmsprop")))
    for name in GOOD:
        assert max(width(part) for part in FOUND[name].values() if part["good"]) == width(FOUND[name]["rmsprop"])
    assert said("those from {} to {} were good everywhere".format(*map(short, rates("rmsprop"))))
    times = math.exp(-numpy.subtract(*(places(FOUND, "recurrent").means[rule] for rule in ("rmsprop", "adam"))))
    assert said(f"its error is {times:.0f} times that of Adam")
    assert not compare.has_rate(optimizer.AdaDelta()) and "adadelta" in first("digits")
    low, high = places(FOUND, "recurrent").places["adadelta"]
    assert said(f"is {low}th to {high}st in the recurrent network")


def test_on_a_stream_many_tie_and_ftrl_has_zeros():
    tied, zeros = first("stream"), FOUND["zeros"]
    ends = tied[0], tied[-1]
    assert ends == ("ftrl", "rmsprop") and said(f"{len(tied)} rules tie for first place, with losses of")
    assert said("{} (Ftrl) to {} (RMSProp) above".format(*(score("stream", rule) for rule in ends)))
    own = short(math.exp(numpy.mean(numpy.log(zeros["scores"]))))
    assert said(
        f"With λ₁ = {zeros['lamda1']:g}, Ftrl has {own}: less than with its default in each of the five streams."
    )
    assert (numpy.array(zeros["scores"]) < FOUND["stream"]["ftrl"]["scores"]).all() and len(zeros["scores"]) == 5
    useless, useful = (100 * numpy.array(zeros[which]) for which in ("useless", "useful"))
    assert said(f"{useless.min():.0f} to {useless.max():.0f} % of the useless weights")
    assert said(f"up to {useful.max():.0f} % of the useful ones")


def test_what_is_said_of_memory_time_and_momentum():
    costs = FOUND["costs"]
    assert [costs[rule]["states"] for rule in ("nag", "adam", "sgd")] == [1, 2, 0]
    large = [short(costs[rule]["large"]) for rule in ("nag", "adam")]
    assert said("costs as much as {} steps of SGD, and one of Adam's {}.".format(*large))
    assert said(f"its error is {score('recurrent', 'nag')}, and its good rates span only a factor of {spans('nag')[2]}")
    assert "sgd" in first("digits") and "sgd" in first("stream") and "sgd" not in first("recurrent")
    assert said(f"guessing has an error of {short(1 / 6)}")


def test_what_is_said_of_the_digits_and_of_sgld():
    assert said(f"{len(first('digits'))} of {len(FOUND['digits'])} rules tie for first place.")
    assert places(FOUND, "digits").places["sgld"] == (21, 21)
    assert said(f"with {100 * numpy.mean(FOUND['digits']['sgld']['scores']):.1f} % misread")


def test_what_is_quoted_stands_there():
    notebook = PAGE.with_name("07-many-workers.ipynb").read_text(encoding="utf-8")
    assert said("sent 20,160 bytes each instead of 364,000, and the loss was 0.146 instead of 0.180")
    assert re.search(r"numbers +rate +3, 364,000 bytes, loss 0.180", notebook)
    assert re.search(r"votes +rate 0.03,  20,160 bytes, loss 0.146", notebook)
    assert "lower than SGD in three seeds and higher in two, for both $\\\\lambda$: a tie" in notebook
    sampled = figures.script("sgld_posterior")
    assert "(0.115 ± 0.003, exact 0.116)" in sampled.draw(sampled.load()).get_suptitle()
    assert said("spread of its samples was 0.115 where the exact one is 0.116")
