# %% title [markdown]
# # Look at a rule
#
# The equations of an update rule say what one step does.
# They do not say what sixty steps do.
# For that you have to watch it, and one look is not enough: in this notebook a rule wins a race by a factor of ten trillion, and it takes three more looks to see why you should not trust it.
#
# Afterwards you will be able to do this with any rule, your own included:
#
# * race it against others without comparing rates instead of rules,
# * see how much it depends on its rate and its momentum,
# * record every number of a walk, and find the one that explains what you saw,
# * take a single step apart,
# * change everything by hand, on a page or in a moving picture.
#
# You need gradient descent, momentum and RMSProp from the notebooks before this one.
# In one sentence each: *gradient descent* steps against the gradient, *momentum* steps along a velocity that the gradients push, and *RMSProp* divides each gradient by the root of a running mean of its squares.
# *Adam* combines momentum and RMSProp.
# It takes about fifteen minutes. Run the cells in order, with Shift+Enter.

# %% race
import numpy

from minigrad import optimizer, plot

runs = plot.compared(["sgd", "rmsprop", "adam"], "valley", steps=60)
plot.race(runs)

# %% race-text [markdown]
# ## 1. A race
#
# Three rules walk down a valley, $0.1\,x^2 + 2\,y^2$, which is twenty times as steep across as along.
# The picture shows how high each rule still is at each step.
# Every mark on the vertical scale is a hundred times the one below it.
#
# Three things in it make the race fair.
#
# * **Each rule has its own best rate.** `compared` tries 21 rates for each rule given by its name, and the picture prints the one it chose. At one rate for all you would be racing the rates.
# * **Each rule starts from five places**, the one shown and four nearby. The line is the first walk, the band the middle half of all five, and the title counts from how many starts the winner wins.
# * **The title is computed**, and so is the line at the bottom that says how the rates were found.
#
# RMSProp wins from every start, and by how much!

# %% race-numbers
for run in runs:
    print(f"{run.label:8} rate {run.history.optimizer.lr:3}  ends {run.ends[0]:.1e} above the minimum")

ends = {run.label: run.ends for run in runs}
assert all(lowest == min(several) for lowest, several in zip(ends["rmsprop"], zip(*ends.values())))
assert 1e13 < ends["adam"][0] / ends["rmsprop"][0] < 2e13

# %% rates-text [markdown]
# ## 2. Any other rate?
#
# The race showed each rule at one rate, the best of many.
# Nobody hands you that rate: on a real network you guess it, or search for it for as long as you can afford to.
# So look at all the rates:

# %% rates
picture = plot.rates(["sgd", "rmsprop", "adam"], "valley", steps=60)
picture

# %% rates-read [markdown]
# The picture shows how high each rule ends at each rate.
# RMSProp won with a needle: at half that rate, or at two and a half times that rate, it ends more than a billion times higher.
# Adam's curve has a floor.
# It never gets as low, but anything between 0.1 and 5 is about as good as its best.
#
# (A rate is called good here if the rule ends at most ten times as high as at *its own* best rate. So read the title together with the curves: a rule with a needle can still lie below one with a floor.)

# %% rates-check
entries = [text.get_text() for text in picture.axes[0].get_legend().get_texts()]
print("\n".join(entries))


def ends_at(rule, steps=60):
    """How high a rule is after its last step."""
    return plot.record(rule, "valley", steps=steps).losses[-1]


needle = {rate: ends_at(optimizer.RMSProp(learning_rate=rate)) for rate in (0.1, 0.2, 0.5)}
assert entries[1].endswith("good rates 0.2") and entries[2].endswith("good rates 0.1 to 5")
assert min(needle[0.1], needle[0.5]) > 1e9 * needle[0.2]

# %% longer-text [markdown]
# ## 3. Why 60 steps?
#
# For no reason.
# Here is the same race at the same rates, but over 200 steps.
# (An optimizer, unlike a name, is taken as it is.)

# %% longer
longer = plot.compared([run.history.optimizer for run in runs], "valley", steps=200)
plot.race(longer)

# %% longer-read [markdown]
# RMSProp falls out of the bottom of the picture, and some steps later it is back, as high as it was after eleven steps.
# Then it settles, far above its lowest point, and the other two go past it.
# The race of 60 steps was stopped just before that.
#
# The rule has not changed, nor has its rate, and there is no noise.
# So what happened?

# %% longer-check
heights = longer[1].history.losses
leap = int(heights[60:].argmax()) + 60
print(f"after step 62: {heights[62]:.0e}, after step {leap}: {heights[leap]:.2f}, after step 200: {heights[200]:.3f}")
assert heights.argmin() == 62 and leap == 76 and heights[76] > 0.3
assert heights[11] > heights[76] > heights[12]
assert all(run.ends[0] < 1e-6 < 0.01 < longer[1].ends[0] for run in (longer[0], longer[2]))

# %% trace-text [markdown]
# ## 4. A trace
#
# `record` keeps every number of a walk: positions, gradients, rates, and the *states*, which are what the rule remembers from step to step.
# RMSProp remembers one number for each weight, $E$, the running mean of its squared gradients:

