"""The step in JavaScript, in a real engine: from NumPy's state of each of 50 steps it makes NumPy's next one."""

import json

import numpy
import pytest
from table import TABLE

from minigrad import cpu, optimizer, random
from minigrad.errors import UsageError
from minigrad.lr_scheduler import FactorScheduler
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.readings import javascript
from minigrad.optimizer.rule import where
from minigrad.optimizer.run import reading

racer = pytest.importorskip("py_mini_racer")

SURFACES = {
    "valley": lambda x, y: (0.2 * x, 4 * y),
    "rosenbrock": lambda x, y: (2 * (x - 1) - 0.4 * x * (y - x * x), 0.2 * (y - x * x)),
    "saddle": lambda x, y: (2 * x, y**3 - 2 * y),
}
"""Gradients, worked out by hand."""

PREPARED = {"rescale_grad": 0.5, "clip_gradient": 0.6, "wd": 0.1}
MORE = [{}, PREPARED, {"lr_scheduler": FactorScheduler(7, 0.5)}]
STEPS = 50


@pytest.fixture(scope="module")
def engine():
    context = racer.MiniRacer()
    context.eval(javascript.PRELUDE)
    yield context
    context.close()


def run(engine, opt, cases):
    """The next state by JavaScript for each case: (before, gradient, scalars, noise). Lines are carried on."""
    engine.eval(f"var step = {javascript.step(opt)}; var start = {javascript.start(opt)};")
    script = f"""
    var before = null;
    JSON.stringify({json.dumps(cases)}.map(([numpy, raw, h, noise]) => {{
      before = Object.assign({{}}, before || start(numpy.w), numpy);
      let k = 0;
      return before = step(before, raw, h, variance => noise[k++]);
    }}))
    """
    return json.loads(engine.eval(script))


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("more", MORE, ids=["as it is", "prepared", "schedule"])
@pytest.mark.parametrize("row", TABLE, ids=str)
def test_each_step_is_numpys(row, more, surface, engine, numpy_reading):
    opt = row.make(**{name: value for name, value in more.items() if name != "wd" or not row.matrix})
    w = numpy.array([[1.5, -0.5]] if row.matrix else [1.5, -0.5])
    state = opt.create_state(0, w)
    made = state if isinstance(state, tuple) else () if state is None else (state,)
    names = [*opt.states, *(["total"] if row.name == "lbsgd" else ["h"] if row.matrix else [])]
    hyper = {name: value for name, value in vars(opt).items() if type(value) in (int, float)}

    def seen():
        arrays = zip(["w", *names], [w, *(s.data for s in made)], strict=True)
        return {name: a.ravel().tolist() if a.size > 1 else a.item() for name, a in arrays}

    cases, after = [], []
    for t in range(1, STEPS + 1):
        raw = numpy.array(SURFACES[surface](*w.ravel()))
        before = seen()
        random.seed(t)
        opt.update(0, w, raw.reshape(w.shape), state)
        lr = opt.learning_rate
        random.seed(t)
        noise = random.normal(0.0, numpy.sqrt(lr), shape=(2,), dtype="float64", ctx=cpu()).asnumpy().tolist()
        cases.append([before, raw.tolist(), hyper | {"lr": lr, "t": t}, noise])
        after.append(seen())

    found = run(engine, opt, cases)
    for next_state, numpys in zip(found, after, strict=True):
        largest = max(numpy.abs(value).max() for value in numpys.values())  # what cancels has its digits, not more
        for name, value in numpys.items():
            numpy.testing.assert_allclose(next_state[name], value, rtol=1e-12, atol=1e-15 * largest, err_msg=name)


def test_the_first_state_is_that_of_create_state(engine):
    for row in TABLE:
        opt = row.make()
        w = numpy.array(row.start)
        state = opt.create_state(0, w)
        made = state if isinstance(state, tuple) else () if state is None else (state,)
        found = json.loads(engine.eval(f"JSON.stringify(({javascript.start(opt)})({w.ravel().tolist()}))"))
        for name, array in zip(opt.states, made, strict=False):
            assert found[name] == array.asnumpy().ravel().tolist()


def test_at_a_rate_of_0_a_rule_that_divides_by_it_stays(engine):
    opt = optimizer.Ftrl(learning_rate=0.0)
    start = {"w": [1.0, 2.0], "z": [0.5, 0.5], "n": [1.0, 1.0]}
    h = {"lr": 0.0, "t": 1, "lamda1": 0.01, "beta": 1.0, "wd": 0.0}
    assert run(engine, opt, [[start, [1.0, 1.0], h, []]]) == [start]


