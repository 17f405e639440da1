"""The page's own programs in V8: for any hyper-parameters it picks the one that makes NumPy's next step."""

import json
from itertools import product

import numpy
import pytest
from table import TABLE

from minigrad import cpu, optimizer, random
from minigrad.errors import UsageError
from minigrad.plot.explore.programs import programs
from minigrad.plot.explore.settings import settings
from minigrad.plot.history import record, slope
from minigrad.plot.surfaces import SURFACES
from tests.plot.explore.student import Derived, Handed, Twist

STEPS = 50
GROUPED = {"batch_scale": 3, "warmup_epochs": 1, "updates_per_epoch": 8, "begin_epoch": 1}
WALKED = ("valley", "saddle", "logistic")
PREPARED = {"rescale_grad": 0.5, "clip_gradient": 0.6, "wd": 0.1}
OPTIONS = [
    ("rmsprop", {"centered": True, "clip_weights": 0.9}),
    ("rmsprop", {"clip_weights": 0.9}),
    ("lamb", {"lower_bound": 0.1, "upper_bound": 0.5}),
    ("lans", {"upper_bound": 0.5}),
    ("lars", {"momentum": 0.5, "momentum_correction": False}),
    *(("lbsgd", GROUPED | {"warmup_strategy": word}) for word in ("linear", "power2", "sqrt", "lars")),
    ("lbsgd", {"batch_scale": 2, "warmup_epochs": 0}),
    ("nag", {"momentum": 0.9}),
    ("dcasgd", {"momentum": 0.9, "beta": 0.95, "lamda": 0.5}),
    ("dcasgd", {"beta": 0.95}),
    ("adam", {"beta1": 0.0}),
]  # fmt: skip


def values_of(opt):
    return {of.place: getattr(opt, of.place) for of in settings(type(opt)())}


CASES = [*((row.name, row.arguments) for row in TABLE), *OPTIONS]


@pytest.mark.parametrize("more", [{}, PREPARED], ids=["as it is", "prepared"])
@pytest.mark.parametrize(("name", "arguments"), CASES, ids=str)
def test_each_step_is_numpys_with_the_program_that_the_page_picks(name, arguments, more, engine, call):
    more = {key: x for key, x in more.items() if key != "wd" or name != "groupadagrad"}
    opt = optimizer.create(name, **arguments, **more)
    for on in WALKED:
        history = record(opt, on, start=(1.5, -0.5), steps=STEPS)
        engine.eval(f"var program = chooseProgram(RULES[{json.dumps(name)}], {json.dumps(values_of(opt))});")
        engine.eval(f"var h = told(program, {json.dumps(values_of(opt))}), before = null;")
        befores = [
            {"w": history.positions[t].tolist()}
            | {state: x[t].tolist() for state, x in history.states.items() if state in opt.states}
            for t in range(STEPS + 1)
        ]
        random.seed(0)
        noise = [
            random.normal(0.0, numpy.sqrt(opt.lr), shape=(2,), dtype="float64", ctx=cpu()).asnumpy().tolist()
            for _ in range(STEPS)
        ]
        found = call(
            f"""{json.dumps(befores[:-1])}.map((numpy, k) => {{
            let i = 0;
            before = {{...(before ?? program.start(numpy.w)), ...numpy}};
            return before = program.step(before, {json.dumps(history.gradients.tolist())}[k], {{...h, t: k + 1}},
                                         variance => {json.dumps(noise)}[k][i++]);
        }})""",
        )
        for after, numpys in zip(found, befores[1:], strict=True):
            largest = max(numpy.abs(x).max() for x in numpys.values())
            for state, x in numpys.items():
                numpy.testing.assert_allclose(after[state], x, rtol=1e-12, atol=1e-14 * largest, err_msg=state)


def test_a_whole_walk_is_the_recorded_one(call):
    for name, on in (("nag", "valley"), ("adam", "beale"), ("ftrl", "logistic")):
        opt = optimizer.create(name, learning_rate=0.01)
        history = record(opt, on, steps=STEPS)
        run = call(
            f"""walk(RULES.{name}, {json.dumps(values_of(opt))}, GROUNDS.{on},
                               {list(SURFACES[on].start)}, {{count: {STEPS}, noise: 0, seed: 0}})""",
        )
        numpy.testing.assert_allclose(run["places"], history.positions, rtol=1e-9)
        numpy.testing.assert_allclose(run["heights"], history.losses, rtol=1e-9)


def test_heights_and_slopes_in_the_page_are_those_of_python(call):
    for name, hill in SURFACES.items():
        for place in numpy.random.default_rng(1).uniform(-2, 2, (10, 2)):
            height, *slopes = call(f"GROUNDS.{name}.program({place[0]!r}, {place[1]!r})".replace("np.float64", ""))
            numpy.testing.assert_allclose(
                [height, *slopes], [hill(*place), *slope(hill, place)], rtol=1e-12, atol=1e-13
            )


def test_there_is_a_program_for_every_combination_of_a_students_settings(engine, call):
    rng = numpy.random.default_rng(0)
    for pull, strict, cap in product((0.0, 0.5, 0.7, 0.71, 0.95), (False, True), (None, 2.0)):
        opt = Twist(pull=pull, strict=strict, cap=cap, learning_rate=0.1)
        w, v, g = rng.normal(size=(3, 2))
        expected = opt.rule(w, g, v, lr=0.1)
        engine.eval(f"var values = {json.dumps(values_of(opt))}, program = chooseProgram(RULES.twist, values);")
        before = json.dumps({"w": w.tolist(), "v": v.tolist()})
        after = call(f"program.step({before}, {g.tolist()}, {{...told(program, values), t: 1}})")
        numpy.testing.assert_allclose([after["w"], after["v"]], expected, rtol=1e-14)


def test_the_number_of_programs_is_that_of_the_branches():
    counted = {
        name: len(programs(optimizer.create(name), settings(optimizer.create(name))))
        for name in ("adam", "sgd", "rmsprop", "lamb")
    }
    assert counted == {"adam": 1, "sgd": 2, "rmsprop": 4, "lamb": 8}
    assert len(programs(Twist(), settings(Twist()))) == 4  # cap and mode choose nothing


def test_a_setting_is_idle_where_no_value_of_it_changes_what_numpy_does(engine, call):
    idle = {}
    for name, arguments in CASES:
        opt = optimizer.create(name, **arguments)
        found = call(f"chooseProgram(RULES[{json.dumps(name)}], {json.dumps(values_of(opt))}).idle")
        for of in (of for of in settings(type(opt)()) if of.name in found):
            first, *others = (
                record(optimizer.create(name, **{**arguments, of.name: value}), "valley", steps=4).positions.tolist()
                for value in of.candidates([])
                if value is not None
            )
            assert others and all(x == first for x in others), (name, arguments, of.name)
            idle.setdefault(name, {})[of.name] = found[of.name]
    assert idle["rmsprop"] == {"momentum": ["centered"]}
    assert idle["dcasgd"] == {"epsilon": ["beta"]}
    assert idle["adadelta"].keys() == {"learning_rate"}
    assert "adam" not in idle and "sgd" not in idle


def test_a_rule_that_reads_what_its_constructor_computed_is_refused():
    with pytest.raises(UsageError, match=r"reads self.decay, which its constructor computes"):
        programs(Derived(), settings(Derived()))
    with pytest.raises(UsageError, match="nothing says how scale is computed"):
        programs(Handed(), settings(Handed()))