# %% trace
trace = plot.record(optimizer.RMSProp(learning_rate=0.2), "valley", steps=100)
trace.optimizer

# %% states
plot.states(trace)

# %% states-text [markdown]
# On the right the solid lines belong to $x$, along the valley, and the dashed ones to $y$, across.
# In both, $E$ falls towards zero as the walk comes to rest.
# Some time after step 70 the dashed gradient begins to swing, so the trouble is in $y$.
#
# RMSProp multiplies each gradient by $\eta / \sqrt{E + \varepsilon}$.
# That is the rate that this weight really gets, and it grows as $E$ falls.
# You know how large a rate may be: on a parabola whose slope grows by $c$ with each unit, gradient descent shrinks the error at rates below $2/c$, and above that every step is longer than the one before.
# In $y$ the slope grows by 4 with each unit, so the limit is 0.5.

# %% limit
rate = 0.2 / numpy.sqrt(trace.states["E"][1:, 1] + 1e-8)  # for y, in each step
y = abs(trace.positions[:, 1])
for step in (40, 44, 50, 60, 70, 76, 78):
    print(f"step {step}: rate of y {rate[step - 1]:.2f}, |y| afterwards {y[step]:.0e}")

too_large = int((rate > 0.5).argmax()) + 1
print("above 0.5 for the first time in step", too_large)
assert too_large == 44
assert (y[44:77] > y[43:76]).all()  # from there on every step leads further away, up to the leap
assert y[43] < 1e-17 and rate[76] < 0.5

# %% limit-text [markdown]
# There it is.
# From step 44 on the rate of $y$ is too large, and $y$ grows in every single step.
# Nobody sees it, since it grows from less than $10^{-17}$, while the height is that of $x$.
# The race ends at step 60, and at step 76 $y$ reaches 0.4.
# Now the gradient is large, $E$ notices, the rate falls below its limit, and $y$ shrinks again.
#
# So it was no accident.
# As RMSProp comes to rest at a fixed rate, it forgets how large the gradients were, until its own rate throws it out again.
#
# Now you can say in advance what helps.
# A longer memory $\rho$ does not: it forgets later, but it forgets.
# A larger $\varepsilon$ does, because the rate of a weight is never above $\eta / \sqrt{\varepsilon}$. With $\varepsilon = 0.2$ that is 0.45, below the limit.

# %% prediction
for changed in ({}, {"rho": 0.99}, {"rho": 0.999}, {"epsilon": 0.2}):
    heights = plot.record(optimizer.RMSProp(learning_rate=0.2, **changed), "valley", steps=2000).losses
    lowest = int(heights.argmin())
    again = heights[lowest:].max()
    print(
        f"{changed or 'unchanged'}: lowest after step {lowest}, and from there on at most {again:.1g} above the minimum"
    )
    assert heights[lowest] < 1e-20 and (again < 1e-20 if "epsilon" in changed else again > 0.3)

# %% animation-text [markdown]
# Pictures of walks also move.
# Run the next cell to get a player with a slider.
# (It is too large to be stored, so a notebook that has not been run shows its last picture.)
# `plot.animate(...).save("leap.gif")` writes it to a file, for your slides.

# %% animation
plot.animate(plot.states(trace))

# %% step-text [markdown]
# ## 5. A step, taken apart
#
# A trace is long. One step is a sum, which can be drawn:

# %% step
momentum = optimizer.SGD(learning_rate=0.05, momentum=0.9)
momentum

# %% vectors
plot.vectors(momentum, plot.SURFACES["valley"], start=(-5, -2), step=5)

# %% vectors-text [markdown]
# On the left are twelve steps from the start, and on the right is the fifth of them.
# The arrows are named as in the equations: green is what is remembered, orange what comes from the gradient, blue their sum.
# The walk has crossed the floor of the valley and goes up the other side.
# The gradient already points back, but the velocity is the longer of the two.
# This is how momentum swings through a valley.
#
# The arrows are the numbers of the trace:

# %% vectors-check
walk = plot.record(momentum, "valley", start=(-5, -2), steps=12)
remembered, from_gradient = 0.9 * walk.states["v"][4], -0.05 * walk.gradients[4]
print("remembered", remembered.round(3), "and from the gradient", from_gradient.round(3))
assert numpy.allclose(walk.positions[5] - walk.positions[4], remembered + from_gradient)
assert remembered[1] > 0 > from_gradient[1] and remembered[1] > -from_gradient[1] and walk.positions[4, 1] > 0

# %% heatmap-text [markdown]
# ## 6. Two numbers at once
#
# Momentum has a rate and a factor $\gamma$.
# The heat map has a cell for each pair, darker where the rule ends lower; the circle marks the best cell, and crosses mark rules that ended higher than they began.

# %% heatmap
plot.heatmap("sgd", "valley", argument="momentum", steps=30)

# %% heatmap-read [markdown]
# The dark cells lie on a diagonal: which rate is best depends on the momentum.
# So you cannot find the best pair by tuning one number after the other.
# Try it:

# %% heatmap-check
rates, factors = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5), (0.0, 0.3, 0.5, 0.7, 0.8, 0.9)
cells = {
    (rate, factor): ends_at(optimizer.SGD(learning_rate=rate, momentum=factor), steps=30)
    for rate in rates
    for factor in factors
}
first_the_rate = min(rates, key=lambda rate: cells[rate, 0.0])
then_the_factor = min(factors, key=lambda factor: cells[first_the_rate, factor])
both = min(cells, key=cells.get)
print(
    f"one after the other: rate {first_the_rate}, momentum {then_the_factor}: {cells[first_the_rate, then_the_factor]:.0e}"
)
print(f"both at once:        rate {both[0]}, momentum {both[1]}: {cells[both]:.0e}")
assert cells[first_the_rate, then_the_factor] > 1000 * cells[both]

# %% explorer-text [markdown]
# ## 7. With your own hands
#
# In the explorer everything can be moved: the start, the step, each number of the rule.
# Next to the walk are its states and the equations, with the numbers of the current step filled in.
# Run the cell (what is stored here is only the size of the page), then choose weight *y* above the equations, and slide *Step* from 40 to 80.
# The second equation then shows you $\eta$, $E$ and the gradient, number by number.
# How does the leap move when you change $\rho$?

# %% explorer
optimizer.RMSProp(learning_rate=0.2).explore("valley")

# %% own-text [markdown]
# ## 8. Your own rule
#
# All of this works for a rule that you have just made up.
# Here is one in six lines: momentum that forgets its velocity, weight by weight, wherever the velocity points uphill.

# %% own
from minigrad.optimizer.rule import where


class Brake(optimizer.Optimizer):
    """Momentum that forgets a velocity that points uphill."""

    states = ("v",)

    def rule(self, w, g, v, *, lr):
        kept = where(v * g < 0, v, 0)
        v = 0.9 * kept - lr * g
        return w + v, v


Brake(learning_rate=0.05)

# %% own-vectors-text [markdown]
# Its first four steps are those of momentum, and here is the fifth.
# The walk has just crossed the floor: the part that is kept has no $y$ component, and points along the valley.

# %% own-vectors
plot.vectors(Brake(learning_rate=0.05), plot.SURFACES["valley"], start=(-5, -2), step=5)

# %% own-vectors-check
braked = plot.record(Brake(learning_rate=0.05), "valley", start=(-5, -2), steps=12)
assert numpy.array_equal(braked.positions[:5], walk.positions[:5])
assert numpy.allclose(braked.states["v"][5], 0.9 * walk.states["v"][4] * (1, 0) + from_gradient)

# %% own-race-text [markdown]
# A race, with the lesson of section 3: 200 steps.
# `tuned` finds the best rate of an optimizer, as `compared` does for names.

# %% own-race
own = [plot.tuned(rule, "valley", steps=200) for rule in (Brake(), optimizer.SGD(momentum=0.9))]
on_the_valley = plot.compared(own, "valley", steps=200)
plot.race(on_the_valley)

# %% own-elsewhere-text [markdown]
# That looks very good, so look once more, at another surface.
# Rosenbrock's valley is curved, and its floor is nearly flat.

# %% own-elsewhere
own = [plot.tuned(rule, "rosenbrock", steps=200) for rule in (Brake(), optimizer.SGD(momentum=0.9))]
on_rosenbrock = plot.compared(own, "rosenbrock", steps=200)
plot.trajectory(on_rosenbrock)

# %% own-check
for name, (brake, plain) in {"valley": on_the_valley, "rosenbrock": on_rosenbrock}.items():
    print(f"{name:10} Brake {brake.ends[0]:.0e}, momentum {plain.ends[0]:.0e}")
    better = [a < b for a, b in zip(brake.ends, plain.ends)]
    assert better == [name == "valley"] * 5

# %% own-read [markdown]
# On the first valley, Brake ends lower from all five starts. On the second it ends higher, from all five.
# One surface was only one look, too.
# That is what a rule of your own should go through before you believe in it: several rates, several starts, more steps, another surface.
#
# ## Which look answers what
#
# | question | look |
# |---|---|
# | Which rule ends lowest? | `plot.race(["sgd", "adam"], "valley")` |
# | Which way does it go? | `plot.trajectory("adam", "rosenbrock")` |
# | How much depends on the rate? | `plot.rates(["sgd", "adam"], "valley")` |
# | How do two of its numbers interact? | `plot.heatmap("sgd", "valley", argument="momentum")` |
# | Why did it do that? | `plot.record("adam", "valley")`, `plot.states("adam", "valley")` |
# | What is this step made of? | `plot.vectors(optimizer.Adam(), surface, start)`, `optimizer.Adam().worked(w=1.0, g=0.5)` |
# | What if? | `optimizer.Adam().explore("rosenbrock")`, or `minigrad explore` in a terminal |
#
# `plot.SURFACES` has eight surfaces, and any function of `x` and `y` is one.
# They are small, and no network looks like them. What they are good for is what you have just done: seeing a rule do something, and finding out why.