def test_a_name_that_is_a_word_of_javascript_is_no_harm(engine):
    class Odd(Optimizer):
        states = ("new", "var")

        def rule(self, w, g, new, var, *, lr):
            new = new + g
            return w - lr * new, new, var - 1

    cases = [[{"w": [1.0], "new": [2.0], "var": [0.0]}, [0.5], {"lr": 0.1}, []]]
    (after,) = run(engine, Odd(), cases)
    assert after == {"w": [0.75], "new": [2.5], "var": [-1.0]}


def test_what_named_does_not_state_is_refused():
    class Handed(Optimizer):
        def rule(self, w, g, *, lr, scale):
            return w - lr * scale * g

        def named(self, index, w, g, states, scalars):
            return {"scale": 2.0}

    with pytest.raises(UsageError, match="Handed cannot run in a browser: nothing says how scale is computed"):
        javascript.step(Handed())


def test_a_line_may_have_the_name_of_the_number_that_it_is_made_of(engine):
    class Mixed(Optimizer):
        def __init__(self, beta=0.25, **kwargs):
            super().__init__(**kwargs)
            self.beta = beta

        def rule(self, w, g, *, lr):
            beta = (1 - self.beta) * g
            return w - lr * beta

    (after,) = run(engine, Mixed(), [[{"w": [1.0]}, [2.0], {"lr": 0.5, "beta": 0.25}, []]])
    assert after == {"beta": [1.5], "w": [0.25]}


def test_a_program_says_for_which_hyper_parameters_it_is_right(engine):
    def right(opt, **values):
        return engine.eval(f"({javascript.when(opt)})({json.dumps(values)})")

    sgd, nag = optimizer.SGD(), optimizer.SGD(momentum=0.5)
    assert right(sgd, momentum=0) and not right(sgd, momentum=0.9)
    assert right(nag, momentum=0.9) and not right(nag, momentum=0)
    rule = optimizer.RMSProp(centered=True, clip_weights=2.0)
    others = {"rho": 0.5, "epsilon": 1e-3, "momentum": 0.1}
    assert right(rule, centered=True, clip_weights=0.1, **others)
    assert not right(rule, centered=False, clip_weights=0.1, **others)
    assert not right(rule, centered=True, clip_weights=None, **others)


class Renamed(Optimizer):
    """Locals that are called like inputs."""

    def rule(self, w, g, *, t):
        lr, wd, clip_gradient = 0.5 * self.lr, 0.1 * w, 0.25 * g
        rescale_grad = clip_gradient + wd
        return w - lr * rescale_grad


class Later(Optimizer):
    """Names that are also steps of others."""

    states = ("x_next", "x_before", "x")

    def rule(self, w, g, x_next, x_before, x, *, lr):
        w_before = w * 0.5
        return w_before - lr * x_next, x_before + g, 0.5 * x + g, x_next - x_before


class Truth(Optimizer):
    """Conditions as numbers."""

    states = ("up",)

    def rule(self, w, g, up, *, lr, t):
        return w - lr * g * (1 + (t > 1)) * where((t > 2) == 1, 2, 3) * where(up == 1, 2, 3), g > 0


@pytest.mark.parametrize("cls", [Renamed, Later, Truth])
def test_names_and_conditions_mean_in_javascript_and_by_hand_what_they_mean_in_numpy(cls, engine):
    opt = cls(learning_rate=0.1, rescale_grad=0.5, clip_gradient=1.0, wd=0.1)
    w, gradients, path = numpy.array([1.0, -2.0]), [[0.5, -1.0], [-0.25, 3.0], [0.75, 0.5], [1.0, -1.0]], []
    by_hand = [step["w"] for step in opt.worked(w, gradients).steps]
    h = {"lr": 0.1, "rescale_grad": 0.5, "clip_gradient": 1.0, "wd": 0.1}
    cases = [[{} if k else {"w": [1.0, -2.0]}, g, {**h, "t": k + 1}, []] for k, g in enumerate(gradients)]
    in_javascript = [after["w"] for after in run(engine, opt, cases)]
    state = opt.create_state(0, w)
    with reading("plain"):
        for g in gradients:
            opt.update(0, w, numpy.array(g), state)
            path.append(w.copy())
    numpy.testing.assert_allclose(by_hand, path, rtol=1e-12)
    numpy.testing.assert_allclose(in_javascript, path, rtol=1e-12)


def test_a_state_with_the_name_of_the_raw_gradient_has_no_equations():
    opt = type("Own", (Optimizer,), {"states": ("raw_gradient",), "rule": lambda self, w, g, raw_gradient: (w, g)})()
    with pytest.raises(UsageError, match="rename it"):
        javascript.step(opt)
