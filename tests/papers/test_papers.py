"""The algorithms of the papers take the steps of minigrad's rules, in the letters that their pages give."""

import inspect
import re

import numpy
import pytest
from papers.pages import names, papers

from minigrad import lr_scheduler, np, optimizer, random
from minigrad.device import to_host
from minigrad.optimizer.run import reading

STEPS, SHAPE = 8, (2, 3)
WEIGHTS = ("w", "x", "θ", "weight")
BETAS = {"β1": 0.7, "β2": 0.85}

TRIED = {  # rule.algorithm -> the paper's letters, at values at which each of them matters
    "sgd.heavy_ball": {"α": 0.1, "β": 0.7},
    "nag.nesterov": {"ε": 0.1, "μ": 0.7},
    "adagrad.diagonal": {"η": 0.3, "δ": 0},
    "rmsprop.lecture": {"ε": 0.1},
    "rmsprop.graves": {"aleph": 0.6, "beth": 0.7, "gimel": 0.1, "daleth": 0.2},
    "adadelta.algorithm_1": {"ρ": 0.7, "ε": 0.1},
    "adam.algorithm_1": {"α": 0.1, **BETAS, "ε": 0.3},
    "adamax.algorithm_2": {"α": 0.1, **BETAS},
    "nadam.nadam": {"γ": 0.1, **BETAS, "ε": 0.3, "ψ": 0.5},
    "signum.algorithm_1": {"δ": 0.1},
    "signum.algorithm_2": {"δ": 0.1, "β": 0.7},
    "lbsgd.large_minibatch": {"η": 0.05, "k": 3, "N": 10},
    "dcasgd.algorithm_2": {"η": 0.1, "λ": 0.5},
    "dcasgd.adaptive": {"η": 0.1, "λ0": 0.5, "m": 0.7, "ε": 0.3},
    "ftrl.algorithm_1": {"α": 0.3, "β": 0.5, "λ1": 0.8, "λ2": 0.2},
    "ftml.algorithm_1": {"η": 0.1, **BETAS, "ε": 0.3},
    "sgld.equation_4": {"N": 30, "n": 10, "τ": 0.5, "a": 0.2, "b": 3.0, "γ": 0.7},
    "lars.algorithm_1": {"γ": 0.5, "η": 0.3, "β": 0.2, "m": 0.7},
    "lamb.algorithm_2": {"η": 0.1, **BETAS, "ε": 0.3, "λ": 0.2, "γl": 0.6, "γu": 0.8},
    "lans.algorithm_2": {"η": 0.1, **BETAS, "ε": 0.3, "λ": 0.2},
    "adamw.algorithm_2": {"η": lambda t: 1 / t, "λ": 0.05, "α": 0.1, **BETAS, "ε": 0.3},
    "adabelief.algorithm_2": {"α": 0.1, **BETAS, "ε": 0.3},
    "groupadagrad.mxnet": {"lr": 0.3, "eps": 0.2},
    "lion.algorithm_2": {"η": 0.1, "λ": 0.2, **BETAS},
}

ALGORITHMS = {f"{name}.{key}": found for name in names() for key, found in papers(name).items()}


class Slope:
    """A gradient that is not linear, couples all weights, and has noise that is new at each call; calls are counted."""

    def __init__(self):
        self.calls, self.noise = 0, numpy.random.default_rng(1)

    def __call__(self, w):
        self.calls += 1
        return numpy.sin(2 * w) + w**3 / 4 + 0.1 * w.sum() + self.noise.normal(size=SHAPE)


def start(name):
    """The first weights: Ftrl's paper starts from 0."""
    return numpy.zeros(SHAPE) if name.startswith("ftrl.") else numpy.random.default_rng(0).normal(size=SHAPE)


def by_paper(name, letters):
    """For each step, how many gradients the algorithm has asked for, and the weight and the states as it has them."""
    random.seed(0)
    found, slope = ALGORITHMS[name], Slope()
    walk = found.walk(start(name), slope, **letters)
    for _ in zip(range(STEPS), walk):
        known = inspect.getgeneratorlocals(walk)
        yield slope.calls, {mine: eval(theirs, {}, known) for mine, theirs in found.letters.items()}


