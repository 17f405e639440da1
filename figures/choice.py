"""What should I use? Every optimizer on three problems, what its steps cost, and how far its rate may be off.

Digits: the data of the figures compare (the share of misread test images after 20 epochs, seeds 0 to 2) and rates.

Stream: 2,000 clicks, each predicted before it is learned from. 300 features are 0 or 1: the first is 1 in half of the
samples, the j-th after it in a share of 0.5 / (1 + j / 5), and ten are 1 in a sample on average. Every tenth feature
has a true weight of 2 or -2; the others have 0. The score is the mean log loss of the predictions, less that of the
true weights. All weights are in one row and start at 0. For Ftrl, λ₁ is searched too.

Recurrent: the adding problem. A sequence has four pairs of a number between 0 and 1 and a mark; one number in each half
is marked, and the network has to add the two. A GRU of eight units with a linear layer takes 120 steps on batches of 32
new sequences. The score is the mean squared error before each of the last 30 steps; guessing costs the variance, 1 / 6.

The rate is the best of 14, from 0.00001 to 30 (on the digits, of 11), by the mean over three seeds, 100 to 102. Other
arguments are at their defaults or as in minigrad/best_rates.json, but the number of samples and of warm-up steps (a
quarter of all) are those of the problem. The scores are for seeds 0 to 4. A rate is good if its score is at most 3
times that of the best rate (in the stream, 1.5 times), for one seed of the tuning; between rates, scores are
interpolated on logarithmic axes. No range is given for a rule that learns so little that guessing would be good too.

A step is one call of `update` on a matrix of 80 x 80 or 800 x 1,000 elements in float32, by NumPy on one thread. Its
cost is processor time in units of SGD's, the median over 15 rounds in which all rules take turns. States are counted.

Measuring again takes 12 minutes on one core, and should agree: the median score at the chosen rate within a factor of
1.5, the mean range of good rates within a factor of 2, and costs within a factor of 1.5. (With another OpenBLAS kernel,
median scores agreed within 1.06, and the ranges of three rules within 1.001; costs measured twice agreed within 1.14.)

The adding problem: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.
"""

import itertools
import json
import math
import time
import warnings
from pathlib import Path

import numpy

from minigrad import autograd, compare, gluon, init, np, random
from minigrad.commands.data import differences, rounded
from minigrad.commands.output import progress
from minigrad.optimizer.run import reading
from minigrad.plot.curves import WIDTH
from minigrad.plot.sheet import titled
from minigrad.plot.style import FAINT, INK, SMALLEST, families, frame, styles
from minigrad.plot.tuning import good
from minigrad.ties import ties

PICTURE = "choice.png"
SEEDS, TUNING = range(5), range(100, 103)
RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 3))
GOOD = {"digits": 3, "stream": 1.5, "recurrent": 3}
"""A rate is good if its score is at most this many times that of the best."""

