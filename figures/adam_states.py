"""Adam remembers a wall: its path down Rosenbrock's valley, with its gradients, its states and its steps.

Adam takes 200 steps at rate 0.05 from (-1.2, 1), where the wall of the valley is steep. On the floor the gradients are
small, but `var`, the mean of their squares, forgets only a thousandth in each step (beta2 = 0.999): 160 steps after its
peak, at least 0.999^160 = 85 % of it is left. The steps are divided by its root, so they are far shorter than the rate.

The numbers in the title are from 20 nearby starts (seed 0, standard deviation 0.2): the share of `var` that is left,
for the weight with the smaller share, and the mean length of the last 20 steps. Nothing else is random. Measuring again
should give the same numbers within 0.1 %.

D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
"""

import numpy

from minigrad import optimizer, plot
from minigrad.commands.data import differences, rounded
from minigrad.plot import History
from minigrad.plot.curves import WIDTH
from minigrad.plot.runs import Run
from minigrad.plot.sheet import titled
from minigrad.plot.states import beside, tall

PICTURE = "adam_states.gif"
HILL, RATE, STEPS, OTHERS, REACH, LAST = plot.surface("rosenbrock"), 0.05, 200, 20, 0.2, 20


def measure():
    """The walk that is shown; from other starts, what is left of var, and how long the steps are."""
    shifts = REACH * numpy.random.default_rng(0).normal(size=(OTHERS, 2))
    walk, *others = (
        plot.record(optimizer.Adam(learning_rate=RATE), HILL, tuple(numpy.array(HILL.start) + shift), STEPS)
        for shift in [(0.0, 0.0), *shifts]
    )
    shown = {"positions": walk.positions, "gradients": walk.gradients, **walk.states}
    return {
        "walk": rounded(shown),
        "var left": rounded([float(min(one.states["var"][-1] / one.states["var"].max(0))) for one in others]),
        "step": rounded([one.step_sizes[-LAST:].mean() / RATE for one in others]),
    }


def draw(data):
    walk = {name: numpy.array(values) for name, values in data["walk"].items()}
    positions, gradients = walk.pop("positions"), walk.pop("gradients")
    heights, rates = HILL(*positions.T), numpy.full(STEPS, RATE)
    adam = optimizer.Adam(learning_rate=RATE)
    run = Run("adam", History(adam, HILL, 0.0, 0, positions, heights, gradients, walk, rates), [], False)
    left, step = spread(data["var left"]), spread(data["step"])
    title = (
        f"After {STEPS} steps from a steep wall, Adam's var is still at {left} of its peak, "
        f"and its steps are {step} of the rate"
    )
    below = f"Rosenbrock's valley, rate {RATE}. In the title: median (lowest to highest) over {OTHERS} nearby starts."
    figure = titled(title, below, WIDTH, tall(run), 1)
    beside(figure, run)
    return plot.animate(figure)


def spread(shares):
    """Median, lowest and highest in per cent, with no-break spaces."""
    middle, low, high = (100 * value for value in (numpy.median(shares), min(shares), max(shares)))
    return f"{middle:.0f}\N{NO-BREAK SPACE}% ({low:.0f} to {high:.0f}\N{NO-BREAK SPACE}%)"


def agree(old, new):
    return differences(old, new, share=0.001, least=0.001)