def by_minigrad(name, letters, calls):
    """The weight and the states after each of these numbers of gradients."""
    random.seed(0)
    found, slope = ALGORITHMS[name], Slope()
    opt = eval(found.here, vars(optimizer) | vars(lr_scheduler) | letters)
    w = np.array(start(name), dtype="float64")
    state = opt.create_state(0, w)
    parts = state if isinstance(state, tuple) else () if state is None else (state,)
    names = opt.states or tuple(mine for mine in found.letters if mine != "w")  # some keep states outside the rule
    here = {"w": w.data, **{mine: x.data for mine, x in zip(names, parts, strict=True)}}
    for count in calls:
        while slope.calls < count:
            opt.update(0, w, np.array(slope(to_host(here[found.at])), dtype="float64"), state)
        yield {mine: to_host(x).copy() for mine, x in here.items()}


def apart(name, paper, minigrad):
    """The largest difference between the two, for the letters that each of them gets."""
    calls, theirs = zip(*by_paper(name, paper))
    ours = list(by_minigrad(name, minigrad, calls))
    assert {*ours[0]} == {*theirs[0]}
    return max(numpy.abs(a[key] - b[key]).max() for a, b in zip(ours, theirs) for key in a)


@pytest.fixture(autouse=True)
def _numpy_reading():
    with reading("numpy"):
        yield


def test_every_algorithm_is_tried_with_all_of_its_letters():
    assert {*TRIED} == {*ALGORITHMS}
    for name, letters in TRIED.items():
        assert {*letters} == {*inspect.signature(ALGORITHMS[name].walk).parameters} - {*WEIGHTS, "gradient"}


@pytest.mark.parametrize("name", TRIED)
def test_the_paper_takes_the_same_steps(name):
    assert apart(name, TRIED[name], TRIED[name]) < 1e-12


@pytest.mark.parametrize(("name", "letter"), [(name, letter) for name in TRIED for letter in TRIED[name]])
def test_every_letter_matters(name, letter):
    """Else the test above would not see if it stood in the wrong place."""
    value = TRIED[name][letter]
    other = (lambda t: 0.5) if callable(value) else value + 1 if isinstance(value, int) else 0.8 * value
    changed = {**TRIED[name], letter: other}
    assert apart(name, changed, TRIED[name]) > 1e-4


@pytest.mark.parametrize("name", ["nadam.nadam", "lbsgd.large_minibatch", "dcasgd.adaptive", "ftml.algorithm_1"])
def test_with_the_functions_of_pytorch_a_program_takes_the_same_steps_on_tensors(name, monkeypatch):
    torch = pytest.importorskip("torch")
    found, letters = ALGORITHMS[name], TRIED[name]
    by_numpy = [w for _, w in zip(range(STEPS), found.walk(start(name), numpy.sin, **letters))]
    monkeypatch.setitem(found.walk.__globals__, "sqrt", torch.sqrt)
    by_torch = [w for _, w in zip(range(STEPS), found.walk(torch.tensor(start(name)), torch.sin, **letters))]
    numpy.testing.assert_allclose(numpy.array([w.numpy() for w in by_torch]), by_numpy, rtol=0, atol=1e-12)


def test_the_recipe_for_pytorch_takes_the_steps_of_lbsgd():
    torch = pytest.importorskip("torch")
    η, k, N = 0.1, 3, 12
    (factor,) = re.findall(r"`(lambda s: .*?)`", inspect.getdoc(ALGORITHMS["lbsgd.large_minibatch"].walk))
    theirs, ours = torch.nn.Parameter(torch.tensor(start("lbsgd"))), np.array(start("lbsgd"), dtype="float64")
    sgd = torch.optim.SGD([theirs], lr=η)
    schedule = torch.optim.lr_scheduler.LambdaLR(sgd, eval(factor, {"k": k, "N": N}))
    lbsgd = optimizer.LBSGD(learning_rate=η, batch_scale=k, warmup_epochs=1, updates_per_epoch=N)
    state = lbsgd.create_state(0, ours)
    for n, g in enumerate(numpy.random.default_rng(0).normal(size=(24, *SHAPE)), start=1):
        lbsgd.update(0, ours, np.array(g, dtype="float64"), state)
        ((theirs * torch.tensor(g)).sum() / k).backward()
        if n % k == 0:
            sgd.step()
            schedule.step()
            sgd.zero_grad()
            numpy.testing.assert_allclose(to_host(ours.data), theirs.detach().numpy(), rtol=0, atol=1e-12)