SAMPLES, FEATURES, EVERY = 2000, 300, 10
STEPS, BATCH, LAST, LENGTH, UNITS = 120, 32, 30, 4, 8
OWN = {
    "stream": {
        "ftrl": {"beta": 1.0},  # its default, for weights that start at 0
        "lbsgd": {"updates_per_epoch": SAMPLES // 20},  # five epochs of warm-up are a quarter of all
        "sgld": {"rescale_grad": SAMPLES},
    },
    "recurrent": {"lbsgd": {"updates_per_epoch": STEPS // 20}, "sgld": {"rescale_grad": STEPS * BATCH}},
}
"""What a rule has to know about the problem."""
LAMBDAS = (0.5, 1.0, 2.0, 5.0, 10.0)

SIZES = {"small": ((80, 80), 80), "large": ((800, 1000), 8)}
"""The shape of a matrix, and the steps in a turn."""
ROUNDS = 15


def clicks(seed):
    """Features (SAMPLES, FEATURES), whether there was a click, and the weights that made them."""
    rng = numpy.random.default_rng(seed)
    truth = numpy.zeros(FEATURES)
    useful = truth[EVERY // 2 :: EVERY]
    useful[:] = rng.choice((-2.0, 2.0), len(useful))
    x = (rng.random((SAMPLES, FEATURES)) < 0.5 / (1 + numpy.arange(FEATURES) / 5)).astype("float64")
    return x, rng.random(SAMPLES) < 1 / (1 + numpy.exp(-x @ truth)), truth


def follow(rule, seed):
    """The score on a stream, the weights that are left, and the true ones."""
    random.seed(seed)
    x, clicked, truth = clicks(seed)
    w, odds = np.zeros((1, FEATURES), dtype="float64"), numpy.empty(SAMPLES)
    state = rule.create_state(0, w)
    for t in range(SAMPLES):
        odds[t] = x[t] @ w.asnumpy()[0]
        rule.update(0, w, np.array([(1 / (1 + numpy.exp(-odds[t])) - clicked[t]) * x[t]]), state)
    sign = 1 - 2 * clicked
    return (numpy.logaddexp(0, sign * odds) - numpy.logaddexp(0, sign * (x @ truth))).mean(), w.asnumpy()[0], truth


def stream(rule, seed):
    return follow(rule, seed)[0]


class Adder(gluon.Block):
    """A GRU that reads a sequence, with a linear layer on its last output."""

    def __init__(self):
        super().__init__()
        self.reader = gluon.rnn.GRU(UNITS, layout="NTC", input_size=2)
        self.answer = gluon.nn.Dense(1, in_units=UNITS)

    def forward(self, x):
        return self.answer(self.reader(x)[:, -1])


def sequences(seed):
    """Batches of pairs (STEPS, BATCH, LENGTH, 2), and the sums of the two marked numbers (STEPS, BATCH, 1)."""
    rng = numpy.random.default_rng(seed)
    numbers = rng.random((STEPS, BATCH, LENGTH))
    places = rng.integers(0, LENGTH // 2, (2, STEPS, BATCH, 1))
    marks = sum(numpy.arange(LENGTH) == place for place in (places[0], LENGTH // 2 + places[1])).astype("float64")
    return (a.astype("float32") for a in (numpy.stack([numbers, marks], -1), (numbers * marks).sum(-1, keepdims=True)))


def recurrent(rule, seed):
    """The mean squared error of the last steps; infinite once it is not a number."""
    random.seed(seed)
    net, loss_of, errors = Adder(), gluon.loss.L2Loss(), []
    net.initialize(init.Xavier())
    trainers = compare.trainers_for(net, rule)
    for x, y in zip(*sequences(seed)):
        with autograd.record():
            loss = loss_of(net(np.array(x)), np.array(y))
        loss.backward()
        for trainer in trainers:
            trainer.step(BATCH)
        errors.append(2 * loss.mean().item())  # L2Loss halves
        if not math.isfinite(errors[-1]):
            return math.inf
    return numpy.mean(errors[-LAST:])


def tried(run, make, bar):
    """The score at every rate, a row for each seed of the tuning, infinite where there is none; and the best rate."""
    table = numpy.empty((len(TUNING), len(RATES)))
    for (row, seed), (column, rate) in itertools.product(enumerate(TUNING), enumerate(RATES)):
        table[row, column] = run(make(rate), seed)
        bar.update()
    table = numpy.nan_to_num(table, nan=math.inf)
    return table, RATES[int(table.mean(0).argmin())]


def problem(name, run, guessing, bar):
    """Optimizer -> its rate, its scores, and the good rates, a pair for each seed of the tuning.

    There are no good rates if a rule learns so little that `guessing`, a score for each seed, would be good too.
    """
    found = {}
    for rule in compare.optimizers():

        def make(rate, rule=rule):
            return compare.build(rule, learning_rate=rate, **OWN[name].get(rule, {}))

        found[rule] = part = {"rate": None, "good": []}
        if compare.has_rate(make(1.0)):
            table, part["rate"] = tried(run, make, bar)
            if (GOOD[name] * table.min(1) < guessing).all():
                part["good"] = [good(RATES, row, GOOD[name]) for row in table]
        part["scores"] = [run(make(part["rate"] or 1.0), seed) for seed in SEEDS]
    return found


def zeros(bar):
    """λ₁ of Ftrl, searched with its rate: the scores, and the shares of useless and of useful weights that are 0."""

    def make(lamda1, rate):
        return compare.build("ftrl", learning_rate=rate, lamda1=lamda1, **OWN["stream"]["ftrl"])

    tables = {lamda1: tried(stream, lambda rate, lamda1=lamda1: make(lamda1, rate), bar) for lamda1 in LAMBDAS}
    best = min(LAMBDAS, key=lambda lamda1: tables[lamda1][0].mean(0).min())
    rate = tables[best][1]
    ends = [follow(make(best, rate), seed) for seed in SEEDS]
    return {
        "lamda1": best,
        "rate": rate,
        "scores": [score for score, *_ in ends],
        "useless": [(w[truth == 0] == 0).mean() for _, w, truth in ends],
        "useful": [(w[truth != 0] == 0).mean() for _, w, truth in ends],
    }


def digits():
    """The same for the digits, from the data of other figures."""
    ends, rates = (json.loads(Path(__file__).with_name(f"{name}.json").read_text()) for name in ("compare", "rates"))
    found = {}
    for rule, runs in ends.items():
        found[rule] = {"rate": None, "good": [], "scores": [1 - accuracies[-1] for _, accuracies in runs]}
        if rule in rates:
            tables = numpy.nan_to_num(numpy.array(rates[rule]["losses"], "float64"), nan=math.inf)
            spans = [good(rates[rule]["rates"], row, GOOD["digits"]) for row in tables]
            found[rule] |= {"rate": compare.build(rule).lr, "good": spans}
    return found


def costs():
    """Optimizer -> the cost of a step in units of SGD's, by size, and the size of its states in that of the weights."""
    found = {rule: {} for rule in compare.optimizers()}
    for size, (shape, steps) in SIZES.items():
        rng, turns = numpy.random.default_rng(0), {}
        for rule in found:
            opt, w, g = compare.build(rule), *(np.array(rng.normal(size=shape), dtype="float32") for _ in range(2))
            turns[rule] = (opt, w, g, opt.create_state(0, w))
            found[rule]["states"] = sum(a.size for a in flat(turns[rule][-1])) / w.size
        times = {rule: [] for rule in found}
        for _ in range(1 + ROUNDS):
            for rule, (opt, w, g, state) in turns.items():
                start = time.process_time()
                for _ in range(steps):
                    opt.update(0, w, g, state)
                times[rule].append(time.process_time() - start)
        for rule in found:  # the first round compiles, and is not counted
            found[rule][size] = numpy.median(numpy.divide(times[rule], times["sgd"])[1:])
    return found


def flat(state):
    """All arrays of a state."""
    if state is None:
        return []
    return [a for part in state for a in flat(part)] if isinstance(state, (list, tuple)) else [state]


def measure():
    """Scores and good rates by problem, Ftrl's zeros, and costs."""
    rules = sum(compare.has_rate(compare.build(rule)) for rule in compare.optimizers())
    nothing = compare.build("sgd", learning_rate=0.0)
    total = len(RATES) * len(TUNING) * (2 * rules + len(LAMBDAS))
    with reading("numpy"), warnings.catch_warnings(), progress(total, "run") as bar:
        warnings.simplefilter("ignore")  # a rate that is far too high overflows, and Ftrl may erase a network
        return rounded(
            {
                "digits": digits(),
                "stream": problem("stream", stream, [stream(nothing, seed) for seed in TUNING], bar),
                "recurrent": problem("recurrent", recurrent, [1 / 6] * len(TUNING), bar),
                "zeros": zeros(bar),
                "costs": costs(),
            }
        )


def places(data, problem):
    """Who ties with whom: by logarithms of the scores, which differ by factors; on the digits by the scores."""
    worth = (lambda score: -score) if problem == "digits" else (lambda score: -math.log(score))
    return ties({rule: [worth(score) for score in part["scores"]] for rule, part in data[problem].items()})


def middle(problem, scores):
    """Their mean: on the digits the arithmetic one, else the geometric one."""
    return numpy.mean(scores) if problem == "digits" else numpy.exp(numpy.log(scores).mean())


def width(part):
    """The factor that the good rates span, in the geometric mean over the seeds."""
    return math.exp(numpy.mean([math.log(high / low) for low, high in part["good"]]))


def draw(data):
    looks = styles(data["costs"])
    rules = [rule for members in families(looks).values() for rule in members]
    figure = titled(finding(data), NOTE, WIDTH, 4.4)
    figure.subplots_adjust(left=0.115, right=0.935, wspace=0.12)
    *problems, ranges, steps = figure.subplots(1, 5, sharey=True)
    for axes, name in zip(problems, GOOD):
        found = places(data, name)
        for row, rule in enumerate(rules):
            scores, look = numpy.multiply(data[name][rule]["scores"], 100 if name == "digits" else 1), looks[rule]
            axes.plot([scores.min(), scores.max()], [row, row], color=look.colour, linewidth=1)
            point(axes, middle(name, scores), row, look.marker, look.colour, rule in found.first)
    for row, rule in enumerate(rules):
        for name, mark in zip(GOOD, "o^s"):
            if data[name][rule]["good"]:
                point(ranges, width(data[name][rule]), row, mark, looks[rule].colour)
        for size, filled in zip(SIZES, (False, True)):
            point(steps, data["costs"][rule][size], row, "o", looks[rule].colour, filled)
        states = f"{data['costs'][rule]['states']:.1g}"
        steps.text(1.05, row, states, transform=steps.get_yaxis_transform(), fontsize=SMALLEST, color=INK, va="center")
    steps.text(1.05, -1, "states", transform=steps.get_yaxis_transform(), fontsize=SMALLEST, color=INK, va="center")
    for axes, (title, below, ticks) in zip(figure.axes, LABELS):
        frame(axes)
        axes.grid(visible=False)
        axes.grid(axis="x", color=FAINT)
        axes.set_xscale("linear" if title == "digits" else "log")
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        axes.set_title(title, loc="left", fontsize=9, color=INK, fontweight="bold")
        axes.set_xlabel(below, fontsize=SMALLEST, color=INK)
        axes.tick_params(axis="y", length=0)
    problems[0].set_yticks(range(len(rules)), rules)
    problems[0].set_ylim(len(rules) - 0.5, -0.5)
    for label, rule in zip(problems[0].get_yticklabels(), rules):
        label.set_color(looks[rule].colour)
    return figure


def point(axes, x, row, marker, colour, filled=True):
    axes.plot([x], [row], marker, color=colour, markersize=5, markerfacecolor=colour if filled else "white")


def finding(data):
    """Who ties for the first place on all three problems, and how many on each."""
    firsts = [places(data, name).first for name in GOOD]
    *most, last = [rule for rule in data["costs"] if all(rule in first for first in firsts)] or ["no optimizer"]
    who = f"{', '.join(most)} and {last} tie" if most else f"{last} ties"  # "no optimizer ties", too
    counts = "{} tie on the digits, {} on a sparse stream, {} in a recurrent network".format(*map(len, firsts))
    return f"On all three problems, {who} for first place; of {len(data['costs'])} optimizers, {counts}"


LABELS = (
    ("digits", "test error, %", (2, 4, 6, 8)),
    ("stream", "excess log loss", (0.1, 0.2, 0.3)),
    ("recurrent", "squared error", (0.001, 0.01, 0.1)),
    ("good rates span", "factor: ● digits\n▲ stream  ■ recurrent", (3, 10, 30)),
    ("cost of a step", "SGD = 1: ○ 6,400\n● 800,000 weights", (1, 3, 10, 30)),
)
"""For each panel: its title, its x label, and the ticks that are written there."""
NOTE = (
    "Left: means and ranges of 3, 5 and 5 seeds; filled: cannot be told apart from the best (Tukey, 95 %, paired by "
    "seed). Rates were chosen\non other seeds, with equally many trials for each rule. States: size relative to the "
    "weights. Small problems, one machine: see what-should-i-use.md."
)


def agree(old, new):
    """Scores, ranges and costs within their factors, counts exactly."""
    if list(old["costs"]) != list(new["costs"]):
        yield f"the optimizers are {', '.join(new['costs'])}, but were {', '.join(old['costs'])}"
        return
    yield from differences(old["digits"], new["digits"], where="digits")
    for name in OWN:
        for rule, part in old[name].items():
            now = new[name][rule]
            yield from apart(
                f"{name}, {rule}: the median score", 1.5, *(numpy.median(x["scores"]) for x in (part, now))
            )
            if len(part["good"]) != len(now["good"]):
                yield f"{name}, {rule}: it has {len(now['good'])} ranges of good rates, but had {len(part['good'])}"
            elif part["good"]:
                yield from apart(f"{name}, {rule}: the range of good rates", 2, width(part), width(now))
    for share in ("useless", "useful"):
        yield from differences(old["zeros"][share], new["zeros"][share], least=0.1, where=f"zeros, {share}")
    for rule, part in old["costs"].items():
        yield from differences(part["states"], new["costs"][rule]["states"], where=f"{rule}, states")
        for size in SIZES:
            yield from apart(f"{rule}: the cost of a {size} step", 1.5, part[size], new["costs"][rule][size])


def apart(what, factor, before, now):
    """A sentence if two numbers differ by more than the factor."""
    if not before / factor <= now <= before * factor:
        yield f"{what} is {now:.3g}, but was {before:.3g}"
